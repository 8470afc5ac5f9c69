"""Train the small networks whose learning curves test the doctor, and write `benchmarks/doctor_histories.json`.

Each history carries the name of the pattern that its set-up was *made* to show: a network of two units for
`underfit_capacity`, a validation set of twenty images for `valid_unrepresentative`. The doctor has no say in it. A
set-up does not always give the curve it is known for, so each pattern has a criterion in `shows`, a plain comparison
of the means over quarters of the run; a run that fails it is dropped, and the file counts the dropped.

Run it with `COURSE_DATA=... python benchmarks/doctor_corpus.py`: real images (digits, Fashion-MNIST, CIFAR-10), one
thread, about seven minutes. With the same library versions and kind of processor it gives the
same file.
"""

import json
import math
import time
from dataclasses import asdict, fields, replace
from pathlib import Path

import numpy as np
import torch
from doctor_runs import POOLED, Setting, train

OUT = Path(__file__).with_name("doctor_histories.json")
SETTINGS = {  # how many set-ups of each pattern; each is trained from two seeds
    "underfit_capacity": 22,
    "underfit_unfinished": 24,
    "overfit": 22,
    "good_fit": 22,
    "train_unrepresentative": 34,
    "valid_unrepresentative": 24,
    "valid_easier": 22,
    "diverged": 20,
    "at_chance": 20,
    "cannot_tell": 8,
}


class Draw:
    """Draws values for one setting."""

    def __init__(self, *key: int):
        self.rng = np.random.default_rng(key)

    def of(self, *values):
        """One of the values."""
        return values[self.rng.integers(len(values))]

    def between(self, low: float, high: float) -> float:
        """A number, evenly spread over the logarithms."""
        return float(f"{math.exp(self.rng.uniform(math.log(low), math.log(high))):.3g}")

    def whole(self, low: int, high: int) -> int:
        """A whole number, spread likewise."""
        return round(self.between(low, high))

    def step(self, size: float = 1.0) -> dict:
        """An optimizer with a learning rate that is `size` times a usual one."""
        name = self.of("sgd", "momentum", "nesterov", "adam", "adam", "adamw", "rmsprop", "adagrad")
        usual = {"sgd": 0.1, "momentum": 0.03, "nesterov": 0.03, "adagrad": 0.01}.get(name, 1e-3)
        batch = self.of(16, 32, 64, 128)
        schedule = self.of("constant", "constant", "cosine")
        lr = float(f"{usual * size * self.between(0.5, 2):.3g}")
        return {"optimizer": name, "lr": lr, "batch": batch, "schedule": schedule}

    def network(self, light: bool = True) -> dict:
        """A network of ordinary size; a light one is less often convolutional, and narrower then."""
        if self.rng.random() < (0.25 if light else 0.3):
            channels = ((6, 12), (8, 16)) if light else ((8, 16), (12, 24))
            return {"convolutional": True, "hidden": self.of(*channels), "batch_norm": self.of(True, False)}
        hidden = self.of((64,), (128,), (64, 64), (128, 64))
        return {
            "hidden": hidden,
            "batch_norm": self.of(False, False, True),
            "activation": self.of("relu", "relu", "tanh"),
        }


def underfit_capacity(d: Draw) -> Setting:
    """Too few units, or none, or a penalty that forbids to use them."""
    way = d.of("few units", "few units", "linear", "penalty")
    common = {
        **d.step(3),
        "epochs": d.whole(15, 100),
        "train": d.whole(800, 3000),
        "label_smoothing": d.of(0.0, 0.0, 0.1),
    }
    if way == "few units":
        hidden = d.of((1,), (2,), (2, 8), (3,), (16, 2))
        return Setting("underfit_capacity", way, d.of(*POOLED), d.of(10, 10, 7), hidden=hidden, **common)
    if way == "linear":
        common |= {"train": d.whole(3000, 6000), "lr": common["lr"] / 10}
        return Setting("underfit_capacity", way, "cifar10", d.of(10, 6), hidden=(), **common)
    common |= {
        "optimizer": d.of("sgd", "momentum"),
        "lr": d.between(0.01, 0.04),
        "weight_decay": d.between(0.08, 0.2),
    }
    return Setting(
        "underfit_capacity",
        way,
        d.of("cifar10", "fashion_mnist"),
        **(d.network() | {"batch_norm": False}),
        **common,
    )


def underfit_unfinished(d: Draw) -> Setting:
    """A small learning rate, or few epochs of it."""
    way = d.of("small steps", "few epochs")
    common = {**d.step(d.between(0.03, 0.08)), "epochs": d.whole(15, 50), "train": d.whole(800, 2000)}
    if way == "few epochs":
        common = {**d.step(d.between(0.1, 0.25)), "epochs": d.whole(8, 12), "train": d.whole(500, 1500)}
        common |= {"batch": 128}
    common |= {"label_smoothing": d.of(0.0, 0.0, 0.1), "schedule": "constant"}
    common["optimizer"] = d.of("sgd", "momentum", common["optimizer"])
    if common["optimizer"] in ("sgd", "momentum"):
        common["lr"] = d.between(1e-3, 4e-3) * (4 if common["optimizer"] == "sgd" else 1)
    return Setting("underfit_unfinished", way, d.of(*POOLED), d.of(10, 10, 5), **d.network(), **common)


def overfit(d: Draw) -> Setting:
    """A small training set, a large network, many epochs."""
    way = d.of("small set", "small set", "wrong labels")
    name = d.of("fashion_mnist", "cifar10", "cifar10", "cifar10") if way == "small set" else d.of(*POOLED)
    wide, wider = {"hidden": (256,)}, {"hidden": (256, 128)}
    network = d.of(wide, wider, {"hidden": (12, 24), "convolutional": True})
    common = {**d.step(2), "epochs": d.whole(25, 120), "train": d.whole(150, 700), "valid": d.whole(250, 900)}
    common |= {"label_smoothing": d.of(0.0, 0.0, 0.0, 0.1), "dropout": d.of(0.0, 0.0, 0.2)}
    common |= {"wrong_labels": d.between(0.1, 0.3) if way == "wrong labels" else 0.0, "schedule": "constant"}
    return Setting("overfit", way, name, d.of(10, 10, 5), **network, **common)


def good_fit(d: Draw) -> Setting:
    """Enough data, an ordinary network, enough epochs."""
    way = d.of("plain", "decay", "dropout")
    name, classes = d.of(
        ("digits", 10), ("digits", 5), ("digits", 2), ("fashion_mnist", 10), ("fashion_mnist", 4)
    )
    common = {
        **d.step(0.7),
        "epochs": d.whole(12, 70),
        "valid": d.whole(300, 500),
        "label_smoothing": d.of(0.0, 0.0, 0.1),
    }
    common |= {
        "train": 1300 if name == "digits" else d.whole(3000, 5000),
        "weight_decay": 1e-2 if way == "decay" else 0.0,
    }
    network = d.network() | {"dropout": d.of(0.1, 0.2) if way == "dropout" else 0.0}
    if name == "fashion_mnist":
        network |= {"hidden": d.of((16,), (24,), (32,)), "convolutional": False}
        common |= {"epochs": d.whole(10, 25)}
    return Setting("good_fit", way, name, classes, **network, **common)


def train_unrepresentative(d: Draw) -> Setting:
    """Training images that leave out what validation asks: kinds, light, places, hard ones; or far too few of them.

    Weight decay, smoothing and small steps keep the network from growing ever surer, which would turn the curve up.
    """
    way = d.of(
        "kinds left out", "darker", "shifted", "too few", "too few", "only easy images", "only easy images"
    )
    common = {
        **d.step(d.between(0.1, 0.4)),
        "epochs": d.whole(12, 70),
        "label_smoothing": d.of(0.0, 0.1, 0.2),
    }
    common |= {"train": d.whole(60, 200) if way == "too few" else d.whole(300, 1200), "smooth_valid": True}
    common |= {"weight_decay": d.of(1e-3, 1e-2, 3e-2)}
    classes = 2 if way == "kinds left out" else d.of(10, 5)
    name = "cifar10" if way == "only easy images" else d.of("digits", "fashion_mnist")
    return Setting("train_unrepresentative", way, name, classes, **d.network(), **common)


def valid_unrepresentative(d: Draw) -> Setting:
    """A validation set of a few images."""
    name = d.of(*POOLED)
    common = {
        **d.step(d.of(1.0, 2.0)),
        "epochs": d.whole(12, 60),
        "train": d.whole(400, 900),
        "valid": d.whole(8, 30),
    }
    common |= {"batch": d.of(16, 16, 32), "dropout": d.of(0.0, 0.2), "label_smoothing": d.of(0.0, 0.0, 0.1)}
    common |= {"schedule": "constant"}
    return Setting("valid_unrepresentative", "few images", name, d.of(10, 10, 5, 2), **d.network(), **common)


def valid_easier(d: Draw) -> Setting:
    """Easy validation images, seen ones, or a training that is made harder than validation."""
    way = d.of("easy images", "easy images", "seen images", "dropout", "input noise")
    common = {
        **d.step(d.of(0.3, 1.0)),
        "epochs": d.whole(10, 60),
        "train": d.whole(800, 2500),
        "valid": d.whole(150, 400),
    }
    common |= {"dropout": d.between(0.4, 0.6) if way in ("dropout", "seen images") else 0.0}
    common |= {"input_noise": d.between(1, 2) if way == "input noise" else 0.0}
    return Setting("valid_easier", way, d.of(*POOLED), d.of(10, 10, 5), **d.network(light=False), **common)


def diverged(d: Draw) -> Setting:
    """A learning rate that is too large, from the first step or after it has risen."""
    way = d.of("too large", "too large", "rises")
    common = {
        "epochs": d.whole(8, 40),
        "train": d.whole(300, 1000),
        "schedule": "rising" if way == "rises" else "constant",
    }
    optimizer, low = d.of(("sgd", 3.0), ("momentum", 0.8), ("nesterov", 0.8), ("adam", 0.5), ("rmsprop", 0.5))
    common |= {"optimizer": optimizer, "lr": d.between(low, 20 * low), "batch": d.of(16, 32, 64)}
    return Setting(
        "diverged",
        way,
        d.of(*POOLED),
        d.of(10, 10, 5),
        **(d.network(light=False) | {"batch_norm": False}),
        **common,
    )


def at_chance(d: Draw) -> Setting:
    """A network that cannot learn: no steps, dead units, labels that say nothing, a deep stack of sigmoids."""
    way = d.of("no steps", "dead units", "labels shuffled", "deep sigmoids", "blank images")
    common = {**d.step(), "epochs": d.whole(8, 50), "train": d.whole(500, 1500)}
    name, classes = d.of(*POOLED), d.of(10, 10, 5, 3, 2)
    if way == "no steps":
        return Setting("at_chance", way, name, classes, **d.network(light=False), **(common | {"lr": 0.0}))
    if way == "deep sigmoids":
        common |= {"optimizer": "sgd", "lr": 0.01}
        return Setting("at_chance", way, name, classes, hidden=(32,) * 8, activation="sigmoid", **common)
    if way == "labels shuffled":
        common |= {
            "train": 2500,
            "epochs": d.whole(8, 20),
            "wrong_labels": 1.0,
            "optimizer": "sgd",
            "lr": 0.01,
        }
        return Setting("at_chance", way, "fashion_mnist", classes, hidden=(4,), **common)
    return Setting(
        "at_chance", way, name, classes, **(d.network(light=False) | {"batch_norm": False}), **common
    )


def cannot_tell(d: Draw) -> Setting:
    """A sound run, stopped after two to four epochs."""
    return Setting(
        "cannot_tell",
        "stopped",
        d.of(*POOLED),
        10,
        **d.network(light=False),
        **d.step(),
        epochs=d.of(2, 3, 4),
    )


MAKERS = {maker.__name__: maker for maker in (
    underfit_capacity, underfit_unfinished, overfit, good_fit, train_unrepresentative,
    valid_unrepresentative, valid_easier, diverged, at_chance, cannot_tell,
)}  # fmt: skip


def quarters(values: list[float]) -> list[float]:
    """The means of the four quarters of a column."""
    return [float(part.mean()) for part in np.array_split(np.array(values), 4)]


def shows(s: Setting, columns: dict[str, list[float]]) -> bool:
    """Whether the raw values show what the set-up was made for; ln M is the loss of guessing among M classes."""
    loss, valid = np.array(columns["loss"]), np.array(columns["val_loss"])
    if s.pattern == "cannot_tell":
        return True
    chance = math.log(s.classes)
    if s.pattern == "diverged":
        lost = loss[-1] > 3 * np.nanmin(loss, initial=math.inf) and loss[-1] > 0.3 * chance
        return not np.isfinite(loss).all() or lost or loss[-1] > min(1.2 * loss[0], 1.5 * chance)
    if not (np.isfinite(loss).all() and np.isfinite(valid).all()):
        return False
    t, v, a, va = (quarters(columns[name]) for name in ("loss", "val_loss", "accuracy", "val_accuracy"))
    second_half = slice(len(loss) // 2, None)
    flat = max(abs(t[2] - t[3]), abs(v[2] - v[3])) < 0.025 * chance
    wobble, train_wobble = (float(np.abs(np.diff(curve)).mean()) for curve in (valid, loss))
    return {
        "underfit_capacity": flat and a[3] < 0.75 and abs(a[3] - va[3]) < 0.1 and t[3] < 0.95 * chance,
        "underfit_unfinished": min(t[2] - t[3], v[2] - v[3]) > 0.015 * chance and abs(a[3] - va[3]) < 0.1,
        "overfit": t[3] < min(t[2] + 0.01, 0.8 * t[0]) and (v[3] > 1.08 * min(v) or a[3] - va[3] > a[1] - va[1] + 0.1),
        "good_fit": flat and va[3] > 0.8 and -0.02 < a[3] - va[3] < 0.07 and v[3] < 1.1 * min(v),
        "train_unrepresentative": v[3] < min(1.1 * min(v), v[0]) and v[3] - t[3] > 0.1 * chance and
            a[3] - va[3] > 0.08 and v[1] - t[1] > 0.5 * (v[3] - t[3]),
        "valid_unrepresentative": t[3] < 0.8 * t[0] and wobble > max(1.5 * train_wobble, 0.01 * chance),
        "valid_easier": (valid < loss)[second_half].mean() > 0.8 and va[3] > a[3] and t[3] < 0.9 * t[0],
        "at_chance": a[3] < 1 / s.classes + 0.1 and t[3] > 0.93 * chance and t[0] - t[3] < 0.1 * chance,
    }[s.pattern]  # fmt: skip


def rounded(value: float) -> float:
    """Four significant digits and at most four decimals."""
    return round(float(f"{value:.4g}"), 4) if math.isfinite(value) else math.nan


def as_line(row: dict) -> str:
    """A run as JSON, which has no word for what is not a number but null."""
    columns = {
        name: [None if math.isnan(v) else v for v in values] for name, values in row["columns"].items()
    }
    return json.dumps({**row, "columns": columns}, separators=(",", ":"), allow_nan=False)


def run(pattern: str, number: int) -> tuple[list[dict], list[dict]]:
    """Train one set-up from two seeds: the runs to keep, and those whose curves do not show the pattern."""
    key = list(MAKERS).index(pattern)
    draw = Draw(key, number)
    setting = MAKERS[pattern](draw)
    setting = replace(setting, smooth_valid=setting.smooth_valid or draw.of(True, False))
    default = {f.name: f.default for f in fields(Setting)}
    said = {name: value for name, value in asdict(setting).items() if value != default[name]}
    kept, dropped = [], []
    for seed in (2 * number, 2 * number + 1):
        columns = {name: [rounded(v) for v in values] for name, values in train(setting, seed).items()}
        row = {"setting": number, "seed": seed, **said, "columns": columns}
        (kept if shows(setting, columns) else dropped).append(row)
    return kept, dropped


def main() -> None:
    """Write the corpus, one history a line."""
    torch.set_num_threads(1)
    began = time.process_time()
    lines, dropped = [], {}
    for pattern, count in SETTINGS.items():
        results = [run(pattern, number) for number in range(count)]
        lines += [as_line(row) for kept, _ in results for row in kept]
        dropped[pattern] = sum(len(drop) for _, drop in results)
        kept = 2 * count - dropped[pattern]
        print(
            f"{pattern}: {kept} kept, {dropped[pattern]} dropped, {time.process_time() - began:.0f} s",
            flush=True,
        )
    text = '{"dropped":' + json.dumps(dropped) + ',\n"runs":[\n' + ",\n".join(lines) + "\n]}\n"
    OUT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
