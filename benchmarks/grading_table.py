"""The table of the grading benchmark: what `grading.py` measured, against the budgets."""

import statistics

import tables

HEADINGS = ("what", "ours", "stock nbgrader", "ratio", "budget", "verdict")
FASTER = 8.0  # times stock, with a second of training
EACH_MINUTE = 80.0  # submissions on two cores, with a second of training
BOX = 0.025  # seconds
MEBIBYTE = 1 << 20
TITLES = {"ps02": "ps02", "training": "a second of training"}


def verdict(good: bool) -> str:
    """Whether a budget is kept."""
    return "met" if good else "missed"


def compared_rows(name: str, found: dict) -> list[list[str]]:
    """Speed and processor time of the two ways."""
    title, count, few = TITLES[name], found["count"], found["stock_count"]
    ours, stock = 60 * count / found["ours"], 60 * few / found["stock"]
    budgets = [["", ""]] * 2
    if name == "training":
        budgets = [
            [f"at least {FASTER:g} times", verdict(ours >= FASTER * stock)],
            [f"{EACH_MINUTE:g} a minute", verdict(ours >= EACH_MINUTE)],
        ]
    speeds = [f"{ours:.1f} a minute", f"{stock:.1f} a minute", f"{ours / stock:.1f}"]
    rows = [[f"{title}: {count} submissions, {few} by stock", *speeds, *budgets[0]]]
    if name == "training":
        rows.append([f"{title}: speed alone", speeds[0], "", "", *budgets[1]])
    if found["ours_processor"] is not None:
        spent, stock_spent = found["ours_processor"] / count, found["stock_processor"] / few
        times = [f"{spent:.2f} s", f"{stock_spent:.2f} s", f"{stock_spent / spent:.1f}"]
        rows.append([f"{title}: processor time of a submission", *times])
    return rows


def thousand_rows(found: dict) -> list[list[str]]:
    """Time and memory of a large class."""
    count, memory = found["count"], list(found["memory_at"].items())
    what = f"{count:,} submissions of a tiny set"
    speed = f"{found['ours']:.0f} s, {60 * count / found['ours']:.0f} a minute"
    growth = " and ".join(f"{size / MEBIBYTE:.0f} MiB after {number}" for number, size in memory)
    rows = [[what, speed], [f"{what}: memory of the grading process", growth]]
    rows += [
        [f"{what}: peak of a {stage}", f"{size / MEBIBYTE:.0f} MiB"]
        for stage, size in found["peaks"].items()
        if size
    ]
    return rows


def banks_rows(found: dict) -> list[list[str]]:
    """How many answers of each set have the same marks both ways."""
    rows = []
    for problem_set, seen in found["sets"].items():
        same_marks = seen["compared"] - seen["forbidden"] - len(seen["different"])
        what = f"{problem_set}: {seen['compared']} answers of the bank"
        told = f"{same_marks} have the same marks"
        if seen["forbidden"]:
            told += f", {seen['forbidden']} that use a forbidden name have others"
        good = verdict(not seen["different"])
        rows.append([what, told, "", "", "all, but for forbidden names", good])
    return rows


def rows_of(name: str, found: dict) -> list[list[str]]:
    """The lines of the table that a part gives."""
    if name in TITLES:
        rows = compared_rows(name, found)
    elif name == "thousand":
        rows = thousand_rows(found)
    elif name == "banks":
        rows = banks_rows(found)
    elif name == "resumed":
        what = (
            f"{found['count']:,} submissions of a tiny set, killed after {found['killed_at']:,} and resumed"
        )
        times = f"{found['killed']:.0f} s + {found['resumed']:.0f} s"
        rows = [[what, times, "", "", "nothing lost or doubled", "met"]]
    elif name == "box":
        median = statistics.median(found["seconds"])
        budget = [f"{1000 * BOX:.0f} ms", verdict(median <= BOX)]
        what = f"open and close a box, median of {len(found['seconds'])}"
        rows = [[what, f"{1000 * median:.0f} ms", "", "", *budget]]
    else:
        what = f"{found['count']} submissions of a tiny set, one of two Dask workers killed"
        rows = [[what, f"{found['seconds']:.0f} s", "", "", "nothing lost", "met"]]
    return [row + [""] * (len(HEADINGS) - len(row)) for row in rows]


def text_of(kept: dict[str, dict]) -> str:
    """The tables of all parts that were measured, with when and how busy the machine was."""
    texts = []
    for name, found in kept.items():
        load = ", ".join(f"{value:.1f}" for value in found["load"])
        texts.append(
            f"`{name}`. {found['head']} Load of the machine over the measurement: {load}; it took "
            f"{found['took']:.0f} s.\n\n{tables.table(HEADINGS, rows_of(name, found))}"
        )
    return "\n\n".join([*texts, note(kept)])


def note(kept: dict[str, dict]) -> str:
    """What was given to whom, in sentences."""
    marks = sum(found.get("marks", 0) for found in kept.values())
    steps = kept.get("training", {}).get("steps")
    return (
        "Ours is `course grade` with sandbox, hidden tests out of reach, feedback and gradebook, with the start of its "
        "workers and the release of the set; stock is `nbgrader autograde` and `nbgrader generate_feedback` with all "
        "defaults: one kernel after the other, no sandbox, the same tests in the student's process. Both get the same "
        f"files and one thread a process. Marks of `ps02` and `training` that were compared, all equal: {marks}."
        + (f" A second of training is {steps:,} steps of a small network, the same for all." if steps else "")
        + " Processor time is that of all processes of a command together."
    )
