"""Dask's part in grading: a plugin that ends a worker's warm servers with the worker."""

from distributed import WorkerPlugin

from course_lib.grading.judge import judging


class WarmServer(WorkerPlugin):
    """A worker's server starts with its first submission, serves all that follow, and ends with the worker."""

    name = "course-grading-server"

    def teardown(self, worker) -> None:
        """End the servers."""
        judging.close_servers()
