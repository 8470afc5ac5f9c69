"""Measure training against what else there is, and write the tables in `benchmarks/README.md`.

    python benchmarks/training.py                 everything
    python benchmarks/training.py --only loop     one table: loop, frameworks, precision, augmentation or processes
    python benchmarks/training.py --quick         a minute, to see that it runs; the tables are printed, not written

Whatever is compared takes turns in short rounds, each contender in a process of its own, with the same number of
threads (see `contenders.py`). A ratio is taken within a round, and the table has the median over the rounds.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import augmentation_baselines
import oracle
import tables
from contenders import TWO_PROCESSES, Contender, alternate, ratios
from tables import Row

WITHIN = 0.97  # of the bare loop's speed
FASTER = 1.8  # bf16 in channels_last over float32
SAME = 1e-5  # the largest difference of a weight that two processes may make
ROUNDS = {"loop": 11}  # the narrowest budget; 7 for the others, odd so that the median was measured
PRECISIONS = ("32-true", "bf16-mixed")
PACKAGES = ("torch", "lightning-fabric", "pytorch-lightning", "keras", "tensorflow", "tensorflow-cpu")


@dataclass(frozen=True)
class Plan:
    """How much to measure, and with what."""

    data: Path  # what `save_images` wrote
    title: str  # of the images
    images: int
    rounds: int
    turn: float  # seconds of augmentation
    threads: int
    batch_size: int

    def settings(self, who: str, precision: str, **more: Any) -> dict[str, Any]:
        """What a contender that trains is told; one epoch warms it up."""
        told = {"who": who, "precision": precision, "epochs": self.rounds + 1, "data": str(self.data)}
        return told | {"batch_size": self.batch_size, "threads": self.threads} | more

    def race(self, title: str, entries: dict[str, dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
        """Let contenders that train take turns, an epoch at a time."""
        with ExitStack() as stack:
            contenders = []
            for name, settings in entries.items():
                launcher = TWO_PROCESSES if settings.get("together") else ()
                contender = Contender(name, "training_baselines.py", settings, launcher)
                contenders.append(stack.enter_context(contender))
            answers = alternate(contenders, self.rounds, title)
            for contender in contenders:
                contender.finish()
        return answers

    def speed(self, answers: list[dict[str, Any]]) -> str:
        """Images per second, the median over the rounds."""
        return f"{self.images / statistics.median(answer['seconds'] for answer in answers):,.0f} images/s"

    @property
    def given(self) -> str:
        """What is trained, in a sentence."""
        return (
            f"`small_vgg`, {self.images:,} images of {self.title} an epoch in batches of {self.batch_size}, SGD with "
            f"momentum, {self.threads} threads; {self.rounds} epochs each after one to warm up."
        )


def loop(plan: Plan) -> tuple[list[Row], str]:
    """The Trainer against a loop by hand that computes the same losses."""
    rows, differences = [], []
    for precision in PRECISIONS:
        entries = {
            "Trainer": plan.settings("trainer", precision),
            "bare loop": plan.settings("bare", precision, channels_last=True),
        }
        answers = plan.race(f"loop, {precision}", entries)
        ours, bare = answers["Trainer"], answers["bare loop"]
        differences += [abs(a["loss"] - b["loss"]) for a, b in zip(ours, bare, strict=True)]
        against = f"bare loop, {plan.speed(bare)}"
        rows.append(Row(f"Trainer, {precision}", plan.speed(ours), against, ratios(ours, bare), WITHIN))
    note = (
        f"{plan.given} The loop by hand has its images in memory as bytes, channels_last, a fused optimizer, the same "
        "first weights and batches, and keeps the running loss and accuracy. Largest difference between the two in "
        f"the loss of an epoch: {max(differences):.1g}."
    )
    return rows, note


def frameworks(plan: Plan) -> tuple[list[Row], str]:
    """The Trainer against Lightning's Trainer and Keras's `fit`, each as its documentation recommends."""
    rows, compiled, losses = [], None, []
    for precision in PRECISIONS:
        entries = {
            "Trainer": plan.settings("trainer", precision),
            "Lightning Trainer": plan.settings("lightning", precision, workers=0),
            f"Lightning Trainer, {plan.threads} workers": plan.settings(
                "lightning", precision, workers=plan.threads
            ),
            "Keras fit": plan.settings("keras", precision),
        }
        answers = plan.race(f"frameworks, {precision}", entries)
        ours, compiled = answers.pop("Trainer"), answers["Keras fit"][-1]["jit_compile"]
        losses.append(f"{precision}: Trainer {ours[-1]['loss']:.2f}")
        for name, theirs in answers.items():
            against = f"{name}, {plan.speed(theirs)}"
            rows.append(Row(f"Trainer, {precision}", plan.speed(ours), against, ratios(ours, theirs), 1.0))
            losses.append(f"{name} {theirs[-1]['loss']:.2f}")
    note = (
        f"{plan.given} All keep the running loss and accuracy; nothing is saved, logged or drawn. Lightning: a "
        "LightningModule, channels_last as ours, a DataLoader over a TensorDataset of bytes, which become floats batch "
        "by batch, without and with persistent workers. Keras: the model's twin on TensorFlow with oneDNN, policy "
        "float32 or mixed_bfloat16, fed by tf.data (cache, shuffle, batch, map, prefetch); its default for "
        f"jit_compile, auto, turned out {compiled} here. "
        f"Loss of the last epoch: {', '.join(losses)}."
    )
    return rows, note


def precision(plan: Plan) -> tuple[list[Row], str]:
    """What bfloat16 and channels_last gain, alone and together, in the bare loop."""
    from course_lib.training.devices import choose_precision

    units = choose_precision("auto", "cpu") == "bf16-mixed"
    entries = {
        f"{'bf16-mixed' if low else 'float32'}, {'channels_last' if last else 'contiguous'}": plan.settings(
            "bare", PRECISIONS[low], channels_last=last
        )
        for low in (False, True)
        for last in (False, True)
    }
    answers = plan.race("precision", entries)
    (base_name, base), *others = answers.items()
    rows = [Row(base_name, plan.speed(base))]
    for name, theirs in others:
        budget = FASTER if units and name == "bf16-mixed, channels_last" else None
        rows.append(Row(name, plan.speed(theirs), base_name, ratios(theirs, base), budget))
    has = "has" if units else "lacks, so that there is no budget,"
    return rows, f"{plan.given} The loop by hand, eager. This processor {has} units for bfloat16."


def augmentation(plan: Plan) -> tuple[list[Row], str]:
    """Augmentation of whole batches against torchvision and Keras."""
    names = {
        "course": "`augment`",
        "torchvision_each": "torchvision v2, image by image",
        "torchvision_batch": "torchvision v2, one draw for the batch",
        "keras": "Keras layers, batch",
    }
    tasks, batch = augmentation_baselines.TASKS, min(augmentation_baselines.BATCH, plan.images)
    told = {"data": str(plan.data), "turn": plan.turn, "turns": len(tasks) * (plan.rounds + 1), "threads": 1}
    rows = []
    with ExitStack() as stack:
        contenders = [
            stack.enter_context(Contender(name, "augmentation_baselines.py", told | {"who": who}))
            for who, name in names.items()
        ]
        for task in tasks:
            answers = alternate(contenders, plan.rounds, f"augmentation, {task}", task)
            speeds = {
                name: batch / statistics.median(turn["seconds"] for turn in turns)
                for name, turns in answers.items()
            }
            ours = answers.pop(names["course"])
            for name, theirs in answers.items():
                number = f"{speeds[names['course']]:,.0f} images/s"
                against = f"{name}, {speeds[name]:,.0f} images/s"
                rows.append(Row(f"`augment`, {task}", number, against, ratios(ours, theirs)))
        for contender in contenders:
            contender.finish()
    (torchvision,) = metadata.distributions(name="torchvision", path=[str(oracle.FOLDER)])
    note = (
        f"Batches of {batch} images of {plan.title}, bytes to floats, one thread, on the CPU. What each task does is "
        f"said in `augmentation_baselines.py`. torchvision is {torchvision.version}; on a batch it draws one crop, one "
        "angle, … for all of its images, so it does less; all others draw for each image."
    )
    return rows, note


def processes(plan: Plan) -> tuple[list[Row], str]:
    """Two processes of one thread each against one process of two threads, and whether they end the same."""
    alone, together = "one process, 2 threads", "two processes, 1 thread each"
    kinds = {alone: {"threads": 2}, together: {"threads": 1, "together": True}}
    entries = {name: plan.settings("trainer", "32-true", **kind) for name, kind in kinds.items()}
    answers = plan.race("processes", entries)
    number = plan.speed(answers[together])
    against = f"{alone}, {plan.speed(answers[alone])}"
    rows = [Row(f"Trainer, {together}", number, against, ratios(answers[together], answers[alone]))]
    steps, difference, moved = equality(plan, kinds)
    verdict = "met" if difference <= SAME < moved else "missed"
    what = f"largest difference of a weight after {steps} steps"
    rows.append(Row(what, f"{difference:.1g}", alone, result=(f"at most {SAME:.0e}", verdict)))
    note = (
        f"{plan.given} Started by torchrun, with gloo; each process computes half of every batch. The weights are "
        "compared without batch norm and dropout, of which each process has its own; in these steps the weight that "
        f"moved most moved by {moved:.2g}."
    )
    return rows, note


def equality(plan: Plan, kinds: dict[str, dict[str, Any]]) -> tuple[int, float, float]:
    """Train one epoch each way; return its steps, the largest difference of a weight, and the largest change."""
    import torch

    ends = []
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, kind) in enumerate(kinds.items()):
            print(f"processes: an epoch to compare weights, {name}", flush=True)
            more = {"epochs": 1, "plain": True, "weights": f"{folder}/{number}.pt"} | kind
            settings = plan.settings("trainer", "32-true") | more
            launcher = TWO_PROCESSES if kind.get("together") else ()
            with Contender(name, "training_baselines.py", settings, launcher) as contender:
                contender.run()
                contender.finish()
            ends.append(torch.load(settings["weights"], weights_only=True))
    one, two = ends
    difference = max((one["after"][key] - two["after"][key]).abs().max().item() for key in one["after"])
    moved = max((one["after"][key] - one["before"][key]).abs().max().item() for key in one["after"])
    return -(-plan.images // plan.batch_size), difference, moved


BENCHMARKS: dict[str, Callable[[Plan], tuple[list[Row], str]]] = {
    function.__name__: function for function in (loop, frameworks, precision, augmentation, processes)
}


def load_images(count: int):
    """Return CIFAR-10, or, where it cannot be had, drawn shapes of its size, with a word about it."""
    from course_lib import data
    from course_lib.data import shapes

    try:
        return data.load("cifar10", limit=count)
    except data.DataError as error:
        print(f"Measuring with drawn shapes of 32x32 pixels instead of CIFAR-10: {error}", flush=True)
        return shapes.draw(count, size=32)


def report(rows: Sequence[Row], note: str, head: str) -> str:
    """The text of a table: when and on what, the rows, what each contender was given."""
    return f"{head}\n\n{tables.table(tables.HEADINGS, [row.cells() for row in rows])}\n\n{note}"


def measure(names: Sequence[str], quick: bool, threads: int) -> None:
    """Run the benchmarks `names`, one after the other, and write each one's table when it is done."""
    from training_baselines import save_images

    from course_lib.training.devices import hardware_name

    count, batch, turn = (128, 64, 0.01) if quick else (1536, 128, 0.3)
    head = tables.head(f"{hardware_name('cpu')} ({tables.processors()})", PACKAGES)
    with tempfile.TemporaryDirectory() as folder:
        images = load_images(count)
        path = Path(folder) / "images.npz"
        save_images(path, images)
        for name in names:
            rounds = 1 if quick else ROUNDS.get(name, 7)
            plan = Plan(path, images.title, count, rounds, turn, threads, batch)
            began = time.perf_counter()
            text = report(*BENCHMARKS[name](plan), head)
            print(f"\n{text}\n\n{name} took {time.perf_counter() - began:.0f} s\n", flush=True)
            if not quick:
                tables.write(f"training-{name}", text)
    print("Nothing was written: too quick to count." if quick else f"The tables are in {tables.README}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=BENCHMARKS, help="measure this one")
    parser.add_argument("--quick", action="store_true", help="see that it runs; write nothing")
    parser.add_argument(
        "--threads", type=int, default=os.cpu_count(), help="of each contender; default: all cores"
    )
    given = parser.parse_args(arguments)
    measure([given.only] if given.only else list(BENCHMARKS), given.quick, given.threads)


if __name__ == "__main__":
    sys.exit(main())
