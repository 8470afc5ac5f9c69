"""The `course` command: data, experiments, checking and grading from a terminal.

Each verb loads its room only when it runs, so that `course --help` answers at once.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import course_lib


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 0 done, 1 something failed, 2 used wrongly."""
    options = parser().parse_args(arguments)
    try:
        return options.action(options)
    except (ValueError, OSError, RuntimeError) as error:
        print(f"course: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("course: stopped on request", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """Return the parser of all verbs."""
    top = argparse.ArgumentParser("course", description="The course book's tool.")
    top.add_argument("--version", action="version", version=f"course-lib {course_lib.__version__}")
    verbs = top.add_subparsers(title="verbs", metavar="VERB", required=True)
    _add_data(verbs)
    _add_models(verbs)
    _add_experiments(verbs)
    _add_problem_sets(verbs)
    _add_term(verbs)
    return top


def _add_data(verbs) -> None:
    data = verbs.add_parser("data", help="list, fetch, verify and pack the data sets")
    kinds = data.add_subparsers(title="what to do", metavar="ACTION", required=True)
    kinds.add_parser("list", help="show each set and where it would come from").set_defaults(
        action=_data_list
    )
    for name, text, action in (
        ("fetch", "download sets into the cache, checked and resumable", _data_fetch),
        ("verify", "decode sets and compare them with their checksums", _data_verify),
        ("pack", "write NAME.npz files that serve a class room without internet", _data_pack),
    ):
        verb = kinds.add_parser(name, help=text)
        verb.add_argument("names", nargs="+", metavar="NAME", help="a data set")
        verb.set_defaults(action=action)
        if name == "pack":
            verb.add_argument(
                "--out", type=Path, default=Path(), metavar="FOLDER", help="default: this folder"
            )


def _data_list(options) -> int:
    from course_lib.data import commands

    return commands.list_sets()


def _data_fetch(options) -> int:
    from course_lib.data import commands

    return commands.fetch(options.names)


def _data_verify(options) -> int:
    from course_lib.data import commands

    return commands.verify(options.names)


def _data_pack(options) -> int:
    from course_lib.data import commands

    return commands.pack(options.names, options.out)


def _add_models(verbs) -> None:
    models = verbs.add_parser("models", help="list the models by size, cost and published accuracy")
    models.add_argument(
        "--sort",
        choices=("params", "macs", "top1", "name"),
        help="default: family by family; macs: multiply-adds",
    )
    models.add_argument("--family", nargs="+", default=(), metavar="NAME", help="only these, such as resnet")
    models.set_defaults(action=_models)


def _models(options) -> int:
    from course_lib import zoo

    return zoo.list_models(options.family, options.sort)


def _add_experiments(verbs) -> None:
    run = verbs.add_parser("run", help="train a named experiment and record its results")
    run.add_argument(
        "name", metavar="NAME", help="an experiment, or a comparison such as ladder; `course runs` lists them"
    )
    run.add_argument("--device", default="auto", help="cpu, cuda, mps or auto (default)")
    run.add_argument("--data-limit", type=int, metavar="N", help="train on N images; nothing is recorded")
    run.add_argument("--seeds", type=int, nargs="+", metavar="SEED", help="other seeds; nothing is recorded")
    run.add_argument("--out", type=Path, metavar="FILE", help="write the result of a changed run here")
    run.add_argument("--fresh", action="store_true", help="do not go on from a stopped run's checkpoint")
    run.set_defaults(action=_run)
    verbs.add_parser("runs", help="list the experiments and what they reached").set_defaults(action=_runs)


def _run(options) -> int:
    from course_lib import recording

    recording.run(
        options.name,
        device=options.device,
        data_limit=options.data_limit,
        seeds=options.seeds,
        out=options.out,
        resume=not options.fresh,
    )
    return 0


def _runs(options) -> int:
    from course_lib import recording

    recording.list_runs()
    return 0


def _add_problem_sets(verbs) -> None:
    check = verbs.add_parser("check", help="run a problem set's notebook and its visible checks")
    check.add_argument("notebook", type=Path, help="your notebook, such as ps02-convolution.ipynb")
    check.set_defaults(action=_check)

    grade = verbs.add_parser("grade", help="grade a problem set and write feedback")
    grade.add_argument("problem_set", metavar="SET", help="such as ps02-convolution, or ps02")
    grade.add_argument(
        "--submissions", type=Path, metavar="FOLDER", help="STUDENT/SET.ipynb; default: two samples"
    )
    grade.add_argument("--workers", type=int, default=1, metavar="N", help="processes here (default: 1)")
    grade.add_argument("--dask", metavar="ADDRESS", help="grade on the Dask cluster of this scheduler")
    grade.add_argument("--resume", action="store_true", help="go on with a batch that was stopped")
    kinds = grade.add_mutually_exclusive_group()
    kinds.add_argument("--sandbox", metavar="KIND", help="namespaces or container; default: what works here")
    kinds.add_argument("--no-sandbox", action="store_true", help="trust every submission; reports say so")
    grade.set_defaults(action=_grade)

    seed = verbs.add_parser("seed", help="make the secret seed that hidden tests draw from")
    seed.add_argument("--term", metavar="NAME", help="default: COURSE_TERM, or default")
    seed.set_defaults(action=_seed)

    release = verbs.add_parser("release", help="generate the student version of a problem set")
    release.add_argument("problem_set", metavar="SET")
    release.set_defaults(action=_release)

    bank = verbs.add_parser("bank", help="run a problem set's bank of answers against its tests")
    bank.add_argument("problem_set", metavar="SET")
    bank.set_defaults(action=_bank)


def _check(options) -> int:
    from course_lib.grading import commands

    return commands.check(options.notebook)


def _grade(options) -> int:
    from course_lib.grading import commands

    how = commands.How(
        sandbox="none" if options.no_sandbox else options.sandbox,
        workers=options.workers,
        address=options.dask,
        resume=options.resume,
    )
    return commands.grade(options.problem_set, options.submissions, how=how)


def _seed(options) -> int:
    from course_lib.grading import commands

    return commands.seed(options.term)


def _release(options) -> int:
    from course_lib.grading import commands

    return commands.release(options.problem_set)


def _bank(options) -> int:
    from course_lib.grading import commands

    return commands.bank(options.problem_set)


def _add_term(verbs) -> None:
    def verb(name: str, text: str, action) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=text)
        added.set_defaults(action=action)
        if name != "forget":
            added.add_argument("problem_set", metavar="SET")
        return added

    due = verb("due", "show or set a problem set's due date, and who is late", _due)
    due.add_argument("when", nargs="?", metavar="DATE", help="such as 2026-11-30T23:59, in local time")
    due.add_argument("--student", metavar="NAME", help="give this student until then")
    marks = verb("marks", "print a problem set's marks, or write them as a table", _marks)
    marks.add_argument("--csv", choices=("moodle", "canvas", "generic"), help="for which system")
    marks.add_argument("--out", type=Path, metavar="FILE", help="default: the terminal")
    similar = verb("similar", "list hand-ins that share passages of code, for a person to read", _similar)
    similar.add_argument("--submissions", type=Path, metavar="FOLDER", help="default: those that were graded")
    forget = verb("forget", "delete what grading keeps about a student", _forget)
    forget.add_argument("student", metavar="STUDENT")
    forget.add_argument(
        "--submissions", type=Path, metavar="FOLDER", help="delete their hand-ins in there, too"
    )
    forget.add_argument("--yes", action="store_true", help="do not ask")


def _due(options) -> int:
    from course_lib.grading.term import term_commands

    return term_commands.due(options.problem_set, options.when, options.student)


def _marks(options) -> int:
    from course_lib.grading.term import term_commands

    return term_commands.marks(options.problem_set, options.csv, options.out)


def _similar(options) -> int:
    from course_lib.grading.term import term_commands

    return term_commands.similar(options.problem_set, options.submissions)


def _forget(options) -> int:
    from course_lib.grading.term import term_commands

    return term_commands.forget(options.student, options.yes, options.submissions)


if __name__ == "__main__":
    sys.exit(main())
