"""nbgrader's settings for this course; also for the command line: nbgrader COMMAND --config THIS_FILE.

Run from the course folder. What students and graders produce lies under `_build/grading/`.
"""

from pathlib import Path

from nbconvert.preprocessors import ClearMetadataPreprocessor, CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    Execute,
    GetGrades,
    IgnorePattern,
    LimitOutput,
    SaveAutoGrades,
)
from traitlets.config import Config

from course_lib.grading.feedback import CleanFeedback, DropWarnings


def course_config(root: Path, build: str = "_build/grading", release: str = "exercises") -> Config:
    """The settings for a course folder; `build` and `release` are folders in it, for results and student versions."""
    config = Config()
    course = config.CourseDirectory
    course.course_id = "training-deep-networks"
    course.root = str(root)
    course.source_directory = "solutions"
    course.release_directory = release
    course.submitted_directory = f"{build}/submitted"
    course.autograded_directory = f"{build}/autograded"
    course.feedback_directory = f"{build}/feedback"
    course.db_url = f"sqlite:///{(root / build / 'gradebook.db').as_posix()}"

    # A submission without one of its test cells is graded with the cell put back.
    config.OverwriteCells.add_missing_cells = True
    config.Execute.timeout = 120
    config.KernelManager.transport_encryption = "auto"  # other users of the machine must not read along
    config.Autograde.autograde_preprocessors = [
        Execute,
        DropWarnings,
        IgnorePattern,
        ClearMetadataPreprocessor,
        LimitOutput,
        SaveAutoGrades,
        AssignLatePenalties,
        CheckCellMetadata,
    ]
    config.GenerateFeedback.preprocessors = [GetGrades, CleanFeedback, CSSHTMLHeaderPreprocessor]
    config.HTMLExporter.sanitize_html = True
    return config


if "get_config" in globals():  # nbgrader runs this file with get_config defined
    c = globals()["get_config"]()
    c.merge(course_config(Path.cwd()))
