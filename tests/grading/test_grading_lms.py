"""Tables for learning management systems: what is in them, and that the systems' own rules find it."""

import csv
import io

import pytest
import term_course
from term_course import DUE, SET, hand_in, score

from course_lib.grading import term
from course_lib.grading.notebooks import GradingError
from course_lib.grading.term import gradebook as books
from course_lib.grading.term import lms, term_commands


@pytest.fixture
def root(tmp_path):
    """A course folder with three students: one late, one with an open answer, one complete."""
    (tmp_path / "solutions" / SET).mkdir(parents=True)
    (tmp_path / books.BUILD).mkdir(parents=True)
    (tmp_path / term.FILE).write_text("[late]\npercent_per_day = 10\n")
    term_course.new_gradebook(books.database_url(tmp_path))
    with books.opened(tmp_path) as gradebook:
        term.set_due(gradebook, SET, DUE)
        hand_in(gradebook, "ada", DUE.replace(hour=18))
        score(gradebook, "grace", 3, by_hand=None)
    return tmp_path


def table(root, kind, tmp_path):
    out = tmp_path / "marks.csv"
    assert term_commands.marks("ps00", kind, out, root) == 0
    return list(csv.reader(io.StringIO(out.read_text(encoding="utf-8"))))


def test_canvas_finds_names_logins_the_set_and_its_points(root, tmp_path, capsys):
    head, possible, *rows = table(root, "canvas", tmp_path)
    # The importer looks for these names at these places and takes what follows for assignments.
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", SET]
    assert "Points Possible" in possible[0]
    assert possible[5] == "6"
    assert {row[3]: row[5] for row in rows} == {"ada": "5.4", "emmy": "4", "grace": ""}
    assert {len(row) for row in rows} == {6}
    assert rows[0][:2] == ["Lovelace, Ada", "0"]
    assert "1 of 3 still have answers to be marked by hand and have no score" in capsys.readouterr().err


def test_moodle_finds_students_by_name_number_or_address(root, tmp_path, capsys):
    head, *rows = table(root, "moodle", tmp_path)
    assert head[2:5] == ["ID number", "Username", "Email address"]
    assert head[5] == f"Assignment: {SET} (Real)"
    assert rows[0] == ["Ada", "Lovelace", "0", "ada", "ada@uni.example", "5.4"]
    assert {row[3]: row[5] for row in rows} == {"ada": "5.4", "emmy": "4", "grace": ""}


def test_the_general_table_holds_every_cell_and_adds_up(root, tmp_path, capsys):
    head, *rows = table(root, "generic", tmp_path)
    for row in (dict(zip(head, row, strict=True)) for row in rows):
        cells = float(row["test-double"]) + float(row["why"] or 0)
        assert float(row["score"]) == pytest.approx(cells - float(row["late_penalty"]))
        assert (row["complete"] == "yes") == (row["student"] != "grace")
    assert rows[0][5] == "2026-11-30 18:00:00"


def test_a_name_is_no_formula(root, tmp_path, capsys):
    for kind in lms.FORMATS:
        cells = [cell for row in table(root, kind, tmp_path) for cell in row]
        assert any("=Emmy" in cell for cell in cells)
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_the_score_is_what_nbgraders_own_export_says(root, tmp_path, capsys):
    from nbgrader.plugins import CsvExportPlugin

    plugin = CsvExportPlugin()
    plugin.to = str(tmp_path / "nbgrader.csv")
    with books.opened(root) as gradebook:
        term.apply_late(gradebook, SET, term.read_term(root).late)
        plugin.export(gradebook)
        ours = {row.student: row.score for row in lms.rows(gradebook, SET)}
    with open(plugin.to, encoding="utf-8") as file:
        theirs = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert ours == pytest.approx(theirs)


def test_the_marks_are_printed_with_what_is_open(root, capsys):
    assert term_commands.marks("ps00", root=root) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[1].split() == ["ada", "5.4/6", "-0.6", "complete"]
    assert out[3] == "grace    3/6          to be marked by hand"


def test_without_marks_there_is_no_table(root):
    with books.opened(root) as gradebook:
        for name in ("ada", "grace", "emmy"):
            gradebook.remove_student(name)
    with pytest.raises(GradingError, match="nobody has marks for ps00-double yet"):
        term_commands.marks("ps00", "canvas", root=root)
