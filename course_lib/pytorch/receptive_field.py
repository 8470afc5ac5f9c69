"""Follow the receptive field through a forward pass: which input pixels can change a number of a tensor.

Along each side of the image, place i of a tensor sees the input pixels jump * i + first, ..., jump * i + last. A
window of `size` k, stride s, padding p and dilation d makes of (jump, first, last)

    (jump * s,  first - jump * p,  last + jump * (d * (k - 1) - p)),

and where two paths meet, the smallest `first` and the largest `last` count. Source: Araujo, Norris and Sim 2019,
"Computing receptive fields of convolutional neural networks", Distill, doi:10.23915/distill.00021.

The rules below are about PyTorch's own operations (`torch.ops.aten`), so that it does not matter how a model is
written. A side is None as soon as a number sees all of it, or more than these rules can follow.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

aten = torch.ops.aten


class Side(NamedTuple):
    """What a tensor sees of the image's rows, or of its columns."""

    dims: frozenset[
        int
    ]  # where the side lies in the tensor, counted from the last: -1, -2, ...; none if it is gone
    jump: int = 1  # input pixels from one place to the next: the stride from the input to here
    first: int = 0
    last: int = 0
    folded: tuple[tuple[int, ...], int] | None = (
        None  # if joined to others: the lengths, and which was its own
    )

    @property
    def size(self) -> int:
        """How many input pixels there are from the first to the last that a place sees."""
        return self.last - self.first + 1


Field = tuple[Side | None, Side | None]  # rows, columns
IMAGE: Field = (Side(frozenset({-2})), Side(frozenset({-1})))
WHOLE: Field = (None, None)


def each(field: Field, rule: Callable[[Side], Side | None]) -> Field:
    """Apply `rule` to both sides; a side that is seen as a whole stays so."""
    rows, columns = (None if side is None else rule(side) for side in field)
    return rows, columns


def mixed(field: Field, x: Tensor, dims: Iterable[int]) -> Field:
    """Each result reads all of `dims` of `x`: a side that lies there, longer than one place, is seen as a whole."""
    read = {dim - x.ndim if dim >= 0 else dim for dim in dims if x.shape[dim] > 1}
    return each(field, lambda side: None if side.dims & read else side)


def merged(parts: Sequence[tuple[Tensor, Field]]) -> Field | None:
    """What is seen by numbers computed from those at the same place of several tensors, broadcast if need be."""
    if not parts:
        return None
    sides = []
    for number in range(2):
        found = [field[number] for _, field in parts]
        kind, *others = {side and side._replace(first=0, last=0) for side in found}
        if kind is None or others:
            sides.append(None)
        elif len({tuple(x.shape[dim] for dim in kind.dims) for x, _ in parts}) > 1:
            sides.append(None)  # one is a single place, which all places of the other read
        else:
            low, high = min(side.first for side in found), max(side.last for side in found)
            sides.append(kind._replace(first=low, last=high))
    return sides[0], sides[1]


def windowed(field: Field, *windows: tuple[int, int, int, int]) -> Field:
    """Slide a window over the last dimensions; each has its (kernel_size, stride, padding, dilation)."""

    def slide(side: Side) -> Side | None:
        """Widen what is seen, if the side is one of those that the window slides over."""
        ahead = [dim for dim in side.dims if dim >= -len(windows)]
        if not ahead:
            return side
        kernel_size, stride, padding, dilation = windows[ahead[0]]
        if (kernel_size, stride, padding) == (1, 1, 0):
            return side
        if side.folded is not None:
            return None
        reach = dilation * (kernel_size - 1) - padding
        return side._replace(
            jump=side.jump * stride,
            first=side.first - side.jump * padding,
            last=side.last + side.jump * reach,
        )

    return each(field, slide)


def reshaped(field: Field, x: Tensor, result: Tensor) -> Field:
    """The same numbers in another shape: a side that is joined to other dimensions is found again when they part."""
    groups = [
        ([i for i in old if x.shape[i] > 1], [j for j in new if result.shape[j] > 1], old, new)
        for old, new in _groups(x.shape, result.shape)
    ]

    def move(side: Side) -> Side:
        """Find the side among the new dimensions."""
        if not side.dims:
            return side
        dim = max(side.dims) + x.ndim
        long, into, old, new = next(group for group in groups if dim in group[2])
        if x.shape[dim] == 1:
            kept = len(old) == len(new) == 1
            return side._replace(dims=_from_end(new, result)) if kept else gone(side)
        target = _from_end(into, result)
        if len(long) == len(into) == len(side.dims) == 1:
            return side._replace(dims=target)
        lengths = tuple(x.shape[i] for i in long)
        if side.folded is None:
            if tuple(result.shape[j] for j in into) == lengths:
                return side._replace(dims=_from_end([into[long.index(dim)]], result))
            return side._replace(dims=target, folded=(lengths, long.index(dim)))
        joined, which = side.folded
        if len(long) == 1 and tuple(result.shape[j] for j in into) == joined:
            return side._replace(dims=_from_end([into[which]], result), folded=None)
        return side._replace(dims=target, folded=((), 0))

    return each(field, move)


def _from_end(dims: Iterable[int], x: Tensor) -> frozenset[int]:
    return frozenset(dim - x.ndim for dim in dims)


def gone(side: Side) -> Side:
    """The side after its dimension was left out: one place is all there is."""
    return side._replace(dims=frozenset(), folded=((), 0))


def _groups(old: Sequence[int], new: Sequence[int]) -> list[tuple[list[int], list[int]]]:
    """Pair the shortest runs of dimensions that hold equally many numbers; what is left over are ones."""
    found, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        left, right, p, q = [i], [j], old[i], new[j]
        while p != q:
            if p < q:
                i += 1
                left.append(i)
                p *= old[i]
            else:
                j += 1
                right.append(j)
                q *= new[j]
        found.append((left, right))
        i, j = i + 1, j + 1
    return [*found, (list(range(i, len(old))), list(range(j, len(new))))]


def permuted(field: Field, order: Sequence[int]) -> Field:
    """Dimension i of the result is dimension `order[i]` of the tensor."""
    count = len(order)
    to = {(dim if dim < 0 else dim - count): new - count for new, dim in enumerate(order)}
    return each(field, lambda side: side._replace(dims=frozenset(to[dim] for dim in side.dims)))


def sliced(field: Field, x: Tensor, dim: int, start: int = 0, step: int = 1) -> Field:
    """Take the places from `start` on in steps along `dim`."""
    dim, start = dim % x.ndim - x.ndim, start % x.shape[dim] if start < 0 else start

    def take(side: Side) -> Side:
        """Count from the new first place."""
        if dim not in side.dims or side.folded is not None:
            return side
        offset = side.jump * start
        return side._replace(jump=side.jump * step, first=side.first + offset, last=side.last + offset)

    return each(field, take)


def selected(field: Field, x: Tensor, dim: int, index: int) -> Field:
    """Take one place of `dim`, which the result does not have."""
    dim = dim % x.ndim - x.ndim

    def drop(side: Side) -> Side:
        """Leave `dim` out; what lay before it is then one nearer to the end."""
        if dim in side.dims:
            return gone(side)
        return side._replace(dims=frozenset(d + 1 if d < dim else d for d in side.dims))

    return each(sliced(field, x, dim, index), drop)


def reduced(field: Field, x: Tensor, result: Tensor, dims: Sequence[int] | int | None) -> Field:
    """Sums, means and extremes over `dims`, or over all."""
    if not dims and dims != 0:
        dims = range(x.ndim)
    dims = sorted((dim % x.ndim for dim in ([dims] if isinstance(dims, int) else dims)), reverse=True)
    field = mixed(field, x, dims)
    if result.ndim == x.ndim:
        return field
    for dim in dims:
        field = selected(field, x.new_empty(x.shape), dim, 0)
        x = x.select(dim, 0)
    return field


def padded(field: Field, amounts: Sequence[int]) -> Field:
    """Constants around: `amounts` before and after the last dimension, the last but one, ..."""
    before = {-1 - i // 2: amounts[i] for i in range(0, len(amounts), 2)}

    def shift(side: Side) -> Side | None:
        """Count from the first place of the padding."""
        offset = sum(side.jump * before.get(dim, 0) for dim in side.dims)
        return side._replace(first=side.first - offset, last=side.last - offset)

    return each(field, shift)


def adapted(field: Field, x: Tensor, result: Tensor) -> Field:
    """Pool to a given size: windows that do not overlap where it divides the old one, else all is seen."""
    for place, dim in ((0, -2), (1, -1)):
        old, new = x.shape[dim], result.shape[dim]
        if old % new or new == 1:
            field = mixed(field, x, [dim])
        else:
            windows = [(1, 1, 0, 1), (1, 1, 0, 1)]
            windows[place] = (old // new, old // new, 0, 1)
            field = windowed(field, *windows)
    return field


RESHAPES = {aten.view, aten._unsafe_view, aten.unsqueeze, aten.squeeze, aten.reshape, aten.alias, aten.detach}
REDUCTIONS = {aten.mean, aten.sum, aten.amax, aten.amin}
SOFTMAXES = {aten._softmax, aten._safe_softmax, aten._log_softmax}
POOLS = {aten.max_pool2d_with_indices, aten.avg_pool2d, aten.avg_pool3d}
PRODUCTS = {aten.mm, aten.bmm, aten.addmm, aten.baddbmm}


def follow(
    func: Any, args: Sequence[Any], result: Any, look_up: Callable[[Any], Field | None]
) -> Field | None:
    """Return the field of what `func(*args)` gave; None if no argument depends on the image.

    Args:
        look_up: the field of an argument, or None.
        result: for an operation that gives several tensors, the first.
    """
    tensors = [x for a in args for x in (a if isinstance(a, list | tuple) else [a]) if isinstance(x, Tensor)]
    parts = [(x, field) for x in tensors if (field := look_up(x)) is not None]
    if not parts:
        return None
    kind = func.overloadpacket
    if kind in PRODUCTS:
        return _product(kind, args, look_up)
    if kind is aten.cat:
        return _cat(parts, args[1] if len(args) > 1 else 0)
    if torch.Tag.pointwise in func.tags or kind in {aten.clone, aten._to_copy, aten.copy_}:
        return merged(parts)
    return WHOLE if len(parts) > 1 else _follow_one(kind, args, result, *parts[0])


def _follow_one(kind: Any, args: Sequence[Any], result: Tensor, x: Tensor, field: Field) -> Field:
    """The rules for operations that have one argument which depends on the image."""
    if kind is aten.convolution:
        return _convolution(field, *args)
    if kind in POOLS:
        return windowed(field, *_pooling(kind, args, x))
    if kind in RESHAPES:
        return reshaped(field, x, result)
    if kind in REDUCTIONS:
        return reduced(field, x, result, args[1] if len(args) > 1 else None)
    if kind in SOFTMAXES:
        return mixed(field, x, [args[1]])
    if kind is aten.native_batch_norm:
        return mixed(field, x, [d for d in range(x.ndim) if d != 1]) if args[5] else field
    if kind is aten.native_layer_norm:
        return mixed(field, x, range(-len(args[1]), 0))
    if kind is aten.native_group_norm:
        return mixed(field, x, range(1, x.ndim))
    return _rearranged(kind, args, result, x, field)


def _rearranged(kind: Any, args: Sequence[Any], result: Tensor, x: Tensor, field: Field) -> Field:
    """The rules for operations that move, copy or leave out numbers; for an unknown one, all is seen."""
    if kind is aten.permute:
        return permuted(field, args[1])
    if kind in {aten.transpose, aten.t}:
        order = list(range(x.ndim))
        one, other = args[1:3] if kind is aten.transpose else (0, -1)
        order[one], order[other] = order[other], order[one]
        return permuted(field, order)
    if kind is aten.slice:
        return sliced(field, x, *_slice(*args[1:]))
    if kind is aten.select:
        return selected(field, x, *args[1:])
    if kind is aten.split:
        return mixed(field, x, [args[2] if len(args) > 2 else 0])
    if kind is aten.expand:
        grown = [d for d in range(-x.ndim, 0) if x.shape[d] != result.shape[d]]
        return each(field, lambda side: None if side.dims & set(grown) else side)
    if kind is aten.constant_pad_nd:
        return padded(field, args[1])
    if kind is aten._adaptive_avg_pool2d or kind is aten.adaptive_max_pool2d:
        return adapted(field, x, result)
    return WHOLE


def _slice(dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1):
    """The arguments of `sliced`."""
    return dim, start or 0, step


def _convolution(field: Field, x, weight, bias, stride, padding, dilation, transposed, *_) -> Field:
    """A window that reads all channels as well; a transposed one is not followed."""
    if transposed:
        return WHOLE
    sizes = weight.shape[2:]
    settings = [each_dimension(setting, len(sizes)) for setting in (stride, padding, dilation)]
    return windowed(mixed(field, x, [1]), *zip(sizes, *settings, strict=True))


def _pooling(kind: Any, args: Sequence[Any], x: Tensor) -> list[tuple[int, int, int, int]]:
    """The windows of a pooling, from its arguments: kernel_size, stride = kernel_size, padding = 0, dilation = 1."""
    count = 3 if kind is aten.avg_pool3d else 2
    given = list(args[1:4]) + [None] * (4 - len(args))
    kernel_size, stride, padding = given[0], given[1] or given[0], given[2] or [0]
    dilation = args[4] if kind is aten.max_pool2d_with_indices and len(args) > 4 else [1]
    settings = [each_dimension(setting, count) for setting in (kernel_size, stride, padding, dilation)]
    return list(zip(*settings, strict=True))


def each_dimension(setting: Sequence[int], count: int) -> Sequence[int]:
    """Repeat a setting that is given once for all dimensions."""
    return list(setting) * count if len(setting) == 1 else setting


def _product(kind: Any, args: Sequence[Any], look_up: Callable[[Any], Field | None]) -> Field | None:
    """A matrix product: rows of the first with columns of the second; an added bias is no image."""
    added = args[:1] if kind in {aten.addmm, aten.baddbmm} else ()
    left, right = args[len(added) : len(added) + 2]
    parts = [(x, field) for x in added if (field := look_up(x)) is not None]
    for x, dim in ((left, -1), (right, -2)):
        if (field := look_up(x)) is not None:
            parts.append((x, mixed(field, x, [dim])))
    return merged(parts) if len(parts) == 1 else WHOLE


def _cat(parts: Sequence[tuple[Tensor, Field]], dim: int) -> Field:
    """Tensors one behind the other; where they follow on each other along a side, places do not tell it apart."""
    ndim = parts[0][0].ndim
    dim = dim % ndim - ndim
    found = merged([(x.select(dim, 0).unsqueeze(dim), field) for x, field in parts])
    return each(found, lambda side: None if dim in side.dims and side.folded is None else side)
