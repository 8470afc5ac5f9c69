"""What the tests of the twins share: twins in double precision."""

import keras
import pytest


@pytest.fixture
def double_precision():
    """Keras builds in float64: a difference between twins is then a mistake, however small, and no rounding."""
    floatx, policy = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_floatx(floatx)
    keras.config.set_dtype_policy(policy)
