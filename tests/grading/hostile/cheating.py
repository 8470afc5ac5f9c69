"""Points without answers: every attack works inside its own process, where anything can be replaced."""

from hostile.corpus import NOTHING, POINTS, Desk, submission


def attack(desk: Desk, source: str) -> None:
    """No task is solved, and the first cell holds the attack."""
    stubs = {
        "conv2d": ["conv2d"],
        "pool2d": ["pool2d"],
        "sizes": ["output_size", "count_parameters", "count_multiplications"],
        "edges": ["edge_kernels", "edge_strength"],
        "conv1x1": ["conv1x1"],
        "network": ["DigitsNetwork"],
        "fit": ["fit"],
    }
    for task, names in stubs.items():
        desk.put(task, "\n".join(f"def {name}(*args, **kwargs):\n    return 0.5\n\n" for name in names))
    desk.before("conv2d", source)


# ---- patched modules


@submission("cheat", NOTHING)
def patched_numpy_testing(desk: Desk) -> None:
    """NumPy's comparisons always agree."""
    attack(
        desk,
        """
        for name in dir(np.testing):
            if name.startswith("assert_"):
                setattr(np.testing, name, lambda *a, **k: None)
        np.allclose = np.array_equal = lambda *a, **k: True
        np.isclose = lambda a, b, **k: np.ones(np.broadcast(a, b).shape, bool)
        torch.allclose = torch.equal = lambda *a, **k: True
        """,
    )


@submission("cheat", NOTHING)
def patched_checks(desk: Desk) -> None:
    """The checks' own module is replaced: nothing ever differs, every score is full."""
    attack(
        desk,
        """
        import course_lib.grading.checking.checks as checks
        from course_lib.grading.checking import compare, report

        for name in ("close", "equal", "need_kind", "need_shape"):
            setattr(compare, name, lambda *a, **k: None)
        checks.Checks.close = checks.Checks.equal = checks.Checks.that = lambda *a, **k: None
        checks.Checks.raises = lambda *a, **k: None
        checks.Checks._try = lambda self, check: ()
        report.Report.earned = property(lambda self: self.points)
        """,
    )


@submission("cheat", NOTHING)
def another_checks_module(desk: Desk) -> None:
    """A module of the same name stands in sys.modules before the tests import it."""
    attack(
        desk,
        """
        import sys
        import types


        class Checks:
            def __init__(self, problem_set, task, points, **options):
                self.points = points
                self.rng = np.random.default_rng(0)

            def visible(self, *a, **k):
                return lambda f: f

            hidden = visible

            def score(self):
                return self.points


        fake = types.ModuleType("course_lib.grading")
        fake.Checks = Checks
        sys.modules["course_lib.grading"] = fake
        """,
    )


@submission("cheat", NOTHING)
def patched_builtins(desk: Desk) -> None:
    """Builtins that judge: isinstance, all, any, abs, len, sum."""
    attack(
        desk,
        """
        import builtins

        builtins.all = lambda *a: True
        builtins.any = lambda *a: False
        builtins.abs = lambda *a: 0
        builtins.float = type("float", (float,), {"__eq__": lambda s, o: True, "__hash__": float.__hash__})
        """,
    )


@submission("cheat", NOTHING)
def patched_messengers(desk: Desk) -> None:
    """json, socket, struct, pickle and os.write of the own process say that all is well."""
    attack(
        desk,
        """
        import json
        import os
        import pickle
        import socket
        import struct

        before_dumps, before_write = json.dumps, os.write


        def dumps(thing, *a, **k):
            if isinstance(thing, dict):
                thing = {**thing, "earned": 6, "score": 6, "passed": True, "status": "ok", "points": 6}
            return before_dumps(thing, *a, **k)


        json.dumps = dumps
        json.loads = lambda *a, **k: {"passed": True, "earned": 6}
        pickle.dumps = lambda *a, **k: b"I6\\n."
        """,
    )


@submission("cheat", NOTHING)
def patched_torch(desk: Desk) -> None:
    """Functions that references are computed with return what the answers return."""
    attack(
        desk,
        """
        half = lambda *a, **k: torch.tensor(0.5, dtype=torch.float64).reshape(1, 1)[None, None]
        for name in ("conv2d", "conv1d", "max_pool2d", "avg_pool2d", "cross_entropy"):
            setattr(torch.nn.functional, name, half)
        torch.Tensor.numpy = lambda self, *a, **k: np.float64(0.5)
        np.asarray = np.array = lambda *a, **k: np.float64(0.5)
        """,
    )


@submission("cheat", NOTHING)
def patched_chance(desk: Desk) -> None:
    """Random numbers are constants: hidden inputs would be known in advance."""
    attack(
        desk,
        """
        import random


        class Constant:
            def __getattr__(self, name):
                return lambda *a, size=None, **k: np.zeros(size or ())


        np.random.default_rng = lambda *a: Constant()
        np.random.seed = random.seed = torch.manual_seed = lambda *a: None
        torch.rand = torch.randn = lambda *a, **k: torch.zeros(*a)
        """,
    )


@submission("cheat")
def spent_chance(desk: Desk) -> None:
    """Right answers that seed and use up every global generator: hidden inputs must not depend on it."""
    body = (
        "    import random\n    random.seed(1); np.random.seed(2); torch.manual_seed(3); np.random.rand(5)\n"
    )
    for task in ("conv2d", "pool2d", "conv1x1", "fit"):
        head, rest = desk.answers[task].split('"""\n', 1)
        desk.put(task, head + '"""\n' + body + rest)


# ---- the shell


@submission("cheat", NOTHING)
def ast_transformer(desk: Desk) -> None:
    """IPython's AST transformers empty every later cell and put the full score in its place."""
    attack(
        desk,
        """
        import ast


        class Empty(ast.NodeTransformer):
            def visit_Module(self, node):
                text = ast.unparse(node)
                if "check.score()" in text:
                    points = text.split("points=")[1].split(",")[0].split(")")[0]
                    return ast.parse(points)
                return node


        get_ipython().ast_transformers.append(Empty())
        """,
    )


@submission("cheat", NOTHING)
def input_transformer(desk: Desk) -> None:
    """IPython's input transformers rewrite the text of test cells."""
    attack(
        desk,
        """
        def rewrite(lines):
            text = "".join(lines)
            return ["6\\n"] if "check.score()" in text else lines


        get_ipython().input_transformers_post.append(rewrite)
        get_ipython().input_transformers_cleanup.append(rewrite)
        """,
    )


@submission("cheat", NOTHING)
def shell_hooks(desk: Desk) -> None:
    """Event hooks, and the shell's own methods, run something else than the cell."""
    attack(
        desk,
        """
        shell = get_ipython()
        run = shell.run_cell


        def other(raw_cell, *a, **k):
            return run("6" if "score()" in raw_cell else raw_cell, *a, **k)


        shell.run_cell = other
        shell.kernel.do_execute = lambda *a, **k: {"status": "ok", "execution_count": 1, "payload": []}
        shell.events.register("pre_run_cell", lambda info: setattr(info, "raw_cell", "6"))
        """,
    )


@submission("cheat", NOTHING)
def display_hook(desk: Desk) -> None:
    """Whatever a cell's value is, full points are displayed."""
    attack(
        desk,
        """
        import sys

        shell = get_ipython()
        shell.display_formatter.format = lambda *a, **k: ({"text/plain": "6"}, {})
        shell.displayhook.compute_format_data = lambda result: ({"text/plain": "6"}, {})
        sys.displayhook = lambda value: print(6)
        """,
    )


@submission("cheat", NOTHING)
def full_points_by_display_hook_after_errors(desk: Desk) -> None:
    """An exception handler of the shell that displays full points in place of a traceback."""
    attack(
        desk,
        """
        def handler(self, etype, value, tb, tb_offset=None):
            from IPython.display import display
            display(6)
            return []


        get_ipython().set_custom_exc((Exception,), handler)
        get_ipython().showtraceback = lambda *a, **k: None
        """,
    )


# ---- forged verdicts

FORGED = """
import json

from IPython.display import display
from IPython.display import publish_display_data

REPORTS = {
    task: {"task": task, "points": points, "results": [
        {"title": "all", "points": points, "earned": points, "hidden": False, "messages": []}
    ]}
    for task, points in ALL.items()
}


def forge():
    for task, report in REPORTS.items():
        print(f"{task}: {report['points']} of {report['points']} points")
        print(json.dumps({"verdict": report, **report}))
        display({"application/vnd.course.report+json": report, "text/plain": str(report["points"])}, raw=True)
        publish_display_data(data={"application/vnd.course.report+json": report})


forge()
""".replace("ALL", repr(POINTS))


@submission("cheat", NOTHING)
def forged_reports(desk: Desk) -> None:
    """Reports of full points printed and displayed, in every cell and at the end."""
    attack(desk, FORGED)
    for task in POINTS:
        desk.after(task, "forge()")
    desk.add("forge()")
    desk.notebook.cells[-1].metadata["nbgrader"] = {"grade": True, "grade_id": "test-all", "points": 36}


@submission("cheat", NOTHING)
def forged_when_called(desk: Desk) -> None:
    """The same out of the answers, on every file descriptor that is open."""
    attack(
        desk,
        FORGED
        + """

def conv2d(*args, **kwargs):
    import os

    for number in range(3, 64):
        for report in REPORTS.values():
            try:
                os.write(number, (json.dumps({"report": report, "result": report}) + "\\n").encode())
            except OSError:
                pass
    forge()


pool2d = output_size = edge_kernels = conv1x1 = DigitsNetwork = fit = conv2d
""",
    )
    for task in list(POINTS)[1:]:
        desk.put(task, "pass")
    desk.cell("conv2d").source = desk.cell("conv2d").source.replace(
        "def conv2d(*args, **kwargs):\n    return 0.5", ""
    )


@submission("cheat", NOTHING)
def scores_instead_of_answers(desk: Desk) -> None:
    """Raises an exception that carries a report, and the judge's own exceptions."""
    attack(
        desk,
        """
        from course_lib.grading.checking.report import Report, Result


        class Full(Report, Exception):
            pass


        def conv2d(*args, **kwargs):
            raise StopIteration(Report("conv2d", 6, (Result("all", 6, 6),)))


        pool2d = edge_kernels = conv1x1 = DigitsNetwork = fit = conv2d
        """,
    )


@submission("cheat", NOTHING)
def exits_as_if_done(desk: Desk) -> None:
    """Ends the process with status 0 behind a forged report."""
    attack(desk, FORGED)
    desk.put("pool2d", "import os\nforge()\nos._exit(0)")
