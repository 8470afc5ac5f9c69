"""Computes with autodiff what the demos' surfaces must give, and with torch.optim where each optimizer walks on them.

Run `python tests/widgets/make_surface_fixtures.py` after changing it; a test compares its result with the file.
"""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from page_random import PageRandom
from torch import Tensor

FIXTURES = Path(__file__).parents[2] / "course_lib/widgets/src/test/surfaces.fixtures.json"
POINTS = 6
STEPS = 12


def beale(x: Tensor, y: Tensor) -> Tensor:
    """E. M. L. Beale's function."""
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


SURFACES = {
    "bowl": lambda x, y: x**2 + 3 * y**2,
    "ravine": lambda x, y: 0.05 * x**2 + 2.5 * y**2,
    "saddle": lambda x, y: x**2 - y**2,
    "monkey": lambda x, y: x**3 - 3 * x * y**2,
    "trough": lambda x, y: x**2 + y**4,
    "shelf": lambda x, y: x**2 + y**3,
    "rosenbrock": lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
    "beale": beale,
}


def surfaces() -> list[dict]:
    """Return height, gradient, Hessian, eigenvalues and the Newton step at random points of every surface."""
    generator = torch.Generator().manual_seed(0)
    cases = []
    for name in SURFACES:
        points = 4 * torch.rand(POINTS, 2, generator=generator, dtype=torch.float64) - 2
        cases += [case(name, point) for point in points]
    return cases


def case(name: str, point: Tensor) -> dict:
    """Return all there is to know about one point."""

    def f(p: Tensor) -> Tensor:
        return SURFACES[name](p[0], p[1])

    gradient = torch.autograd.functional.jacobian(f, point)
    hessian = torch.autograd.functional.hessian(f, point)
    values, vectors = torch.linalg.eigh(hessian)
    return {
        "surface": name,
        "point": point.tolist(),
        "f": float(f(point)),
        "gradient": gradient.tolist(),
        "hessian": [float(hessian[0, 0]), float(hessian[0, 1]), float(hessian[1, 1])],
        "values": values.tolist(),
        "vectors": vectors.T.tolist(),
        "newton": (-torch.linalg.solve(hessian, gradient)).tolist()
        if abs(float(torch.linalg.det(hessian))) > 1e-9
        else None,
    }


def optimizers(point: Tensor) -> dict[str, Callable[[float], torch.optim.Optimizer]]:
    """Return how each optimizer of the race is made for a learning rate."""
    return {
        "sgd": lambda rate: torch.optim.SGD([point], rate),
        "momentum": lambda rate: torch.optim.SGD([point], rate, momentum=0.9),
        "nesterov": lambda rate: torch.optim.SGD([point], rate, momentum=0.9, nesterov=True),
        "adagrad": lambda rate: torch.optim.Adagrad([point], rate, eps=1e-8),
        "rmsprop": lambda rate: torch.optim.RMSprop([point], rate, alpha=0.9),
        "adam": lambda rate: torch.optim.Adam([point], rate),
    }


def walk(kind: str, surface: str, start: list[float], rate: float, noise: np.ndarray) -> list[list[float]]:
    """Return the places (steps + 1, 2) of an optimizer; noise (steps, 2) is added to the gradient."""
    point = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = optimizers(point)[kind](rate) if kind != "newton" else None
    path = [point.tolist()]
    for draw in torch.from_numpy(noise):
        (gradient,) = torch.autograd.grad(SURFACES[surface](*point), point)
        gradient = gradient + draw
        if optimizer is None:
            hessian = torch.autograd.functional.hessian(lambda p: SURFACES[surface](*p), point)
            with torch.no_grad():
                point -= rate * torch.linalg.solve(hessian, gradient)
        else:
            point.grad = gradient
            optimizer.step()
        path.append(point.tolist())
    return path


RACES = (
    ("ravine", [-1.8, 0.6], 0.03),
    ("saddle", [-1.5, 0.1], 0.05),
    ("rosenbrock", [-1.2, 1.0], 0.001),
    ("beale", [1.0, 1.5], 0.003),
)


def races() -> list[dict]:
    """Return the path of every optimizer on some surfaces, without and with the noise of a page's seed 7."""
    cases = []
    for surface, start, rate in RACES:
        for sigma in (0.0, 0.5):
            noise = sigma * PageRandom(7).normal(STEPS, 2)
            for kind in (*optimizers(torch.zeros(2, requires_grad=True)), "newton"):
                path = walk(kind, surface, start, rate, noise)
                cases.append(
                    {
                        "kind": kind,
                        "surface": surface,
                        "start": start,
                        "rate": rate,
                        "noise": sigma,
                        "path": path,
                    }
                )
    return cases


def main() -> dict:
    """Return the fixtures."""
    return {"surfaces": surfaces(), "races": races()}


if __name__ == "__main__":
    torch.set_num_threads(1)
    FIXTURES.write_text(json.dumps(main(), separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"wrote {FIXTURES}, {FIXTURES.stat().st_size:,} bytes")
