"""Signal and gradient in a network of the reader's own, drawn again when a control is moved."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from course_lib import plots
from course_lib.diagnosis.statistics import LayerStatistics, layer_statistics

if TYPE_CHECKING:
    import ipywidgets

SMALLEST = 1e-30  # smaller spreads cannot be drawn on a logarithmic axis


def explore_flow(
    make_model: Callable[..., nn.Module], images: Tensor, labels: Tensor, *, seed: int = 0, **choices: Any
) -> "ipywidgets.interactive":
    """Controls for the arguments of `make_model`, and below them how signal and gradient fare in its layers.

    Needs a running kernel: JupyterLab, not the published page. Each change builds the model anew from the same seed.

    Args:
        make_model: returns a classifier, images to logits; its keyword arguments are the names of `choices`.
        images: float, N first, as the model gets them in training.
        labels: int64 (N,).
        seed: set before each call of `make_model`.
        **choices: for each argument what ipywidgets makes a control of: (low, high) a slider, a list a choice, a
            Boolean a box to tick.

    Raises:
        ValueError: without choices, or for one that ipywidgets can make no control of.
    """
    from ipywidgets import interactive

    if not choices:
        raise ValueError("explore_flow needs at least one choice, such as depth=(2, 40)")

    def draw(**arguments: Any) -> None:
        from IPython.display import display

        display(flow_picture(rows_of(make_model, images, labels, seed, arguments), arguments))

    return interactive(draw, **choices)


def rows_of(
    make_model: Callable, images: Tensor, labels: Tensor, seed: int, arguments: dict
) -> list[LayerStatistics]:
    """The statistics of the layers of a fresh model that have weights, in the order of their calls."""
    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        model = make_model(**arguments)
        return [row for row in layer_statistics(model, images, labels) if row.weight_norm is not None]


def flow_picture(rows: Sequence[LayerStatistics], arguments: dict[str, Any]) -> plots.Picture:
    """The spread of activations and of their gradients over the layers, with what they do in a sentence.

    Raises:
        ValueError: for a network with fewer than two layers that have weights: there is nothing to compare.
    """
    if len(rows) < 2:
        raise ValueError(f"expected at least two layers with weights, got {len(rows)}")
    layers = range(1, len(rows) + 1)
    forward = [max(row.activation_std, SMALLEST) for row in rows]
    backward = [max(row.gradient_std or 0.0, SMALLEST) for row in rows]
    setup = ", ".join(f"{name} {getattr(value, '__name__', value)}" for name, value in arguments.items())
    alt = (
        f"Spread in {len(rows)} layers with weights ({setup}): activations from {forward[0]:.1e} to "
        f"{forward[-1]:.1e}, the gradient from {backward[-1]:.1e} at the last layer to {backward[0]:.1e} at the first."
    )
    series = {"activations": (layers, forward), "gradient of the loss by them": (layers, backward)}
    return plots.lines(series, alt=alt, x="layer with weights", y="standard deviation", log="y")
