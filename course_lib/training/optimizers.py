"""From a recipe to an optimizer."""

import torch
from torch import Tensor, nn

from course_lib.training.recipe import Recipe


def decay_groups(model: nn.Module, weight_decay: float) -> list[dict]:
    """Split the trainable parameters: weight decay for matrices and kernels, none for biases and norms."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]


def make_optimizer(recipe: Recipe, model: nn.Module, fused: bool = True) -> torch.optim.Optimizer:
    """Build the recipe's optimizer for the model's trainable parameters.

    With "adamw" weight decay shrinks the weights directly (Loshchilov and Hutter 2019, arXiv:1711.05101),
    with the others it is added to the gradient. What the recipe does not say is as PyTorch has it. `fused`
    updates all parameters in one pass over memory, where PyTorch can.

    Raises:
        ValueError: if the model has no trainable parameter.
    """
    groups = [group for group in decay_groups(model, recipe.weight_decay) if group["params"]]
    if not groups:
        raise ValueError("the model has no trainable parameters: is every requires_grad False?")
    match recipe.optimizer:
        case "sgd":
            nesterov = recipe.nesterov
            return torch.optim.SGD(groups, recipe.lr, recipe.momentum, nesterov=nesterov, fused=fused)
        case "adam":
            return torch.optim.Adam(groups, recipe.lr, fused=fused)
        case "adamw":
            return torch.optim.AdamW(groups, recipe.lr, fused=fused)
        case "adagrad":
            return torch.optim.Adagrad(groups, recipe.lr)
        case "rmsprop":
            return torch.optim.RMSprop(groups, recipe.lr)


def penalty(model: nn.Module, l1: float, l2: float) -> Tensor:
    """Return l1 * sum |w| + l2 * sum w**2 over the trainable matrices and kernels; biases and norms are spared.

    The gradient of the second term is 2 * l2 * w, so for plain gradient descent l2 does what a weight decay of
    2 * l2 does.
    """
    weights = [p for p in model.parameters() if p.requires_grad and p.ndim > 1]
    return sum(l1 * w.abs().sum() + l2 * w.square().sum() for w in weights)
