"""A run of parity fails when something differs or is missing, goes on where it was stopped; its table is read back."""

import itertools
import math

import parity
import parity_table
import pytest
from parity_table import Job

from course_lib import architectures

AGREES = {
    "oracle": "torchvision 1",
    "size": 32,
    "params": 1000,
    "oracle_params": 1002,
    "difference": 2e-6,
    "stage": "head",
    "stages": 6,
    "row": "abcdef",
}


def test_a_row_is_known_by_all_that_stands_in_it():
    hashes = [parity_table.row_hash(name) for name in architectures.names()]
    assert len(set(hashes)) == len(hashes)


def test_what_is_written_is_read_back(tmp_path, torchvision):
    results = {str(job): AGREES | {"row": parity_table.row_hash(job.name)} for job in parity_table.jobs()}
    parity_table.write(results, tmp_path / "parity.md")
    found = parity_table.read(tmp_path / "parity.md")
    assert {line["model"] for line in found} == set(architectures.names())
    first = found[0]
    assert (first["parameters"], first["largest difference"], first["in stage"]) == (
        "1,000",
        "2.0e-06",
        "head of 6",
    )


@pytest.mark.parametrize("difference", [2e-4, math.nan])
def test_a_difference_that_is_too_large_or_no_number_stands_out_and_fails_the_run(
    difference, monkeypatch, capsys, tmp_path
):
    job = Job("resnet18", "torchvision")
    monkeypatch.setattr(parity, "DONE", tmp_path / "parity.json")
    monkeypatch.setattr(parity, "jobs", lambda: [job])
    monkeypatch.setattr(parity, "run_group", lambda *given: {str(job): AGREES | {"difference": difference}})
    monkeypatch.setattr("sys.argv", ["parity.py", "--only", "resnet18"])
    with pytest.raises(SystemExit) as ended:
        parity.main()
    assert ended.value.code == 1
    assert "resnet18:torchvision" in capsys.readouterr().err
    assert parity_table.line(job, AGREES | {"difference": difference}, "")[6].startswith("**")


def test_a_comparison_that_could_not_be_made_fails_the_run_and_says_what_is_missing(monkeypatch, tmp_path):
    monkeypatch.setattr(parity, "DONE", tmp_path / "parity.json")
    monkeypatch.setattr(parity, "jobs", lambda: [Job("efficientnet_lite0", "timm")])
    monkeypatch.setattr(parity, "run_group", lambda *given: {})
    monkeypatch.setattr("sys.argv", ["parity.py", "--only", "efficientnet_lite0"])
    with pytest.raises(SystemExit, match=r"not compared: efficientnet_lite0:timm; .* installs timm"):
        parity.main()


def test_a_run_goes_on_with_what_is_not_done_and_begins_anew_when_a_row_changed(monkeypatch, tmp_path):
    jobs = [Job("resnet18", "torchvision"), Job("resnet34", "torchvision")]
    monkeypatch.setattr(parity, "DONE", tmp_path / "parity.json")
    wanted = parity.keys(jobs, None)
    parity.keep(str(jobs[0]), AGREES | {"key": wanted[jobs[0]]})
    assert list(parity.read_done(wanted)) == [str(jobs[0])]
    monkeypatch.setitem(
        architectures.RESNETS, "resnet18", architectures.RESNETS["resnet18"]._replace(depths=(1, 1, 1, 1))
    )
    assert parity.read_done(parity.keys(jobs, None)) == {}


def test_a_group_is_of_one_library_and_no_job_is_lost():
    jobs = [Job(name, library) for name in architectures.names()[:30] for library in ("torchvision", "keras")]
    groups = parity.groups(jobs)
    assert sorted(itertools.chain(*groups)) == sorted(jobs)
    assert all(len({job.library for job in group}) == 1 for group in groups)
