"""What crosses the border between a test and the student's code: plain values, arrays and tensors, as copies."""

import sys

import numpy as np

NUMERIC = "biufc"  # the array kinds that cross: bool, int, unsigned, float, complex
ARRAY_LIKE = ("tensorflow", "keras", "jax", "jaxlib")  # tensors and variables of these arrive as NumPy arrays


def is_tensor(value: object) -> bool:
    """Whether `value` is a torch tensor; loads no torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def is_foreign_array(value: object) -> bool:
    """Whether `value` is a tensor or variable of Keras, TensorFlow or JAX."""
    kind = type(value)
    return kind.__module__.split(".")[0] in ARRAY_LIKE and hasattr(kind, "__array__")


def copied_tensor(value, keep_graph: bool):
    """A copy of a tensor, a leaf of no graph; with `keep_graph` it asks for gradients as the original does."""
    copy = value.detach().clone()
    return copy.requires_grad_() if keep_graph and value.requires_grad else copy


def cross(value: object, other, keep_graph: bool = False) -> object:
    """A copy of `value` for the other side; `other(value)` decides what stands for what cannot be copied."""
    if value is None or type(value) in (bool, int, float, complex, str):
        return value
    if isinstance(value, (list, tuple)):  # torch.Size is a tuple and arrives as one
        items = [cross(item, other, keep_graph) for item in value]
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, dict):
        pairs = [(cross(key, other), cross(item, other, keep_graph)) for key, item in value.items()]
        return dict(pairs)
    if isinstance(value, np.generic) and value.dtype.kind in NUMERIC:
        return value.copy()
    if isinstance(value, np.ndarray) and value.dtype.kind in NUMERIC:
        return np.array(value)
    if is_tensor(value):
        return copied_tensor(value, keep_graph)
    if is_foreign_array(value):
        return np.array(value)
    return other(value)


def same(a: object, b: object) -> bool:
    """Whether two plain values are equal bit for bit."""
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if is_tensor(a):
        if not is_tensor(b) or a.dtype != b.dtype or a.shape != b.shape:
            return False
        return bits(a) == bits(b)
    if isinstance(a, np.ndarray):
        return (
            isinstance(b, np.ndarray)
            and a.shape == b.shape
            and a.dtype == b.dtype
            and a.tobytes() == b.tobytes()
        )
    return a is b or a == b


def bits(tensor) -> bytes:
    """The bytes of a tensor's entries, in order; also for types that NumPy lacks, such as bfloat16."""
    import torch

    flat = tensor.detach().cpu().contiguous().reshape(-1)
    return flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""


def describe(value: object) -> str:
    """An argument in a few characters: the shape of an array, a short value as it is."""
    if isinstance(value, np.ndarray) or is_tensor(value):
        kind = "tensor" if is_tensor(value) else "array"
        return f"{kind} of shape {tuple(value.shape)}"
    text = repr(value)
    return text if len(text) <= 40 else f"{type(value).__name__}"
