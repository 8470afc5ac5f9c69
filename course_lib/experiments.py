"""The book's experiments: each a few lines that say which model learns what from which data, and how.

`run` trains one and records it for the pages; `list_runs` shows which have been recorded. PyTorch is loaded
only when something runs.
"""

import datetime
import difflib
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import course_lib
from course_lib import results
from course_lib.training.history import History
from course_lib.training.recipe import Recipe

if TYPE_CHECKING:
    import torch

    from course_lib.data import Dataset

__all__ = ["EXPERIMENTS", "Experiment", "find", "first_losses", "list_runs", "run"]

FIRST_STEPS = 10  # whose losses are recorded, so that they can be repeated and compared in seconds


# The code that an experiment runs: a change elsewhere in the package does not touch its numbers.
ROOMS = ("architectures", "data", "experiments.py", "pytorch", "training")


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """A named experiment: `model` learns `dataset` by `recipe`, once with each of `seeds`.

    The seed decides the first weights, the order of the examples and dropout. `hold_out` is the share of the
    training images kept for validation, always the same ones. The test set is used once per seed, at the end.
    """

    name: str
    title: str
    dataset: str
    model: str
    recipe: Recipe
    seeds: tuple[int, ...]
    hold_out: float = 0.1


_ALL = (
    Experiment(
        name="first-cnn",
        title="A small VGG on CIFAR-10",
        dataset="cifar10",
        model="small_vgg",
        recipe=Recipe(epochs=8, lr=0.05, weight_decay=5e-4, warmup_epochs=1, precision="auto"),
        seeds=(0,),  # a few minutes on two cores; more seeds belong to experiments that compare
    ),
    Experiment(
        name="first-cnn-digits",
        title="A small VGG on handwritten digits",
        dataset="digits",
        model="small_vgg",
        recipe=Recipe(epochs=5, lr=0.05, batch_size=64, weight_decay=5e-4, warmup_epochs=1),
        seeds=(0, 1, 2),
        hold_out=0.2,
    ),
)
EXPERIMENTS = {experiment.name: experiment for experiment in _ALL}


def find(name: str) -> Experiment:
    """Return the experiment `name`.

    Raises:
        ValueError: if there is none; the message names similar ones.
    """
    if name in EXPERIMENTS:
        return EXPERIMENTS[name]
    similar = difflib.get_close_matches(name, EXPERIMENTS, n=3)
    hint = f"did you mean {' or '.join(similar)}?" if similar else f"there are {', '.join(EXPERIMENTS)}"
    raise ValueError(f"no experiment is called {name!r}: {hint}")


def run(
    name: str,
    device: str = "auto",
    data_limit: int | None = None,
    seeds: Sequence[int] | None = None,
    out: Path | None = None,
    resume: bool = True,
    checkpoints: Path | None = None,
) -> results.Result:
    """Train the experiment `name`, show progress, write its result and return it.

    Only an experiment run as it is defined is recorded among the book's results. With a `data_limit` (images
    of each split) or other `seeds` the result is written to the file `out`, if one is given, and nowhere else.

    Every epoch leaves a checkpoint in `checkpoints`, by default a folder in the user's cache; a run that was
    stopped goes on from there unless `resume` is False. They are removed when the result has been written.

    Raises:
        ValueError: for an unknown name, or `out` among the book's results for a run that must not be recorded.
    """
    from course_lib.data.places import cache_folder

    experiment = find(name)
    seeds = experiment.seeds if seeds is None else tuple(seeds)
    path = _result_path(experiment, out, as_defined=data_limit is None and seeds == experiment.seeds)
    train, valid, test = _load_data(experiment, data_limit)
    checkpoints = cache_folder() / "runs" if checkpoints is None else Path(checkpoints)
    runs = []
    for seed in seeds:
        print(
            f"{experiment.name}, seed {seed}: {len(train):,} training images, {len(valid):,} for validation"
        )
        runs.append(_run_seed(experiment, seed, (train, valid, test), device, resume, checkpoints))
    result = _make_result(experiment, seeds, runs, (train, valid, test), data_limit)
    if path is not None:
        results.save(result, path)
    for one in runs:
        one.checkpoint.unlink(missing_ok=True)
    return result


def first_losses(name: str, seed: int | None = None, device: str = "auto") -> list[float]:
    """Return the training losses of the first `FIRST_STEPS` steps of an experiment, by default of its first seed.

    They are recorded with the result: that they come out again, but for rounding, shows in seconds that code,
    data and recipe are still those of the record.
    """
    experiment = find(name)
    train, valid, _ = _load_data(experiment, None)
    return _first_losses(experiment, experiment.seeds[0] if seed is None else seed, train, valid, device)


def list_runs() -> None:
    """Print the experiments, and of those recorded the test accuracy, the date and whether the recipe has changed."""
    recorded = results.recorded()
    rows = [("name", "model", "data", "epochs", "seeds", "test accuracy", "recorded")]
    for experiment in EXPERIMENTS.values():
        accuracy, when = "", "not yet"
        if experiment.name in recorded:
            result = results.load(experiment.name)
            metric = result.metrics["accuracy"]
            accuracy = f"{metric.mean:.1%}" + (f" ± {metric.std:.1%}" if len(metric.values) > 1 else "")
            same = result.recipe_hash == experiment.recipe.hash
            when = result.date if same else f"{result.date}, with another recipe"
        recipe, seeds = experiment.recipe, ", ".join(map(str, experiment.seeds))
        row = (
            experiment.name,
            experiment.model,
            experiment.dataset,
            str(recipe.epochs),
            seeds,
            accuracy,
            when,
        )
        rows.append(row)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@dataclass(frozen=True)
class _Run:
    """What one seed gave."""

    history: History
    metrics: dict[str, float]
    confusion: list[list[int]]
    filters: list
    first_losses: list[float]
    parameters: int
    hardware: str
    checkpoint: Path


def _load_data(experiment: Experiment, limit: int | None) -> "tuple[Dataset, Dataset, Dataset]":
    from course_lib import data

    def load(split: str) -> "Dataset":
        size = data.CATALOG[experiment.dataset].splits[split]
        return data.load(experiment.dataset, split, None if limit is None else min(limit, size))

    train, valid = load("train").hold_out(experiment.hold_out)
    return train, valid, load("test")


def _build(experiment: Experiment, seed: int, train: "Dataset") -> "torch.nn.Module":
    import torch

    from course_lib import pytorch

    _, height, _, channels = train.images.shape
    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        return pytorch.build(experiment.model, len(train.class_names), channels, height)


def _first_losses(
    experiment: Experiment, seed: int, train: "Dataset", valid: "Dataset", device: str
) -> list[float]:
    from course_lib.training import FirstLosses, Trainer

    first = FirstLosses(FIRST_STEPS)
    Trainer(replace(experiment.recipe, seed=seed), [first], device).fit(
        _build(experiment, seed, train), train, valid
    )
    return _rounded(first.losses)


def _run_seed(
    experiment: Experiment,
    seed: int,
    sets: "tuple[Dataset, Dataset, Dataset]",
    device: str,
    resume: bool,
    checkpoints: Path,
) -> _Run:
    from course_lib.training import Checkpoint, Progress, Trainer
    from course_lib.training.devices import hardware_name

    train, valid, test = sets
    recipe = replace(experiment.recipe, seed=seed)
    path = checkpoints / f"{experiment.name}-{experiment.model}-{recipe.hash}-{train.fingerprint}.pt"
    trainer = Trainer(recipe, [Progress(), Checkpoint(path)], device)
    if resume and path.exists():
        trainer.load(path)
    model = _build(experiment, seed, train)
    history = trainer.fit(model, train, valid)
    return _Run(
        history=history,
        metrics=trainer.evaluate(model, test),
        confusion=_confusion(trainer.predict(model, test), test),
        filters=_first_filters(model),
        first_losses=_first_losses(experiment, seed, train, valid, device),
        parameters=sum(p.numel() for p in model.parameters()),
        hardware=f"{hardware_name(trainer.device.type)}, precision {trainer.precision}",
        checkpoint=path,
    )


def _confusion(logits: "torch.Tensor", test: "Dataset") -> list[list[int]]:
    """Return how many images of each class (row) were taken for each class (column)."""
    classes = len(test.class_names)
    counts = [[0] * classes for _ in range(classes)]
    for label, guess in zip(test.labels.tolist(), logits.argmax(1).tolist(), strict=True):
        counts[label][guess] += 1
    return counts


def _first_filters(model: "torch.nn.Module") -> list:
    """Return the weights (out_channels, in_channels, H, W) of the model's first convolution."""
    from torch import nn

    first = next(module for module in model.modules() if isinstance(module, nn.Conv2d))
    return _rounded(first.weight.tolist(), 4)


def _make_result(
    experiment: Experiment,
    seeds: tuple[int, ...],
    runs: list[_Run],
    sets: "tuple[Dataset, Dataset, Dataset]",
    limit: int | None,
) -> results.Result:
    train, valid, test = sets
    recipe = replace(experiment.recipe, seed=seeds[0])
    histories = []
    for one in runs:
        histories.append(History())
        for row in one.history.rows:
            histories[-1].append(_rounded(row))
    return results.Result(
        name=experiment.name,
        title=experiment.title,
        model=experiment.model,
        recipe=recipe.as_dict(),
        recipe_hash=recipe.hash,
        seeds=seeds,
        data={
            "name": train.name,
            "title": train.title,
            "fingerprint": train.fingerprint,
            "limit": limit,
            "examples": {"train": len(train), "valid": len(valid), "test": len(test)},
        },
        metrics={
            name: results.summarize([_rounded(one.metrics[name]) for one in runs]) for name in runs[0].metrics
        },
        histories=tuple(histories),
        device=runs[0].hardware,
        versions=_versions(),
        commit=_commit(),
        seconds=_rounded(sum(sum(history["seconds"]) for history in histories)),
        date=datetime.date.today().isoformat(),
        extra={
            "parameters": runs[0].parameters,
            "class_names": list(train.class_names),
            "first_losses": [one.first_losses for one in runs],
            "confusion": runs[0].confusion,
            "filters": runs[0].filters,
        },
    )


def _result_path(experiment: Experiment, out: Path | None, as_defined: bool) -> Path | None:
    """Return where the result is to be written, or None; checked before hours of training."""
    if out is None:
        return results.folder() / f"{experiment.name}.json" if as_defined else None
    if not as_defined and Path(out).resolve().parent == results.folder().resolve():
        raise ValueError(
            f"out must lie outside the book's results, because a run with data_limit or other seeds is not "
            f"the experiment that {experiment.name} stands for, got {out}"
        )
    return Path(out)


def _rounded(value: Any, digits: int = 6) -> Any:
    """Round the numbers in nested rows and lists to `digits` significant digits."""
    if isinstance(value, dict):
        return {key: _rounded(item, digits) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item, digits) for item in value]
    return float(f"{value:.{digits}g}") if isinstance(value, float) else value


def _versions() -> dict[str, str]:
    packages = {"PyTorch": version("torch"), "course_lib": course_lib.__version__}
    return {"Python": platform.python_version(), **packages}


def _commit() -> str:
    """Return the commit of the code, with "-dirty" if `ROOMS` have changed since; "unknown" without git."""
    folder = Path(course_lib.__file__).resolve().parent
    try:
        head = _git("rev-parse", "HEAD", folder=folder)
        changed = _git("status", "--porcelain", "--", *ROOMS, folder=folder)
    except (OSError, subprocess.CalledProcessError):  # no git, no repository or no commit yet
        return "unknown"
    return f"{head}-dirty" if changed else head


def _git(*arguments: str, folder: Path) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
