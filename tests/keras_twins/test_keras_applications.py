"""What keras.applications has is there under our names, with our counts, and takes images as all other models do."""

import importlib

import keras
import numpy as np
import pytest

from course_lib import architectures, keras_twins
from course_lib.keras_twins import applications
from course_lib.keras_twins.applications import APPLICATIONS, build_application, find_name

# One of each family, each built in about a second; `all_counts` builds all.
QUICK = (
    *("inception_v3", "resnet50", "densenet121", "xception", "mobilenet", "mobilenet_v2"),
    *("efficientnet_b0", "convnext_tiny", "resnet50v2"),
)


def test_every_count_is_the_tables(monkeypatch):
    monkeypatch.setattr(applications, "APPLICATIONS", {name: APPLICATIONS[name] for name in QUICK})
    counts = applications.all_counts()
    assert set(counts) == set(QUICK)
    for name, (counted, expected) in counts.items():
        row = architectures.find(name)
        assert counted == expected, name
        assert expected == (row.params if name == "convnext_tiny" else row.keras_params), name


def test_every_row_with_keras_count_is_there_and_no_other_but_convnext():
    counted = {
        name for name in architectures.names() if getattr(architectures.find(name), "keras_params", None)
    }
    assert counted - {"bn_mlp"} == set(APPLICATIONS) - {"convnext_tiny"}


def test_every_name_is_a_function_of_keras_applications():
    assert [
        name for name in APPLICATIONS.values() if not callable(getattr(keras.applications, name, None))
    ] == []


def test_names_are_the_twins_and_keras_applications():
    twins = keras_twins.by_hand_names()
    assert set(keras_twins.names()) == set(twins) | set(APPLICATIONS)
    assert len(keras_twins.names()) == len(set(keras_twins.names()))
    assert {"small_vgg", "resnet34", "se_resnet50", "googlenet", "mobilenet", "bn_mlp"} < set(twins)
    assert "xception" not in twins


def test_the_twin_wins_over_keras_applications():
    both = set(APPLICATIONS) & set(keras_twins.by_hand_names())
    assert both == {"resnet50", "resnet101", "resnet152", "mobilenet"}
    assert [layer.name for layer in keras_twins.build("mobilenet").layers][:2] == ["stem", "stage1"]
    assert build_application("mobilenet").get_layer("conv_pw_13").filters == 1024


def test_classes_channels_and_size_are_as_wanted_and_logits_come_out():
    model = keras_twins.build("mobilenet_v2", num_classes=7, in_channels=5, image_size=40)
    assert (model.input_shape, model.output_shape) == ((None, 40, 40, 5), (None, 7))
    assert model.layers[-1].activation is keras.activations.linear


def test_an_image_too_small_is_refused():
    with pytest.raises(ValueError, match="must be at least 75x75"):
        keras_twins.build("inception_v3", image_size=74)


@pytest.mark.parametrize("sizes", [{"num_classes": 0}, {"in_channels": 1.5}])
def test_impossible_counts_are_refused(sizes):
    with pytest.raises(ValueError, match=f"{next(iter(sizes))} must be a whole number of at least 1"):
        build_application("xception", **sizes)


def test_a_row_that_was_changed_is_refused():
    row = architectures.find("densenet121")._replace(growth_rate=16)
    assert find_name(row) is None
    with pytest.raises(ValueError, match="no Keras model of this DenseNetSpec: there are small_vgg"):
        keras_twins.build_row(row)
    with pytest.raises(ValueError, match="change nothing but its image_size"):
        applications.build_application_row(row)


def test_a_row_with_another_size_is_found():
    assert find_name(architectures.find("nasnetlarge", 64)) == "nasnetlarge"


def test_a_model_that_keras_applications_lacks_is_refused():
    with pytest.raises(ValueError, match="no 'resnet34': there are vgg16"):
        build_application("resnet34")


@pytest.mark.parametrize("name", ["efficientnet_b0", "convnext_tiny"])
def test_images_reach_the_first_convolution_as_they_came(name):
    model = keras_twins.build(name, image_size=32)
    holds_kernel = [any(weight.name == "kernel" for weight in layer.weights) for layer in model.layers]
    before = keras.Model(model.input, model.layers[holds_kernel.index(True) - 1].output)
    x = np.random.default_rng(0).normal(size=(1, 32, 32, 3)).astype("float32")
    seen = np.asarray(before(x, training=False))[:, :32, :32]  # some lay zeros behind it
    np.testing.assert_allclose(seen, x, rtol=1e-5, atol=1e-6)
    assert model(x, training=False).shape == (1, 10)


def test_names_are_known_without_keras_applications(monkeypatch):
    monkeypatch.delattr(keras, "applications")
    importlib.reload(applications)
    assert find_name(architectures.find("xception")) == "xception"
