"""Run the named experiments and record them for the pages.

`run` trains one, or a whole comparison such as "ladder", and writes what it gave; `list_runs` shows which have
been recorded. PyTorch is loaded only when something runs.
"""

import datetime
import hashlib
import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import course_lib
from course_lib import results, shown
from course_lib.experiments import EXPERIMENTS, Experiment, find, members
from course_lib.shown import rounded
from course_lib.training.history import History
from course_lib.training.recipe import Recipe

if TYPE_CHECKING:
    import torch

    from course_lib.data import Dataset

__all__ = ["first_losses", "list_runs", "matches", "run"]

FIRST_STEPS = 10  # whose losses are recorded, so that they can be repeated and compared in seconds


# The code that an experiment runs: a change elsewhere in the package does not touch its numbers.
ROOMS = (
    "architectures",
    "data",
    "diagnosis",
    "experiments.py",
    "recording.py",
    "shown.py",
    "pytorch",
    "training",
)


def run(
    name: str,
    device: str = "auto",
    data_limit: int | None = None,
    seeds: Sequence[int] | None = None,
    out: Path | None = None,
    resume: bool = True,
    checkpoints: Path | None = None,
) -> list[results.Result]:
    """Train the experiment `name`, or every member of that comparison; show progress, write and return the results.

    Only an experiment run as it is defined is recorded among the book's results. With a `data_limit` (images
    of each split) or other `seeds` the result is written to the file `out`, if one is given, and nowhere else.

    Every epoch leaves a checkpoint in `checkpoints`, by default a folder in the user's cache; a run that was
    stopped goes on from there, and a comparison passes over members recorded with the same recipe, unless
    `resume` is False. Checkpoints are removed when the result has been written.

    Raises:
        ValueError: for an unknown name, or `out` among the book's results for a run that must not be recorded,
            or for a comparison, which is more than one file.
    """
    from course_lib.data.places import cache_folder

    group = members(name)
    if out is not None and len(group) > 1:
        raise ValueError(
            f"out is one file, but {name} has {len(group)} members: run one, such as {group[0].name}"
        )
    checkpoints = cache_folder() / "runs" if checkpoints is None else Path(checkpoints)
    found = []
    for number, experiment in enumerate(group, start=1):
        if len(group) > 1:
            print(f"{experiment.name} ({number} of {len(group)}): {experiment.title}")
        if len(group) > 1 and resume and data_limit is None and seeds is None and _is_recorded(experiment):
            print("recorded already")
            found.append(results.load(experiment.name))
            continue
        own_seeds = experiment.seeds if seeds is None else tuple(seeds)
        found.append(_run_one(experiment, own_seeds, device, data_limit, out, resume, checkpoints))
    return found


def _run_one(
    experiment: Experiment,
    seeds: tuple[int, ...],
    device: str,
    data_limit: int | None,
    out: Path | None,
    resume: bool,
    checkpoints: Path,
) -> results.Result:
    path = _result_path(experiment, out, as_defined=data_limit is None and seeds == experiment.seeds)
    train, valid, test = _load_data(experiment, data_limit)
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
        for checkpoint in one.checkpoints:
            checkpoint.unlink(missing_ok=True)
    return result


def _is_recorded(experiment: Experiment) -> bool:
    if experiment.name not in results.recorded():
        return False
    return matches(results.load(experiment.name), experiment)


def matches(result: results.Result, experiment: Experiment) -> bool:
    """Say whether a result is of the experiment as it is now: the same recipe, model and seeds."""
    return (
        result.recipe_hash == replace(experiment.recipe, seed=experiment.seeds[0]).hash
        and (result.model, result.seeds) == (experiment.model, experiment.seeds)
        and result.changes == _plain(experiment.changes)
        and result.extra.get("transfer") == _transfer(experiment)
        and result.extra.get("landscape", {}).get("settings") == _slices(experiment)
    )


def first_losses(name: str, seed: int | None = None, device: str = "auto") -> list[float]:
    """Return the training losses of the first `FIRST_STEPS` steps of an experiment, by default of its first seed.

    They are recorded with the result: that they come out again, but for rounding, shows in seconds that code,
    data and recipe are still those of the record.
    """
    experiment = find(name)
    train, valid, _ = _load_data(experiment, None)
    return _first_losses(experiment, experiment.seeds[0] if seed is None else seed, train, valid, device)


def list_runs() -> None:
    """Print the experiments, and of those recorded the accuracy, the date and whether the recipe has changed."""
    recorded = results.recorded()
    rows = [("name", "model", "data", "epochs", "seeds", "accuracy", "of", "recorded")]
    for experiment in EXPERIMENTS.values():
        accuracy, when = "", "not yet"
        if experiment.name in recorded:
            result = results.load(experiment.name)
            metric = result.metrics["accuracy"]
            accuracy = f"{metric.mean:.1%}" + (f" ± {metric.std:.1%}" if len(metric.values) > 1 else "")
            when = result.date if matches(result, experiment) else f"{result.date}, with another recipe"
        epochs, seeds = str(experiment.recipe.epochs), ", ".join(map(str, experiment.seeds))
        row = (experiment.name, experiment.model, experiment.dataset, epochs, seeds, accuracy)
        rows.append((*row, experiment.report, when))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@dataclass(frozen=True)
class _Run:
    """What one seed gave."""

    history: History
    metrics: dict[str, float]
    extra: dict[str, Any]  # what else a page shows
    first_losses: list[float]
    parameters: int
    hardware: str
    checkpoints: list[Path]


def _load_data(experiment: Experiment, limit: int | None) -> "tuple[Dataset, Dataset, Dataset | None]":
    """Return training, validation and test set; None for the test set where the experiment leaves it alone."""
    from course_lib import data

    def load(split: str, images: int | None) -> "Dataset":
        sizes = (data.CATALOG[experiment.dataset].splits[split], images, limit)
        smallest = min(size for size in sizes if size is not None)
        return data.load(experiment.dataset, split, None if images is None and limit is None else smallest)

    train = load("train", experiment.images)
    if experiment.hold_out is None:
        valid = load("valid", None)
    else:
        train, valid = train.hold_out(experiment.hold_out)
    return train, valid, load("test", None) if experiment.report == "test" else None


def _build(experiment: Experiment, seed: int, train: "Dataset") -> "torch.nn.Module":
    import torch

    from course_lib import architectures, pytorch

    if experiment.transfer is not None:
        from course_lib.pytorch.pretrained import load_pretrained
        from course_lib.pytorch.transfer import adapt

        pretrained = load_pretrained(experiment.model)
        with torch.random.fork_rng([]):
            torch.manual_seed(seed)
            return adapt(pretrained, len(train.class_names))
    _, height, _, channels = train.images.shape
    row = architectures.find(experiment.model, height)._replace(**experiment.changes)
    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        return pytorch.build_row(row, len(train.class_names), channels)


def _first_losses(
    experiment: Experiment, seed: int, train: "Dataset", valid: "Dataset", device: str
) -> list[float]:
    from course_lib.training import FirstLosses, Trainer

    first = FirstLosses(FIRST_STEPS)
    model = _build(experiment, seed, train)
    recipe, last = _phases(experiment, seed)[0]
    _thaw(model, last)
    Trainer(recipe, [first], device).fit(model, train, valid)
    return rounded(first.losses)


def _phases(experiment: Experiment, seed: int) -> list[tuple[Recipe, int | None]]:
    """Return the recipes in their order, each with the number of last stages that learn, None for all."""
    recipe = replace(experiment.recipe, seed=seed)
    transfer = experiment.transfer
    if transfer is None:
        return [(recipe, None)]
    warm_up = [] if transfer.warm_up is None else [(replace(transfer.warm_up, seed=seed), 1)]
    return [*warm_up, (recipe, transfer.last)]


def _thaw(model: "torch.nn.Module", last: int | None) -> None:
    """Let the new head and the `last` stages of a pretrained model learn; for None leave the model as it is."""
    from course_lib.pytorch.transfer import freeze, unfreeze

    if last is not None:
        freeze(model)
        unfreeze(model, last)


def _run_seed(
    experiment: Experiment,
    seed: int,
    sets: "tuple[Dataset, Dataset, Dataset | None]",
    device: str,
    resume: bool,
    checkpoints: Path,
) -> _Run:
    from course_lib.training import Checkpoint, Progress, Trainer
    from course_lib.training.devices import hardware_name

    train, valid, test = sets
    model = _build(experiment, seed, train)
    history, paths = History(), []
    for recipe, last in _phases(experiment, seed):
        paths.append(checkpoints / _checkpoint_name(experiment, recipe, train))
        trainer = Trainer(recipe, [Progress(), Checkpoint(paths[-1])], device)
        if resume and paths[-1].exists():
            trainer.load(paths[-1])
        _thaw(model, last)
        for row in trainer.fit(model, train, valid).rows:
            history.append(row | {"epoch": len(history) + 1})
    metrics = trainer.evaluate(model, valid if test is None else test)
    extra = {}
    if test is not None:
        extra["confusion"] = shown.confusion(trainer.predict(model, test), test)
        extra["filters"] = shown.first_filters(model)
    if experiment.slices is not None:
        start = _build(experiment, seed, train)
        extra["landscape"] = shown.loss_slices(
            model, start, train, experiment.recipe.inputs, experiment.slices
        )
    return _Run(
        history=history,
        metrics=metrics,
        extra=extra,
        first_losses=_first_losses(experiment, seed, train, valid, device),
        parameters=sum(p.numel() for p in model.parameters()),
        hardware=f"{hardware_name(trainer.device.type)}, precision {trainer.precision}",
        checkpoints=paths,
    )


def _checkpoint_name(experiment: Experiment, recipe: Recipe, train: "Dataset") -> str:
    changes = hashlib.sha256(json.dumps(experiment.changes).encode()).hexdigest()[:6]
    what = (experiment.name.replace("/", "-"), experiment.model, changes, recipe.hash, train.fingerprint)
    return f"{'-'.join(what)}.pt"


def _transfer(experiment: Experiment) -> dict[str, Any] | None:
    """Return how published weights were used, ready for JSON."""
    transfer = experiment.transfer
    if transfer is None:
        return None
    warm_up = None if transfer.warm_up is None else transfer.warm_up.as_dict()
    return {"last": transfer.last, "warm_up": warm_up}


def _slices(experiment: Experiment) -> dict[str, Any] | None:
    return None if experiment.slices is None else asdict(experiment.slices)


def _make_result(
    experiment: Experiment,
    seeds: tuple[int, ...],
    runs: list[_Run],
    sets: "tuple[Dataset, Dataset, Dataset | None]",
    limit: int | None,
) -> results.Result:
    train, valid, test = sets
    recipe = replace(experiment.recipe, seed=seeds[0])
    histories = []
    for one in runs:
        histories.append(History())
        for row in one.history.rows:
            histories[-1].append(rounded(row))
    return results.Result(
        name=experiment.name,
        title=experiment.title,
        model=experiment.model,
        changes=_plain(experiment.changes),
        recipe=recipe.as_dict(),
        recipe_hash=recipe.hash,
        seeds=seeds,
        data={
            "name": train.name,
            "title": train.title,
            "fingerprint": train.fingerprint,
            "limit": limit,
            "examples": {"train": len(train), "valid": len(valid), "test": len(test) if test else 0},
            "report": experiment.report,
        },
        metrics={
            name: results.summarize([rounded(one.metrics[name]) for one in runs]) for name in runs[0].metrics
        },
        histories=tuple(histories),
        device=runs[0].hardware,
        versions=_versions(),
        commit=_commit(),
        seconds=rounded(sum(sum(history["seconds"]) for history in histories)),
        date=datetime.date.today().isoformat(),
        extra={
            "parameters": runs[0].parameters,
            "class_names": list(train.class_names),
            "first_losses": [one.first_losses for one in runs],
            **({} if experiment.transfer is None else {"transfer": _transfer(experiment)}),
            **runs[0].extra,
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


def _plain(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what JSON makes of the changes, in which tuples are lists."""
    return json.loads(json.dumps(dict(changes)))


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
