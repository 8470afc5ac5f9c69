"""Probes that run one batch through the model, forward and backward."""

import torch
from torch import nn

from course_lib.diagnosis.findings import Finding, Setup, judge, some
from course_lib.diagnosis.statistics import LayerStatistics

BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
DROPOUTS = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout)


def outputs(setup: Setup) -> Finding:
    """Tell logits from probabilities."""
    logits = setup.outputs["eval"]
    sums = logits.sum(1)
    softmax = bool((logits >= 0).all()) and torch.allclose(sums, torch.ones_like(sums), atol=1e-4)
    if softmax:
        meaning = (
            "The loss applies softmax itself. A second one keeps the loss high: remove it from the model."
        )
        return Finding("outputs", "probabilities: each row has sum 1", "wrong", meaning, 1)
    return Finding("outputs", f"logits of {setup.num_classes} classes", "ok", "", 1)


def first_loss(setup: Setup) -> Finding:
    """Compare the loss before training with −ln(1/M)."""
    loss, chance = setup.loss("train"), setup.chance
    found = f"loss {loss:.3f}, chance −ln(1/{setup.num_classes}) = {chance:.3f}"
    if setup.trained:
        return Finding("first loss", f"{found}: trained already", "ok", "", 8)
    verdict = judge(loss / chance, look=2, wrong=4)
    meaning = (
        "The model is sure of answers that it cannot know: too large first weights or inputs, or labels that are not "
        "those it was trained on."
    )
    return Finding("first loss", found, verdict, meaning if verdict != "ok" else "", 8)


def dead_units(setup: Setup) -> Finding:
    """Measure the share of rectified units that are zero for every image."""
    layers = [layer for layer in setup.statistics if layer.share_dead is not None]
    if not layers:
        return Finding("dead units", "no ReLU layer to watch", "ok", "", 4)
    worst = max(layers, key=lambda layer: layer.share_dead)
    verdict = judge(worst.share_dead, look=0.3, wrong=0.6)
    meaning = (
        "A unit that is zero for every image gets no gradient and stays zero. Causes: a learning rate that was too "
        "high, or strongly negative biases. Initialize anew (He), lower the learning rate."
    )
    found = f"at most {worst.share_dead:.0%} zero for all {worst.shape[0]} images ({worst.name})"
    return Finding("dead units", found, verdict, meaning if verdict != "ok" else "", 4)


def saturated_units(setup: Setup) -> Finding:
    """Measure the share of sigmoid and tanh outputs on the flat parts of the curve."""
    layers = [layer for layer in setup.statistics if layer.share_saturated is not None]
    if not layers:
        return Finding("saturated units", "no sigmoid or tanh layer to watch", "ok", "", 4)
    worst = max(layers, key=lambda layer: layer.share_saturated)
    verdict = judge(worst.share_saturated, look=0.4, wrong=0.7)
    meaning = (
        "Where the curve is flat its slope, a factor of every gradient before it, is almost 0. Use smaller weights "
        "(Xavier) or normalized inputs, or ReLU."
    )
    found = f"at most {worst.share_saturated:.0%} of the outputs ({worst.name})"
    return Finding("saturated units", found, verdict, meaning if verdict != "ok" else "", 4)


def activation_deviations(setup: Setup) -> Finding:
    """Compare the deviations of hidden layers with 0.5 to 2, the range that keeps signals alive at the start."""
    layers = _hidden(setup.statistics)
    if not layers:
        return Finding("activation deviations", "no hidden layer", "ok", "", 5)
    low, high = (pick(layers, key=lambda layer: layer.activation_std) for pick in (min, max))
    verdicts = [
        judge(high.activation_std, look=2, wrong=10),
        judge(1 / max(low.activation_std, 1e-30), look=2, wrong=20),
    ]
    verdict = max(verdicts, key=("ok", "look", "wrong").index)
    found = f"{low.activation_std:.2g} ({low.name}) to {high.activation_std:.2g} ({high.name})"
    if verdict == "look" and setup.trained:
        return Finding("activation deviations", f"{found}; 0.5 to 2 is for the start", "ok", "", 5)
    meaning = (
        "At the start hidden layers should have deviations of 0.5 to 2, or signals fade or blow up with depth. "
        "Initialize by He (ReLU) or Xavier (tanh), or normalize."
    )
    return Finding("activation deviations", found, verdict, meaning if verdict != "ok" else "", 5)


def _has_weights(layer: LayerStatistics) -> bool:
    return layer.kind.startswith(("Linear", "Conv"))


def _hidden(statistics: list[LayerStatistics]) -> list[LayerStatistics]:
    """Norm layers, and layers with weights that no norm follows, without the logits."""
    following = [*(layer.kind for layer in statistics[1:]), ""]
    chosen = [
        layer
        for layer, after in zip(statistics, following, strict=True)
        if (
            "Norm" in layer.kind and layer.share_zero < 1
        )  # a scale that starts at zero closes a branch on purpose
        or (_has_weights(layer) and "Norm" not in after)
    ]
    last = max((i for i, layer in enumerate(chosen) if _has_weights(layer)), default=None)
    return [layer for i, layer in enumerate(chosen) if i != last]


def gradient_flow(setup: Setup) -> Finding:
    """Compare the gradient that arrives at the first layer with that at the last."""
    layers = [layer for layer in setup.statistics if _has_weights(layer) and layer.gradient_norm is not None]
    if len(layers) < 2:
        return Finding("gradient flow", "fewer than two layers with weights", "ok", "", 4)
    first, last = layers[0].gradient_norm, layers[-1].gradient_norm
    ratio = first / last if last else 0.0
    distance = max(ratio, 1 / ratio) if ratio > 0 else float("inf")
    verdict = judge(distance, look=1e2, wrong=1e4)
    what = "vanishes" if ratio < 1 else "explodes"
    meaning = (
        f"The gradient {what} on its way back. Use ReLU and He initialization, batch norm or skip connections"
        + ("." if ratio < 1 else ", and clip gradients.")
    )
    found = f"first layer {ratio:.2g} times the last, {len(layers)} layers"
    return Finding("gradient flow", found, verdict, meaning if verdict != "ok" else "", 4)


def train_and_eval(setup: Setup) -> Finding:
    """Compare the same batch in training and in evaluation mode."""
    probe, modules = "train and eval mode", list(setup.model.modules())
    norms = [m for m in modules if isinstance(m, BATCH_NORMS) and m.track_running_stats]
    dropouts = [m for m in modules if isinstance(m, DROPOUTS) and m.p > 0]
    if not norms and not dropouts:
        return Finding(probe, "no layer that differs", "ok", "", 7)
    layers = f"{len(norms)} batch norm, {len(dropouts)} dropout layers"
    if not setup.trained:
        return Finding(probe, f"{layers}; comes into play with training", "ok", "", 7)
    losses = [setup.loss(mode) for mode in ("train", "eval")]
    accuracies = [setup.accuracy(mode) for mode in ("train", "eval")]
    found = "loss {:.2f} and {:.2f}, accuracy {:.0%} and {:.0%}".format(*losses, *accuracies)
    if norms:
        found += f"; running means off by {_drift(setup):.2f} deviations"
    trails = losses[1] - losses[0] > 0.5 * setup.chance or accuracies[0] - accuracies[1] > 0.2
    meaning = (
        "The same images do far worse in evaluation mode: the running statistics are not those of the data. They trail "
        "weights that move fast or come from other data: train with a smaller learning rate, run some batches in "
        "training mode before evaluating, or keep frozen batch norm in evaluation mode."
    )
    return Finding(probe, found, "wrong" if trails else "ok", meaning if trails else "", 7)


def _drift(setup: Setup) -> float:
    """Largest mean distance of a layer's running means from those of a batch, in deviations of the batch."""
    trial = setup.copy()
    names = [n for n, m in trial.named_modules() if isinstance(m, BATCH_NORMS) and m.track_running_stats]
    for name in names:
        trial.get_submodule(name).momentum = 1.0  # the running statistics become those of the next batch
    with torch.no_grad():
        trial(setup.batch()[0])
    distances = []
    for name in names:
        own, now = setup.model.get_submodule(name), trial.get_submodule(name)
        scale = (now.running_var + now.eps).sqrt()
        distances.append(((own.running_mean - now.running_mean).abs() / scale).mean().item())
    return max(distances)


def evaluation_mode(setup: Setup) -> Finding | None:
    """Call the reader's evaluation on copies in training and in evaluation mode, which must not matter."""
    if setup.evaluate is None:
        return None
    probe, trial = "evaluation mode", setup.copy(training=True)
    before = {name: buffer.clone() for name, buffer in trial.named_buffers()}
    first, again = float(setup.evaluate(trial)), float(setup.evaluate(trial))
    changed = [name for name, buffer in trial.named_buffers() if not torch.equal(buffer, before[name])]
    right = float(setup.evaluate(setup.copy(training=False)))
    meaning = (
        "Dropout and batch norm behave as in training. Call model.eval() first and model.train() afterwards."
    )
    if changed:
        return Finding(probe, f"evaluating changes {some(changed)}", "wrong", meaning, 7)
    if first != right:
        found = f"{first:.4g}, but {right:.4g} in evaluation mode"
        return Finding(probe, found, "wrong", meaning, 7)
    if first != again:
        found = f"two evaluations differ: {first:.4g} and {again:.4g}"
        meaning = (
            "The mode does not matter, but evaluating draws random numbers. Use all images, or a fixed seed."
        )
        return Finding(probe, found, "look", meaning, 7)
    return Finding(probe, f"{first:.4g} each time, in either mode", "ok", "", 7)
