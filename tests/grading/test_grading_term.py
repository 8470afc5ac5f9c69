"""A term's rules against a real gradebook, in SQLite and in PostgreSQL: dates, penalties, groups, regrades."""

import datetime
import os

import pytest
import term_course
from hypothesis import given
from hypothesis import strategies as st
from nbformat import from_dict
from nbformat.v4 import new_notebook
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from term_course import DUE, SET, hand_in, score
from traitlets.config import Config

from course_lib.grading import term
from course_lib.grading.notebooks import GradingError
from course_lib.grading.term import gradebook as books
from course_lib.grading.term import lms, term_commands

HOUR = datetime.timedelta(hours=1)
RULES = """
[late]
grace_minutes = 15
percent_per_day = 10
keep_percent = 50

[groups.ps00-double]
pair = ["ada", "grace"]
"""


@pytest.fixture(scope="module")
def server():
    """The URL of a PostgreSQL database."""
    if term_course.program("initdb") is None and not os.environ.get("CI"):
        pytest.skip("PostgreSQL's server is not installed on this machine")
    with term_course.postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def root(request, tmp_path):
    """A course folder whose gradebook holds a small class."""
    (tmp_path / "solutions" / SET).mkdir(parents=True)
    (tmp_path / books.BUILD).mkdir(parents=True)
    rules = RULES
    if request.param == "postgresql":
        url = request.getfixturevalue("server")
        term_course.empty_database(url)
        rules += f'\n[gradebook]\nurl = "{url}"\n'
    (tmp_path / term.FILE).write_text(rules)
    term_course.new_gradebook(books.database_url(tmp_path))
    return tmp_path


@pytest.fixture
def gradebook(root):
    """The open gradebook of the class."""
    with books.opened(root) as opened:
        yield opened


def rules_of(tmp_path, text):
    (tmp_path / "solutions").mkdir(exist_ok=True)
    (tmp_path / term.FILE).write_text(text)
    return tmp_path


# ---- rules


def test_without_a_file_nothing_is_late_and_nobody_in_a_group(tmp_path):
    assert term.read_term(tmp_path) == term.Term()
    assert term.Term().late.penalty(10, 1e9) == 0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[late", "cannot be read"),
        ("[penalty]\n", "unknown table 'penalty'"),
        ("[late]\npercent_a_day = 3", "expected numbers for"),
        ('[late]\npercent_per_day = "ten"', "expected numbers for"),
        ("[late]\npercent_per_day = 110", "between 0 and 100"),
        ("[late]\ngrace_minutes = -1", "0 or more"),
        ('[groups]\nps00-double = ["a"]', "expected lines such as"),
        ('[groups.ps00]\na = ["x", "y"]\nb = ["y"]', "y is in a and in b"),
    ],
)
def test_a_wrong_rule_is_named(tmp_path, text, complaint):
    with pytest.raises(GradingError, match=complaint):
        term.read_term(rules_of(tmp_path, text))


@given(
    late=st.builds(term.Late, st.floats(0, 1e4), st.floats(0, 100), st.floats(0, 100)),
    score=st.floats(0, 100),
    seconds=st.floats(0, 1e7),
    more=st.floats(0, 1e7),
)
def test_a_penalty_grows_with_time_and_leaves_what_is_to_be_kept(late, score, seconds, more):
    penalty = late.penalty(score, seconds)
    assert 0 <= penalty <= late.penalty(score, seconds + more) <= score
    assert score - penalty >= score * late.keep_percent / 100 - 1e-9
    if seconds <= 60 * late.grace_minutes:
        assert penalty == 0


@pytest.mark.parametrize(
    ("hours", "penalty"), [(0.2, 0), (0.3, 1), (24.2, 1), (24.3, 2), (24 * 4, 4), (24 * 6, 5), (24 * 60, 5)]
)
def test_a_penalty_by_hand(hours, penalty):
    late = term.Late(grace_minutes=15, percent_per_day=10, keep_percent=50)
    assert late.penalty(10, hours * 3600) == pytest.approx(penalty)


# ---- dates


def test_a_day_ends_at_midnight_and_zones_are_minded():
    assert term.due_date("2026-11-30T23:59+01:00") == datetime.datetime(2026, 11, 30, 22, 59)
    local = datetime.datetime(2026, 11, 30, 23, 59, 59).astimezone(datetime.UTC).replace(tzinfo=None)
    assert term.due_date("2026-11-30") == local
    with pytest.raises(GradingError, match="is no date"):
        term.due_date("next Monday")


def test_late_points_are_taken_off_and_given_back_by_an_extension(gradebook):
    late = term.Late(percent_per_day=10)
    assert term.apply_late(gradebook, SET, late) == {}  # no due date, nobody is late
    term.set_due(gradebook, SET, DUE)
    hand_in(gradebook, "ada", DUE + 30 * HOUR)
    hand_in(gradebook, "grace", DUE + 30 * HOUR)
    assert term.apply_late(gradebook, SET, late) == pytest.approx(
        {"ada": 1.2, "grace": 1.0}
    )  # 20% of 6, and of 5
    term.extend(gradebook, SET, "ada", DUE + 24 * HOUR)
    assert term.apply_late(gradebook, SET, late) == pytest.approx({"ada": 0.6, "grace": 1.0})
    term.extend(gradebook, SET, "ada", DUE + 48 * HOUR)
    assert term.apply_late(gradebook, SET, late, student="ada") == {}
    assert gradebook.find_submission(SET, "grace").late_submission_penalty == pytest.approx(1.0)


def test_a_penalty_follows_a_mark_given_later(gradebook):
    term.set_due(gradebook, SET, DUE)
    hand_in(gradebook, "ada", DUE + HOUR)
    score(gradebook, "ada", 4, by_hand=None)
    assert term.apply_late(gradebook, SET, term.Late(percent_per_day=50)) == {"ada": 2}
    score(gradebook, "ada", 4, by_hand=2)
    assert term.apply_late(gradebook, SET, term.Late(percent_per_day=50)) == {"ada": 3}


def test_an_extension_before_the_hand_in_counts_and_is_no_hand_in(gradebook):
    term.set_due(gradebook, SET, DUE)
    term.extend(gradebook, SET, "sofia", DUE + 48 * HOUR)
    assert "sofia" not in {row.student for row in lms.rows(gradebook, SET)}
    hand_in(gradebook, "sofia", DUE + 47 * HOUR)
    score(gradebook, "sofia", 3)
    assert term.apply_late(gradebook, SET, term.Late(percent_per_day=10)) == {}


def test_an_extension_needs_a_due_date_and_a_later_one(gradebook):
    with pytest.raises(GradingError, match="no due date to extend"):
        term.extend(gradebook, SET, "ada", DUE)
    term.set_due(gradebook, SET, DUE)
    with pytest.raises(GradingError, match="before the due date of all"):
        term.extend(gradebook, SET, "ada", DUE - HOUR)
    with pytest.raises(GradingError, match="no ps99 yet"):
        term.set_due(gradebook, "ps99", DUE)


def test_nbgraders_own_preprocessor_takes_off_the_same(root, gradebook):
    term.set_due(gradebook, SET, DUE)
    hand_in(gradebook, "ada", DUE + 30 * HOUR)
    late = term.read_term(root).late
    expected = term.apply_late(gradebook, SET, late)["ada"]
    gradebook.find_submission(SET, "ada").notebooks[0].late_submission_penalty = None
    gradebook.db.commit()
    settings = {"grace_minutes": 15, "percent_per_day": 10, "keep_percent": 50}
    config = Config({"LatePolicy": settings})
    config.AssignLatePenalties.plugin_class = "course_lib.grading.term.late_policy.LatePolicy"
    names = {"notebook": SET, "assignment": SET, "student": "ada", "db_url": books.database_url(root)}
    AssignLatePenalties(config=config).preprocess(new_notebook(), {"nbgrader": names})
    gradebook.db.expire_all()
    assert gradebook.find_submission(SET, "ada").late_submission_penalty == pytest.approx(expected)


def test_the_command_sets_dates_and_lists_who_is_late(root, capsys):
    with books.opened(root) as gradebook:
        hand_in(gradebook, "grace", DUE + 30 * HOUR)
    assert term_commands.due("ps00", root=root) == 0
    assert "has no due date" in capsys.readouterr().out
    assert term_commands.due("ps00", "2026-11-30T12:00+00:00", root=root) == 0
    assert "grace    2026-11-30 12:00  2026-12-01 18:00  1.2 days  1\n" in capsys.readouterr().out
    assert term_commands.due("ps00", "2026-12-02T12:00+00:00", "grace", root=root) == 0
    assert "grace    2026-12-02 12:00  2026-12-01 18:00  no    0\n" in capsys.readouterr().out


# ---- groups


def test_one_hand_in_counts_for_all_members(tmp_path):
    root = rules_of(tmp_path, RULES)
    path = tmp_path / "x.ipynb"
    assert term.expand_groups(root, SET, {"grace": path, "emmy": path}) == {
        "grace": ["ada", "grace"],
        "emmy": ["emmy"],
    }
    assert term.expand_groups(root, SET, {"pair": path}) == {"pair": ["ada", "grace"]}
    assert term.expand_groups(root, "ps01-other", {"grace": path}) == {"grace": ["grace"]}


@pytest.mark.parametrize("two", [("ada", "grace"), ("pair", "ada")])
def test_two_hand_ins_of_a_group_are_refused(tmp_path, two):
    with pytest.raises(GradingError, match=f"{two[0]} and {two[1]} both handed in {SET} for the group pair"):
        term.expand_groups(rules_of(tmp_path, RULES), SET, dict.fromkeys(two, tmp_path))


# ---- a regrade


def regrade(gradebook, student: str, points: float) -> list[str]:
    """What nbgrader does to a submission that is graded again, then what this course does."""
    before = term.manual_marks(gradebook, SET, student)
    saver = SaveAutoGrades()
    saver.gradebook, saver.notebook_id, saver.assignment_id, saver.student_id = gradebook, SET, SET, student
    for name, value in (("test-double", points), ("why", None)):
        cell = {"cell_type": "code" if value is not None else "markdown", "source": "", "outputs": []}
        if value is not None:
            cell["outputs"] = [{"output_type": "execute_result", "data": {"text/plain": str(value)}}]
        marks = {
            "grade_id": name,
            "grade": True,
            "solution": value is None,
            "locked": False,
            "schema_version": 3,
        }
        marks |= {"points": 4 if value is not None else 2, "task": False}
        saver._add_score(from_dict(cell | {"metadata": {"nbgrader": marks}}), {})
    return term.settle(gradebook, SET, student, before)


def test_a_regrade_keeps_marks_and_comments_given_by_hand(gradebook):
    score(gradebook, "ada", 1, by_hand=1.5, comment="Say why.")
    assert regrade(gradebook, "ada", 4) == []  # the faulty test now gives the points
    why = gradebook.find_grade("why", SET, SET, "ada")
    assert (why.manual_score, why.needs_manual_grade) == (1.5, False)
    assert gradebook.find_comment("why", SET, SET, "ada").manual_comment == "Say why."
    assert gradebook.find_submission(SET, "ada").score == 5.5
    assert not gradebook.find_submission(SET, "ada").needs_manual_grade


def test_a_mark_that_overrides_a_test_is_kept_and_shown_again_when_the_test_changes_its_mind(gradebook):
    grade = gradebook.find_grade("test-double", SET, SET, "ada")
    grade.manual_score = 3
    gradebook.db.commit()
    assert regrade(gradebook, "ada", 4) == []  # as before
    assert not grade.needs_manual_grade
    assert regrade(gradebook, "ada", 1) == ["test-double"]
    assert (grade.manual_score, grade.needs_manual_grade) == (3, True)


def test_what_was_still_open_stays_open_after_a_regrade(gradebook):
    score(gradebook, "ada", 1, by_hand=None)
    assert regrade(gradebook, "ada", 4) == []
    assert gradebook.find_grade("why", SET, SET, "ada").needs_manual_grade


def test_a_first_grading_has_nothing_to_keep(gradebook):
    assert term.manual_marks(gradebook, SET, "nobody") == {}
