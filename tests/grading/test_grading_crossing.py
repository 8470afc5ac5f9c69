"""A test is written once: what it may do with students' objects, in one process and under the judge, is the same."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course_lib.grading.answers.bank import Exam

ANSWER = """
import numpy as np
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layer = nn.Linear(3, width)
        self.drop = nn.Dropout(0.5)

    def forward(self, x):
        return self.drop(self.layer(x)) ** 2


class Counter:
    def __init__(self, start=0):
        self.values = [start]

    def __len__(self):
        return len(self.values)

    def __getitem__(self, at):
        return self.values[at]

    def add(self, value):
        self.values.append(value)
        return self


def integrate(f, a, b, n=100):
    x = np.linspace(a, b, n + 1)
    middle = (x[1:] + x[:-1]) / 2
    return float(sum(f(float(t)) for t in middle) * (b - a) / n)


def square(x):
    return (x**2).sum()


def chance():
    return float(np.random.rand() + torch.rand(()))


def count():
    yield from range(3)


def fails(kind):
    print("before it fails")
    raise {"value": ValueError, "own": type("Own", (KeyError,), {})}[kind]("a reason")


def spoils(x):
    x += 1
    return x


def keeps_graph(x):
    return x.requires_grad


def descend(net, x):
    before = [parameter.detach().clone() for parameter in net.parameters()]
    net(x).sum().backward()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter -= 0.1 * parameter.grad
    return before
"""

TESTS = """
import numpy as np
import torch
from course_lib.grading import Checks

check = Checks("ps00", "task", points=20)


@check.visible("modules are made, called, listed, switched and passed on", points=1)
def _(Net, descend):
    net = Net(2)
    net.eval()
    weight, bias = net.layer.parameters()
    x = torch.ones(4, 3)
    check.close(net(x), (x @ weight.T + bias) ** 2)
    check.equal(sorted(net.state_dict()), ["layer.bias", "layer.weight"])
    check.equal([name for name, _ in net.named_parameters()], ["layer.weight", "layer.bias"])
    before = descend(net, x)
    check.close(before[0], weight)
    check.that(not torch.equal(next(iter(net.parameters())), weight), "Nothing moved.")
    net.load_state_dict({"layer.weight": weight, "layer.bias": bias})
    check.close(net(x), (x @ weight.T + bias) ** 2)


@check.visible("gradients of arguments and parameters, and a slope", points=1)
def _(Net, square):
    x = torch.tensor(check.rng.normal(size=5))
    value, (slope,) = check.gradient(square, x)
    check.close(value, (x**2).sum())
    check.close(slope, 2 * x)
    direction = torch.tensor(check.rng.normal(size=5))
    check.close(check.slope(square, x, direction=direction), (2 * x * direction).sum(), rtol=1e-4)
    net = Net(2)
    net.eval()
    weight, bias = net.layer.parameters()
    weight, bias, x = weight.requires_grad_(), bias.requires_grad_(), torch.ones(1, 3)
    along = torch.tensor([[1.0, -2.0]])
    expected = torch.autograd.grad((((x @ weight.T + bias) ** 2) * along).sum(), [weight, bias])
    _, found = check.gradient(net, x, wrt=(), along=along, parameters=True)
    for have, want in zip(found, expected):
        check.close(have, want)


@check.visible("objects keep their state, have items and a length", points=1)
def _(Counter):
    counter = Counter(start=5)
    check.equal(len(counter.add(6).add(7)), 3)
    check.equal((counter[0], counter[2]), (5, 7))
    check.equal(counter.values, [5, 6, 7])


@check.visible("a function of the test's is called by the answer", points=1)
def _(integrate):
    seen = []

    def f(t):
        seen.append(t)
        return 3 * t**2

    check.close(integrate(f, 0, 2, n=50), 8.0, rtol=1e-3)
    check.equal(len(seen), 50)


@check.visible("chance is the same every time", points=1)
def _(chance):
    check.that(0 < chance() < 2, "Out of range.")
    check.close(chance(), NUMBER, mistakes={})


@check.visible("generators are run to their end", points=1)
def _(count):
    check.equal(list(count()), [0, 1, 2])


@check.visible("exceptions are known by their builtin names", points=1)
def _(fails):
    check.raises(ValueError, fails, "value")
    check.raises(LookupError, fails, "own")


@check.visible("a failing call says what it raised", points=1)
def _(fails):
    fails("own")


@check.visible("changed arguments are noticed", points=1)
def _(spoils):
    spoils(np.zeros(2))


@check.visible("tensors that ask for gradients do so on the other side", points=1)
def _(keeps_graph):
    check.equal(keeps_graph(torch.ones(2, requires_grad=True)), True)
    check.equal(keeps_graph(torch.ones(2)), False)


@check.visible("names that are not there are named", points=1)
def _(nowhere):
    pass


@check.hidden("a hidden failure shows no value", points=1, hint="Think again.")
def _(square):
    check.close(square(np.array([3.0])), np.float64(11.5))


check.score()
"""
FAILS = {
    "chance is the same every time",
    "a failing call says what it raised",
    "changed arguments are noticed",
    "names that are not there are named",
    "a hidden failure shows no value",
}


@pytest.fixture
def notebook():
    def marks(name, **other):
        base = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
        return {"nbgrader": {**base, "grade_id": name, **other}}

    answer = f"### BEGIN SOLUTION\n{ANSWER}\n### END SOLUTION"
    tests = TESTS.replace("NUMBER", "0.0")
    cells = [
        new_code_cell("import torch", metadata=marks("setup", locked=True), id="setup"),
        new_code_cell(answer, metadata=marks("task", solution=True), id="task"),
        new_code_cell(tests, metadata=marks("test-task", grade=True, locked=True, points=20), id="test-task"),
    ]
    return new_notebook(cells=cells, metadata={"course": {"grade_ids": ["setup", "task", "test-task"]}})


def test_a_test_finds_the_same_in_one_process_and_under_the_judge(judge, notebook, monkeypatch):
    """The chance check fails on purpose: its sentence shows the number drawn, so it must be the same in both."""
    monkeypatch.setenv("COURSE_GRADING_SEED", "a seed")
    beside = Exam(notebook).mark("task", ANSWER)
    apart = judge(
        {"task": ANSWER}, notebook=notebook, seed="a seed", memory_bytes=1 << 30, seconds=60
    ).reports["task"]
    assert {result.title for result in beside.results if not result.passed} == FAILS
    for have, want in zip(apart.results, beside.results, strict=True):
        assert (have.title, have.earned) == (want.title, want.earned)
        if "failing call" not in have.title:  # the judge knows the line of the cell, a bank's answer has none
            assert have.messages == want.messages
    assert "11.5" not in apart.text()
    assert "Own: 'a reason'" in apart.text()
