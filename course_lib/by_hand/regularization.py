"""What keeps a network from fitting the training set too well: penalties on weights, softer labels, blended images."""

import torch
from torch import Tensor


def l2_penalty(weights: Tensor, strength: float) -> Tensor:
    """λ Σ W² with λ `strength`, to be added to the loss once for each weight tensor; biases are spared."""
    return strength * (weights**2).sum()


def l2_gradient(weights: Tensor, strength: float) -> Tensor:
    """2λW: the gradient of `l2_penalty`, in proportion to the weight. (Not 2W: λ must not go missing.)

    Under plain SGD it equals a weight decay of 2λ. Under Adam it does not: see `AdamW`.

    >>> l2_gradient(torch.tensor([3.0, -0.5, 0.0]), strength=0.01)
    tensor([ 0.0600, -0.0100,  0.0000])
    """
    return 2 * strength * weights


def l1_penalty(weights: Tensor, strength: float) -> Tensor:
    """``λ Σ |W|`` with λ `strength`, to be added to the loss once for each weight tensor; biases are spared."""
    return strength * weights.abs().sum()


def l1_subgradient(weights: Tensor, strength: float) -> Tensor:
    """``λ sign(W)``: a constant pull to 0, however small the weight.

    ``|W|`` has a kink at 0, where any slope from −λ to λ would do: 0 is taken.

    >>> l1_subgradient(torch.tensor([3.0, -0.5, 0.0]), strength=0.01)
    tensor([ 0.0100, -0.0100,  0.0000])
    """
    return strength * weights.sign()


def soft_threshold(weights: Tensor, threshold: float) -> Tensor:
    """``sign(W) max(|W| − t, 0)``: the L1 step that reaches zero and stays, where subgradient steps jump across it.

    A step of gradient descent on the loss, then this with t = ηλ, is proximal gradient descent (ISTA; Daubechies et
    al. 2004); its minima are sparse.

    >>> soft_threshold(torch.tensor([3.0, -0.5, 0.1]), threshold=0.2)
    tensor([ 2.8000, -0.3000,  0.0000])
    """
    return weights.sign() * (weights.abs() - threshold).clamp(min=0)


def smooth_labels(labels: Tensor, num_classes: int, alpha: float) -> Tensor:
    """(1 − α) onehot(y) + α/M: labels int64 (N,) to probabilities (N, M), M `num_classes`.

    The true class gets 1 − α + α/M, each of the others α/M. Szegedy et al. 2016, arXiv:1512.00567; Müller et al. 2019,
    arXiv:1906.02629.

    >>> smooth_labels(torch.tensor([2]), num_classes=4, alpha=0.1)
    tensor([[0.0250, 0.0250, 0.9250, 0.0250]])

    Raises:
        ValueError: unless 0 <= alpha <= 1.
    """
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha, the share spread over all classes, must lie in 0..1, got {alpha!r}")
    return (1 - alpha) * torch.nn.functional.one_hot(labels, num_classes) + alpha / num_classes


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """−mean over n of Σ_m p_nm log softmax(h_n)_m: logits h (N, M), targets p (N, M) that sum to 1 over m."""
    log_probabilities = logits - logits.logsumexp(dim=1, keepdim=True)
    return -(targets * log_probabilities).sum(dim=1).mean()


def mixup(images: Tensor, targets: Tensor, lam: float, permutation: Tensor) -> tuple[Tensor, Tensor]:
    """Blend each example with another: λx + (1 − λ)x[π] and λp + (1 − λ)p[π], λ `lam` and π `permutation` (N,).

    `images` is (N, ...), `targets` (N, M) one-hot or smoothed. λ is drawn from Beta(α, α), once for each batch, and π
    at random: `torch.distributions.Beta(alpha, alpha).sample()` and `torch.randperm(N)`. Zhang et al. 2018,
    arXiv:1710.09412.

    >>> mixup(torch.tensor([[0.0], [10.0]]), torch.eye(2), lam=0.7, permutation=torch.tensor([1, 0]))
    (tensor([[3.],
            [7.]]), tensor([[0.7000, 0.3000],
            [0.3000, 0.7000]]))

    Raises:
        ValueError: unless 0 <= lam <= 1 and the targets are rows of probabilities, one for each image.
    """
    if not 0 <= lam <= 1:
        raise ValueError(f"lam, the share of an image itself, must lie in 0..1, got {lam!r}")
    if targets.ndim != 2 or len(targets) != len(images):
        raise ValueError(
            f"targets must have shape ({len(images)}, M), got {tuple(targets.shape)}: a blend of two classes is no "
            "class number, so make labels one-hot first (smooth_labels with alpha=0)"
        )
    return (
        lam * images + (1 - lam) * images[permutation],
        lam * targets + (1 - lam) * targets[permutation],
    )
