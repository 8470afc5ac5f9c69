"""Initializers for a whole model, by name; biases start at 0.

Papers: Glorot and Bengio 2010 (Xavier); He et al. 2015, arXiv:1502.01852; LeCun et al. 1998, "Efficient BackProp".
"""

from torch import Tensor, nn


def _lecun_normal(weight: Tensor) -> Tensor:
    """Deviation sqrt(1 / fan_in)."""
    return nn.init.kaiming_normal_(weight, nonlinearity="linear")


def _he_normal(weight: Tensor) -> Tensor:
    """Deviation sqrt(2 / fan_in)."""
    return nn.init.kaiming_normal_(weight, nonlinearity="relu")


INITIALIZERS = {
    "he_normal": _he_normal,
    "xavier_uniform": nn.init.xavier_uniform_,
    "lecun_normal": _lecun_normal,
    "small_normal": lambda weight: nn.init.normal_(weight, std=0.001),  # what a bad start looks like
    "large_normal": lambda weight: nn.init.normal_(weight, std=1.0),
}


def initialize(model: nn.Module, name: str) -> nn.Module:
    """Draw every matrix and kernel of `model` anew and set its bias to 0; norms are left alone.

    "default" leaves the model as PyTorch made it: uniform up to sqrt(1 / fan_in), biases too.

    Raises:
        ValueError: for an unknown name.
    """
    if name == "default":
        return model
    if name not in INITIALIZERS:
        raise ValueError(f"initializer must be one of default, {', '.join(INITIALIZERS)}, got {name!r}")
    for layer in model.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d):
            INITIALIZERS[name](layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return model
