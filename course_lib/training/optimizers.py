"""From a recipe to an optimizer."""

import torch
from torch import Tensor, nn

from course_lib.pytorch.transfer import stages
from course_lib.training.recipe import Recipe


def parameter_groups(model: nn.Module, weight_decay: float, layer_decay: float = 1.0) -> list[dict]:
    """Split the trainable parameters: weight decay for matrices and kernels, none for biases and norms.

    With a `layer_decay` below 1 each stage has groups of its own, whose `factor` multiplies the learning rate: 1 for
    the head, `layer_decay` for the stage before it, its square for the one before that.
    """
    parts = [model] if layer_decay == 1 else list(stages(model).values())
    groups = []
    for depth, part in enumerate(reversed(parts)):
        parameters = [p for p in part.parameters() if p.requires_grad]
        factor = layer_decay**depth
        groups += [
            {
                "params": [p for p in parameters if p.ndim > 1],
                "weight_decay": weight_decay,
                "factor": factor,
            },
            {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0, "factor": factor},
        ]
    return [group for group in groups if group["params"]]


def make_optimizer(recipe: Recipe, model: nn.Module, fused: bool = True) -> torch.optim.Optimizer:
    """Build the recipe's optimizer for the model's trainable parameters.

    With "adamw" weight decay shrinks the weights directly (Loshchilov and Hutter 2019, arXiv:1711.05101),
    with the others it is added to the gradient. What the recipe does not say is as PyTorch has it. `fused`
    updates all parameters in one pass over memory, where PyTorch can.

    Raises:
        ValueError: if the model has no trainable parameter.
    """
    groups = parameter_groups(model, recipe.weight_decay, recipe.layer_decay)
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
