"""Write `ladder.md`: the recorded ladder beside the lectures', and the other comparisons.

    python benchmarks/ladder.py

Everything but the lectures' own numbers is read from `book/results`.
"""

from pathlib import Path

from course_lib import results
from course_lib.experiments import members

HERE = Path(__file__).parent
GROUPS = {
    "depth": "Depth",
    "fixes": "Four fixes for a network that does not learn",
    "optimizers": "Optimizers",
    "regularization": "Regularization",
    "augmentation": "Augmentation",
    "norms": "Norms",
    "init": "Initialization, activation and depth, on digits",
}
# Validation accuracy in percent, as the lectures on model training report it for steps of the same name.
LECTURES = {"skips": 80.2, "noise": 80.9, "flip": 90.7, "crop": 91.2, "instance-norm": 91.6, "wider": 93.6}

HEAD = """\
# The CIFAR-10 ladder, measured

Written by `python benchmarks/ladder.py` from `book/results`; run again with `course run ladder` and so on.

One plain convolutional network on {train:,} photographs of CIFAR-10, {epochs} epochs, a few minutes a rung on one
core. Each rung keeps what the rungs before it brought; the last two begin both from the rung above them. Accuracy is
that of the last epoch on {valid:,} other photographs of the training split: the test set is left for the end.
"""

WORD = """\
What differs from the lectures: their network, number of images and epochs are not these, and their first number stands
for a network that had been repaired already; the two columns share the order of ideas, not their level. {flips}{crops}
{instance} One seed a rung: a difference below about one point is not a finding. Seconds were taken on a machine
that did other work too.
"""


def percent(result: results.Result) -> str:
    """Return the accuracy that a result reports."""
    metric = result.metrics["accuracy"]
    spread = f" ± {100 * metric.std:.1f}" if len(metric.values) > 1 else ""
    return f"{100 * metric.mean:.1f}{spread}"


def last(result: results.Result, column: str) -> float:
    """Return the mean over seeds of a column's last value."""
    return sum(history[column][-1] for history in result.histories) / len(result.histories)


def row(result: results.Result, before: results.Result | None, lectures: str | None = None) -> str:
    """Return a line of a table: what changed, accuracy, difference, training accuracy and seconds a seed."""
    gain = (
        ""
        if before is None
        else f"{100 * (result.metrics['accuracy'].mean - before.metrics['accuracy'].mean):+.1f}"
    )
    cells = [result.title, percent(result), gain, f"{100 * last(result, 'accuracy'):.1f}"]
    cells.append(f"{result.seconds / len(result.seeds):.0f}")
    return "| " + " | ".join([*cells, *([] if lectures is None else [lectures])]) + " |"


def ladder() -> str:
    """Return the section of the ladder."""
    rungs = [results.load(experiment.name) for experiment in members("ladder")]
    first, *_ = rungs
    lines = [HEAD.format(**first.data["examples"], epochs=first.recipe["epochs"])]
    lines += [
        "| rung | validation, % | change | training, % | seconds | lectures, % |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for number, rung in enumerate(rungs):
        below = None if number == 0 else rungs[min(number, len(rungs) - 2) - 1]
        theirs = LECTURES.get(rung.name.partition("/")[2])
        lines.append(row(rung, below, "" if theirs is None else f"{theirs}"))
    by_name = {rung.name.partition("/")[2]: rung.metrics["accuracy"].mean for rung in rungs}
    lines += ["", WORD.format(**judge(by_name))]
    best = results.load("cifar10-best")
    lines.append(
        f"{best.title}: {best.data['examples']['train']:,} training images, {best.recipe['epochs']} epochs, "
        f"{best.seconds / 60:.0f} minutes: **{percent(best)}% of the {best.data['examples']['test']:,} test images**.\n"
    )
    lines.append(f"{results.provenance_line(best)}.\n")
    return "\n".join(lines)


def judge(accuracy: dict[str, float]) -> dict[str, str]:
    """Return the sentences that say which of the lectures' effects came out and which did not."""
    flips = (
        "Flips help here too. " if accuracy["flip"] > accuracy["weight-decay"] else "Flips do not help here. "
    )
    crops = (
        "Resized crops help as well."
        if accuracy["crop"] > accuracy["flip"]
        else "Resized crops cost accuracy: trained so\nshortly, so small a network hardly fits the images as they are."
    )
    instance = (
        "Instance norm beats batch norm."
        if accuracy["instance-norm"] > accuracy["crop"]
        else "Instance norm does not beat batch norm."
    )
    return {"flips": flips, "crops": crops, "instance": instance}


def comparison(group: str, title: str) -> str:
    """Return the section of one comparison."""
    found = [results.load(experiment.name) for experiment in members(group)]
    first, *_ = found
    examples, epochs = first.data["examples"], first.recipe["epochs"]
    lines = [
        f"## {title}\n",
        f"{first.data['title']}, {examples['train']:,} training and {examples['valid']:,} validation images, {epochs} "
        f"epochs, {'seed' if len(first.seeds) == 1 else 'seeds'} {', '.join(map(str, first.seeds))}.\n",
        "| member | validation, % | against the first | training, % | seconds |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [row(result, None if result is first else first) for result in found]
    return "\n".join([*lines, ""])


def text() -> str:
    """Return the whole file."""
    return "\n".join([ladder(), *(comparison(group, title) for group, title in GROUPS.items())])


def main() -> None:
    """Write the file."""
    (HERE / "ladder.md").write_text(text(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
