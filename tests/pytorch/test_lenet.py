"""LeNet-5 has no library: it is held against the paper's own numbers."""

import pytest
import torch
from papers import lenet_table
from torch import nn

from course_lib import pytorch
from course_lib.architectures import LENETS
from course_lib.architectures.lenet import CONNECTIONS
from course_lib.pytorch.lenet import RBFOutput, ScaledTanh, Subsampling, TableConv2d

# The paper, section II B: shape, trainable parameters, connections.
PAPER = {
    "c1": ((6, 28, 28), 156, 122_304),
    "s2": ((6, 14, 14), 12, 5_880),
    "c3": ((16, 10, 10), 1_516, 151_600),
    "s4": ((16, 5, 5), 32, 2_000),
    "c5": ((120,), 48_120, 48_120),
    "f6": ((84,), 10_164, 10_164),
    "output": ((10,), 0, 840),
}


def test_shapes_parameters_and_connections_are_the_papers():
    rows = lenet_table(pytorch.build("lenet5", in_channels=1))
    assert rows == PAPER
    assert sum(row[1] for row in rows.values()) == LENETS["lenet5"].params == 60_000
    assert sum(row[2] for row in rows.values()) == 340_908


def test_a_fully_connected_c3_has_900_weights_more_and_no_other_difference():
    full = lenet_table(pytorch.build_row(LENETS["lenet5"]._replace(connections=None), in_channels=1))
    missing = sum(6 - len(seen) for seen in CONNECTIONS)
    assert missing * 25 == 900
    assert full["c3"] == ((16, 10, 10), 1_516 + 900, 151_600 + 900 * 100)
    assert {name: row for name, row in full.items() if name != "c3"} == {
        name: row for name, row in PAPER.items() if name != "c3"
    }


def test_the_modern_row_differs_from_the_paper_where_it_says():
    modern = lenet_table(pytorch.build("lenet5_modern", in_channels=1))
    assert {name: row[0] for name, row in modern.items()} == {name: row[0] for name, row in PAPER.items()}
    more = 900 - 12 - 32 + 84 * 10 + 10  # a full C3; nothing to train in pooling; a dense output
    assert LENETS["lenet5_modern"].params == 60_000 + more == sum(row[1] for row in modern.values())


def test_the_table_of_c3_has_the_papers_rows():
    assert [len(seen) for seen in CONNECTIONS] == [3] * 6 + [4] * 9 + [6]
    assert len(set(CONNECTIONS)) == 16
    uses = [sum(channel in seen for seen in CONNECTIONS) for channel in range(6)]
    assert uses == [10] * 6  # each column of table I has ten crosses in its row
    runs = [{(start + step) % 6 for step in range(4)} for start in range(6)]
    assert all(set(seen) not in runs for seen in CONNECTIONS[12:15])  # "discontinuous subsets of four"


def test_a_convolution_by_table_is_a_convolution_for_each_output_channel():
    torch.manual_seed(0)
    layer = TableConv2d(6, CONNECTIONS, 5)
    x = torch.randn(3, 6, 9, 9, requires_grad=True)
    kernels = layer.weight.split([len(seen) for seen in CONNECTIONS])
    parts = [
        nn.functional.conv2d(x[:, seen], kernel[None], layer.bias[i : i + 1])
        for i, (seen, kernel) in enumerate(zip(CONNECTIONS, kernels, strict=True))
    ]
    expected, actual = torch.cat(parts, 1), layer(x)
    torch.testing.assert_close(actual, expected, atol=1e-5, rtol=1e-5)
    weights = torch.randn_like(expected)
    wanted = torch.autograd.grad((expected * weights).sum(), (x, layer.weight, layer.bias))
    for one, other in zip(
        torch.autograd.grad((actual * weights).sum(), (x, layer.weight, layer.bias)), wanted, strict=True
    ):
        torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-4)


def test_a_full_table_is_the_convolution_of_torch():
    layer, plain = TableConv2d(4, ((0, 1, 2, 3),) * 5, 3), nn.Conv2d(4, 5, 3)
    with torch.no_grad():
        layer.weight.copy_(plain.weight.flatten(0, 1))
        layer.bias.copy_(plain.bias)
    x = torch.randn(2, 4, 6, 6)
    torch.testing.assert_close(layer(x), plain(x))


def test_kernels_are_drawn_up_to_one_over_the_root_of_their_own_fan_in():
    torch.manual_seed(0)
    kernels = TableConv2d(6, CONNECTIONS, 5).weight.split([len(seen) for seen in CONNECTIONS])
    for seen, kernel in zip(CONNECTIONS, kernels, strict=True):
        bound = (25 * len(seen)) ** -0.5
        assert 0.9 * bound < kernel.abs().max() <= bound


@pytest.mark.parametrize("connections", [((),), ((0, 0),), ((0, 3),), ((-1,),)])
def test_an_impossible_table_is_refused(connections):
    with pytest.raises(ValueError, match="connections must name different channels from 0 to 2"):
        TableConv2d(3, connections, 5)


def test_scaled_tanh_keeps_one():
    x = torch.tensor([-1.0, 0.0, 1.0])
    torch.testing.assert_close(ScaledTanh()(x), x, atol=1e-4, rtol=0)
    assert ScaledTanh()(torch.tensor(100.0)) == pytest.approx(1.7159)


def test_subsampling_scales_and_shifts_the_sum_of_four():
    layer = Subsampling(3)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([1.0, 2.0, 3.0]))
        layer.bias.copy_(torch.tensor([0.0, 10.0, 20.0]))
    assert layer(torch.ones(1, 3, 4, 4))[0, :, 0, 0].tolist() == [4, 18, 32]


def test_the_nearest_code_wins_by_minus_its_squared_distance():
    output = RBFOutput(84, 10)
    assert set(output.codes.unique().tolist()) == {-1, 1}
    logits = output(output.codes)
    torch.testing.assert_close(logits, -torch.cdist(output.codes, output.codes).square(), atol=1e-3, rtol=0)
    assert logits.argmax(1).tolist() == list(range(10))


@pytest.mark.parametrize("name", LENETS)
def test_other_sizes_fit_and_every_parameter_gets_a_gradient(name):
    model = pytorch.build(name, num_classes=4, in_channels=3, image_size=28)
    logits = model(torch.randn(2, 3, 28, 28))
    assert logits.shape == (2, 4)
    logits.sum().backward()
    assert all(p.grad is not None for p in model.parameters())


def test_an_image_of_which_nothing_is_left_is_refused():
    assert pytorch.build("lenet5", image_size=16)(torch.randn(1, 3, 16, 16)).shape == (1, 10)
    with pytest.raises(ValueError, match=r"image_size must be at least 16, .* got 15"):
        pytorch.build("lenet5", image_size=15)
