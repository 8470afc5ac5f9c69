"""Computes with torch what the clipping demo must show.

Run `python tests/widgets/make_clipping_fixtures.py` after changing it; a test compares its result with the file.
"""

import json
from pathlib import Path

import torch
from torch import Tensor, nn

FIXTURES = Path(__file__).parents[2] / "course_lib/widgets/src/test/clipping.fixtures.json"
STEPS = 8


def clip(gradient: list[float], threshold: float) -> dict:
    """Return a gradient clipped by torch's own functions, by value and by norm."""
    found = {}
    for way in ("value", "norm"):
        parameter = nn.Parameter(torch.zeros(len(gradient), dtype=torch.float64))
        parameter.grad = torch.tensor(gradient, dtype=torch.float64)
        apply(way, parameter, threshold)
        found[way] = parameter.grad.tolist()
    return {"gradient": gradient, "threshold": threshold, **found}


def apply(way: str, parameter: nn.Parameter, threshold: float) -> None:
    """Clip the parameter's gradient."""
    if way == "value":
        nn.utils.clip_grad_value_([parameter], threshold)
    elif way == "norm":
        nn.utils.clip_grad_norm_([parameter], threshold)


def recurrent(point: Tensor) -> Tensor:
    """The loss of a recurrent network of one unit, unrolled 50 times."""
    h = torch.zeros((), dtype=torch.float64)
    for _ in range(50):
        h = point[0] * torch.sigmoid(h) + point[1]
    return (torch.sigmoid(h) - 0.7) ** 2


def descend(way: str, start: list[float], rate: float, threshold: float, steps: int = STEPS) -> dict:
    """Return places, losses and gradients of gradient descent with one way of clipping."""
    point = nn.Parameter(torch.tensor(start, dtype=torch.float64))
    optimizer = torch.optim.SGD([point], rate)
    path = []
    for _ in range(steps + 1):
        optimizer.zero_grad()
        loss = recurrent(point)
        loss.backward()
        path.append({"at": point.tolist(), "loss": loss.item(), "gradient": point.grad.tolist()})
        apply(way, point, threshold)
        optimizer.step()
    return {"way": way, "start": start, "rate": rate, "threshold": threshold, "path": path}


GRADIENTS = (
    ([0.9, 100.0], 1.0),
    ([0.3, -0.4], 1.0),
    ([-3.0, 4.0], 2.5),
    ([0.0, 0.0], 1.0),
    ([1.5, 0.5], 1.0),
)
STARTS = (([4.5, -2.11], 0.5, 1.0), ([5.0, -2.47], 0.3, 0.3), ([3.4, -1.0], 1.0, 0.05))


def main() -> dict:
    """Return the fixtures."""
    descents = [descend(way, *start) for start in STARTS for way in ("none", "value", "norm")]
    return {"clips": [clip(*case) for case in GRADIENTS], "descents": descents}


if __name__ == "__main__":
    torch.set_num_threads(1)
    FIXTURES.write_text(json.dumps(main(), separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"wrote {FIXTURES}, {FIXTURES.stat().st_size:,} bytes")
