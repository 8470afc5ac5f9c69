"""nbgrader's plugin for late penalties, with this course's policy: `nbgrader autograde` and formgrader call it."""

from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float

from course_lib.grading.term import Late


class LatePolicy(LateSubmissionPlugin):
    """Takes off a share of the points for each day begun; see `course_lib.grading.term.Late`."""

    grace_minutes = Float(0, help="nothing is taken off within them").tag(config=True)
    percent_per_day = Float(0, help="of the points earned, for each day begun").tag(config=True)
    keep_percent = Float(0, help="so much of the points earned stays").tag(config=True)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """The points to take off, or None."""
        late = Late(self.grace_minutes, self.percent_per_day, self.keep_percent)
        return late.penalty(score, total_seconds_late) or None
