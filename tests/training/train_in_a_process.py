"""Train the stand-in network to its end, alone or as one of several processes, and save what came of it.

python train_in_a_process.py FOLDER STEP         alone; waits for a killer at this step, at none for 0
python train_in_a_process.py FOLDER together     as one of several processes
"""

import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from course_lib.data import Dataset
from course_lib.data.augmentation import Augmentation
from course_lib.training import Callback, Checkpoint, Recipe, Trainer

RECIPE = Recipe(
    epochs=4,
    lr=0.05,
    batch_size=16,
    accumulate=2,
    warmup_epochs=1,
    clip_norm=1.0,
    l2=1e-3,
    mixup=0.2,
    augment=Augmentation(flip=0.5, crop=1, noise=0.05),
)
ALONE_OR_TOGETHER = Recipe(epochs=3, lr=0.05, batch_size=16, accumulate=2, clip_norm=0.5, l1=1e-3, l2=1e-3)


class Waiting(Callback):
    """Says how far the run is, and waits at one step for whoever wants to stop it there."""

    def __init__(self, at):
        self.at = at

    def on_step(self, trainer, row):
        print("step", row["step"], flush=True)
        if row["step"] == self.at:
            time.sleep(60)


def make_dataset(count, seed):
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 4
    images = rng.integers(0, 120, (count, 4, 4, 3), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[:, label] += 100
    return Dataset("stand-in", "train", "Stand-in", images, labels.astype(np.int64), tuple("abcd"))


def main(folder, wait_at=0, recipe=RECIPE):
    torch.set_num_threads(1)
    torch.manual_seed(0)
    norms = (
        [nn.BatchNorm1d(16), nn.Dropout(0.3)] if recipe is RECIPE else []
    )  # each process would have its own
    model = nn.Sequential(nn.Flatten(), nn.Linear(48, 16), *norms, nn.ReLU(), nn.Linear(16, 4))
    trainer = Trainer(recipe, [Checkpoint(folder / "run.pt"), Waiting(wait_at)], device="cpu")
    if (folder / "run.pt").exists():
        trainer.load(folder / "run.pt")
    train, valid = make_dataset(101, 0), make_dataset(47, 1)  # sizes that two processes cannot share evenly
    history = trainer.fit(model, train, valid)
    scores = trainer.evaluate(model, valid)
    if trainer.fabric.is_global_zero:
        rows = [{k: v for k, v in row.items() if k != "seconds"} for row in history.rows]
        torch.save({"model": model.state_dict(), "rows": rows, "scores": scores}, folder / "end.pt")


if __name__ == "__main__":
    together = sys.argv[2] == "together"
    main(Path(sys.argv[1]), 0 if together else int(sys.argv[2]), ALONE_OR_TOGETHER if together else RECIPE)
