"""Probes that train copies of the model for a few steps."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from course_lib.diagnosis.findings import Finding, Setup, some
from course_lib.diagnosis.model_probes import DROPOUTS
from course_lib.training.optimizers import make_optimizer

OVERFIT_IMAGES, OVERFIT_STEPS, OVERFIT_RATES = 32, 120, (0.01, 0.001)
LINK_STEPS, LINK_BATCH, LINK_RATES, LINK_EVIDENCE = 60, 64, (0.003, 0.0003), 4.0
RATE_STEPS = 30
FEWEST = 40  # images to decide whether labels belong to images


def train_steps(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    batches: Callable[[int], tuple[Tensor, Tensor]],
    steps: int,
    before_step: Callable[[int], None] = lambda step: None,
    goal: float = -math.inf,
) -> list[float]:
    """Train `model` in place on `batches(step)` and return the losses.

    `before_step` is called when the gradients are there. A loss below `goal`, or one that is no number, ends it.
    """
    losses = []
    for step in range(steps):
        images, labels = batches(step)
        loss = nn.functional.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        before_step(step)
        optimizer.step()
        losses.append(loss.item())
        if losses[-1] < goal or not math.isfinite(losses[-1]):
            break
    return losses


def _random_batches(setup: Setup, count: int, size: int) -> Callable[[int], tuple[Tensor, Tensor]]:
    """Batches drawn from the first `count` training images, the same in each call with a setup."""
    generator = torch.Generator().manual_seed(setup.seed)

    def batch(step: int) -> tuple[Tensor, Tensor]:
        index = torch.randperm(count, generator=generator)[:size].to(setup.device)
        return setup.train.images[index], setup.train.labels[index]

    return batch


def _adam(model: nn.Module, lr: float) -> torch.optim.Adam:
    return torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr, fused=True)


def frozen_parameters(setup: Setup) -> Finding:
    """Look for parameters that no training would move."""
    named = dict(setup.model.named_parameters())
    frozen = [name for name, p in named.items() if not p.requires_grad]
    if len(frozen) == len(named):
        meaning = "Nothing can be learned: set requires_grad = True at least for the last layer."
        return Finding("frozen parameters", "all", "wrong", meaning, 9)
    unreached = _unreached(setup)
    if unreached:
        meaning = (
            "No gradient arrives: the layer is not used in forward, cut off (detach, no_grad, numpy, argmax), or all "
            "behind it is dead."
        )
        found = f"{len(unreached)} of {len(named)} get no gradient: {some(unreached)}"
        return Finding("frozen parameters", found, "wrong", meaning, 4)
    if frozen:
        share = sum(named[name].numel() for name in frozen) / sum(p.numel() for p in named.values())
        meaning = "Meant so for a pretrained base; a mistake anywhere else: set requires_grad = True."
        found = f"{len(frozen)} of {len(named)} ({share:.0%} of the numbers): {some(frozen)}"
        return Finding("frozen parameters", found, "look", meaning, 9)
    return Finding("frozen parameters", f"none of {len(named)}", "ok", "", 9)


def _unreached(setup: Setup) -> list[str]:
    """Trainable parameters with a gradient of zero in each of three steps (one is not enough: scales that
    start at zero hold back the layers before them for a step)."""
    model, moved = setup.copy(), set()
    named = {name: p for name, p in model.named_parameters() if p.requires_grad}

    def look(step: int) -> None:
        moved.update(name for name, p in named.items() if p.grad is not None and p.grad.any())

    optimizer = _adam(model, 1e-3)
    train_steps(model, optimizer, lambda step: setup.batch(), 3, look)
    return [name for name in named if name not in moved]


def overfit_one_batch(setup: Setup) -> Finding:
    """Try to learn a few images by heart: Adam on a copy, without dropout."""
    images, labels = (part[:OVERFIT_IMAGES] for part in setup.batch())
    goal, best = 0.1 * setup.chance, math.inf
    for lr in OVERFIT_RATES:
        model = setup.copy()
        _switch_dropout_off(model)
        optimizer = _adam(model, lr)
        losses = train_steps(model, optimizer, lambda step: (images, labels), OVERFIT_STEPS, goal=goal)
        best = min([best, *filter(math.isfinite, losses)])
        if best < goal:
            break
    found = f"loss {best:.3f} on {len(labels)} images after {len(losses)} steps"
    if best < goal:
        return Finding("overfit one batch", found, "ok", "", 8)
    meaning = (
        "A network that cannot learn a few images by heart cannot learn the data set: look for a mistake in model or "
        "loss, for dead or frozen layers, or give it more units."
    )
    return Finding("overfit one batch", found, "wrong", meaning, 8)


def label_link(setup: Setup) -> Finding | None:
    """Train a copy on one half and see whether it knows more of the other half than with shuffled labels."""
    probe, half = "labels and images", len(setup.train.labels) // 2
    if 2 * half < FEWEST:
        return None
    images, labels = setup.train.images, setup.train.labels
    for lr in LINK_RATES:
        model = setup.copy()
        optimizer = _adam(model, lr)
        train_steps(model, optimizer, _random_batches(setup, half, LINK_BATCH), LINK_STEPS)
        with torch.no_grad():
            predictions = model.eval()(images[half:]).argmax(1)
        right = (predictions == labels[half:]).float().mean().item()
        found = f"{right:.0%} of unseen images right after {LINK_STEPS} steps"
        if evidence(predictions, labels[half:]) > LINK_EVIDENCE:
            return Finding(probe, f"{found}, more than with shuffled labels", "ok", "", 8)
    simple = _ridge_predictions(images, labels, half)
    if evidence(simple, labels[half:]) > LINK_EVIDENCE:
        found += f"; a linear classifier: {(simple == labels[half:]).float().mean():.0%}"
        meaning = "The labels belong to the images, but the model does not learn it: see the other findings."
        return Finding(probe, found, "look", meaning, 8)
    meaning = (
        "No more than with shuffled labels, and a linear classifier finds no link either. Are the labels shuffled or "
        "paired with the wrong images? Look at some images with their labels."
    )
    return Finding(probe, found, "wrong", meaning, 8)


def evidence(predictions: Tensor, labels: Tensor) -> float:
    """Return how many deviations the hits lie above what shuffled labels would give.

    Under all permutations of the labels, with p_c predictions and l_c labels of class c among n examples, the
    hits have mean Σ p_c·l_c / n and variance
    (Σ_c p_c·l_c·(n − p_c)·(n − l_c) + Σ_{c≠d} p_c·l_c·p_d·l_d) / (n²·(n − 1)).
    """
    n = len(labels)
    classes = int(max(predictions.max(), labels.max())) + 1
    p, m = (torch.bincount(part, minlength=classes).double() for part in (predictions, labels))
    both = p * m
    pairs = both.sum() ** 2 - (both**2).sum()
    variance = ((both * (n - p) * (n - m)).sum() + pairs) / (n**2 * (n - 1))
    hits = (predictions == labels).sum()
    return ((hits - both.sum() / n) / variance.sqrt()).item() if variance > 0 else 0.0


def _ridge_predictions(images: Tensor, labels: Tensor, half: int) -> Tensor:
    """What a linear classifier, fitted to the pixels of the first half, says of the second."""
    from sklearn.linear_model import RidgeClassifier  # takes a second to import, and is rarely needed

    small = nn.functional.adaptive_avg_pool2d(images, [min(16, side) for side in images.shape[2:]])
    pixels = small.flatten(1).double().cpu().numpy()
    pixels = (pixels - pixels.mean()) / (pixels.std() or 1.0)
    model = RidgeClassifier(alpha=pixels.shape[1]).fit(pixels[:half], labels[:half].cpu().numpy())
    return torch.as_tensor(model.predict(pixels[half:]), device=labels.device)


def learning_rate(setup: Setup) -> Finding | None:
    """Train copies for a few steps with the recipe's learning rate, a tenth of it and, if need be, multiples."""
    if setup.recipe is None:
        return None
    probe, lr = "learning rate", setup.recipe.lr
    start, own, peak = _try_rate(setup, lr)
    _, tenth, _ = _try_rate(setup, lr / 10)
    found = f"lr {lr:g}: loss {start:.2f} to {own:.2f} in {RATE_STEPS} steps, with a tenth to {tenth:.2f}"
    highest = max(start, setup.chance)
    if own > 1.05 * highest or peak > 3 * highest or tenth < 0.8 * start < 0.95 * start < own:
        meaning = "Too high: the steps jump across the valley. Divide it by 3 to 10, or warm up."
        return Finding(probe, f"{found}; peak {peak:.3g}", "wrong", meaning, 8)
    if tenth < 0.5 * own:
        return Finding(probe, found, "look", "High: a tenth gets further in the same steps.", 8)
    if own > 0.95 * start and not setup.trained:
        for factor in (10, 100, 1_000, 10_000):
            _, end, _ = _try_rate(setup, lr * factor)
            if end < 0.8 * start:
                meaning = f"Too low: {factor:,} times as much gets to {end:.2f} in the same steps."
                return Finding(probe, found, "look", meaning, 8)
    return Finding(probe, found, "ok", "", 8)


def _try_rate(setup: Setup, lr: float) -> tuple[float, float, float]:
    """Return the loss of one batch before and after a short training with rate `lr`, and the highest on the way.

    Everything else is the recipe's; one that warms up does so here too.
    """
    recipe, model = setup.recipe, setup.copy()
    optimizer = make_optimizer(recipe, model)
    warmup = RATE_STEPS // 2 if recipe.warmup_epochs else 1

    def before_step(step: int) -> None:
        for group in optimizer.param_groups:
            group["lr"] = lr * min(1.0, (step + 1) / warmup)
        if recipe.clip_norm is not None:
            nn.utils.clip_grad_norm_(model.parameters(), recipe.clip_norm)
        if recipe.clip_value is not None:
            nn.utils.clip_grad_value_(model.parameters(), recipe.clip_value)

    start = _loss_without_dropout(model, setup)
    batches = _random_batches(setup, len(setup.train.labels), recipe.batch_size * recipe.accumulate)
    losses = train_steps(model, optimizer, batches, RATE_STEPS, before_step)
    losses.append(_loss_without_dropout(model, setup))
    return start, *(value if math.isfinite(value) else math.inf for value in (losses[-1], max(losses)))


def _loss_without_dropout(model: nn.Module, setup: Setup) -> float:
    """The loss of the first batch, with batch norm as in training; the model comes back in training mode."""
    images, labels = setup.batch()
    _switch_dropout_off(model)
    with torch.no_grad():
        loss = nn.functional.cross_entropy(model(images), labels).item()
    model.train()
    return loss


def _switch_dropout_off(model: nn.Module) -> None:
    for module in model.modules():
        if isinstance(module, DROPOUTS):
            module.eval()
