"""Computes with torch's norm layers what the norm axes demo must show.

Run `python tests/widgets/make_normaxes_fixtures.py` after changing it; a test compares its result with the file.
"""

import json
from pathlib import Path

import numpy as np
import torch
from page_random import PageRandom
from torch import Tensor, nn

FIXTURES = Path(__file__).parents[2] / "course_lib/widgets/src/test/normaxes.fixtures.json"
SHAPE = (4, 6, 2, 2)
SETUPS = ((1, "nothing"), (7, "example"), (23, "channel"), (42, "picture"))
TIMES = {"nothing": None, "example": np.s_[0], "channel": np.s_[:, 0], "picture": np.s_[0, 0]}
LAYERS = {
    "batch": lambda groups: nn.BatchNorm2d(6),
    "layer": lambda groups: nn.LayerNorm(SHAPE[1:]),
    "instance": lambda groups: nn.InstanceNorm2d(6),
    "group": lambda groups: nn.GroupNorm(groups, 6),
}
NORMS = (("batch", 3), ("layer", 3), ("instance", 3), *(("group", groups) for groups in (1, 2, 3, 6)))


def inputs(seed: int, times: str) -> Tensor:
    """Return the block that the demo draws, float64."""
    source = PageRandom(seed)
    pictures, values = SHAPE[0] * SHAPE[1], int(np.prod(SHAPE))
    z = source.normal(2 * pictures + values)
    mean, scale = (
        part.reshape(*SHAPE[:2], 1, 1)
        for part in (1.5 * z[:pictures], np.exp(0.5 * z[pictures : 2 * pictures]))
    )
    block = np.floor(10 * (mean + scale * z[2 * pictures :].reshape(SHAPE)) + 0.5) / 10
    if TIMES[times] is not None:
        block[TIMES[times]] *= 10
    return torch.from_numpy(block)


def normalized(seed: int, times: str, norm: str, groups: int = 3) -> Tensor:
    """Return what torch's layer puts out in training mode."""
    return LAYERS[norm](groups).double()(inputs(seed, times)).detach()


def statistics(seed: int, times: str, norm: str, at: tuple[int, int, int, int]) -> tuple[float, float, float]:
    """Return the mean and the deviation behind one value under a norm (of three groups), and what it becomes."""
    x, example, channel = inputs(seed, times), *at[:2]
    groups = {"batch": x[:, channel], "layer": x[example], "instance": x[example, channel]}
    values = groups[norm] if norm in groups else x[example, channel // 2 * 2 : channel // 2 * 2 + 2]
    return values.mean().item(), values.std(correction=0).item(), normalized(seed, times, norm)[at].item()


def _rounded(block: Tensor) -> list[float]:
    return [round(value, 10) for value in block.flatten().tolist()]


def main() -> list[dict]:
    """Return the fixtures: for each set-up the block and what each norm makes of it."""
    return [
        {
            "seed": seed,
            "times": times,
            "inputs": _rounded(inputs(seed, times)),
            "outputs": [
                {"norm": norm, "groups": groups, "values": _rounded(normalized(seed, times, norm, groups))}
                for norm, groups in NORMS
            ],
        }
        for seed, times in SETUPS
    ]


if __name__ == "__main__":
    torch.set_num_threads(1)
    FIXTURES.write_text(json.dumps(main(), separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"wrote {FIXTURES}, {FIXTURES.stat().st_size:,} bytes")
