"""Sanitizing: whatever was handed in becomes the instructor's notebook with the student's answers in it."""

import copy
import json
import os

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell

from course_lib.grading import notebooks
from course_lib.grading.judge import sanitize

ANSWER = "def first(x):\n    return 'mine'"


@pytest.fixture
def paper(three_tasks, tmp_path):
    path = tmp_path / "source.ipynb"
    nbformat.write(three_tasks, path)
    return path


@pytest.fixture
def handed_in(paper):
    """The release with one answer, as plain data to be damaged."""
    notebook = sanitize.master_of(paper)
    for cell in notebook.cells:
        cell.source = notebooks.split_hidden(cell.source)[0]
    notebook.cells[0].source = ANSWER
    return json.loads(nbformat.writes(notebook))


def repaired(paper, content, tmp_path):
    path = tmp_path / "hand-in.ipynb"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return sanitize.sanitize(paper, path)


def facts(notebook) -> list[tuple]:
    return [(notebooks.grade_id(cell), cell.cell_type, cell.source) for cell in notebook.cells]


def wanted(paper) -> list[tuple]:
    master = sanitize.master_of(paper)
    master.cells[0].source = ANSWER
    return facts(master)


def test_an_honest_hand_in_is_the_master_with_the_answer_and_no_flag(paper, handed_in, tmp_path):
    found = repaired(paper, handed_in, tmp_path)
    assert (facts(found.notebook), found.flags, found.reason) == (wanted(paper), [], None)
    nbformat.validate(found.notebook)


def cells_without_metadata(content):
    for cell in content["cells"]:
        cell["metadata"] = {}


def names_lost(content):
    for cell in content["cells"]:
        cell["metadata"], cell["id"] = {}, "x" + cell["id"]


def doubled(content):
    content["cells"] += copy.deepcopy(content["cells"][1:2])


def doubled_blank(content):
    blank = copy.deepcopy(content["cells"][0])
    blank["source"] = "def first(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    content["cells"].append(blank)


def deleted(content):
    del content["cells"][1]


def retyped(content):
    content["cells"][1]["cell_type"] = "markdown"


def edited(content):
    content["cells"][1]["source"] = "from course_lib.grading import Checks\n3"


def points(content):
    content["cells"][1]["metadata"]["nbgrader"]["points"] = 100


def ungraded(content):
    content["cells"][1]["metadata"]["nbgrader"] |= {"grade": False, "solution": True, "locked": False}


def schema(content):
    for cell in content["cells"]:
        cell["metadata"]["nbgrader"]["schema_version"] = 99


def moved(content):
    content["cells"].insert(0, content["cells"].pop(1))


def turned_around(content):
    content["cells"].reverse()


def junk_cells(content):
    content["cells"] += [
        3,
        {"cell_type": "code"},
        {"cell_type": "poem", "source": ""},
        {"cell_type": "code", "source": 3},
    ]
    content["cells"].remove({"cell_type": "code"})


def one_id(content):
    for cell in content["cells"]:
        cell["id"] = "same"


def format_number(content):
    content["nbformat"] = 7


@pytest.mark.parametrize(
    ("damage", "flag"),
    [
        (names_lost, "lost its mark"),
        (doubled, "more than once"),
        (doubled_blank, "more than once"),
        (deleted, "was missing"),
        (retyped, "turned into a markdown cell"),
        (edited, "was changed"),
        (points, r"(points)"),
        (ungraded, "grade, solution, locked"),
        (schema, "schema_version"),
        (moved, "stood above its task"),
        (turned_around, "another order"),
        (junk_cells, "3 cells without a proper form"),
        (one_id, "id of a cell was changed"),
        (format_number, "format"),
    ],
)
def test_damage_is_repaired_and_flagged(paper, handed_in, tmp_path, damage, flag):
    damage(handed_in)
    found = repaired(paper, handed_in, tmp_path)
    assert facts(found.notebook) == wanted(paper)
    assert any(flag in sentence for sentence in found.flags)


def test_cells_without_any_metadata_are_known_by_their_ids(paper, handed_in, tmp_path):
    cells_without_metadata(handed_in)
    assert facts(repaired(paper, handed_in, tmp_path).notebook) == wanted(paper)


def test_a_cell_with_marks_of_the_students_own_is_an_ordinary_one(paper, handed_in, tmp_path):
    own = json.loads(json.dumps(new_code_cell("100")))
    own["metadata"]["nbgrader"] = {"grade_id": "bonus", "grade": True, "points": 100, "schema_version": 3}
    handed_in["cells"].append(own)
    found = repaired(paper, handed_in, tmp_path)
    assert found.notebook.cells[-1].metadata == {}
    assert "A cell claims marks that the problem set does not have; they were left out." in found.flags


def test_cells_of_the_students_own_stay_where_they_are(paper, handed_in, tmp_path):
    handed_in["cells"].insert(1, json.loads(json.dumps(new_code_cell("helper = 1"))))
    found = repaired(paper, handed_in, tmp_path)
    assert found.notebook.cells[1].source == "helper = 1"
    assert found.flags == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is empty"),
        ("  \n", "is empty"),
        ('{"cells": [', "is damaged"),
        ("[" * 200_000, "is damaged"),
        ("[]", "is not a notebook"),
        ('{"cells": 3}', "is not a notebook"),
        ('{"cells": []}', "has no cells"),
        ('{"worksheets": [], "nbformat": 3}', "an old format"),
        ("\x00\xff\x89PNG", "is damaged"),
    ],
)
def test_what_cannot_be_read_has_a_reason(paper, tmp_path, content, reason):
    found = repaired(paper, content, tmp_path)
    assert reason in found.reason
    assert facts(found.notebook) == facts(sanitize.master_of(paper))


def test_links_pipes_folders_and_huge_files_are_not_read(paper, tmp_path, monkeypatch):
    monkeypatch.setattr(sanitize, "MOST_BYTES", 1 << 20)
    made = {name: tmp_path / f"{name}.ipynb" for name in ("link", "pipe", "folder", "huge", "absent")}
    made["link"].symlink_to(paper)
    os.mkfifo(made["pipe"])
    made["folder"].mkdir()
    with made["huge"].open("wb") as file:
        file.truncate(200 << 20)
    reasons = {name: sanitize.sanitize(paper, path).reason for name, path in made.items()}
    assert all(reasons.values())
    assert "210 MB" in reasons["huge"]


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["cell_type", "source", "metadata", "nbgrader", "grade_id", "id", "points", "attachments"]
            ),
            inner | st.sampled_from(["code", "markdown", "first", "test-first"]),
            max_size=6,
        )
    ),
    max_leaves=30,
)


@given(cells=st.lists(ANY, max_size=6))
def test_whatever_the_cells_are_the_tests_are_the_instructors(cells, tmp_path_factory, three_tasks_file):
    path = tmp_path_factory.mktemp("any") / "hand-in.ipynb"
    path.write_text(json.dumps({"cells": cells, "nbformat": 4}))
    found = sanitize.sanitize(three_tasks_file, path)
    master = notebooks.graded_cells(sanitize.master_of(three_tasks_file))
    got = notebooks.graded_cells(found.notebook)
    assert sorted(got) == sorted(master)
    for name, cell in got.items():
        assert cell.metadata == master[name].metadata
        if name.startswith("test-"):
            assert cell.source == master[name].source
    nbformat.validate(found.notebook)
