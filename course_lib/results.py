"""Recorded experiments: one schema, one JSON file each. Reading one needs neither a framework nor NumPy.

`load("first-cnn").metrics["accuracy"].mean` is a number that a page may print. Files lie in the folder that
the environment variable COURSE_RESULTS names, else in `book/results` of the nearest folder above the current
one that has it, else in that of the checkout this package runs from.
"""

import json
import os
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple, get_origin, get_type_hints

from course_lib.training.history import History

__all__ = [
    "Metric",
    "Result",
    "folder",
    "load",
    "provenance_line",
    "recorded",
    "save",
    "summarize",
    "to_json",
]

LINE = 160  # characters; a value that fits on one line is written on one
MAX_BYTES = 100_000


class Metric(NamedTuple):
    """A number measured once per seed; `std` is the sample standard deviation, 0 for a single seed."""

    mean: float
    std: float
    values: tuple[float, ...]


def summarize(values: Sequence[float]) -> Metric:
    """Return the mean and the sample standard deviation of `values`, which needs at least one value.

    >>> summarize([0.5, 0.75])
    Metric(mean=0.625, std=0.176777, values=(0.5, 0.75))
    """
    std = statistics.stdev(values) if len(values) > 1 else 0.0
    return Metric(round(statistics.fmean(values), 6), round(std, 6), tuple(values))


@dataclass(frozen=True, kw_only=True)
class Result:
    """A recorded experiment.

    Raises:
        ValueError: if a field cannot be right, or seeds, histories and values do not match.
        TypeError: if a field has another type.
    """

    name: str  # also the file's name
    title: str
    model: str  # its name in the model tables
    recipe: dict[str, Any]  # `Recipe(**recipe)` gives it back; the seed there is the first of `seeds`
    recipe_hash: str
    seeds: tuple[int, ...]
    data: dict[
        str, Any
    ]  # name, title, fingerprint (of the training split), limit (None: all), examples by split, report
    metrics: dict[str, Metric]  # loss and accuracy, on the test set or as data["report"] says
    histories: tuple[History, ...]  # one per seed
    device: str  # what computed it, and in which precision
    versions: dict[str, str]
    commit: str  # of the code; ends in "-dirty" if that was changed since; "unknown" outside a repository
    seconds: float  # all seeds together
    date: str  # year-month-day
    extra: dict[str, Any] = field(default_factory=dict)  # what else the page shows
    changes: dict[str, Any] = field(default_factory=dict)  # of the model's row in the tables

    def __post_init__(self):
        for name, hint in get_type_hints(type(self)).items():
            kind = get_origin(hint) or hint
            if not isinstance(getattr(self, name), kind):
                raise TypeError(f"{name} must be a {kind.__name__}, got {getattr(self, name)!r}")
        if not self.seeds or len(self.histories) != len(self.seeds):
            raise ValueError(
                f"there must be one history for each seed, got {len(self.histories)} for {len(self.seeds)} seeds"
            )
        for name, metric in self.metrics.items():
            if len(metric.values) != len(self.seeds):
                raise ValueError(
                    f"metric {name} must have one value for each of the {len(self.seeds)} seeds, got {metric.values}"
                )
        missing = {"name", "title", "fingerprint", "limit"} - set(self.data)
        if missing:
            raise ValueError(f"data must say its {', '.join(sorted(missing))}, got {self.data}")


def folder() -> Path:
    """Return the folder of the recorded results.

    Raises:
        FileNotFoundError: if there is none.
    """
    named = os.environ.get("COURSE_RESULTS")
    if named:
        if not Path(named).is_dir():
            raise FileNotFoundError(f"COURSE_RESULTS names the folder {named}, which does not exist")
        return Path(named)
    here = Path.cwd()
    for start in (here, *here.parents, Path(__file__).resolve().parent.parent):
        if (start / "book" / "results").is_dir():
            return start / "book" / "results"
    raise FileNotFoundError(
        f"there is no folder book/results in {here} or above it: run this inside the course's repository, "
        "or set COURSE_RESULTS to the folder of results"
    )


def recorded() -> list[str]:
    """Return the names of all recorded results, in order; "ladder/relu" lies in the folder ladder."""
    return sorted(path.relative_to(folder()).with_suffix("").as_posix() for path in folder().rglob("*.json"))


def load(name: str | Path) -> Result:
    """Return the recorded result `name`, or that in the file `name` if it ends in .json.

    Raises:
        FileNotFoundError: if it has not been recorded.
        ValueError: if the file is not a result.
    """
    path = Path(name) if str(name).endswith(".json") else folder() / f"{name}.json"
    run = f"course run {path.stem if path == name else name}"
    if not path.is_file():
        raise FileNotFoundError(f"there is no result {path}: record it with `{run}`")
    try:
        return _from_plain(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError, KeyError) as error:
        hint = f"record it again with `{run}`"
        raise ValueError(f"{path} is not a result ({error!r}): {hint}") from error


def save(result: Result, path: Path | None = None) -> Path:
    """Write the result to `path`, by default to its place among the recorded ones, and return the path.

    Raises:
        ValueError: if it holds NaN or infinity, or would be larger than 100 kB.
    """
    path = folder() / f"{result.name}.json" if path is None else Path(path)
    text = to_json(_to_plain(result)) + "\n"
    if len(text.encode()) > MAX_BYTES:
        raise ValueError(
            f"result {result.name} would be {len(text.encode())} bytes, more than {MAX_BYTES}: store less"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.write_text(text, encoding="utf-8", newline="\n")
    os.replace(partial, path)
    return path


def provenance_line(result: Result) -> str:
    """Return on one line where the numbers come from: hardware, versions, seeds, data, code, time and date."""
    versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    seeds = ", ".join(map(str, result.seeds))
    limit = result.data["limit"]
    data = result.data["title"] + ("" if limit is None else f", at most {limit} images a split")
    commit = result.commit[:12] + (" with local changes" if result.commit.endswith("-dirty") else "")
    return (
        f"Recorded {result.date} on {result.device} in {_duration(result.seconds)}; {versions}; {data}; "
        f"{'seed' if len(result.seeds) == 1 else 'seeds'} {seeds}; recipe {result.recipe_hash}; "
        f"commit {commit}"
    )


def to_json(value: Any, indent: str = "", before: int = 0) -> str:
    """Return JSON in which what fits on a line stands on one, so that a changed epoch is a changed line.

    `indent` is that of the line on which the value begins, after `before` characters more.

    Raises:
        ValueError: for NaN and infinity, which JSON does not have.
    """
    line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if len(indent) + before + len(line) <= LINE or not isinstance(value, Mapping | list | tuple):
        return line
    inner = indent + "  "
    if isinstance(value, Mapping):
        keys = [f"{json.dumps(key, ensure_ascii=False)}: " for key in value]
        lines = [key + to_json(item, inner, len(key)) for key, item in zip(keys, value.values(), strict=True)]
        opening, closing = "{}"
    else:
        lines = [to_json(item, inner) for item in value]
        opening, closing = "[]"
    return opening + "".join(f"\n{inner}{line}," for line in lines)[:-1] + f"\n{indent}{closing}"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _to_plain(result: Result) -> dict[str, Any]:
    plain = {f.name: getattr(result, f.name) for f in fields(result)}
    plain["metrics"] = {name: metric._asdict() for name, metric in result.metrics.items()}
    plain["histories"] = [history.rows for history in result.histories]
    return plain


def _from_plain(plain: Any) -> Result:
    if not isinstance(plain, dict):
        raise ValueError(f"it must hold an object, got a {type(plain).__name__}")
    known = {f.name for f in fields(Result)}
    needed = {f.name for f in fields(Result) if f.default_factory is MISSING}
    wrong = sorted((needed - set(plain)) | (set(plain) - known))
    if wrong:
        raise ValueError(f"these fields are missing or unknown: {', '.join(wrong)}")
    metrics = {}
    for name, metric in plain["metrics"].items():
        metrics[name] = Metric(metric["mean"], metric["std"], tuple(metric["values"]))
    histories = []
    for rows in plain["histories"]:
        histories.append(History())
        for row in rows:
            histories[-1].append(row)
    replaced = {"seeds": tuple(plain["seeds"]), "metrics": metrics, "histories": tuple(histories)}
    return Result(**{**plain, **replaced})
