"""Modules beside the notebook that shadow libraries, or start with the interpreter."""

from hostile.cheating import attack
from hostile.corpus import NOTHING, Desk, submission

EVIL = b"""
import builtins
print("course-hostile-shadow")
raise RuntimeError("course-hostile-shadow")
"""


def shadowed(*names: str):
    """A builder that puts modules beside the notebook."""

    def build(desk: Desk) -> None:
        desk.files |= dict.fromkeys(names, EVIL)

    return build


@submission("shadow", absent=("course-hostile-shadow",))
def shadows_numpy(desk: Desk) -> None:
    """numpy.py and torch/ beside the notebook."""
    shadowed("numpy.py", "torch/__init__.py", "sklearn.py", "json.py", "contextlib.py")(desk)


@submission("shadow", NOTHING, absent=("course-hostile-shadow",))
def shadows_the_checks(desk: Desk) -> None:
    """A course_lib beside the notebook whose checks always pass."""
    attack(desk, "")
    fake = b"class Checks:\n    def __init__(s, *a, points, **k): s.p = points\n"
    fake += b"    def visible(s, *a, **k): return lambda f: f\n    hidden = visible\n    rng = None\n"
    fake += b"    def score(s): return s.p\n"
    desk.files |= {"course_lib/__init__.py": b"", "course_lib/grading/__init__.py": fake}


@submission("shadow", absent=("course-hostile-shadow",))
def starts_with_the_interpreter(desk: Desk) -> None:
    """sitecustomize, a .pth file, start-up scripts of IPython and a configuration of nbgrader."""
    shadowed(
        "sitecustomize.py",
        "usercustomize.py",
        "nbgrader_config.py",
        "ipython_config.py",
        "conftest.py",
        "jupyter_nbconvert_config.py",
        ".ipython/profile_default/startup/a.py",
        "evil.pth",
    )(desk)


@submission("shadow")
def brings_a_file(desk: Desk) -> None:
    """A harmless text file beside the notebook, named in no cell."""
    desk.files["notes.txt"] = b"my notes"
