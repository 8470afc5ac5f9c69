"""Dask's part in grading: a plugin that tidies up with the worker."""

from distributed import WorkerPlugin

from course_lib.grading.judge import servers
from course_lib.grading.marking import batch


class WarmServer(WorkerPlugin):
    """A worker's server starts with its first submission, serves all that follow, and ends with the worker."""

    name = "course-grading-server"

    def teardown(self, worker) -> None:
        """End the servers and delete the paper; a worker's process ends without what `atexit` would do."""
        servers.close()
        batch.forget_papers()
