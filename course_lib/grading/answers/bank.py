"""The answer bank: wrong and right answers with the marks they must get, so that the tests of a task are tested.

`tests/answers/psNN/TASK/NAME.py` replaces the solution cell of TASK. Its docstring begins with the expectations:

    kind: wrong
    points: 2
    says: kernel is flipped

`kind` is `wrong` or `right`, `points` what the answer must earn, and `says` (once or more, for wrong
answers) a part of a sentence that the student must be shown.
"""

import ast
import contextlib
import io
import linecache
import tomllib
from dataclasses import dataclass
from pathlib import Path

from course_lib.grading import notebooks
from course_lib.grading.checking.report import Report, number
from course_lib.grading.judge.mentions import bound, rules

KINDS = ("wrong", "right")


@dataclass(frozen=True)
class Answer:
    """One answer to one task, with what is expected of its marks."""

    task: str
    name: str
    kind: str
    points: float
    says: tuple[str, ...]
    source: str  # without the docstring, as a student would hand it in


def read_answer(path: Path) -> Answer:
    """The answer in a file.

    Raises ValueError when the docstring lacks an expectation.
    """
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    header = [line.split(": ", 1) for line in (ast.get_docstring(tree) or "").split("\n\n")[0].split("\n")]
    fields = {key: value for key, value in (pair for pair in header if len(pair) == 2) if key != "says"}
    says = tuple(pair[1] for pair in header if pair[0] == "says" and len(pair) == 2)
    kind = fields.get("kind")
    if kind not in KINDS or "points" not in fields or (kind == "wrong" and not says):
        raise ValueError(f"{path}: the docstring has to begin with kind, points and, for wrong answers, says")
    source = "\n".join(text.split("\n")[tree.body[0].end_lineno :]).strip("\n")
    return Answer(path.parent.name, path.stem, kind, float(fields["points"]), says, source)


def answers(root: Path, problem_set: str) -> list[Answer]:
    """All answers of a problem set, by task and name."""
    folder = bank_folder(root, problem_set)
    return [read_answer(path) for path in sorted(folder.glob("*/*.py"))]


def bank_folder(root: Path, problem_set: str) -> Path:
    """Where the answers of a problem set lie."""
    return root / "tests" / "answers" / problem_set.split("-")[0]


class Exam:
    """Runs answers against the tests of a problem set in this process, without a kernel."""

    def __init__(self, notebook):
        self.tasks = notebooks.tasks(notebook)
        self._base: dict = {"__name__": "__main__"}
        self._tests = {task: notebooks.split_result(test.source) for task, (_, test) in self.tasks.items()}
        cells = notebooks.graded_cells(notebook).values()
        for cell in cells:
            if cell.cell_type == "code" and not cell.metadata["nbgrader"]["grade"]:
                exec(compile(cell.source, notebooks.grade_id(cell), "exec"), self._base)

    def mark(self, task: str, source: str, seconds: float | None = None) -> Report:
        """The report on an answer's source code for a task; all other tasks have the reference solution.

        An answer that does not run leaves its names undefined, as in a notebook. `seconds` replaces the
        time limit of the task's calls.
        """
        space = dict(self._base)
        for name in defined_names(self.tasks[task][0].source):
            space.pop(name, None)
        body, last = self._tests[task]
        # As IPython does for a cell, so that a report can quote the line that raised.
        linecache.cache[f"<{task}>"] = (len(source), None, source.splitlines(keepends=True), f"<{task}>")
        with contextlib.redirect_stdout(io.StringIO()):
            # The notebook would show the answer's own error and go on; the checks then miss its names.
            with contextlib.suppress(Exception):
                exec(compile(source, f"<{task}>", "exec"), space)
            # The test cell runs apart from the answer, so a test that needs more than calls fails here.
            tests = {"__name__": "__main__"}
            exec(body, tests)
            tests["check"].namespace = space
            if seconds is not None:
                tests["check"].seconds = seconds
            return eval(last, tests)


def together(exam: Exam, bank: list[Answer]) -> list[dict[str, Answer]]:
    """The answers of a bank as few submissions: task -> answer.

    Each holds at most one answer a task, and leaves the reference solution wherever one of its answers needs it.
    """
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


def defined_names(source: str) -> list[str]:
    """The functions and classes that a cell defines."""
    return [node.name for node in ast.parse(source).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]


def sentences(report: Report) -> list[str]:
    """All sentences of a report, each once, in order."""
    return list(dict.fromkeys(message for result in report.results for message in result.messages))


def complaints(answer: Answer, report: Report) -> list[str]:
    """What a report gives an answer against the expectations in its file, a line each."""
    name = f"{answer.task}/{answer.name}"
    found = []
    if report.earned != answer.points:
        found.append(f"{name}: expected {number(answer.points)} points, got {number(report.earned)}")
    if (report.earned == report.points) != (answer.kind == "right"):
        found.append(
            f"{name}: a {answer.kind} answer has {number(report.earned)} of {number(report.points)} points"
        )
    unsaid = [part for part in answer.says if not any(part in sentence for sentence in sentences(report))]
    return found + [f"{name}: the student is not told {part!r}" for part in unsaid]


def samples(root: Path, problem_set: str) -> dict[str, dict[str, str]]:
    """The sample submissions of a set: student -> grade_id -> the cell's new source.

    `samples.toml` names an answer of the bank for each task, or gives the source of a cell as
    `{source = "..."}`.
    """
    folder = bank_folder(root, problem_set)
    with (folder / "samples.toml").open("rb") as file:
        table = tomllib.load(file)

    def source(cell: str, entry: str | dict) -> str:
        return (
            entry["source"] if isinstance(entry, dict) else read_answer(folder / cell / f"{entry}.py").source
        )

    return {
        student: {cell: source(cell, entry) for cell, entry in entries.items()}
        for student, entries in table.items()
    }
