"""The initializers against Keras's own, and what a saved model keeps of them."""

import math

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.keras_twins.initializers import (
    HeNormal,
    HeUniform,
    LeCunNormal,
    LeCunUniform,
    XavierNormal,
    XavierUniform,
    fans,
)

UNIFORM = [
    (XavierUniform, keras.initializers.GlorotUniform),
    (HeUniform, keras.initializers.HeUniform),
    (LeCunUniform, keras.initializers.LecunUniform),
]
NORMAL = [
    (XavierNormal, keras.initializers.GlorotNormal),
    (HeNormal, keras.initializers.HeNormal),
    (LeCunNormal, keras.initializers.LecunNormal),
]
ALL = [ours for ours, _ in UNIFORM + NORMAL]
# Keras 3 reads its own variables in a way that NumPy 2 warns about, whenever it saves.
SAVES = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
SHAPES = [(48, 100), (3, 3, 8, 40), (5, 4, 30)]


def drawn(initializer, shape):
    return keras.ops.convert_to_numpy(initializer(shape, dtype="float32"))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("ours", "keras_own"), UNIFORM)
def test_a_uniform_initializer_gives_the_numbers_of_keras(ours, keras_own, shape):
    np.testing.assert_allclose(drawn(ours(seed=7), shape), drawn(keras_own(seed=7), shape), rtol=1e-6)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("ours", "keras_own"), NORMAL)
def test_a_normal_initializer_has_the_variance_of_keras(ours, keras_own, shape):
    large = (*shape[:-2], 15 * shape[-2], 15 * shape[-1])  # half a million weights: deviations within 0.5%
    assert drawn(ours(seed=1), large).std() == pytest.approx(drawn(keras_own(seed=2), large).std(), rel=5e-3)


@pytest.mark.parametrize("ours", ALL)
def test_the_numbers_have_mean_zero_and_the_variance_the_class_names(ours):
    shape = (3, 3, 100, 200)
    weights = drawn(ours(seed=3), shape)
    variance = ours().variance(*fans(shape))
    assert weights.var() == pytest.approx(variance, rel=0.02)
    assert abs(weights.mean()) < 5 * math.sqrt(variance / weights.size)


def test_a_normal_initializer_is_not_cut_off():
    weights = drawn(HeNormal(seed=0), (100, 1000))
    assert np.abs(weights).max() > 3.5 * math.sqrt(2 / 100)


@settings(max_examples=30)
@given(window=st.lists(st.integers(1, 4), max_size=3), ends=st.tuples(st.integers(1, 9), st.integers(1, 9)))
def test_a_weight_of_any_shape_has_the_fans_of_keras(window, ends):
    shape = (*window, *ends)
    for ours, keras_own in UNIFORM:
        np.testing.assert_allclose(drawn(ours(seed=7), shape), drawn(keras_own(seed=7), shape), rtol=1e-6)


def test_a_3x3_kernel_has_nine_times_the_fans_of_its_channels():
    assert fans((3, 3, 64, 128)) == (9 * 64, 9 * 128)


@pytest.mark.parametrize("ours", ALL)
def test_a_bias_is_refused(ours):
    with pytest.raises(ValueError, match=r"matrix .* got shape \(10,\): give a bias the initializer 'zeros'"):
        ours()((10,))


@pytest.mark.parametrize("ours", ALL)
def test_the_same_seed_gives_the_same_numbers(ours):
    np.testing.assert_array_equal(drawn(ours(seed=5), (6, 4)), drawn(ours(seed=5), (6, 4)))
    assert (drawn(ours(seed=5), (6, 4)) != drawn(ours(seed=6), (6, 4))).all()


def test_without_a_seed_the_global_one_decides_and_each_call_differs():
    def pair():
        keras.utils.set_random_seed(11)
        initializer = XavierUniform()
        return drawn(initializer, (6, 4)), drawn(initializer, (6, 4))

    (first, second), (again, _) = pair(), pair()
    np.testing.assert_array_equal(first, again)
    assert (first != second).all()


@SAVES
@pytest.mark.parametrize("ours", ALL)
def test_a_saved_model_gets_its_initializer_back(ours, tmp_path):
    layer = keras.layers.Dense(4, kernel_initializer=ours(seed=9))
    model = keras.Sequential([keras.Input((6,)), layer])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras").layers[0]
    assert type(loaded.kernel_initializer) is ours
    assert loaded.kernel_initializer.seed == 9
    np.testing.assert_array_equal(loaded.kernel.numpy(), layer.kernel.numpy())


def test_a_layer_draws_its_kernel_with_the_initializer():
    layer = keras.layers.Conv2D(8, 3, kernel_initializer=HeUniform(seed=2))
    layer.build((None, 5, 5, 4))
    np.testing.assert_array_equal(layer.kernel.numpy(), drawn(HeUniform(seed=2), (3, 3, 4, 8)))
