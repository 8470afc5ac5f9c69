"""Checkpoint files: written in one move, read without running code, and tied to their recipe."""

import os
from pathlib import Path
from typing import Any

import torch

from course_lib.training.recipe import Recipe

FORMAT = 2


def write(path: Path, recipe: Recipe, state: dict[str, Any]) -> None:
    """Write `state`, made of tensors and plain values, in place of what `path` held before."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    torch.save({"format": FORMAT, "recipe": recipe.as_dict(), **state}, partial)
    os.replace(partial, path)


def read(path: Path, recipe: Recipe) -> dict[str, Any]:
    """Return the state in `path`, on the CPU.

    Raises:
        ValueError: if it was made with another recipe or another version of this format.
    """
    state = torch.load(path, map_location="cpu", weights_only=True)
    if state["format"] != FORMAT:
        raise ValueError(
            f"checkpoint {path} has format {state['format']}, not {FORMAT}: delete it to start anew"
        )
    saved, given = state["recipe"], recipe.as_dict()
    names = sorted(name for name in saved | given if saved.get(name) != given.get(name))
    if names:
        changed = ", ".join(f"{name} was {saved.get(name)} and is {given.get(name)}" for name in names)
        raise ValueError(
            f"checkpoint {path} was made with another recipe ({changed}): delete it to start anew"
        )
    return state
