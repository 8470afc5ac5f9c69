"""Every answer of every set's bank has the same marks and sentences in one process and under the judge."""

import dataclasses
from pathlib import Path

import nbformat
import pytest

from course_lib.grading import notebooks
from course_lib.grading.answers.bank import Exam, answers, together
from course_lib.grading.judge import judging
from course_lib.grading.judge.server import load
from course_lib.grading.marking.engine import filled_in

ROOT = Path(__file__).parents[2]
SETS = sorted(path.name for path in (ROOT / "solutions").iterdir() if path.is_dir())
SEED = "the same for both"
FORBIDDEN = "must not be used in this task"


@pytest.mark.parametrize("problem_set", SETS)
def test_every_answer_has_the_same_marks_in_one_process_and_under_the_judge(
    problem_set, boxes, tmp_path, monkeypatch
):
    monkeypatch.setenv("COURSE_GRADING_SEED", SEED)
    source = ROOT / "solutions" / problem_set / f"{problem_set}.ipynb"
    notebook = notebooks.read(source)
    load(judging.modules_of(source))  # before a time limit counts
    exam, bank = Exam(notebook), answers(ROOT, problem_set)
    submitted = tmp_path / f"{problem_set}.ipynb"
    groups, different = together(exam, bank), []
    for members in groups:
        nbformat.write(
            filled_in(notebook, {task: answer.source for task, answer in members.items()}), submitted
        )
        outcome = judging.grade_one(source, submitted, seed=SEED, sandbox=boxes)
        for task, answer in members.items():
            here = dataclasses.asdict(exam.mark(task, answer.source))
            there = dataclasses.asdict(outcome.reports[task])
            if found := changed(here, there):
                different.append((task, answer.name, found))
    assert sum(map(len, groups)) == len(bank) > len(exam.tasks)
    assert different == []


def changed(here: dict, there: dict) -> list[tuple]:
    """The checks in which two reports differ.

    A forbidden name costs a check under the judge wherever the code mentions it, in one process where it is called:
    for an answer that is caught in both ways, it may be another check, and another of the names.
    """
    pairs = list(zip(here["results"], there["results"], strict=True))
    caught = any(forbidden(one) for one, _ in pairs) and any(forbidden(other) for _, other in pairs)
    return [(one, other) for one, other in pairs if one != other and not (caught and forbidden(other))]


def forbidden(result: dict) -> bool:
    """Whether a check was lost because of a forbidden name."""
    return not result["earned"] and any(FORBIDDEN in message for message in result["messages"])
