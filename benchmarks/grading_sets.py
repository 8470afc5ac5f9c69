"""What the benchmark of grading grades: problem sets made on the fly, and honest submissions that all differ."""

import math
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_lib.grading import notebooks
from course_lib.grading.answers import bank
from course_lib.grading.marking.engine import filled_in

HOUSE = Path(__file__).parent.parent
PS02, TRAINING, TINY = "ps02-convolution", "ps90-training", "ps91-double"

DATA = """
import torch
from sklearn.datasets import load_digits
from torch import nn

torch.set_num_threads(1)
digits = load_digits()
images = torch.tensor(digits.images / 16, dtype=torch.float32)
labels = torch.tensor(digits.target)
"""
TRAIN = """
def train(images, labels, steps):
    ### BEGIN SOLUTION
    torch.manual_seed(0)
    network = nn.Sequential(nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
    losses = []
    for step in range(steps):
        first = step * 64 % 1024
        loss = nn.functional.cross_entropy(network(images[first : first + 64]), labels[first : first + 64])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
    ### END SOLUTION
"""
TEST_TRAIN = """
from course_lib.grading import Checks
from sklearn.datasets import load_digits
import torch

check = Checks("ps90", "train", points=3, seconds=120)
_digits = load_digits()
_images = torch.tensor(_digits.images / 16, dtype=torch.float32)
_labels = torch.tensor(_digits.target)


@check.visible("the loss falls", points=2)
def _(train):
    losses = train(_images, _labels, STEPS)
    check.equal(len(losses), STEPS)
    check.that(losses[-1] < losses[0] / 2, "The loss does not fall to half of its first value.")


### BEGIN HIDDEN TESTS
@check.hidden("as many losses as steps", points=1, hint="One for each step.")
def _(train):
    check.equal(len(train(_images, _labels, 3)), 3)


### END HIDDEN TESTS
check.score()
"""
DOUBLE = """
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
"""
TEST_DOUBLE = """
from course_lib.grading import Checks

check = Checks("ps91", "double", points=3)


@check.visible("doubles three", points=1)
def _(double):
    check.equal(double(3), 6)


### BEGIN HIDDEN TESTS
@check.hidden("doubles a secret number", points=2, hint="It works for three only.")
def _(double):
    number = int(check.rng.integers(10, 1000))
    check.equal(double(number), 2 * number)


### END HIDDEN TESTS
check.score()
"""
CALIBRATE = (
    DATA
    + TRAIN
    + """
import time

train(images, labels, 50)
counts = 500
began = time.process_time()
train(images, labels, counts)
print(round(counts / (time.process_time() - began)))
"""
)


def cell(make, name: str, source: str, **marks):
    """A cell that nbgrader knows."""
    marks = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3} | marks
    return make(source.strip("\n"), id=name, metadata={"nbgrader": {"grade_id": name, **marks}})


def one_task(title: str, task: str, solution: str, tests: str, setup: str = ""):
    """A source notebook with one task of three points, as an instructor would write it."""
    cells = [new_markdown_cell(f"# {title}", id="title")]
    if setup:
        cells.append(cell(new_code_cell, "setup", setup, locked=True))
    cells += [
        cell(new_code_cell, task, solution, solution=True),
        cell(new_code_cell, f"test-{task}", tests, grade=True, locked=True, points=3),
    ]
    notebook = new_notebook(cells=cells)
    names = [part.id for part in cells[1:]]
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "course": {"grade_ids": names},
    }
    return notebook


def steps_of_a_second() -> int:
    """How many steps of the training set's reference solution fill one second of one thread's processor time."""
    done = subprocess.run([sys.executable, "-c", CALIBRATE], check=True, capture_output=True, text=True)
    return int(done.stdout)


def sources(steps: int | None = None) -> dict[str, object]:
    """The source notebooks by set; the training set only with `steps`, its number of training steps."""
    found = {
        PS02: notebooks.read(HOUSE / "solutions" / PS02 / f"{PS02}.ipynb"),
        TINY: one_task("Doubling", "double", DOUBLE, TEST_DOUBLE),
    }
    if steps is not None:
        tests = TEST_TRAIN.replace("STEPS", str(steps))
        found[TRAINING] = one_task("A second of training", "train", TRAIN, tests, DATA)
    return found


def solution_of(source: str) -> str:
    """A reference solution without nbgrader's marks."""
    return "\n".join(line for line in source.split("\n") if "### BEGIN" not in line and "### END" not in line)


def right_answers(problem_set: str, source) -> dict[str, list[str]]:
    """The reference solution of each task and, from the bank of answers, all other right ones."""
    found = {task: [solution_of(pair[0].source)] for task, pair in notebooks.tasks(source).items()}
    if problem_set == PS02:
        for answer in bank.answers(HOUSE, problem_set):
            if answer.kind == "right":
                found[answer.task].append(answer.source)
    return found


def choices(options: dict[str, list[str]], count: int) -> Iterator[dict[str, str]]:
    """`count` honest answers: one of the options for each task, and a comment such as students leave.

    No two have the same options for all tasks, as long as there are enough.
    """
    chance, used = random.Random(0), set()
    enough = math.prod(map(len, options.values()))
    for number in range(count):
        picks = tuple(chance.randrange(len(answers)) for answers in options.values())
        while picks in used and len(used) < enough:
            picks = tuple(chance.randrange(len(answers)) for answers in options.values())
        used.add(picks)
        chosen = zip(options.items(), picks, strict=True)
        yield {task: f"# Attempt {number + 1} of {task}\n{answers[pick]}" for (task, answers), pick in chosen}


def submissions(problem_set: str, source, blank, count: int) -> Iterator[tuple[str, bytes]]:
    """`count` honest submissions, made from the student version `blank`: (student, file), no two files equal."""
    width = len(str(count))
    for number, cells in enumerate(choices(right_answers(problem_set, source), count)):
        notebook = filled_in(blank, cells)
        yield f"student-{number + 1:0{width}}", nbformat.writes(notebook).encode()


def bank_submissions(problem_set: str, source) -> Iterator[tuple[dict[str, bank.Answer], bytes]]:
    """All answers of a set's bank as few submissions: (task -> answer, file); other tasks have the solution."""
    exam = bank.Exam(source)
    for answers in bank.together(exam, bank.answers(HOUSE, problem_set)):
        cells = {task: solution_of(pair[0].source) for task, pair in notebooks.tasks(source).items()}
        cells |= {task: answer.source for task, answer in answers.items()}
        yield answers, nbformat.writes(filled_in(source, cells)).encode()
