"""The table of parity speaks of today's models, all of them, and every line of it agrees; nothing is compared anew."""

import papers
import parity_table
import pytest
from comparison import TOLERANCE
from parity_table import Job

from course_lib import architectures


@pytest.fixture(scope="module")
def lines():
    return parity_table.read()


@pytest.fixture(scope="module")
def compared(lines):
    return [line for line in lines if "compared with" in line]


def test_every_model_stands_in_the_table(lines):
    assert {line["model"] for line in lines} == set(architectures.names())


def test_every_comparison_that_can_be_made_stands_in_it_and_no_other(compared, torchvision):
    assert [Job(line["model"], line["compared with"].split()[0]) for line in compared] == parity_table.jobs()


def test_it_was_made_from_todays_rows(lines):
    assert {line["model"]: line["row"] for line in lines} == {
        name: parity_table.row_hash(name) for name in architectures.names()
    }, "run make parity"


def test_its_parameters_are_those_of_the_tables(compared):
    for line in compared:
        assert int(line["parameters"].replace(",", "")) == architectures.find(line["model"]).params, line[
            "model"
        ]


def test_the_oracle_has_as_many_parameters_unless_the_line_says_what_was_changed(compared):
    for line in compared:
        assert line["parameters"] == line["the oracle's"] or line["what was changed"], line["model"]


def test_every_difference_is_within_the_tolerance(compared):
    assert all(float(line["largest difference"]) <= TOLERANCE for line in compared)


def test_the_papers_numbers_are_those_that_are_computed_today(lines):
    written = [list(line.values()) for line in lines if "theirs" in line]
    assert written == papers.lines(parity_table.row_hash)
