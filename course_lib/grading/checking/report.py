"""What a test cell found: one line per check, a number for nbgrader, and the same as data inside the output."""

import os
from dataclasses import asdict, dataclass

MIME = "application/vnd.course.report+json"


def number(points: float) -> str:
    """Points as people write them: 2, 0.5."""
    return format(points, "g")


class Failure(Exception):  # noqa: N818 - a finding about an answer, not a fault of the program
    """Why a check is not passed.

    `general` says what kind of thing went wrong and carries no value: a hidden check may show it.
    `detail` may quote inputs and values: only a visible check shows it. A failure that explains itself
    (nothing returned, a forbidden call) takes no hint; a `hintable` one has the author's sentence added.
    `raised` names the classes of the exception that the student's code raised, most special first.
    """

    def __init__(self, general: str, detail: str | None = None, hintable: bool = False, raised: tuple = ()):
        super().__init__(general)
        self.general = general
        self.detail = detail or general
        self.hintable = hintable
        self.hint: str | None = None
        self.raised = raised


@dataclass(frozen=True)
class Result:
    """One check: its title, what it is worth, what it earned, and the sentences that explain a loss."""

    title: str
    points: float
    earned: float
    hidden: bool = False
    messages: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the check gave all its points."""
        return self.earned == self.points

    def lines(self) -> list[str]:
        """The check as it is printed."""
        verdict = "passed" if self.passed else "failed"
        hidden = "hidden: " if self.hidden else ""
        head = f"  [{verdict} {number(self.earned)}/{number(self.points)}] {hidden}{self.title}"
        return [head, *(f"      {line}" for message in self.messages for line in message.split("\n"))]


@dataclass(frozen=True)
class Report:
    """All checks of one task. As the last value of a test cell it is the number that nbgrader reads.

    nbgrader 0.9.6 takes `float(text/plain)` of the cell's first result as the score and gives full
    marks for a text that is no number, so `repr` is always a bare number. The sentences travel beside
    it as JSON, where feedback and `course check` read them without parsing text.
    """

    task: str
    points: float
    results: tuple[Result, ...]

    @property
    def earned(self) -> float:
        """The points of all passed checks."""
        return sum(result.earned for result in self.results)

    @property
    def present(self) -> float:
        """The points that the checks in this copy of the notebook can give (a student's copy has no hidden ones)."""
        return sum(result.points for result in self.results)

    def __repr__(self) -> str:
        # The Validate button runs a student's copy and would call a perfect answer a failure for want
        # of the hidden checks' points.
        validating = bool(os.environ.get("NBGRADER_VALIDATING"))
        return number(self.points if validating and self.earned == self.present else self.earned)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {"text/plain": repr(self), MIME: asdict(self)}

    @classmethod
    def from_output(cls, outputs: list) -> "Report | None":
        """The report among the outputs of an executed test cell, or None when the cell gave none."""
        for output in outputs:
            data = output.get("data", {}).get(MIME)
            if data:
                results = [Result(**{**row, "messages": tuple(row["messages"])}) for row in data["results"]]
                return cls(data["task"], data["points"], tuple(results))
        return None

    def text(self) -> str:
        """The lines a student reads."""
        head = f"{self.task}: {number(self.earned)} of {number(self.points)} points"
        if self.present < self.points:
            head = (
                f"{self.task}: {number(self.earned)} of {number(self.present)} points from the visible checks; "
                f"hidden checks decide {number(self.points - self.present)} more when your work is graded"
            )
        messages = {result.messages for result in self.results}
        if len(self.results) > 1 and len(messages) == 1 and messages != {()}:
            # One reason for everything (not written yet, not defined): say it once.
            return "\n".join([head, *(f"  {message}" for message in messages.pop())])
        return "\n".join([head, *(line for result in self.results for line in result.lines())])
