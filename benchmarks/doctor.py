"""Measure the learning-curve doctor on the held-out half of real histories and write `benchmarks/doctor.md`.

`doctor_corpus.py` makes the histories. Set-ups with an even number are for tuning the thresholds, those with an odd
number are held out, pattern by pattern; the two seeds of a set-up are always on the same side.

    python benchmarks/doctor.py            the held-out half, to the screen and the file
    python benchmarks/doctor.py --tuning   the tuning half, with each miss, to the screen only
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from course_lib.diagnosis import PATTERNS, diagnose
from course_lib.training import History

CORPUS = Path(__file__).with_name("doctor_histories.json")
REPORT = Path(__file__).with_name("doctor.md")
NOISE = 0.02  # deviation of the added noise: of each loss as a share of it, and of each accuracy
KEPT = 0.6  # the share of epochs that truncation leaves

Columns = dict[str, list[float]]


def load(path: Path = CORPUS) -> list[dict]:
    """The runs of the corpus; what JSON cannot say, a value that is not a number, stands there as null."""
    runs = json.loads(path.read_text(encoding="utf-8"))["runs"]
    for run in runs:
        run["columns"] = {
            name: [float("nan") if value is None else value for value in values]
            for name, values in run["columns"].items()
        }
    return runs


def dropped(path: Path = CORPUS) -> dict[str, int]:
    """How many runs of each pattern did not show it, by the criterion of `doctor_corpus.shows`."""
    return json.loads(path.read_text(encoding="utf-8"))["dropped"]


def held_out(runs: list[dict]) -> list[dict]:
    """The half on which no threshold was chosen."""
    return [run for run in runs if run["setting"] % 2 == 1]


def tuning(runs: list[dict]) -> list[dict]:
    """The other half."""
    return [run for run in runs if run["setting"] % 2 == 0]


def as_it_is(columns: Columns, seed: int) -> Columns:
    """The columns."""
    return columns


def without_accuracies(columns: Columns, seed: int) -> Columns:
    """The losses alone."""
    return {name: values for name, values in columns.items() if "loss" in name}


def with_noise(columns: Columns, seed: int) -> Columns:
    """Each value with Gaussian noise."""
    rng = np.random.default_rng(seed)
    noisy = {}
    for name, values in columns.items():
        noise = NOISE * rng.standard_normal(len(values))
        array = np.array(values)
        noisy[name] = (array * (1 + noise) if "loss" in name else np.clip(array + noise, 0, 1)).tolist()
    return noisy


def other_units(columns: Columns, seed: int) -> Columns:
    """Losses in bits."""
    return {
        name: [value / np.log(2) for value in values] if "loss" in name else values
        for name, values in columns.items()
    }


def truncated(columns: Columns, seed: int) -> Columns:
    """The first epochs only."""
    count = round(KEPT * len(columns["loss"]))
    return {name: values[:count] for name, values in columns.items()}


VIEWS: dict[str, Callable[[Columns, int], Columns]] = {
    "as recorded": as_it_is,
    "without accuracies": without_accuracies,
    f"with noise of {NOISE:.0%}": with_noise,
    "losses in bits": other_units,
    f"only the first {KEPT:.0%} of the epochs": truncated,
}


def confusion(runs: list[dict], view: Callable[[Columns, int], Columns]) -> Counter:
    """How often each pattern (first of the pair) got each verdict (second)."""
    return Counter(
        (run["pattern"], diagnose(History.from_columns(view(run["columns"], run["seed"]))).pattern)
        for run in runs
    )


def accuracy(table: Counter) -> float:
    """The share of right verdicts."""
    return sum(count for (made, said), count in table.items() if made == said) / table.total()


def balanced(table: Counter) -> float:
    """The mean over patterns of the share of right verdicts."""
    shares = []
    for pattern in PATTERNS:
        rows = {said: count for (made, said), count in table.items() if made == pattern}
        if rows:
            shares.append(rows.get(pattern, 0) / sum(rows.values()))
    return sum(shares) / len(shares)


def as_markdown(table: Counter) -> str:
    """One row a pattern as made, one column a verdict."""
    lines = ["| made to show | runs | " + " | ".join(PATTERNS) + " |"]
    lines += ["|---|" + "---:|" * (len(PATTERNS) + 1)]
    for made in PATTERNS:
        counts = [table[made, said] for said in PATTERNS]
        lines.append(f"| {made} | {sum(counts)} | " + " | ".join(str(n) if n else "·" for n in counts) + " |")
    return "\n".join(lines)


def report(runs: list[dict]) -> str:
    """The text of `benchmarks/doctor.md`."""
    held = held_out(runs)
    tables = {name: confusion(held, view) for name, view in VIEWS.items()}
    parts = [
        "# The learning-curve doctor, measured",
        f"Written by `python benchmarks/doctor.py`. {len(runs)} histories of real runs on digits, Fashion-MNIST and "
        f"CIFAR-10 (JPEG q75), each made to show a pattern (`doctor_corpus.py`); thresholds were chosen on "
        f"{len(runs) - len(held)} of them, and what follows is about the other {len(held)}. The number of classes "
        "is not told to the doctor.",
        "| histories | right | mean over patterns |\n|---|---:|---:|",
    ]
    rows = [f"| {name} | {accuracy(table):.1%} | {balanced(table):.1%} |" for name, table in tables.items()]
    parts[-1] += "\n" + "\n".join(rows)
    parts += [
        "Runs that did not show what they were made for were dropped, by a comparison of the means of their quarters "
        "whose limits were set while looking at the tuning half (`shows` in `doctor_corpus.py`): "
        + ", ".join(f"{count} of {name}" for name, count in dropped().items() if count)
        + ".",
        "A truncated run may no longer show what the whole one was made for: then the other name is the right one.",
    ]
    for name, table in tables.items():
        parts += [f"## {name[0].upper()}{name[1:]}", as_markdown(table)]
    return "\n\n".join(parts) + "\n"


def misses(runs: list[dict]) -> None:
    """Print each wrong verdict of the tuning half with its evidence."""
    for name, view in VIEWS.items():
        table = confusion(tuning(runs), view)
        print(f"{name}: {accuracy(table):.3f}, balanced {balanced(table):.3f}")
        print(as_markdown(table))
    for run in tuning(runs):
        verdict = diagnose(History.from_columns(run["columns"]))
        if verdict.pattern != run["pattern"]:
            setting = {key: value for key, value in run.items() if key != "columns"}
            print(f"\n{setting}\n{verdict.pattern}: {' '.join(verdict.evidence)}")


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description="Measure the learning-curve doctor.")
    parser.add_argument("--tuning", action="store_true", help="show the tuning half and its misses")
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    options = parser.parse_args()
    runs = load(options.corpus)
    if options.tuning:
        misses(runs)
        return
    text = report(runs)
    REPORT.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
