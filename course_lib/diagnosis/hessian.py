"""Curvature: Hessian-vector products, the top of the spectrum of a real network, kinds of critical points.

The Hessian of a network with P parameters has P² entries, too many to write down, but its product with a
vector costs about two gradients (Pearlmutter 1994, "Fast exact multiplication by the Hessian", Neural
Computation 6), and products are all that the method of Lanczos needs.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call

Loss = Callable[[], Tensor]  # computes the scalar loss anew from the parameters it closes over
Product = Callable[[Tensor], Tensor]  # a vector (P,) to H·vector (P,)


def loss_of(model: nn.Module, images: Tensor, labels: Tensor) -> Loss:
    """Return a function that computes the mean cross-entropy of a batch and leaves the model as it is.

    The model runs in the mode it is in; running statistics are updated in a copy, and the random generators are
    put back, so that dropout has the same mask in each call.
    """
    random_devices = [images.device] if images.device.type == "cuda" else []

    def loss() -> Tensor:
        buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
        with torch.random.fork_rng(random_devices):
            logits = functional_call(model, buffers, (images,))
        return nn.functional.cross_entropy(logits, labels)

    return loss


def hessian_vector_product(loss: Loss, parameters: Sequence[Tensor], vector: Tensor) -> Tensor:
    """Return H·v = ∇(∇J · v), float (P,), by two backward passes and without ever forming H.

    Args:
        loss: computes the scalar J, for example `loss_of(model, images, labels)`.
        parameters: the tensors to differentiate by, P numbers together; their `.grad` is left alone.
        vector: v (P,), in the order of `parameters`, each flattened.

    Raises:
        ValueError: for a vector of another length.

    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> hessian_vector_product(lambda: x[0] ** 2 - x[1] ** 2, [x], torch.tensor([1.0, 1.0]))
    tensor([ 2., -2.])
    """
    return hessian_operator(loss, parameters)(vector)


def hessian_operator(loss: Loss, parameters: Sequence[Tensor]) -> Product:
    """Return the function v -> H·v at the current parameters: `hessian_vector_product` for many vectors.

    The loss and its gradient are computed once, so every product costs one backward pass, and a network with
    dropout keeps one mask.
    """
    parameters = list(parameters)
    size = sum(p.numel() for p in parameters)
    with torch.enable_grad():
        gradient = _flat(torch.autograd.grad(loss(), parameters, create_graph=True, materialize_grads=True))

    def product(vector: Tensor) -> Tensor:
        if vector.shape != (size,):
            raise ValueError(
                f"the vector must have one number for each of the {size} parameters, got shape {tuple(vector.shape)}"
            )
        if not gradient.requires_grad:  # J is linear
            return torch.zeros_like(vector)
        return _flat(
            torch.autograd.grad(gradient, parameters, vector, retain_graph=True, materialize_grads=True)
        )

    return product


def _flat(tensors: Sequence[Tensor]) -> Tensor:
    return torch.cat([tensor.reshape(-1) for tensor in tensors])


class Eigenpairs(NamedTuple):
    """Approximate eigenvalues (Ritz values) and how far each is from being one."""

    values: Tensor  # float64 (k,)
    vectors: Tensor  # (P, k), of length 1
    residuals: Tensor  # float64 (k,): ‖H·v − λ·v‖; an eigenvalue lies within this distance of λ


def top_eigenvalues(
    loss: Loss,
    parameters: Sequence[Tensor],
    count: int = 1,
    steps: int = 30,
    generator: torch.Generator | None = None,
    largest: bool = True,
) -> Eigenpairs:
    """Return the `count` largest (or smallest, most negative) eigenvalues of the Hessian, the extreme one first.

    Lanczos (1950) with full reorthogonalization: `steps` products with H span a Krylov space, in which the
    eigenvalues at both ends of the spectrum appear first. More steps make the residuals smaller; as many as
    parameters make the result exact. Memory: `steps` vectors of P numbers.

    Args:
        loss: see `hessian_vector_product`.
        parameters: the tensors to differentiate by.
        count: how many eigenvalues, at most `steps`.
        steps: products with H.
        generator: draws the first vector; of the CPU.
        largest: False for the other end of the spectrum.

    Raises:
        ValueError: if `count` is not between 1 and the number of steps, or of parameters.
    """
    parameters = list(parameters)
    most = min(steps, sum(p.numel() for p in parameters))
    if not 1 <= count <= most:
        raise ValueError(
            f"count must lie between 1 and {most}, the smaller of steps and parameters, got {count}"
        )
    start = _random_vector(parameters, generator)
    diagonal, off_diagonal, basis = lanczos(hessian_operator(loss, parameters), start, most, generator)
    values, vectors = torch.linalg.eigh(_tridiagonal(diagonal, off_diagonal[:-1]))
    chosen = torch.arange(most - 1, most - 1 - count, -1) if largest else torch.arange(count)
    residuals = off_diagonal[-1] * vectors[-1, chosen].abs()
    ritz = basis.T @ vectors[:, chosen].to(basis)
    return Eigenpairs(values[chosen], ritz, residuals)


def lanczos(
    product: Product, start: Tensor, steps: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Build an orthonormal basis in which a symmetric matrix is tridiagonal.

    Returns the diagonal float64 (steps,), what stands beside it float64 (steps,) with the last residual as its
    last entry, and the basis (steps, P). When the space of `start` is exhausted, which happens when
    eigenvalues coincide, a new random direction is taken, joined by a zero.
    """
    basis = start.new_zeros(steps, len(start))
    diagonal = torch.zeros(steps, dtype=torch.float64)
    beside = torch.zeros(steps, dtype=torch.float64)
    vector, scale = start / start.norm(), 0.0
    for step in range(steps):
        basis[step] = vector
        image = product(vector)
        scale = max(scale, image.norm().item())
        diagonal[step] = (vector @ image).item()
        image = _orthogonal(image, basis[: step + 1])
        beside[step] = image.norm().item()
        exhausted = beside[step] <= 10 * torch.finfo(start.dtype).eps * scale
        if exhausted:
            beside[step] = 0.0
            if step + 1 < steps:
                image = _orthogonal(_random_vector([start], generator), basis[: step + 1])
        if step + 1 < steps:
            vector = image / image.norm()
    return diagonal, beside, basis


def _orthogonal(vector: Tensor, basis: Tensor) -> Tensor:
    """Take out what lies along the rows of `basis`; twice, because rounding leaves a rest the first time."""
    for _ in range(2):
        vector = vector - basis.T @ (basis @ vector)
    return vector


def _random_vector(like: Sequence[Tensor], generator: torch.Generator | None) -> Tensor:
    size = sum(tensor.numel() for tensor in like)
    return torch.randn(size, generator=generator, dtype=torch.float64).to(like[0])


def _tridiagonal(diagonal: Tensor, beside: Tensor) -> Tensor:
    return torch.diag(diagonal) + torch.diag(beside, 1) + torch.diag(beside, -1)


class SpectralDensity(NamedTuple):
    """How the eigenvalues are spread: a share `weights[i]` of them lies near `values[i]`."""

    values: Tensor  # float64 (K,), in order
    weights: Tensor  # float64 (K,), with sum 1

    def at(self, points: Tensor, width: float) -> Tensor:
        """Return the density at `points` (n,), each value spread to a Gaussian of deviation `width`."""
        bells = torch.distributions.Normal(self.values, width).log_prob(points.double()[:, None]).exp()
        return bells @ self.weights


def spectral_density(
    loss: Loss,
    parameters: Sequence[Tensor],
    draws: int = 4,
    steps: int = 40,
    generator: torch.Generator | None = None,
) -> SpectralDensity:
    """Estimate the density of the Hessian's eigenvalues by stochastic Lanczos quadrature.

    Each of `draws` random vectors gives `steps` values; the weight of a value is the squared first entry of its
    eigenvector in the Lanczos basis (Ghorbani, Krishnan and Xiao 2019, arXiv:1901.10159).
    """
    parameters = list(parameters)
    steps = min(steps, sum(p.numel() for p in parameters))
    product = hessian_operator(loss, parameters)
    values, weights = [], []
    for _ in range(draws):
        diagonal, beside, _ = lanczos(product, _random_vector(parameters, generator), steps, generator)
        ritz, vectors = torch.linalg.eigh(_tridiagonal(diagonal, beside[:-1]))
        values.append(ritz)
        weights.append(vectors[0] ** 2 / draws)
    pooled, order = torch.cat(values).sort()
    return SpectralDensity(pooled, torch.cat(weights)[order])
