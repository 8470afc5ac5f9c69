"""Train every form for small images for one epoch with one recipe, and write `one_epoch.md`.

    python benchmarks/one_epoch.py                 all that is not done; goes on where it was stopped
    python benchmarks/one_epoch.py --again NAME    measure some anew, say when the machine is quiet
    python benchmarks/one_epoch.py --only NAME     a few, for a look; writes no table

Each model has a process and a thread of its own: 5,000 photographs of CIFAR-10 through `course_lib.training.Trainer`,
then the accuracy on 1,000 others. The same process then learns 64 photographs by heart (`overfit.py`). What is done is
kept in `_build/one_epoch.json`.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import overfit
import torch
from parity_table import family, row_hash
from tables import head, processors, table
from torch.utils.flop_counter import FlopCounterMode

from course_lib import data, pytorch
from course_lib.training import Recipe, Trainer

HERE = Path(__file__).parent
FILE = HERE / "one_epoch.md"
DONE = HERE.parent / "_build" / "one_epoch.json"
TRAIN, VALID = 5_000, 1_000
RECIPE = Recipe(
    epochs=1,
    lr=1e-3,
    batch_size=64,
    optimizer="adamw",
    weight_decay=0.05,
    schedule="one-cycle",
    warmup_epochs=0.3,
    clip_norm=1.0,
)
HEADINGS = ("family", "model", "parameters", "multiply-adds, M", "accuracy, %", "processor, s", "clock, s")
HEADINGS += ("peak memory, GB", "by heart: steps", "processor, s", "row")

TEXT = """\
# One epoch of every family

Written by `python benchmarks/one_epoch.py`.

{train:,} photographs of {title} in one epoch, accuracy on {valid:,} others, seed {seed}, 1 thread, one recipe for
all: {recipe}. That is no contest of families: an epoch is short, each family has its own best recipe, and most were
made for larger images. It shows the cost, and how far so few steps lead. Near chance are those for which they are too
few: accuracy is measured with the running statistics of batch norm, of which Xception, Inception-ResNet and MobileNet
renew 1% a step; SqueezeNet, deep and without norms, stands still at this rate. Multiply-adds are those of one image's
forward pass, half of what torch.utils.flop_counter counts: convolutions, matrix products and attention. *Processor*
is the process's own time for training and validation, *clock* what passed meanwhile: the machine did other work too,
so the first is the one to compare. *By heart*: the steps of Adam until a network knows 64 photographs, with the
statistics of its batches: each family learns; `overfit.py` says how. Chance is 10%.

{provenance}

"""


def key(name: str) -> str:
    """What a measurement depends on, but for the library's own code."""
    return f"{row_hash(name)}-{RECIPE.hash}-{torch.__version__}"


def multiply_adds(name: str) -> int:
    """The multiplications of one image's forward pass, each with an addition."""
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        pytorch.build(name, image_size=overfit.SIZE).eval()(torch.empty(1, 3, overfit.SIZE, overfit.SIZE))
    return counter.get_total_flops() // 2


def measure(name: str) -> dict[str, Any]:
    """Train one epoch, then learn 64 images by heart."""
    torch.set_num_threads(1)
    found = data.load("cifar10", limit=TRAIN + VALID)
    train, valid = found.hold_out(VALID / (TRAIN + VALID))
    torch.manual_seed(RECIPE.seed)
    model = pytorch.build(name, image_size=overfit.SIZE)
    began, clock = time.process_time(), time.perf_counter()
    history = Trainer(RECIPE, device="cpu").fit(model, train, valid)
    result = {
        "key": key(name),
        "title": found.title,
        "examples": [len(train), len(valid)],
        "params": sum(p.numel() for p in model.parameters()),
        "multiply_adds": multiply_adds(name),
        "accuracy": history["val_accuracy"][-1],
        "processor": time.process_time() - began,
        "clock": time.perf_counter() - clock,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }
    learned = overfit.overfit(name, *overfit.photographs())
    return result | {"heart": learned._asdict()}


def line(name: str, result: dict[str, Any]) -> list[str]:
    """The cells of one model."""
    heart = result["heart"]
    steps = f"{heart['steps']}" if heart["accuracy"] >= overfit.ENOUGH else f"**not in {heart['steps']}**"
    return [
        *(family(name).lower(), name, f"{result['params']:,}", f"{result['multiply_adds'] / 1e6:,.1f}"),
        *(f"{100 * result['accuracy']:.1f}", f"{result['processor']:.0f}", f"{result['clock']:.0f}"),
        *(f"{result['peak']:.2f}", steps, f"{heart['seconds']:.1f}", row_hash(name)),
    ]


def write(results: dict[str, dict[str, Any]], path: Path = FILE) -> None:
    """Write the table."""
    first = next(iter(results.values()))
    recipe = ", ".join(f"{name} {value}" for name, value in RECIPE.given().items())
    text = TEXT.format(
        train=first["examples"][0],
        valid=first["examples"][1],
        title=first["title"],
        seed=RECIPE.seed,
        recipe=recipe,
        provenance=head(processors(), ("torch", "lightning-fabric")),
    )
    lines = [line(name, result) for name, result in results.items()]
    path.write_text(text + table(HEADINGS, lines) + "\n", encoding="utf-8", newline="\n")


def run(name: str) -> dict[str, Any]:
    """Measure in a process of its own, whose peak memory is the model's."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, __file__, "--work", name]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure what is left and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", help="measure these alone and write no table")
    parser.add_argument("--again", nargs="*", default=(), metavar="NAME", help="measure these anew")
    parser.add_argument("--work", metavar="NAME", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        print(json.dumps(measure(given.work)))
        return
    kept = json.loads(DONE.read_text(encoding="utf-8")) if DONE.exists() else {}
    for name in given.only or overfit.FORMS:
        if kept.get(name, {}).get("key") == key(name) and name not in given.again:
            continue
        kept[name] = result = run(name)
        DONE.parent.mkdir(exist_ok=True)
        DONE.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        print(
            f"{name}: {result['accuracy']:.1%}, {result['processor']:.0f} s, {result['peak']:.2f} GB",
            flush=True,
        )
    if given.only is None:
        write({name: kept[name] for name in overfit.FORMS})


if __name__ == "__main__":
    main()
