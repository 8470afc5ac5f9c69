import pytest
import torch
from agreement import (
    Nothing,
    assert_mistake_shows,
    assert_norms_agree,
    assert_stages_agree,
    build_meta,
    keras_total,
    shrink_epsilon,
)
from comparison import images, our_outputs, our_stages
from keras.src.applications import nasnet as keras_nasnet
from keras_oracles import build_oracle, nasnet_stages, outputs_of, share_weights

from course_lib import pytorch
from course_lib.architectures import NASNETS
from course_lib.architectures.nasnet import NORMAL, REDUCTION

KERAS = [name for name, spec in NASNETS.items() if spec.keras_params]


# An even and an odd number of pixels are padded in different ways.
@pytest.fixture(scope="module", params=[("nasnetmobile", 64), ("nasnetlarge", 75)], ids=["mobile", "large"])
def pair(request):
    """A narrow NASNet with two cells a stage, Keras's with the same weights, an input, and Keras's stages."""
    name, size = request.param
    row = NASNETS[name]._replace(cells=2, last_channels=192, stem_channels=8)

    def make(**settings):
        sizes = {
            "penultimate_filters": 192,
            "num_blocks": 2,
            "stem_block_filters": 8,
            "filter_multiplier": 2,
        }
        return keras_nasnet.NASNet(
            **sizes,
            skip_reduction=name == "nasnetlarge",
            default_size=size,
            **settings,
        )

    model, oracle = pytorch.build_row(row), build_oracle(make, size)
    share_weights(model, oracle)
    x = images(2, size)
    return model, oracle, x, outputs_of(oracle, nasnet_stages(oracle), x)


def test_outputs_are_those_of_keras_after_every_stage(pair):
    model, _, x, expected = pair
    assert_stages_agree(model, expected, x)


def test_batch_norm_has_the_constants_of_keras(pair):
    assert_norms_agree(*pair[:2])


def move_the_stride(model):
    """The second of two depthwise convolutions halves the size, instead of the first."""
    separable = model.stage2[0].combinations[0][0]
    for layer, stride in ((1, 1), (2, 1), (6, 2), (7, 2)):
        separable[layer].stride = stride


def change_an_epsilon(model):
    shrink_epsilon(model.stage1)


def drop_a_shortcut(model):
    """A normal cell forgets to add its previous input."""
    model.stage3[1].combinations[2][1] = Nothing()


@pytest.mark.parametrize(
    ("mistake", "where"),
    [(move_the_stride, "stage2"), (change_an_epsilon, "stage1"), (drop_a_shortcut, "stage3")],
)
def test_a_mistake_shows_in_the_stage_where_it_is_made(pair, mistake, where):
    model, _, x, expected = pair
    assert_mistake_shows(model, expected, x, mistake, where)


@pytest.mark.parametrize("name", KERAS)
def test_keras_counts_running_statistics(name):
    model, _ = build_meta(name)
    assert keras_total(model) == NASNETS[name].keras_params


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("nasnetmobile", [(88, 28, 28), (264, 28, 28), (528, 14, 14), (1056, 7, 7), (1000,)]),
        ("nasnetlarge", [(336, 42, 42), (1008, 42, 42), (2016, 21, 21), (4032, 11, 11), (1000,)]),
        ("nasnetmobile_32", [(32, 32, 32), (264, 32, 32), (528, 16, 16), (1056, 8, 8), (10,)]),
    ],
)
def test_shape_after_every_stage(name, shapes):
    model, x = build_meta(name)
    assert [tuple(output.shape[1:]) for output in our_outputs(our_stages(model), x)] == shapes


def test_the_network_for_cifar_has_the_papers_size():
    """Its table 1: NASNet-A (6 @ 768) has 3.3 million parameters."""
    row = NASNETS["nasnetmobile_32"]._replace(cells=6, last_channels=768, stem_channels=96)
    with torch.device("meta"):
        model = pytorch.build_row(row)
    assert round(sum(p.numel() for p in model.parameters()) / 1e6, 1) == 3.3


@pytest.mark.parametrize("cell", [NORMAL, REDUCTION], ids=["normal", "reduction"])
def test_a_cell_concatenates_what_no_combination_reads(cell):
    """The rule of the search space: all outputs that are not used within the cell leave it."""
    read = {source for c in cell.combinations for source in (c.left_source, c.right_source)}
    assert len(cell.combinations) == 5
    assert {0, 1, 2, 3, 4} - read <= set(cell.outputs)
    assert all(
        source < number
        for number, c in enumerate(cell.combinations)
        for source in c[1::2]
        if source in range(5)
    )


def test_channels_that_cannot_be_divided_are_refused():
    with pytest.raises(ValueError, match=r"last_channels must be a multiple of 24, .* got 100"):
        pytorch.build_row(NASNETS["nasnetmobile"]._replace(last_channels=100))


def test_an_unknown_operation_is_refused():
    odd = NORMAL._replace(combinations=(NORMAL.combinations[0]._replace(left="dilated3"),))
    with pytest.raises(ValueError, match="separable, average, max and identity, got 'dilated3'"):
        pytorch.build_row(NASNETS["nasnetmobile"]._replace(normal=odd))
