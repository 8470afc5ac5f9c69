"""Check-yourself questions that explain every wrong choice."""

import hashlib
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import traitlets

from course_lib.widgets.base import Demo


@dataclass(frozen=True)
class Choice:
    """A choice of a `Question` and why it is right or wrong; written as `Right(text, why)` or `Wrong(text, why)`."""

    text: str
    why: str

    def __post_init__(self):
        for name in ("text", "why"):
            value = getattr(self, name)
            _require_text(value, f"{name} of {type(self).__name__}({self.text!r}, {self.why!r})")


class Right(Choice):
    """A right choice."""


class Wrong(Choice):
    """A wrong choice."""


class Question:
    """A question with choices: pick one where one is right, tick all that are right where several are.

    Texts may hold `code`, *emphasis*, <sub> and <sup>; mathematics is written in Unicode.

    Args:
        text: The question.
        choices: `Right` and `Wrong` choices. Unless `shuffle` is off they are shown in a mixed order, which is the
            same in each build, so the right one may always be written first.
        hint: Shown when the reader asks for it.
        several: Whether to let the reader tick several; by default, if several are right.
        shuffle: Off for choices with an order of their own, such as numbers.

    Raises:
        ValueError: An empty text, no right or no wrong choice, the same text twice, or one answer where several
            are right.
        TypeError: A choice that is neither `Right` nor `Wrong`.
    """

    def __init__(
        self,
        text: str,
        *choices: Choice,
        hint: str | None = None,
        several: bool | None = None,
        shuffle: bool = True,
    ):
        _require_text(text, "the question's text")
        right = _count_right(text, choices)
        if several is None:
            several = right > 1
        if right > 1 and not several:
            raise ValueError(f"{text!r} has {right} right choices, so several must be left out or True")
        if hint is not None:
            _require_text(hint, f"the hint of {text!r}")
        self.text = text
        self.choices = tuple(
            sorted(choices, key=lambda choice: _digest(text + choice.text)) if shuffle else choices
        )
        self.hint = hint
        self.several = several

    def as_dict(self) -> dict:
        """Return the question as the front end reads it."""
        choices = [{"text": c.text, "why": c.why, "right": isinstance(c, Right)} for c in self.choices]
        return {"text": self.text, "choices": choices, "hint": self.hint, "several": self.several}

    def __str__(self) -> str:
        sign = "[ ]" if self.several else "( )"
        return "\n".join([self.text, *(f"  {sign} {choice.text}" for choice in self.choices)])


class NumberQuestion:
    """A question whose answer is a number.

    Texts may hold `code`, *emphasis*, <sub> and <sup>; mathematics is written in Unicode.

    Args:
        text: The question.
        answer: The right number; the reader may type 15200, 15,200 or 1.52e4.
        why: Why it is right.
        wrong: Numbers that well-known mistakes lead to, each with what went wrong. Any other number is said to be
            too large or too small.
        tolerance: How far from `answer` a number may be and still be right.
        unit: Shown behind the field, such as "parameters".
        hint: Shown when the reader asks for it.

    Raises:
        ValueError: An empty text, no wrong number, one within the tolerance or a negative tolerance.
        TypeError: An answer, tolerance or wrong number that is not a finite number.
    """

    def __init__(
        self,
        text: str,
        answer: float,
        why: str,
        wrong: Mapping[float, str],
        tolerance: float = 0,
        unit: str | None = None,
        hint: str | None = None,
    ):
        _require_text(text, "the question's text")
        _require_text(why, f"why of {text!r}")
        for name, given in (("unit", unit), ("hint", hint)):
            if given is not None:
                _require_text(given, f"the {name} of {text!r}")
        _require_numbers(text, answer, tolerance, *wrong)
        if not wrong:
            raise ValueError(
                f"{text!r} explains no wrong number; give at least one, as wrong={{number: why}}"
            )
        for value, reason in wrong.items():
            _require_text(reason, f"the explanation of {value} in {text!r}")
            if abs(value - answer) <= tolerance:
                raise ValueError(
                    f"the wrong number {value} of {text!r} would count as right: {answer} ± {tolerance}"
                )
        self.text = text
        self.answer = answer
        self.why = why
        self.wrong = dict(wrong)
        self.tolerance = tolerance
        self.unit = unit
        self.hint = hint

    def as_dict(self) -> dict:
        """Return the question as the front end reads it."""
        return {**vars(self), "wrong": [[value, why] for value, why in self.wrong.items()]}

    def __str__(self) -> str:
        return f"{self.text}\n  Your answer: ____" + (f" {self.unit}" if self.unit else "")


class Quiz(Demo, bundle="quiz"):
    """A few questions for the reader to check themselves with; each answer is explained.

    The answers are neither counted against the reader nor saved nor sent. In print the questions stand without them.

    Raises:
        ValueError: No question.
        TypeError: Something that is neither a `Question` nor a `NumberQuestion`.
    """

    questions = traitlets.List().tag(sync=True)

    def __init__(self, *questions: Question | NumberQuestion):
        if not questions:
            raise ValueError("a quiz needs at least one question")
        for question in questions:
            if not isinstance(question, Question | NumberQuestion):
                raise TypeError(f"a quiz holds Question and NumberQuestion, and here comes {question!r}")
        self._texts = [str(question) for question in questions]
        super().__init__(questions=[question.as_dict() for question in questions])

    def summary(self) -> str:
        """Return the questions and their choices, without the answers."""
        return "check yourself\n" + "\n".join(
            f"{place}. {text}" for place, text in enumerate(self._texts, start=1)
        )


def _require_text(value: str, name: str):
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} must be a text that is not empty, and is {value!r}")


def _require_numbers(text: str, answer: float, tolerance: float, *wrong: float):
    for value in (answer, tolerance, *wrong):
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise TypeError(
                f"{text!r} needs a finite int or float as answer, tolerance and wrong numbers, not {value!r}"
            )
    if tolerance < 0:
        raise ValueError(f"the tolerance of {text!r} must be at least 0, and is {tolerance}")


def _count_right(text: str, choices: tuple[Choice, ...]) -> int:
    for choice in choices:
        if not isinstance(choice, Right | Wrong):
            raise TypeError(
                f"the choices of {text!r} are written as Right(text, why) or Wrong(text, why), not {choice!r}"
            )
    twice = [choice for choice, times in Counter(choice.text for choice in choices).items() if times > 1]
    if twice:
        raise ValueError(f"{text!r} has the choice {twice[0]!r} twice")
    right = sum(isinstance(choice, Right) for choice in choices)
    if right == 0 or right == len(choices):
        raise ValueError(
            f"{text!r} needs at least one Right and one Wrong choice, and has {right} of {len(choices)} right"
        )
    return right


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
