"""Runs that are killed, stopped or shared among processes end where the straight run of one process ends."""

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

SCRIPT = Path(__file__).parent / "train_in_a_process.py"


def start(folder, *options, launcher=()):
    folder.mkdir(exist_ok=True)
    command = [sys.executable, *launcher, str(SCRIPT), str(folder), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process):
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return out


def end(folder):
    return torch.load(folder / "end.pt", weights_only=True)


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    folder = tmp_path_factory.mktemp("straight")
    finish(start(folder, "0"))
    return end(folder)


def assert_identical(one, other):
    for name, tensor in one["model"].items():
        assert torch.equal(tensor, other["model"][name]), name
    assert one["rows"] == other["rows"]
    assert one["scores"] == other["scores"]


def stop_at(folder, step, how):
    """Start a run and send it the signal `how` at a step, where it waits; returns the ended process."""
    process = start(folder, str(step))
    for line in process.stdout:
        if line.split() == ["step", str(step)]:
            process.send_signal(how)
            break
    process.communicate(timeout=300)
    return process


def test_a_run_killed_twice_ends_as_the_straight_run_bit_for_bit(tmp_path, straight):
    steps = sorted(random.Random(0).sample(range(5, 16), 2))  # 4 steps an epoch, 16 in all
    for step in steps:
        process = stop_at(tmp_path / "run", step, signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        assert not (tmp_path / "run" / "end.pt").exists()
    resumed = finish(start(tmp_path / "run", "0"))
    assert "step 1\n" not in resumed, "it began anew instead of going on"
    assert_identical(straight, end(tmp_path / "run"))


def test_a_run_stopped_with_ctrl_c_goes_on_bit_for_bit(tmp_path, straight):
    process = stop_at(tmp_path / "run", 10, signal.SIGINT)
    assert process.returncode != 0
    assert "step 1\n" not in finish(start(tmp_path / "run", "0"))
    assert_identical(straight, end(tmp_path / "run"))


def test_two_processes_train_as_one(tmp_path):
    finish(start(tmp_path / "one", "together"))
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    finish(start(tmp_path / "two", "together", launcher=torchrun))
    one, two = end(tmp_path / "one"), end(tmp_path / "two")
    for name, tensor in one["model"].items():
        torch.testing.assert_close(two["model"][name], tensor)
    for row, other in zip(one["rows"], two["rows"], strict=True):
        assert row == pytest.approx(other, rel=1e-4)
    assert one["scores"] == pytest.approx(two["scores"], rel=1e-5)
