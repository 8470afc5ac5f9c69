"""How the judge and the student's process talk: frames of JSON and raw bytes on a socket, and nothing else.

A frame is two sizes (bytes of JSON, bytes of payload), the JSON text, and the payload. A value is JSON;
arrays and tensors are a type, a shape and a piece of the payload. Nothing is pickled, so what arrives can be
wrong but cannot run. Every size is bounded before memory is taken.

Of two peers, the one that listens trusts nothing: `decode` raises WireError for whatever does not fit.
"""

import json
import math
import socket
import struct
import threading
import time

import numpy as np

from course_lib.grading.checking.crossing import NUMERIC, bits, cross, is_tensor

TEXT_BYTES = 8 << 20
PAYLOAD_BYTES = 128 << 20
DEPTH = 40
HEAD = struct.Struct(">II")
TORCH_INTEGERS = ("bool", "uint8", "int8", "int16", "int32", "int64")
TORCH_TYPES = (*TORCH_INTEGERS, "float16", "bfloat16", "float32", "float64", "complex64", "complex128")


class WireError(Exception):
    """What came does not follow the protocol, or the other side is gone."""


class Late(Exception):  # noqa: N818 - not a fault of the program
    """Nothing came in time."""


class Channel:
    """One end of a socket that carries frames."""

    def __init__(self, sock: socket.socket):
        self.socket = sock
        self.socket.setblocking(True)
        self.buffer = bytearray()
        self.turn = threading.RLock()  # of two threads that send, one waits

    def send(self, message: dict, payload: bytes = b"", seconds: float | None = None) -> None:
        """Send a frame; threads of one process take turns.

        Raises WireError when the other side is gone or the frame is too large.
        """
        text = json.dumps(message).encode()
        if len(text) > TEXT_BYTES or len(payload) > PAYLOAD_BYTES:
            raise WireError("the message is too large")
        with self.turn:
            self.socket.settimeout(seconds)
            try:
                self.socket.sendall(HEAD.pack(len(text), len(payload)) + text)
                if payload:
                    self.socket.sendall(payload)
            except OSError as error:
                raise WireError("the other side is gone") from error

    def frame(self) -> tuple[dict, bytes] | None:
        """The next frame if it has arrived whole, else None; reads nothing."""
        if len(self.buffer) < HEAD.size:
            return None
        text, payload = HEAD.unpack_from(self.buffer)
        if text > TEXT_BYTES or payload > PAYLOAD_BYTES:
            raise WireError("the message is too large")
        end = HEAD.size + text + payload
        if len(self.buffer) < end:
            return None
        raw = bytes(self.buffer[HEAD.size : HEAD.size + text])
        rest = bytes(self.buffer[HEAD.size + text : end])
        del self.buffer[:end]
        try:
            message = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise WireError("the message is no JSON") from error
        if not isinstance(message, dict):
            raise WireError("the message is no object")
        return message, rest

    def fill(self, seconds: float | None = None) -> None:
        """Read what has come, waiting at most `seconds`.

        Raises Late when nothing comes, WireError when the other side is gone.
        """
        self.socket.settimeout(seconds)
        try:
            chunk = self.socket.recv(1 << 20)
        except (TimeoutError, BlockingIOError) as error:
            raise Late from error
        except OSError as error:
            raise WireError("the other side is gone") from error
        if not chunk:
            raise WireError("the other side is gone")
        self.buffer += chunk

    def receive(self, seconds: float | None = None) -> tuple[dict, bytes]:
        """The next frame; waits for it at most `seconds`."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while (found := self.frame()) is None:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise Late
            self.fill(left)
        return found

    def close(self) -> None:
        """Hang up."""
        self.socket.close()


def encode(value: object, other) -> tuple[object, bytes]:
    """A value as JSON and payload; `other(value)` gives the JSON that stands for what cannot be copied."""
    pieces: list[bytes] = []
    size = 0

    def keep(data: bytes) -> int:
        nonlocal size
        size += len(data)
        if size > PAYLOAD_BYTES:
            raise WireError("the value is too large to cross")
        pieces.append(data)
        return len(data)

    def walk(item, depth):
        if depth > DEPTH:
            raise WireError("the value is nested too deeply")
        if item is None or type(item) in (bool, int, float, str):
            return item
        if type(item) is complex:
            return {"complex": [item.real, item.imag]}
        if isinstance(item, (list, tuple)):
            return {"list" if isinstance(item, list) else "tuple": [walk(part, depth + 1) for part in item]}
        if isinstance(item, dict):
            return {"dict": [[walk(key, depth + 1), walk(part, depth + 1)] for key, part in item.items()]}
        if isinstance(item, (np.generic, np.ndarray)) and item.dtype.kind in NUMERIC:
            kind = "array" if isinstance(item, np.ndarray) else "scalar"
            native = np.asarray(item, dtype=item.dtype.newbyteorder("="))
            return {kind: [native.dtype.str, list(item.shape), keep(native.tobytes())]}
        if is_tensor(item):
            name = str(item.dtype).removeprefix("torch.")
            return {"tensor": [name, list(item.shape), keep(bits(item)), bool(item.requires_grad)]}
        return {"other": other(item)}

    def unforeign(item):
        return item

    return walk(cross(value, unforeign, keep_graph=True), 0), b"".join(pieces)


def decode(value: object, payload: bytes, other) -> object:
    """The value that `encode` made JSON and payload of; `other(json)` finds what could not be copied.

    Raises WireError for anything else.
    """
    position = 0

    def take(size, wanted):
        nonlocal position
        if type(size) is not int or size != wanted or position + size > len(payload):
            raise WireError("the sizes of a message do not agree")
        position += size
        return payload[position - size : position]

    def walk(item, depth):
        if depth > 2 * DEPTH:
            raise WireError("the value is nested too deeply")
        if item is None or type(item) in (bool, int, float, str):
            return item
        if type(item) is not dict or len(item) != 1:
            raise WireError("a message holds something unknown")
        ((kind, body),) = item.items()
        if kind == "complex":
            return complex(*map(float, body))
        if kind in ("list", "tuple"):
            parts = [walk(part, depth + 1) for part in body]
            return parts if kind == "list" else tuple(parts)
        if kind == "dict":
            return {walk(key, depth + 1): walk(part, depth + 1) for key, part in body}
        if kind in ("array", "scalar"):
            return take_array(kind, body, take)
        if kind == "tensor":
            return take_tensor(body, take)
        if kind == "other":
            return other(body)
        raise WireError("a message holds something unknown")

    try:
        return walk(value, 0)
    except (TypeError, ValueError, KeyError, RecursionError) as error:
        raise WireError("a message holds something unknown") from error


def checked_shape(shape) -> tuple[int, ...]:
    """A shape of a message, if it is one."""
    if not isinstance(shape, list) or len(shape) > 16:
        raise WireError("a message has no proper shape")
    if not all(type(side) is int and 0 <= side <= 1 << 40 for side in shape):
        raise WireError("a message has no proper shape")
    return tuple(shape)


def take_array(kind: str, body, take):
    """The array or NumPy number of a message."""
    name, shape, size = body
    if not isinstance(name, str) or len(name) > 5:
        raise WireError("a message has an unknown type of array")
    dtype = np.dtype(name)
    if dtype.kind not in NUMERIC:
        raise WireError("a message has an unknown type of array")
    shape = checked_shape(shape)
    array = np.frombuffer(take(size, math.prod(shape) * dtype.itemsize), dtype).reshape(shape).copy()
    return array if kind == "array" else array[()]


def take_tensor(body, take):
    """The tensor of a message."""
    import torch

    name, shape, size, graph = body
    if name not in TORCH_TYPES:
        raise WireError("a message has an unknown type of tensor")
    dtype, shape = getattr(torch, name), checked_shape(shape)
    data = take(size, math.prod(shape) * dtype.itemsize)
    if not data:
        tensor = torch.empty(shape, dtype=dtype)
    else:
        tensor = torch.frombuffer(bytearray(data), dtype=torch.uint8).view(dtype).reshape(shape)
    differentiable = dtype.is_floating_point or dtype.is_complex
    return tensor.requires_grad_() if graph is True and differentiable else tensor
