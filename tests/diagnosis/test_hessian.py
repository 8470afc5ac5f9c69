"""Curvature without the Hessian equals that of the dense Hessian; kinds of critical points."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse.linalg import LinearOperator, eigsh
from torch import nn
from torch.func import functional_call
from torch.nn import functional as F  # noqa: N812

from course_lib.diagnosis.critical import critical_point
from course_lib.diagnosis.hessian import (
    SpectralDensity,
    hessian_operator,
    hessian_vector_product,
    lanczos,
    loss_of,
    spectral_density,
    top_eigenvalues,
)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


class Problem:
    """A small network in double precision with its dense Hessian."""

    def __init__(self):
        torch.manual_seed(0)
        layers = [nn.Flatten(), nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3)]
        self.model = nn.Sequential(*layers).double()
        self.images = torch.randn(12, 1, 2, 2, dtype=torch.float64)
        self.labels = torch.randint(3, (12,))
        self.parameters = list(self.model.parameters())
        self.loss = loss_of(self.model, self.images, self.labels)
        self.size = sum(p.numel() for p in self.parameters)
        flat = nn.utils.parameters_to_vector(self.parameters).detach()
        self.dense = torch.autograd.functional.hessian(self._loss_at, flat)

    def _loss_at(self, flat):
        parts = flat.split([p.numel() for p in self.parameters])
        names = [name for name, _ in self.model.named_parameters()]
        state = {name: part.view_as(p) for name, part, p in zip(names, parts, self.parameters, strict=True)}
        return F.cross_entropy(functional_call(self.model, state, (self.images,)), self.labels)


@pytest.fixture(scope="module")
def problem():
    return Problem()


def quadratic(eigenvalues, seed=0):
    """½ xᵀAx with the given spectrum: A, its eigenvectors in columns, x and the loss."""
    values = torch.tensor(eigenvalues, dtype=torch.float64)
    basis = torch.linalg.qr(
        torch.randn(len(values), len(values), generator=seeded(seed), dtype=values.dtype)
    )[0]
    matrix = basis @ torch.diag(values) @ basis.T
    x = torch.randn(len(values), generator=seeded(seed + 1), dtype=values.dtype).requires_grad_()
    return matrix, basis, x, lambda: x @ matrix @ x / 2


def test_products_equal_the_dense_hessian_column_by_column(problem):
    columns = [
        hessian_vector_product(problem.loss, problem.parameters, unit)
        for unit in torch.eye(problem.size, dtype=torch.float64)
    ]
    torch.testing.assert_close(torch.stack(columns, 1), problem.dense)


@given(st.integers(0, 10**6))
def test_the_product_is_symmetric_and_linear(seed):
    u, v = torch.randn(2, Symmetric.size, generator=seeded(seed), dtype=torch.float64)
    product = Symmetric.product
    torch.testing.assert_close(u @ product(v), v @ product(u))
    torch.testing.assert_close(product(2 * u - 3 * v), 2 * product(u) - 3 * product(v))


class Symmetric:
    """A product made once for all examples that hypothesis draws."""

    _problem = Problem()
    size = _problem.size
    product = staticmethod(hessian_operator(_problem.loss, _problem.parameters))


def test_a_linear_loss_and_an_unused_parameter_have_no_curvature():
    x, unused = torch.ones(3, requires_grad=True), torch.ones(2, requires_grad=True)
    assert torch.equal(hessian_vector_product(lambda: x.sum(), [x], torch.ones(3)), torch.zeros(3))
    product = hessian_vector_product(lambda: (x**3).sum(), [x, unused], torch.ones(5))
    assert torch.equal(product, torch.tensor([6.0, 6, 6, 0, 0]))


def test_products_work_where_gradients_are_switched_off(problem):
    v = torch.ones(problem.size, dtype=torch.float64)
    with torch.no_grad():
        product = hessian_vector_product(problem.loss, problem.parameters, v)
    torch.testing.assert_close(product, problem.dense @ v)


def test_a_vector_of_another_length_is_refused(problem):
    with pytest.raises(ValueError, match=rf"each of the {problem.size} parameters, got shape \(3,\)"):
        hessian_vector_product(problem.loss, problem.parameters, torch.ones(3))


@pytest.mark.parametrize("largest", [True, False])
def test_the_ends_of_the_spectrum_equal_those_of_the_dense_hessian(problem, largest):
    found = top_eigenvalues(problem.loss, problem.parameters, 3, 40, seeded(), largest)
    exact = torch.linalg.eigvalsh(problem.dense)
    torch.testing.assert_close(found.values, exact.flip(0)[:3] if largest else exact[:3])
    torch.testing.assert_close(problem.dense @ found.vectors, found.vectors * found.values, atol=1e-6, rtol=0)


def test_it_agrees_with_arpack(problem):
    product = hessian_operator(problem.loss, problem.parameters)
    operator = LinearOperator(
        (problem.size, problem.size), matvec=lambda v: product(torch.tensor(v)).numpy(), dtype=np.float64
    )
    theirs = eigsh(operator, k=4, which="LA", return_eigenvectors=False)
    ours = top_eigenvalues(problem.loss, problem.parameters, 4, 30, seeded()).values
    np.testing.assert_allclose(ours.numpy(), np.sort(theirs)[::-1], rtol=1e-7)


def test_a_known_spectrum_and_its_vectors_are_found():
    spectrum = [-3.0, -1.0, 0.0, 0.5, 2.0, 7.0]
    _, basis, x, loss = quadratic(spectrum)
    found = top_eigenvalues(loss, [x], count=6, steps=6, generator=seeded())
    torch.testing.assert_close(found.values, torch.tensor(spectrum[::-1], dtype=torch.float64))
    overlap = (found.vectors * basis.flip(1)).sum(0).abs()
    torch.testing.assert_close(overlap, torch.ones(6, dtype=torch.float64))
    assert found.residuals.max() < 1e-10


@pytest.mark.parametrize("steps", [3, 6, 12])
def test_the_residual_is_the_true_one_and_bounds_the_error(steps):
    matrix, _, x, loss = quadratic(np.linspace(-5, 9, 40).tolist())
    found = top_eigenvalues(loss, [x], count=2, steps=steps, generator=seeded(3))
    true = (matrix @ found.vectors - found.vectors * found.values).norm(dim=0)
    torch.testing.assert_close(found.residuals, true)
    exact = torch.linalg.eigvalsh(matrix)
    assert all(
        (exact - value).abs().min() <= r for value, r in zip(found.values, found.residuals, strict=True)
    )
    torch.testing.assert_close(found.vectors.norm(dim=0), torch.ones(2, dtype=torch.float64))


def test_more_steps_make_residuals_smaller():
    _, _, x, loss = quadratic(np.linspace(-5, 9, 40).tolist())
    residuals = [top_eigenvalues(loss, [x], 1, steps, seeded()).residuals.item() for steps in (4, 8, 16, 40)]
    assert residuals == sorted(residuals, reverse=True)
    assert residuals[-1] < 1e-9


def test_eigenvalues_that_coincide_are_all_found():
    _, _, x, loss = quadratic([4.0, 4.0, 4.0, 1.0, 1.0])
    found = top_eigenvalues(loss, [x], count=5, steps=5, generator=seeded())
    torch.testing.assert_close(found.values, torch.tensor([4.0, 4, 4, 1, 1], dtype=torch.float64))
    torch.testing.assert_close(found.vectors.T @ found.vectors, torch.eye(5, dtype=torch.float64))


def test_a_flat_loss_has_eigenvalues_zero():
    x = torch.ones(4, dtype=torch.float64, requires_grad=True)
    found = top_eigenvalues(lambda: x.sum(), [x], count=3, steps=4, generator=seeded())
    assert found.values.tolist() == found.residuals.tolist() == [0, 0, 0]
    torch.testing.assert_close(found.vectors.T @ found.vectors, torch.eye(3, dtype=torch.float64))


def test_the_basis_stays_orthogonal_on_an_ill_conditioned_problem():
    _, _, x, loss = quadratic(np.logspace(-8, 4, 60).tolist())
    _, _, basis = lanczos(hessian_operator(loss, [x]), torch.ones(60, dtype=torch.float64), 60, seeded())
    torch.testing.assert_close(basis @ basis.T, torch.eye(60, dtype=torch.float64), atol=1e-12, rtol=0)


def test_single_precision_comes_close(problem):
    model = nn.Sequential(*problem.model)
    single = {name: p.detach().float() for name, p in model.named_parameters()}
    parameters = [p.requires_grad_() for p in single.values()]

    def loss():
        return F.cross_entropy(functional_call(model, single, (problem.images.float(),)), problem.labels)

    top = top_eigenvalues(loss, parameters, 2, 25, seeded())
    assert top.vectors.dtype == torch.float32
    exact = torch.linalg.eigvalsh(problem.dense).flip(0)[:2]
    torch.testing.assert_close(top.values, exact, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("count", [0, 11])
def test_a_count_out_of_reach_is_refused(problem, count):
    with pytest.raises(
        ValueError, match=f"between 1 and 10, the smaller of steps and parameters, got {count}"
    ):
        top_eigenvalues(problem.loss, problem.parameters, count, steps=10)


def test_the_model_is_left_as_it_is():
    torch.manual_seed(0)
    layers = [nn.Flatten(), nn.Linear(4, 5), nn.BatchNorm1d(5), nn.Tanh(), nn.Dropout(0.5), nn.Linear(5, 3)]
    model = nn.Sequential(*layers)
    model[1].weight.grad = kept = torch.ones(5, 4)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    images, labels, random = torch.randn(12, 1, 2, 2), torch.randint(3, (12,)), torch.get_rng_state()
    loss = loss_of(model, images, labels)
    assert loss() == loss()  # one mask
    top_eigenvalues(loss, list(model.parameters()), 2, 8, seeded())
    spectral_density(loss, model.parameters(), 2, 8, seeded())
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert model[1].weight.grad is kept
    assert torch.equal(kept, torch.ones(5, 4))
    assert [p.grad is None for p in model.parameters()] == [False, True, True, True, True, True]
    assert torch.equal(torch.get_rng_state(), random)
    assert model.training


def test_the_density_has_the_moments_of_the_drawn_vectors():
    """Gauss quadrature with K nodes is exact for vᵀHᵏv up to k = 2K - 1."""
    matrix, _, x, loss = quadratic(np.linspace(-2, 6, 30).tolist())
    density = spectral_density(loss, [x], draws=3, steps=4, generator=seeded(5))
    generator = seeded(5)
    starts = []
    for _ in range(3):
        v = torch.randn(30, generator=generator, dtype=torch.float64)
        starts.append(v / v.norm())
    for power in range(8):
        exact = sum(v @ torch.linalg.matrix_power(matrix, power) @ v for v in starts) / 3
        torch.testing.assert_close((density.weights * density.values**power).sum(), exact)


def test_the_density_finds_a_tenth_of_large_eigenvalues():
    _, _, x, loss = quadratic([10.0] * 30 + [1.0] * 270)
    density = spectral_density(loss, [x], draws=20, steps=3, generator=seeded())
    share = density.weights[(density.values - 10).abs() < 1e-6].sum().item()
    assert share == pytest.approx(0.1, abs=0.02)
    assert density.weights.sum().item() == pytest.approx(1)


def test_the_smoothed_density_is_a_mixture_with_integral_one():
    density = SpectralDensity(torch.tensor([0.0, 4.0]), torch.tensor([0.25, 0.75]).double())
    points = torch.linspace(-5, 9, 2801, dtype=torch.float64)
    curve = density.at(points, width=0.5)
    assert torch.trapezoid(curve, points).item() == pytest.approx(1, abs=1e-6)
    assert curve[1800] / curve[1000] == pytest.approx(3, rel=1e-6)


CASES = {
    "x² − y², from the lecture": (lambda x: x[0] ** 2 - x[1] ** 2, 2, [-2.0, 2.0], "saddle"),
    "x² + 3y²": (lambda x: x[0] ** 2 + 3 * x[1] ** 2, 2, [2.0, 6.0], "minimum"),
    "−x² − y⁴ − y²": (lambda x: -(x[0] ** 2) - x[1] ** 4 - x[1] ** 2, 2, [-2.0, -2.0], "maximum"),
    "x² + y⁴, a minimum all the same": (lambda x: x[0] ** 2 + x[1] ** 4, 2, [0.0, 2.0], "degenerate"),
    "x² − y⁴, a saddle all the same": (lambda x: x[0] ** 2 - x[1] ** 4, 2, [0.0, 2.0], "degenerate"),
    "−x² + y³": (lambda x: -(x[0] ** 2) + x[1] ** 3, 2, [-2.0, 0.0], "degenerate"),
    "monkey saddle": (lambda x: x[0] ** 3 - 3 * x[0] * x[1] ** 2, 2, [0.0, 0.0], "degenerate"),
    "x² − y² + z⁴": (lambda x: x[0] ** 2 - x[1] ** 2 + x[2] ** 4, 3, [-2.0, 0.0, 2.0], "saddle"),
    "10⁻⁶(x² + y²)": (lambda x: 1e-6 * (x**2).sum(), 2, [2e-6, 2e-6], "minimum"),
    "x + y²": (lambda x: x[0] + x[1] ** 2, 2, [0.0, 2.0], "not critical"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_kind_of_a_critical_point(name):
    function, variables, eigenvalues, kind = CASES[name]
    found = critical_point(function, [0.0] * variables)
    torch.testing.assert_close(found.eigenvalues, torch.tensor(eigenvalues, dtype=torch.float64))
    assert found.kind == kind
    if kind == "degenerate":
        assert "necessary" in found.reason
        assert "not sufficient" in found.reason


@given(st.lists(st.sampled_from([-2.0, -0.5, 0.0, 1.0, 3.0]), min_size=1, max_size=5), st.integers(0, 99))
def test_the_signs_of_the_eigenvalues_decide(eigenvalues, seed):
    matrix, *_ = quadratic(eigenvalues, seed)
    shift = torch.randn(len(eigenvalues), generator=seeded(seed), dtype=torch.float64)
    found = critical_point(lambda x: (x - shift) @ matrix @ (x - shift) / 2 + 5, shift)
    up, down = max(eigenvalues) > 0, min(eigenvalues) < 0
    definite = 0.0 not in eigenvalues
    expected = "saddle" if up and down else ("minimum" if up else "maximum") if definite else "degenerate"
    assert found.kind == expected
    assert found.value == 5
    torch.testing.assert_close(found.hessian, matrix)
    rebuilt = found.eigenvectors @ torch.diag(found.eigenvalues) @ found.eigenvectors.T
    torch.testing.assert_close(rebuilt, matrix)


def test_gradient_and_hessian_at_another_point():
    found = critical_point(lambda x: x[0] ** 3 * x[1], torch.tensor([2, 5]))
    assert found.gradient.tolist() == [60, 8]
    assert found.hessian.tolist() == [[60, 12], [12, 0]]
    assert found.kind == "not critical"


def test_wrong_points_and_functions_are_refused():
    with pytest.raises(ValueError, match=r"one row of numbers \(n,\), got shape \(1, 2\)"):
        critical_point(lambda x: x.sum(), [[0.0, 0.0]])
    with pytest.raises(ValueError, match=r"one number, got shape \(2,\): sum or index"):
        critical_point(lambda x: x**2, [0.0, 0.0])
