"""A corpus of submissions of problem set 2 that a grader has to withstand, with the outcome each must have.

Every submission is a small function that changes a `Desk`: a student's copy of the set in which every task
is solved. `@submission(...)` beside it says to which row of the table of outcomes it belongs and what has
to come out. What attacks is bounded by construction, so that it can also be run without a sandbox, on
purpose: at most 200 processes, a few GB of memory, children that end after a minute, connections to this
machine only.
"""

from hostile.corpus import (
    LEAKED,
    POINTS,
    ROWS,
    SET,
    SUBMISSIONS,
    Desk,
    Submission,
    handed_in,
    solved_desk,
    write,
)
from hostile.outcome import Seen, dangers, problems

__all__ = [
    "LEAKED",
    "POINTS",
    "ROWS",
    "SET",
    "SUBMISSIONS",
    "Desk",
    "Seen",
    "Submission",
    "dangers",
    "handed_in",
    "problems",
    "solved_desk",
    "write",
]

# Importing a module registers its submissions.
from hostile import (  # noqa: F401
    cheating,
    damaged,
    honest,
    leaking,
    lying,
    markup,
    reaching,
    resources,
    shadowing,
)
