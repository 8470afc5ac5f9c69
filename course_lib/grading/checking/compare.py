"""Comparisons that say what differs: first the type, then the shape, then the values."""

import numpy as np

from course_lib.grading.checking.crossing import is_tensor
from course_lib.grading.checking.report import Failure
from course_lib.grading.checking.student import Student

SMALL = 36  # arrays up to this many entries are shown whole


def kind_of(value: object) -> str:
    """What a value is, in words a student knows."""
    if is_tensor(value):
        return "a PyTorch tensor"
    if isinstance(value, np.ndarray):
        return "a NumPy array"
    if isinstance(value, (bool, np.bool_)):
        return "a bool"
    if isinstance(value, (int, np.integer)):
        return "an int"
    if isinstance(value, (float, np.floating)):
        return "a float"
    name = value._course_kind if isinstance(value, Student) else type(value).__name__
    if name == "ndarray":  # one that did not cross
        name = "array of Python objects"
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


REMEDIES = {
    ("a NumPy array", "a list"): "np.array(...) makes one.",
    ("a NumPy array", "a PyTorch tensor"): "result.numpy() makes one.",
    ("a NumPy array", "an array of Python objects"): "Do its rows have different lengths?",
    ("a PyTorch tensor", "a NumPy array"): "torch.from_numpy(result) makes one.",
    ("a float", "a PyTorch tensor"): "tensor.item() makes one.",
    ("a float", "a NumPy array"): "array.item() makes one of a single entry.",
    ("an int", "a float"): "int(...) makes one; // divides and rounds down, -(-a // b) rounds up.",
}


def need_kind(actual: object, expected: object, printed: str = "") -> None:
    """Raise Failure unless `actual` is the same kind of thing as `expected`; an int may stand for a float."""
    want, have = kind_of(expected), kind_of(actual)
    if want == have or (want, have) == ("a float", "an int"):
        return
    if actual is None:
        sentence = "Your code returned None: is a `return` missing?"
        if printed:
            sentence += " It printed something; print shows a value, return hands it back."
        raise Failure(sentence)
    remedy = REMEDIES.get((want, have), "")
    # The name of a class of the student's own could carry test data, so the general sentence leaves it out.
    raise Failure(
        f"Wrong type: expected {want}.", f"Wrong type: expected {want}, got {have}. {remedy}".rstrip()
    )


def need_shape(actual: np.ndarray, expected: np.ndarray) -> None:
    """Raise Failure unless the shapes are equal."""
    if actual.shape != expected.shape:
        raise Failure(
            "Wrong shape.", f"Wrong shape: expected {expected.shape}, got {actual.shape}.", hintable=True
        )


def show(array: np.ndarray) -> str:
    """A small array on its own lines."""
    return np.array2string(array, precision=4, suppress_small=True, threshold=SMALL, max_line_width=100)


def differ(actual: np.ndarray, expected: np.ndarray, wrong: np.ndarray) -> Failure:
    """The Failure for arrays of one shape that differ where `wrong` is true."""
    if actual.ndim == 0:
        return Failure(
            "Wrong value.", f"Wrong value: expected {expected[()]}, got {actual[()]}.", hintable=True
        )
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    counted = f"{int(wrong.sum())} of {wrong.size} values are wrong"
    detail = f"{counted}; at {list(first)} expected {expected[first]:.6g}, got {actual[first]:.6g}."
    if actual.size <= SMALL:
        detail = f"{counted}.\nexpected\n{show(expected)}\ngot\n{show(actual)}"
    return Failure("Wrong values.", detail, hintable=True)


def as_array(value: object) -> np.ndarray:
    """A number, array or tensor as a NumPy array."""
    return value.detach().numpy() if is_tensor(value) else np.asarray(value)


def is_numeric(value: object) -> bool:
    """Whether a value is a number, a NumPy array or a tensor."""
    return is_tensor(value) or isinstance(value, (bool, int, float, np.generic, np.ndarray))


def close(actual: object, expected: object, rtol: float, atol: float, printed: str = "") -> None:
    """Raise Failure unless |actual - expected| <= atol + rtol * |expected| everywhere, with equal type and shape."""
    need_kind(actual, expected, printed)
    actual, expected = as_array(actual), as_array(expected)
    need_shape(actual, expected)
    if not np.isfinite(actual).all() and np.isfinite(expected).all():
        raise Failure(
            "Your result contains NaN or infinite values: is something divided by zero, or never set?"
        )
    wrong = ~np.isclose(actual, expected, rtol=rtol, atol=atol, equal_nan=True)
    if wrong.any():
        raise differ(actual, expected, wrong)


def equal(actual: object, expected: object, printed: str = "") -> None:
    """Raise Failure unless the two are of one kind and exactly equal; sequences are compared item by item."""
    need_kind(actual, expected, printed)
    if is_numeric(expected):
        actual, expected = as_array(actual), as_array(expected)
        need_shape(actual, expected)
        wrong = actual != expected
        if np.any(wrong):
            raise differ(actual, expected, np.asarray(wrong))
    elif isinstance(expected, (list, tuple)):
        if len(actual) != len(expected):
            raise Failure(
                "Wrong length.",
                f"Wrong length: expected {len(expected)} items, got {len(actual)}.",
                hintable=True,
            )
        for have, want in zip(actual, expected, strict=True):
            equal(have, want)
    elif actual != expected:
        raise Failure("Wrong value.", f"Wrong value: expected {expected!r}, got {actual!r}.", hintable=True)
