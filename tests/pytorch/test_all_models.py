"""What holds for every model, whatever its family; what is a family's own stands in its file."""

import pytest
import torch
from agreement import build_meta, operations, published, settings
from comparison import images

from course_lib import architectures, pytorch
from course_lib.architectures import (
    ALEXNETS,
    CONVNEXTS,
    DEEP_VGGS,
    DENSENETS,
    EFFICIENTNETS,
    MOBILENETS_V2,
    REGNETS,
    RESNETS,
    RESNEXTS,
    SHUFFLENETS_V2,
    SQUEEZENETS,
    VITS,
)
from course_lib.pytorch.layers import StochasticDepth
from course_lib.twins import copy_state

SMALL = [name for name in architectures.names() if name.endswith("_32")]

# Models of the same name as torchvision's that are not built alike: tested in their own files.
OTHERWISE = {
    "googlenet": "the paper's, without batch norm and with 5x5 kernels; googlenet_torchvision is torchvision's",
    "inception_v3": "without the auxiliary head, which torchvision counts; inception_v3_aux is torchvision's",
}
# Multiplications are counted otherwise there.
OTHER_OPERATIONS = {
    "efficientnet_b2": "torchvision counts it for images of 288 pixels, not the paper's 260",
    "vit_b_16": "torchvision counts those of attention too; added up in its own file",
}
FAMILIES = (
    *(ALEXNETS, DEEP_VGGS, SQUEEZENETS, RESNETS, RESNEXTS, REGNETS, DENSENETS),
    *(MOBILENETS_V2, SHUFFLENETS_V2, EFFICIENTNETS, CONVNEXTS, VITS),
)
OURS_ALONE = ("alexnet_two_towers", "efficientnet_lite0", *SMALL)
TORCHVISION = [name for family in FAMILIES for name in family if name not in OURS_ALONE]
# torchvision's RegNets cannot be built without memory: the smallest two are, the others have their stages compared.
SET_ALIKE = [name for name in TORCHVISION if "regnet" not in name or name.endswith("_400mf")]


def test_every_model_that_torchvision_has_is_compared(torchvision):
    both = set(architectures.names()) & set(torchvision.models.list_models())
    assert set(TORCHVISION) | set(OTHERWISE) == both


@pytest.mark.parametrize("name", SET_ALIKE)
def test_every_layer_is_set_as_torchvisions_in_the_same_order(torchvision, name):
    with torch.device("cpu" if "regnet" in name else "meta"):
        oracle = torchvision.models.get_model(name, weights=None)
    model = build_meta(name)[0].to_empty(device="cpu") if "regnet" in name else build_meta(name)[0]
    assert settings(model) == settings(oracle)
    copy_state(oracle, model)  # the same tensors in the same order, or it raises


@pytest.mark.parametrize("name", TORCHVISION)
def test_parameters_and_operations_are_those_torchvision_publishes(torchvision, name):
    says = published(torchvision, name)
    assert architectures.find(name).params == says["num_params"]
    if name not in OTHER_OPERATIONS:
        assert operations(name) == pytest.approx(says["_ops"], abs=0.001)


@pytest.mark.parametrize("name", SMALL)
def test_a_model_for_small_images_takes_any_channels_and_classes_and_trains_every_parameter(name):
    model = pytorch.build(name, num_classes=4, in_channels=1)
    for layer in model.modules():
        if isinstance(layer, StochasticDepth):
            layer.rate = 0.0  # a block that was skipped would get no gradient
    logits = model(images(2, 32, channels=1))
    assert logits.shape == (2, 4)
    logits.sum().backward()
    assert all(p.grad is not None for p in model.parameters())
