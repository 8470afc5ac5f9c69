"""nbgrader's settings for this course; also for the command line: nbgrader COMMAND --config THIS_FILE.

Run from the course folder. What students and graders produce lies under `_build/grading/`.
"""

from pathlib import Path

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    GetGrades,
    IgnorePattern,
    LimitOutput,
    SaveAutoGrades,
)
from traitlets.config import Config

from course_lib.grading.marking.execute import JudgedExecute, SubmissionExporter
from course_lib.grading.marking.feedback import CleanFeedback, FeedbackExporter
from course_lib.grading.term import read_term
from course_lib.grading.term.gradebook import COURSE, database_url


def course_config(
    root: Path, build: str = "_build/grading", release: str = "exercises", sandbox: str = ""
) -> Config:
    """The settings for a course folder; `build` and `release` are folders in it, for results and student versions.

    `sandbox` names a kind of sandbox, by default the best that works.
    """
    config = Config()
    course = config.CourseDirectory
    course.course_id = COURSE
    course.root = str(root)
    course.source_directory = "solutions"
    course.release_directory = release
    course.submitted_directory = f"{build}/submitted"
    course.autograded_directory = f"{build}/autograded"
    course.feedback_directory = f"{build}/feedback"
    course.db_url = database_url(root, build)

    config.OverwriteCells.add_missing_cells = True
    config.JudgedExecute.sandbox = sandbox
    config.Autograde.exporter_class = SubmissionExporter
    config.Autograde.autograde_preprocessors = [
        JudgedExecute,
        IgnorePattern,
        ClearMetadataPreprocessor,
        LimitOutput,
        SaveAutoGrades,
        AssignLatePenalties,
        CheckCellMetadata,
    ]
    config.GenerateFeedback.exporter_class = FeedbackExporter
    config.GenerateFeedback.preprocessors = [GetGrades, CleanFeedback]
    late = read_term(root).late
    config.AssignLatePenalties.plugin_class = "course_lib.grading.term.late_policy.LatePolicy"
    config.LatePolicy.grace_minutes = late.grace_minutes
    config.LatePolicy.percent_per_day = late.percent_per_day
    config.LatePolicy.keep_percent = late.keep_percent
    return config


if "get_config" in globals():  # nbgrader runs this file with get_config defined
    c = globals()["get_config"]()
    c.merge(course_config(Path.cwd()))
