"""Computes with torch.nn.BatchNorm1d what the batch norm demo must show.

Run `python tests/widgets/make_batchnorm_fixtures.py` after changing it; a test compares its result with the file.
"""

import json
from pathlib import Path

import torch
from page_random import PageRandom
from torch import nn

FIXTURES = Path(__file__).parents[2] / "course_lib/widgets/src/test/batchnorm.fixtures.json"
BATCHES = 12
SETUPS = (
    {
        "mean": 3.0,
        "deviation": 2.0,
        "drift": 0.0,
        "batch": 16,
        "momentum": 0.1,
        "gamma": 1.0,
        "beta": 0.0,
        "seed": 1,
    },
    {
        "mean": -1.5,
        "deviation": 0.5,
        "drift": 0.1,
        "batch": 7,
        "momentum": 0.3,
        "gamma": -2.0,
        "beta": 0.7,
        "seed": 9,
    },
    {
        "mean": 0.0,
        "deviation": 4.0,
        "drift": 0.2,
        "batch": 2,
        "momentum": 1.0,
        "gamma": 0.5,
        "beta": -3.0,
        "seed": 5,
    },
)
PASSES = (
    ([0.6, 2.4, 3.8, 6.0], [1.0, -0.5, 0.25, 0.5], 1.0, 0.0),
    ([-2.0, 0.1, 0.2, 5.0, 1.0], [0.3, 0.0, -1.0, 2.0, 0.5], -1.7, 0.4),
)


def layer(setup: dict) -> nn.BatchNorm1d:
    """Return torch's layer for one feature."""
    norm = nn.BatchNorm1d(1, momentum=setup["momentum"], dtype=torch.float64)
    nn.init.constant_(norm.weight, setup["gamma"])
    nn.init.constant_(norm.bias, setup["beta"])
    return norm


def track(setup: dict, batches: int = BATCHES, norm: nn.BatchNorm1d | None = None) -> list[list[float]]:
    """Return the running mean and variance before the first and after each batch; train `norm` on the way."""
    norm = norm or layer(setup)
    source = PageRandom(setup["seed"])
    found = [[norm.running_mean.item(), norm.running_var.item()]]
    for number in range(1, batches + 1):
        z = torch.from_numpy(source.normal(setup["batch"], 1))
        norm(setup["mean"] + setup["drift"] * number + setup["deviation"] * z)
        found.append([norm.running_mean.item(), norm.running_var.item()])
    return found


def sample(setup: dict, mode: str, seen: int, values: int = 512) -> list[float]:
    """Return what comes out for fresh values after `seen` batches."""
    norm = layer(setup)
    track(setup, seen, norm)
    if mode == "eval":
        norm.eval()
    source = PageRandom(1000 + setup["seed"])
    out = []
    while len(out) < values:
        z = torch.from_numpy(source.normal(setup["batch"], 1))
        out += norm(setup["mean"] + setup["drift"] * seen + setup["deviation"] * z)[:, 0].tolist()
    return out


def passes(x: list[float], dy: list[float], gamma: float, beta: float) -> dict:
    """Return the outputs of a batch and the gradients with respect to γ, β and x."""
    norm = layer({"momentum": 0.1, "gamma": gamma, "beta": beta})
    inputs = torch.tensor(x, dtype=torch.float64)[:, None].requires_grad_()
    y = norm(inputs)
    y.backward(torch.tensor(dy, dtype=torch.float64)[:, None])
    return {
        "x": x,
        "dy": dy,
        "gamma": gamma,
        "beta": beta,
        "y": y[:, 0].tolist(),
        "dGamma": norm.weight.grad.item(),
        "dBeta": norm.bias.grad.item(),
        "dx": inputs.grad[:, 0].tolist(),
    }


def main() -> dict:
    """Return the fixtures."""
    return {
        "tracks": [
            {
                "setup": setup,
                "running": track(setup),
                "train": sample(setup, "train", 4, 30),
                "eval": sample(setup, "eval", 4, 30),
            }
            for setup in SETUPS
        ],
        "passes": [passes(*case) for case in PASSES],
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    FIXTURES.write_text(json.dumps(main(), separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"wrote {FIXTURES}, {FIXTURES.stat().st_size:,} bytes")
