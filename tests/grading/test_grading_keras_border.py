"""A Keras model of the student's under the judge: called, measured and read, with arrays as NumPy arrays."""

MODEL = """
import keras

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="head")])
model.layers[0].set_weights([keras.ops.convert_to_numpy(keras.ops.ones((3, 2))), keras.ops.arange(2.0)])


def first(x):
    return model
"""
TESTS = """
import numpy as np
from course_lib.grading import Checks

check = Checks("ps00", "first", points=2, seconds=30)


@check.visible("has a head of two outputs", points=1)
def _(first):
    layer = list(first(0).layers)[0]
    check.equal(layer.name, "head")
    kernel, bias = layer.weights
    check.close(np.stack([*kernel, bias]), np.array([[1.0, 1]] * 3 + [[0, 1]], dtype="float32"))


@check.hidden("adds up its inputs", points=1)
def _(first):
    x = check.rng.normal(size=(4, 3)).astype("float32")
    check.close(first(0)(x), x.sum(1, keepdims=True) + np.array([0, 1], dtype="float32"))


check.score()
"""


def test_a_keras_model_answers_through_the_judge(judge, three_tasks):
    three_tasks.cells = three_tasks.cells[:2]
    three_tasks.cells[1].source = TESTS.strip()
    answers = {"first": MODEL.strip()}
    outcome = judge(answers, three_tasks, seconds=60, memory_bytes=4 << 30, processes=256)
    report = outcome.reports["first"]
    assert report.earned == 2, (report, outcome.outputs, outcome.flags)
