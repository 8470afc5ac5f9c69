"""The problem sets: nothing secret is released, tests decide rightly, and a student gets through."""

import ast
import doctest
import html
import re
import shutil
from collections import Counter
from pathlib import Path

import nbformat
import pytest
import torch

from course_lib.grading import commands, notebooks
from course_lib.grading.answers.bank import Exam, answers, complaints, defined_names, samples
from course_lib.grading.answers.mutants import equivalent, survivors
from course_lib.grading.checking.report import Report
from course_lib.grading.marking.engine import Engine, filled_in

ROOT = Path(__file__).parent.parent
SETS = sorted(path.name for path in (ROOT / "solutions").iterdir() if path.is_dir())
BINDERS = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)
USUAL_NAMES = {"check", "Checks", "np", "torch", "load_digits"}
# Its statements show their examples in tables, and have no hints to unfold.
WITHOUT_LADDERS = {"ps02-convolution"}
LADDER = ["Hint 1", "Hint 2", "Where to read"]


def source_of(problem_set: str):
    return notebooks.read(ROOT / "solutions" / problem_set / f"{problem_set}.ipynb")


def release_of(problem_set: str):
    return notebooks.read(ROOT / "exercises" / problem_set / f"{problem_set}.ipynb")


@pytest.fixture(scope="module", params=SETS)
def problem_set(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def source(problem_set):
    return source_of(problem_set)


@pytest.fixture(scope="module")
def exam(source):
    torch.set_num_threads(1)
    return Exam(source)


def copied_course(problem_set: str, folder: Path) -> Path:
    """A course folder with one problem set and its answer bank, to write into."""
    shutil.copytree(ROOT / "solutions" / problem_set, folder / "solutions" / problem_set)
    bank = problem_set.split("-")[0]
    shutil.copytree(ROOT / "tests" / "answers" / bank, folder / "tests" / "answers" / bank)
    return folder


# ---- what is released


def test_the_released_notebook_is_what_the_source_generates(problem_set, tmp_path):
    written = Engine(copied_course(problem_set, tmp_path)).release(problem_set)
    committed = ROOT / "exercises" / problem_set
    assert sorted(path.name for path in written.iterdir()) == sorted(
        path.name for path in committed.iterdir()
    )
    for path in written.iterdir():
        assert path.read_bytes() == (committed / path.name).read_bytes(), (
            "run `course release` and commit the result"
        )


def test_no_solution_and_no_hidden_test_is_released(problem_set, source):
    released = release_of(problem_set)
    text = "\n".join(cell.source for cell in released.cells)
    for line in notebooks.secret_lines(source):
        assert line not in text
    for task, (solution, _) in notebooks.tasks(source).items():
        answer = re.search(r"BEGIN SOLUTION\n(.*?)\n *### END", solution.source, re.S).group(1)
        assert answer not in text, task
    assert "HIDDEN TESTS" not in text
    assert all(not cell.get("outputs") for cell in released.cells)


def test_the_source_folder_holds_the_notebook_only(problem_set):
    # nbgrader copies whatever lies beside the notebook into the release.
    assert [path.name for path in (ROOT / "solutions" / problem_set).iterdir()] == [f"{problem_set}.ipynb"]


def test_every_cell_of_the_source_was_executed_and_every_task_has_full_marks(source):
    for cell in source.cells:
        if cell.cell_type == "code":
            assert cell.execution_count, cell.id
    for task, (_, test) in notebooks.tasks(source).items():
        report = Report.from_output(test.outputs)
        assert report.earned == report.present == report.points == test.metadata["nbgrader"]["points"], task


def test_the_statement_names_the_points_that_the_checks_give(source):
    text = "\n".join(cell.source for cell in source.cells if cell.cell_type == "markdown")
    headings = re.findall(r"^## Task \d+: .*\((\d+) points\)", text, re.M)
    graded = [cell.metadata["nbgrader"]["points"] for cell in source.cells if is_graded(cell)]
    assert [int(points) for points in headings] == graded
    rows = re.findall(r"^\| \d+ \| .* \| (\d+) \| \d+ \|$", text, re.M)
    assert [int(points) for points in rows] == graded
    for _, test in notebooks.tasks(source).values():
        for result in Report.from_output(test.outputs).results:
            row = f"| {'hidden: ' if result.hidden else ''}{result.title} | {result.points:g} |"
            assert row in text.replace("`", "")


def is_graded(cell) -> bool:
    return cell.metadata.get("nbgrader", {}).get("grade", False)


def test_links_of_the_statement_lead_somewhere(problem_set, source):
    for cell in source.cells:
        for target in re.findall(
            r"\]\((?!https?:)([^)#]+)\)", cell.source if cell.cell_type == "markdown" else ""
        ):
            assert (ROOT / "exercises" / problem_set / target).is_file(), target


def statement_of(source, task: str) -> str:
    """The text above the solution cell of a task."""
    return source.cells[[cell.id for cell in source.cells].index(task) - 1].source


def test_each_statement_has_two_hints_and_then_the_page(problem_set, source):
    if problem_set in WITHOUT_LADDERS:
        assert not any("<details>" in cell.source for cell in source.cells), "take it off the list"
        return
    for task in notebooks.tasks(source):
        steps = re.findall(
            r"<details><summary>(.*?)</summary>\n\n(.*?)\n\n</details>", statement_of(source, task), re.S
        )
        assert [name for name, _ in steps] == LADDER, task
        assert [("](../../book/" in text) for _, text in steps] == [False, False, True], task


def test_the_page_that_feedback_names_for_a_task_is_in_the_book(source):
    pages = source.metadata["course"]["pages"]
    assert set(pages) == set(notebooks.tasks(source))
    for page in pages.values():
        assert (ROOT / "book" / page).with_suffix(".md").is_file(), page


def test_examples_of_the_statements_give_what_they_say(problem_set, source):
    space = {}
    for cell in notebooks.graded_cells(source).values():
        if cell.cell_type == "code" and not is_graded(cell):
            exec(compile(cell.source, cell.id, "exec"), space)
    for task in notebooks.tasks(source):
        blocks = re.findall(r"^```python\n(>>> .*?)^```", statement_of(source, task), re.M | re.S)
        assert blocks or problem_set in WITHOUT_LADDERS, task
        found = doctest.DocTestParser().get_doctest("\n".join(blocks), space.copy(), task, None, 0)
        said: list[str] = []
        assert doctest.DocTestRunner(verbose=False).run(found, out=said.append).failed == 0, "".join(said)


def test_forbidden_names_are_announced_in_the_statement(source):
    for index, cell in enumerate(source.cells):
        if "forbid=" in cell.source:
            assert "**Not allowed**" in source.cells[index - 2].source


def test_the_notebook_knows_its_own_cells(source):
    assert source.metadata["course"]["grade_ids"] == list(notebooks.graded_cells(source))


# ---- how tests are written


def test_tests_bind_no_name_that_a_students_code_might_use(source):
    for _, test in notebooks.tasks(source).values():
        for node in ast.parse(test.source).body:
            if isinstance(node, BINDERS):
                for name in bound_names(node):
                    assert name.startswith("_") or name in USUAL_NAMES, f"{name}: begin it with an underscore"


def bound_names(node) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [alias.asname or alias.name.split(".")[0] for alias in node.names]
    return [
        name.id for name in ast.walk(node) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    ]


def test_sentences_that_students_read_are_fixed_and_quote_no_value(source):
    for _, test in notebooks.tasks(source).values():
        tree = ast.parse(test.source)
        constants = {
            target.id
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
        }
        for sentence in shown_sentences(tree):
            fixed = isinstance(sentence, ast.Constant) or getattr(sentence, "id", None) in constants
            assert fixed, ast.unparse(sentence)


def shown_sentences(tree: ast.AST) -> list[ast.expr]:
    """The expressions of a test cell that end up in a report: titles, hints, known mistakes, reasons."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            found += [
                keyword.value for keyword in node.keywords if keyword.arg in ("hint", "title", "failed")
            ]
            found += node.args[:1] if node.func.attr in ("visible", "hidden") else []
            found += node.args[1:2] if node.func.attr == "that" else []
        if isinstance(node, (ast.Assign, ast.keyword)) and isinstance(node.value, ast.Dict):
            name = node.arg if isinstance(node, ast.keyword) else node.targets[0].id
            found += node.value.keys if "mistakes" in (name or "") else []
    return found


# ---- the tests of the tests


def test_each_task_has_three_wrong_answers_and_a_right_one(problem_set, exam):
    kinds = Counter((answer.task, answer.kind) for answer in answers(ROOT, problem_set))
    for task in exam.tasks:
        assert kinds[task, "wrong"] >= 3, task
        assert kinds[task, "right"] >= 1, task


@pytest.mark.parametrize("seed", [None, "another term"])
def test_every_answer_gets_the_points_and_sentences_it_should(problem_set, exam, seed, monkeypatch):
    if seed:
        monkeypatch.setenv("COURSE_GRADING_SEED", seed)
    surprises = []
    for answer in answers(ROOT, problem_set):
        surprises += complaints(answer, exam.mark(answer.task, answer.source))
    assert surprises == []


def test_at_least_nine_of_ten_small_mistakes_in_the_solutions_are_noticed(problem_set, exam):
    alive, total = survivors(exam)
    excused = equivalent(ROOT, problem_set)
    unexplained = [mutant for mutant in alive if mutant.change not in excused.get(mutant.task, {})]
    counted = total - (len(alive) - len(unexplained))
    listed = "\n".join(f"{mutant.task}: {mutant.change}" for mutant in unexplained)
    assert len(unexplained) <= counted / 10, f"{len(unexplained)} of {counted} survive:\n{listed}"
    # An excuse for a change that is noticed, or no longer made, is out of date.
    assert {mutant.change for mutant in alive} >= {change for task in excused.values() for change in task}


# ---- through nbgrader, as instructors and students meet it


def test_the_solution_validates(problem_set, tmp_path):
    from nbgrader.validator import Validator

    path = copied_course(problem_set, tmp_path) / "solutions" / problem_set / f"{problem_set}.ipynb"
    assert Validator().validate(str(path)) == {}


def test_an_untouched_release_gets_no_points_and_stops_nowhere(problem_set, tmp_path, capsys):
    shutil.copy(ROOT / "exercises" / problem_set / f"{problem_set}.ipynb", tmp_path)
    assert commands.check(tmp_path / f"{problem_set}.ipynb") == 1
    out = capsys.readouterr().out
    assert re.search(r"Visible checks: 0 of \d+ points", out)
    assert out.count("Not written yet") == len(notebooks.tasks(release_of(problem_set)))
    assert "stops with an error" not in out


def test_a_solved_release_passes_its_visible_checks(problem_set, tmp_path, capsys):
    right = next(iter(samples(ROOT, problem_set).values()))
    path = tmp_path / f"{problem_set}.ipynb"
    nbformat.write(filled_in(release_of(problem_set), right), path)
    assert commands.check(path) == 0, capsys.readouterr().out


def test_the_sample_submissions_are_graded_and_their_feedback_tells_no_secret(
    problem_set, source, tmp_path, capsys
):
    root = copied_course(problem_set, tmp_path)
    assert commands.grade(problem_set, root=root) == 0
    out = capsys.readouterr().out
    marks = {line.split()[0]: line for line in out.splitlines() if re.search(r"\d+/\d+$", line)}
    expected = {(answer.task, answer.source): answer.points for answer in answers(root, problem_set)}
    order = list(notebooks.tasks(source))
    for student, cells in samples(root, problem_set).items():
        given = re.findall(r"(\S+)/\S+", marks[student])
        assert [float(points) for points in given[: len(order)]] == [
            expected.get((task, cells.get(task)), 0) for task in order
        ]
        page = root / f"_build/grading/sample/feedback/{student}/{problem_set}/{problem_set}.html"
        body = page.read_text(encoding="utf-8").split("<body", 1)[1]
        text = html.unescape(re.sub(r"<[^>]+>", "", body))
        for line in notebooks.secret_lines(source):
            assert line not in text
        assert "Traceback" not in text


def test_solutions_define_what_their_statement_asks_for(source):
    for task, (solution, _) in notebooks.tasks(source).items():
        statement = source.cells[[cell.id for cell in source.cells].index(task) - 1].source
        for name in defined_names(solution.source):
            assert f"`{name}" in statement, name
