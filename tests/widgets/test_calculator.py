import gzip
import json
import subprocess

import numpy as np
import pytest
import torch
from make_calculator_fixtures import PATH, case, make

from course_lib import pytorch
from course_lib.architectures.vgg import VGGS
from course_lib.widgets import ShapeCalculator
from course_lib.widgets.base import STATIC
from course_lib.widgets.calculator import (
    ACTIVATIONS,
    PRESETS,
    Activation,
    Conv,
    Dense,
    Dropout,
    Flatten,
    Network,
    Pool,
)

SRC = PATH.parents[1]
# Where the two frameworks pad in different ways and the code has to bridge them.
PADDED = [
    *(
        Pool(3, stride, padding, mode)
        for stride in (1, 2)
        for padding in ("same", 1)
        for mode in ("max", "average")
    ),
    *(Pool(2, 1, "same", mode) for mode in ("max", "average")),
    *(Conv(2, 3, stride, padding) for stride in (1, 2) for padding in ("same", 1, 2)),
    *(Conv(2, 2, stride, "same", dilation=3) for stride in (1, 2)),
]
PRINT_CODE = """
import { readFileSync } from "node:fs";
import { kerasCode, torchCode } from "./calculator/code.js";
const networks = JSON.parse(readFileSync(0));
console.log(JSON.stringify(networks.map(({ input, layers }) => [torchCode(input, layers), kerasCode(input, layers)])));
"""


def possible(network: dict) -> dict:
    """The part of a fixture's network that torch accepts."""
    return {**network, "layers": network["layers"][: len(network["rows"])]}


@pytest.fixture(scope="module")
def networks() -> list[dict]:
    fixtures = json.loads(PATH.read_text(encoding="utf-8"))
    every = [possible(network) for network in [*fixtures["presets"].values(), *fixtures["random"]]]
    every += [case((2, 7, 10), (layer,)) for layer in PADDED]
    every.append(case((3, 4, 4), tuple(Activation(name) for name in ACTIVATIONS)))
    return [network for network in every if network["layers"]]


@pytest.fixture(scope="module")
def codes(node, networks) -> list[tuple[str, str]]:
    """The PyTorch and the Keras code that the front end writes for each network."""
    command = [node, "--input-type=module", "--eval", PRINT_CODE]
    done = subprocess.run(
        command, cwd=SRC, input=json.dumps(networks), text=True, capture_output=True, check=True
    )
    return json.loads(done.stdout)


def run(code: str):
    names = {}
    exec(code, names)
    return names["model"]


def test_front_end_numerics_pass_their_tests(node):
    done = subprocess.run(
        [node, "--test", "test/calculator.test.mjs"], cwd=SRC, text=True, capture_output=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_fixtures_are_what_torch_gives():
    assert json.loads(PATH.read_text(encoding="utf-8")) == make()


def test_fixtures_hold_whole_and_impossible_networks():
    fixtures = json.loads(PATH.read_text(encoding="utf-8"))
    whole = [len(network["rows"]) == len(network["layers"]) for network in fixtures["random"]]
    assert sum(whole) >= 20
    assert whole.count(False) >= 10


def test_torch_code_runs_and_has_the_shapes_and_parameters_shown(networks, codes):
    for network, (code, _) in zip(networks, codes, strict=True):
        model = run(code).eval()
        last = network["rows"][-1]
        assert list(model(torch.zeros(1, *network["input"])).shape[1:]) == last["shape"], code
        counted = sum(parameter.numel() for parameter in model.parameters())
        assert counted == sum(row["parameters"] for row in network["rows"]), code


def test_keras_code_runs_and_has_the_shapes_and_parameters_shown(networks, codes):
    for network, (_, code) in zip(networks, codes, strict=True):
        model = run(code)
        channels, *rest = network["rows"][-1]["shape"]
        assert model.output_shape[1:] == (*rest, channels), code
        counted = sum(weight.shape.num_elements() for weight in model.trainable_weights)
        assert counted == sum(row["parameters"] for row in network["rows"]), code


def test_torch_and_keras_code_compute_the_same(networks, codes):
    compared = 0
    for network, (torch_code, keras_code) in zip(
        networks[len(PRESETS) :], codes[len(PRESETS) :], strict=True
    ):
        if "the zeros here" in torch_code:  # where the code says that the two differ
            continue
        image = torch.rand(2, *network["input"])
        ours, theirs = level(run(torch_code)), level(run(keras_code))
        with torch.no_grad():
            expected = ours.eval()(image).numpy()
        result = theirs(image.permute(0, 2, 3, 1).numpy(), training=False).numpy()
        if result.ndim == 4:
            result = result.transpose(0, 3, 1, 2)
        np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-5, err_msg=torch_code + keras_code)
        compared += 1
    assert compared >= 40


def level(model):
    """Set all weights of a network in either framework to one value, so that none of them needs carrying over."""
    tensors = model.parameters() if isinstance(model, torch.nn.Module) else model.trainable_weights
    for tensor in tensors:
        if isinstance(tensor, torch.Tensor):
            tensor.data.fill_(0.1)
        else:
            tensor.assign(np.full(tensor.shape, 0.1, dtype="float32"))
    return model


@pytest.mark.parametrize("name", PRESETS)
def test_totals_of_presets_are_the_known_ones(name):
    parameters = {
        "small VGG": VGGS["small_vgg"].params,
        "Conv2d(3, 10, 5)": 760,
        "one layer of 200 maps": 15_200,
        "4 then 12 maps": 3_246,
        "AlexNet": 62_378_344,
    }
    rows = json.loads(PATH.read_text(encoding="utf-8"))["presets"][name]["rows"]
    assert sum(row["parameters"] for row in rows) == parameters[name]


def test_small_vgg_is_the_one_of_the_course(networks, codes):
    ours = run(codes[list(PRESETS).index("small VGG")][0])
    theirs = pytorch.build("small_vgg", num_classes=10, in_channels=3)
    assert [p.shape for p in ours.parameters()] == [p.shape for p in theirs.parameters()]


def test_alexnet_has_the_published_sizes():
    rows = json.loads(PATH.read_text(encoding="utf-8"))["presets"]["AlexNet"]["rows"]
    spatial = [row["shape"] for row in rows if len(row["shape"]) == 3]
    published = [
        [96, 55, 55],
        [96, 27, 27],
        [256, 27, 27],
        [256, 13, 13],
        [384, 13, 13],
        [256, 13, 13],
        [256, 6, 6],
    ]
    assert [shape for i, shape in enumerate(spatial) if i == 0 or shape != spatial[i - 1]] == published


def test_calculator_carries_the_chosen_network_to_the_front_end():
    calculator = ShapeCalculator("AlexNet", batch=16)
    assert calculator.input_shape == [3, 227, 227]
    assert calculator.layers[0]["kind"] == "conv"
    assert calculator.batch == 16
    assert list(calculator.presets) == list(PRESETS)


def test_own_layers_become_a_network_of_their_own():
    calculator = ShapeCalculator(layers=[Conv(8, 3), Flatten(), Dense(2)], input_shape=(1, 9, 9))
    assert calculator.preset == "this network"
    assert [layer["kind"] for layer in calculator.layers] == ["conv", "flatten", "dense"]
    assert calculator.presets["this network"]["input_shape"] == [1, 9, 9]


def test_an_input_shape_changes_a_preset_for_this_calculator_only():
    assert ShapeCalculator("small VGG", input_shape=(1, 28, 28)).presets["small VGG"]["input_shape"] == [
        1,
        28,
        28,
    ]
    assert PRESETS["small VGG"].input_shape == (3, 32, 32)


def test_repr_says_in_a_sentence_what_is_shown():
    text = repr(ShapeCalculator("AlexNet"))
    assert text.startswith("ShapeCalculator: ")
    assert "5 of them convolutional and 3 dense" in text
    assert "3×227×227" in text


def test_the_stride_of_pooling_is_its_kernel_unless_given():
    assert Pool(3).stride == 3
    assert Pool(3, 2).stride == 2


@pytest.mark.parametrize(
    ("make_it", "error", "message"),
    [
        (lambda: ShapeCalculator("VGG"), ValueError, "no preset 'VGG'; choose one of 'small VGG'"),
        (lambda: ShapeCalculator(layers=[Dense(2)]), ValueError, "input_shape=\\(channels, height, width\\)"),
        (lambda: ShapeCalculator(input_shape=(32, 32)), ValueError, "got input_shape=\\(32, 32\\)"),
        (lambda: ShapeCalculator(batch=0), ValueError, "batch=0"),
        (lambda: ShapeCalculator(batch=-1), ValueError, "batch=-1"),
        (lambda: Network((1, 2, 3), ("conv",)), TypeError, "here comes 'conv'"),
        (lambda: Conv(0, 3), ValueError, "Conv needs a whole number of at least 1 for out, and got 0"),
        (lambda: Conv(8, 3, padding="valid"), ValueError, "padding \"same\" or a whole number.*'valid'"),
        (lambda: Conv(8, True), ValueError, "for kernel, and got True"),
        (lambda: Pool(2, mode="sum"), ValueError, "a mode out of max, average, and got 'sum'"),
        (lambda: Activation("swish"), ValueError, "a function out of relu, .*'swish'"),
        (lambda: Dropout(1), ValueError, "less than 1, and got 1"),
        (lambda: Dense(2.5), ValueError, "for units, and got 2.5"),
    ],
)
def test_wrong_settings_are_refused_with_what_was_expected(make_it, error, message):
    with pytest.raises(error, match=message):
        make_it()


def test_bundle_stays_small():
    size = sum(len(gzip.compress((STATIC / f"calculator.{kind}").read_bytes())) for kind in ("js", "css"))
    assert size <= 25_000
