"""Frames between judge and student: what was sent arrives, and what does not fit is refused."""

import contextlib
import json
import socket
import struct

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib.grading.checking.crossing import same
from course_lib.grading.judge import wire
from course_lib.grading.judge.wire import Channel, WireError, decode, encode

PLAIN = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.complex_numbers(allow_nan=False)
)
ARRAYS = arrays.arrays(
    st.sampled_from(["bool", "uint8", "int16", "int64", "float16", "float32", "float64", "complex64"]),
    arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)
VALUES = st.recursive(
    PLAIN | ARRAYS | ARRAYS.map(torch.from_numpy),
    lambda inner: (
        st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)


def refuse(body):
    raise WireError("nothing of that kind is expected")


def there_and_back(value):
    text, payload = encode(value, refuse)
    return decode(json.loads(json.dumps(text)), payload, refuse)


@given(VALUES)
def test_what_is_sent_arrives_bit_for_bit(value):
    assert same(value, there_and_back(value))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.int8, torch.complex128, torch.bool])
def test_tensors_keep_their_type_also_where_numpy_has_none(dtype):
    value = torch.tensor([[0, 1], [1, 1]]).to(dtype)
    assert same(value, there_and_back(value))


def test_a_tensor_that_asks_for_gradients_arrives_as_a_leaf_that_does():
    sent = (torch.ones(2, requires_grad=True) * 3).detach().requires_grad_()
    got = there_and_back(sent)
    assert (got.requires_grad, got.is_leaf) == (True, True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["list", "tuple", "dict", "array", "scalar", "tensor", "complex", "other", "x"]),
            inner,
            max_size=2,
        )
    ),
    max_leaves=20,
)


@given(JSON, st.binary(max_size=40))
def test_any_other_message_is_refused_or_read_as_data(message, payload):
    with contextlib.suppress(WireError):
        decode(message, payload, refuse)


@pytest.mark.parametrize(
    "message",
    [
        {"array": ["<f8", [1 << 30, 1 << 30], 8]},
        {"array": ["<f8", [-1, -8], 8]},
        {"array": ["|O", [1], 8]},
        {"array": ["<f8,<f8", [1], 16]},
        {"tensor": ["load", [1], 8, False]},
        {"tensor": ["float64", [2], 8, False]},
        {"dict": [[{"list": []}, 1]]},
        {"list": 3},
        {"list": [], "tuple": []},
    ],
)
def test_messages_that_lie_about_sizes_and_types_are_refused(message):
    with pytest.raises(WireError):
        decode(message, bytes(8), refuse)


def test_deep_nesting_is_refused_on_both_sides():
    deep, told = [], {"list": []}
    for _ in range(200):
        deep, told = [deep], {"list": [told]}
    with pytest.raises(WireError, match="deeply"):
        encode(deep, refuse)
    with pytest.raises(WireError, match="deeply"):
        decode(told, b"", refuse)


@pytest.fixture
def ends():
    one, two = socket.socketpair()
    channels = Channel(one), Channel(two)
    yield channels
    for channel in channels:
        channel.close()


def test_frames_arrive_in_order_however_they_are_cut(ends):
    for number in range(3):
        ends[0].send({"n": number}, bytes([number]) * number)
    assert [ends[1].receive(5) for _ in range(3)] == [({"n": n}, bytes([n]) * n) for n in range(3)]


@pytest.mark.parametrize(
    "raw",
    [
        struct.pack(">II", wire.TEXT_BYTES + 1, 0),
        struct.pack(">II", 2, wire.PAYLOAD_BYTES + 1),
        struct.pack(">II", 3, 0) + b"{x}",
        struct.pack(">II", 2, 0) + b"[]",
        struct.pack(">II", 100_000, 0) + b"[" * 100_000,
    ],
)
def test_broken_frames_end_the_line_before_memory_is_taken(ends, raw):
    ends[0].socket.sendall(raw)
    with pytest.raises(WireError):
        ends[1].receive(5)


def test_silence_is_late_and_a_closed_line_is_an_error(ends):
    with pytest.raises(wire.Late):
        ends[1].receive(0.05)
    ends[0].close()
    with pytest.raises(WireError, match="gone"):
        ends[1].receive(5)


def test_numbers_of_numpy_stay_numbers_of_numpy():
    assert type(there_and_back(np.float32(2.5))) is np.float32
