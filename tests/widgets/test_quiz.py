import gzip
import subprocess
from pathlib import Path

import pytest

from course_lib import widgets
from course_lib.widgets import NumberQuestion, Question, Quiz, Right, Wrong
from course_lib.widgets.base import STATIC

SRC = Path(widgets.__file__).parent / "src"


def size_question(**settings) -> Question:
    return Question(
        "What size comes out?",
        Right("32×32", "kept by padding"),
        Wrong("28×28", "without padding"),
        Wrong("30×30", "half the padding"),
        **settings,
    )


def count_question(**settings) -> NumberQuestion:
    settings = {"wrong": {750: "no biases"}} | settings
    return NumberQuestion("How many parameters?", 760, "(5·5·3 + 1)·10", **settings)


def test_front_end_judging_passes_its_tests(node):
    done = subprocess.run([node, "--test", "test/quiz.test.mjs"], cwd=SRC, text=True, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_choices_are_mixed_in_the_same_way_each_time():
    first = [choice.text for choice in size_question().choices]
    assert [choice.text for choice in size_question().choices] == first
    assert sorted(first) == ["28×28", "30×30", "32×32"]


def test_mixing_does_not_depend_on_the_order_the_author_writes():
    choices = [Right("a", "yes"), Wrong("b", "no"), Wrong("c", "no"), Wrong("d", "no")]
    forward, backward = Question("Which?", *choices), Question("Which?", *reversed(choices))
    assert [choice.text for choice in forward.choices] == [choice.text for choice in backward.choices]


def test_the_right_choice_does_not_always_stand_first():
    places = set()
    for number in range(40):
        question = Question(f"Question {number}?", Right("a", "yes"), Wrong("b", "no"), Wrong("c", "no"))
        places.add([choice.text for choice in question.choices].index("a"))
    assert places == {0, 1, 2}


def test_without_shuffle_the_authors_order_stays():
    assert [choice.text for choice in size_question(shuffle=False).choices] == ["32×32", "28×28", "30×30"]


def test_several_right_choices_let_the_reader_tick_several():
    choices = [Right("a", "yes"), Right("b", "yes"), Wrong("c", "no")]
    assert Question("Which?", *choices).several
    assert not size_question().several
    assert size_question(several=True).several


def test_the_front_end_gets_each_choice_with_its_explanation():
    (question,) = Quiz(size_question(shuffle=False, hint="count")).questions
    assert question["choices"][1] == {"text": "28×28", "why": "without padding", "right": False}
    assert question["hint"] == "count"


def test_the_front_end_gets_a_number_with_its_known_mistakes():
    (question,) = Quiz(count_question(tolerance=2, unit="parameters")).questions
    assert question["answer"] == 760
    assert question["wrong"] == [[750, "no biases"]]
    assert question["tolerance"] == 2
    assert question["unit"] == "parameters"


def test_repr_shows_questions_and_choices_without_answers():
    question = Question("Which?", Right("a", "yes"), Right("b", "yes"), Wrong("c", "no"), shuffle=False)
    text = repr(Quiz(size_question(shuffle=False), question, count_question(unit="parameters")))
    assert text == (
        "Quiz: check yourself\n"
        "1. What size comes out?\n  ( ) 32×32\n  ( ) 28×28\n  ( ) 30×30\n"
        "2. Which?\n  [ ] a\n  [ ] b\n  [ ] c\n"
        "3. How many parameters?\n  Your answer: ____ parameters"
    )


@pytest.mark.parametrize(
    ("make_it", "error", "message"),
    [
        (lambda: Quiz(), ValueError, "at least one question"),
        (lambda: Quiz("Why?"), TypeError, "holds Question and NumberQuestion, and here comes 'Why\\?'"),
        (lambda: Right("a", " "), ValueError, r"why of Right\('a', ' '\) must be a text that is not empty"),
        (lambda: Wrong("", "no"), ValueError, "text of Wrong"),
        (lambda: Question("", Right("a", "yes")), ValueError, "the question's text must be"),
        (lambda: Question("Why?", Wrong("a", "no")), ValueError, "one Right and one Wrong.*has 0 of 1 right"),
        (
            lambda: Question("Why?", Right("a", "yes")),
            ValueError,
            "one Right and one Wrong.*has 1 of 1 right",
        ),
        (lambda: Question("Why?", Right("a", "yes"), Wrong("a", "no")), ValueError, "the choice 'a' twice"),
        (lambda: Question("Why?", ("a", "yes")), TypeError, r"Right\(text, why\) or Wrong\(text, why\), not"),
        (lambda: size_question(hint=""), ValueError, "the hint of"),
        (lambda: count_question(wrong={}), ValueError, "explains no wrong number"),
        (lambda: count_question(wrong={750: ""}), ValueError, "the explanation of 750"),
        (lambda: count_question(tolerance=10), ValueError, "750 .* would count as right: 760 ± 10"),
        (lambda: count_question(tolerance=-1), ValueError, "at least 0, and is -1"),
        (lambda: count_question(wrong={"750": "no"}), TypeError, "finite int or float.*not '750'"),
        (lambda: count_question(unit=""), ValueError, "the unit of"),
    ],
)
def test_wrong_settings_are_refused_with_what_was_expected(make_it, error, message):
    with pytest.raises(error, match=message):
        make_it()


def test_one_answer_where_several_are_right_is_refused():
    choices = [Right("a", "yes"), Right("b", "yes"), Wrong("c", "no")]
    with pytest.raises(ValueError, match="has 2 right choices"):
        Question("Which?", *choices, several=False)


def test_bundle_stays_small():
    size = sum(len(gzip.compress((STATIC / f"quiz.{kind}").read_bytes())) for kind in ("js", "css"))
    assert size <= 25_000
