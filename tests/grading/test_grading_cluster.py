"""Grading on a Dask cluster: a worker that is killed in mid-batch loses nothing."""

import os
import signal

import nbformat
import pytest

from course_lib.grading.judge import sanitize
from course_lib.grading.judge.judging import Outcome
from course_lib.grading.marking import batch


@pytest.mark.filterwarnings("ignore")  # Dask's own, about the worker that is killed
def test_a_worker_killed_in_mid_batch_loses_nothing(boxes, three_tasks_file):
    from distributed import Client, LocalCluster

    notebook = sanitize.master_of(three_tasks_file)
    hand_ins = []
    for number in range(6):
        for cell in notebook.cells:
            if cell.id == "first":
                cell.source = f"def first(x):\n    return {number} * x"
        hand_ins.append((str(number), nbformat.writes(notebook).encode()))
    paper = batch.Paper.of(three_tasks_file, "seed", boxes)
    options = {"threads_per_worker": 1, "dashboard_address": None, "memory_limit": 0, "silence_logs": 50}
    with LocalCluster(n_workers=2, **options) as cluster:
        with Client(cluster) as client:
            workers = list(client.run(os.getpid).values())
        results = batch.on_dask(paper, iter(hand_ins), 2, cluster.scheduler_address)
        found = dict([next(results)])
        os.kill(workers[0], signal.SIGKILL)
        for name, data in results:
            assert name not in found
            found[name] = data
    points = {name: Outcome.from_json(data).reports["first"].earned for name, data in found.items()}
    assert points == {"0": 0, "1": 0, "2": 2, "3": 0, "4": 0, "5": 0}
