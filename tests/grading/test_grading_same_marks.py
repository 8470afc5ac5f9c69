"""Every answer of every set's bank has the same marks and sentences in one process and under the judge."""

import ast
import dataclasses
from pathlib import Path

import nbformat
import pytest

from course_lib.grading import notebooks
from course_lib.grading.answers.bank import Answer, Exam, answers
from course_lib.grading.judge import judging
from course_lib.grading.judge.mentions import bound, rules
from course_lib.grading.judge.server import load
from course_lib.grading.marking.engine import filled_in

ROOT = Path(__file__).parents[2]
SETS = sorted(path.name for path in (ROOT / "solutions").iterdir() if path.is_dir())
SEED = "the same for both"
FORBIDDEN = "must not be used in this task"


def needs(exam: Exam, answer: Answer) -> set[str]:
    """The other tasks whose objects an answer or its tests use: they must have the reference solution."""
    nodes = ast.walk(ast.parse(answer.source))
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    used |= set(rules(exam.tasks[answer.task][1].source)[1])
    return {
        task
        for task, (solution, _) in exam.tasks.items()
        if task != answer.task
        and used & {name for node in ast.parse(solution.source).body for name in bound(node)}
    }


def grouped(exam: Exam, bank: list[Answer]) -> list[dict[str, Answer]]:
    """Submissions that hold at most one answer a task, and the reference solution wherever an answer needs one."""
    groups: list[tuple[dict[str, Answer], set[str]]] = []
    for answer in bank:
        wanted = needs(exam, answer)
        for members, needed in groups:
            if answer.task not in members and answer.task not in needed and not wanted & members.keys():
                break
        else:
            groups.append((members := {}, needed := set()))
        members[answer.task] = answer
        needed |= wanted
    return [members for members, _ in groups]


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
    groups, different = grouped(exam, bank), []
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
