"""Augmentation of whole batches on the device that holds them; nothing is done image by image.

Cropping and flipping move bytes about: one gather. Shift, rotation, shear, zoom and resized crop multiply up to
one matrix an image, and one bilinear sampling. Every image gets its own draws. A setting that is off draws no
random numbers, so that a setting added later leaves the batches of older recipes as they were.
"""

import math

import torch
from torch import Generator, Tensor
from torch.nn import functional

from course_lib.data.augmentation import Augmentation

SAMPLING = {"zero": "zeros", "edge": "border", "reflect": "reflection"}  # what grid_sample calls each fill
ASPECT = 4 / 3  # of a resized crop at most, wide or tall: Szegedy et al. 2015, arXiv:1409.4842
GRAY = 0.5


def augment(pixels: Tensor, how: Augmentation, generator: Generator) -> Tensor:
    """Change every image at random: bytes (B, H, W, C) to floats (B, C, H, W) from 0 to 1, channels_last.

    The order is flip and crop; resized crop, zoom, shear, rotation and shift; brightness, channel shift and
    noise; cutout. Brightness, channel shift and noise lead beyond 0..1, so values are clipped, once, before
    cutout. With everything off the result is `pixels / 255`.

    Raises:
        TypeError: for pixels that are not uint8, or without a generator.
        ValueError: for pixels of another shape or on another device than the generator, or for a crop or cutout
            as large as the images.
    """
    _check(pixels, how, generator)
    batch, height, width, _ = pixels.shape
    if how.flip or how.crop:
        rows = draw_offsets(batch, how.crop, height, generator)
        columns = draw_offsets(batch, how.crop, width, generator)
        pixels = gather(pixels, rows, mirror(columns, draw_flips(batch, how.flip, generator)), how.fill)
    images = pixels.permute(0, 3, 1, 2).float().div_(255)  # (B, C, H, W)
    if how.resized_crop or how.zoom or how.shear or how.rotation or how.shift:
        images = sample(images, draw_matrices(batch, height, width, how, generator), how.fill)
    images = change_colors(images, how, generator)
    images = images.clamp_(0, 1).contiguous(memory_format=torch.channels_last)
    if how.cutout:
        images = cut_out(images, how.cutout, generator)
    return images


def _check(pixels: Tensor, how: Augmentation, generator: Generator) -> None:
    if pixels.dtype != torch.uint8:
        raise TypeError(f"pixels must be bytes (uint8), got {pixels.dtype}; augment before scaling")
    if pixels.ndim != 4:
        raise ValueError(f"pixels must have shape (B, H, W, C), got {tuple(pixels.shape)}")
    if not isinstance(generator, Generator):
        raise TypeError(
            f"generator must be a torch.Generator, so that runs can be repeated, got {generator!r}"
        )
    if generator.device.type != pixels.device.type:
        raise ValueError(
            f"generator must be of the pixels' device, {pixels.device}, got one of {generator.device}; "
            f"make it by torch.Generator({str(pixels.device)!r})"
        )
    side = min(pixels.shape[1:3])
    for name in ("crop", "cutout"):
        if (value := getattr(how, name)) and value >= side:
            raise ValueError(f"{name} must be below the side of the images, {side} pixels, got {value}")


def uniform(size: tuple[int, ...], low: float, high: float, generator: Generator) -> Tensor:
    """Draw float32 numbers evenly from `low` to `high` on the generator's device."""
    return torch.rand(size, generator=generator, device=generator.device).mul_(high - low).add_(low)


# Flip and crop


def draw_offsets(batch: int, padding: int, side: int, generator: Generator) -> Tensor:
    """Draw which rows (or columns) of its image each crop shows: indices (B, side), from -padding to side + padding.

    A crop starts with equal chance at each of the 2 * padding + 1 places; without padding nothing is drawn.
    """
    steps = torch.arange(side, device=generator.device).expand(batch, side)
    if not padding:
        return steps
    span = (-padding, padding + 1)
    return steps + torch.randint(*span, (batch, 1), generator=generator, device=generator.device)


def draw_flips(batch: int, probability: float, generator: Generator) -> Tensor:
    """Draw which images are mirrored: bool (B, 1)."""
    if not probability:
        return torch.zeros(batch, 1, dtype=torch.bool, device=generator.device)
    return uniform((batch, 1), 0, 1, generator) < probability


def mirror(columns: Tensor, flips: Tensor) -> Tensor:
    """Turn round the order of the columns (B, W) where `flips` (B, 1) says so."""
    return torch.where(flips, columns.flip(1), columns)


def gather(pixels: Tensor, rows: Tensor, columns: Tensor, fill: str) -> Tensor:
    """Pick `pixels[b, rows[b, i], columns[b, j]]` for every image b: (B, H, W, C) to (B, I, J, C).

    Indices may lie outside the image; then `fill` decides. "reflect" repeats the outermost pixel, as Keras and
    `grid_sample` do: ... 1 0 | 0 1 2 ...
    """
    batch, height, width, channels = pixels.shape
    count = batch * height * width
    firsts = torch.arange(0, count, height * width, device=pixels.device)[:, None]
    from_rows = firsts + fold(rows, height, fill) * width  # (B, I)
    from_columns = fold(columns, width, fill)  # (B, J)
    flat = pixels.reshape(-1, channels)
    if fill == "zero":  # a black pixel past the last one stands for all that are outside
        flat = torch.cat([flat, flat.new_zeros(1, channels)])
        from_rows = from_rows.masked_fill((rows < 0) | (rows >= height), count)
        from_columns = from_columns.masked_fill((columns < 0) | (columns >= width), count)
    index = (from_rows[:, :, None] + from_columns[:, None, :]).clamp_(max=count)  # (B, I, J)
    return flat.index_select(0, index.flatten()).view(*index.shape, channels)


def fold(index: Tensor, side: int, fill: str) -> Tensor:
    """Bring indices outside 0..side - 1 back inside: mirrored for "reflect", else to the nearest."""
    if fill == "reflect":
        index = index.remainder(2 * side)
        return torch.minimum(index, 2 * side - 1 - index)
    return index.clamp(0, side - 1)


# Shift, rotation, shear, zoom and resized crop


def draw_matrices(batch: int, height: int, width: int, how: Augmentation, generator: Generator) -> Tensor:
    """Draw the matrices (B, 2, 3) of `sample`: a resized crop, then an affine map of the cut-out image."""
    matrices = torch.eye(3, device=generator.device).expand(batch, 3, 3)
    if how.resized_crop:
        matrices = box_matrices(draw_boxes(batch, height, width, how.resized_crop, generator), height, width)
    if how.zoom or how.shear or how.rotation or how.shift:

        def draw(middle: float, largest: float) -> Tensor:
            if largest:
                return uniform((batch,), middle - largest, middle + largest, generator)
            return torch.full((batch,), middle, device=generator.device)

        scale, shear, angle = draw(1.0, how.zoom), draw(0.0, how.shear), draw(0.0, how.rotation)
        shifts = torch.stack([draw(0.0, how.shift * width), draw(0.0, how.shift * height)], dim=1)
        matrices = matrices @ affine_matrices(angle, shifts, scale, shear)
    return matrices[:, :2]


def draw_boxes(batch: int, height: int, width: int, smallest: float, generator: Generator) -> Tensor:
    """Draw boxes (B, 4) inside the image: left, top, width, height, in pixels, not rounded.

    The share of the area is drawn evenly from `smallest` to 1, then the logarithm of the box's stretch, which
    multiplies W/H, evenly over all from 3/4 to 4/3 with which the box still fits, then the place.
    """
    area = uniform((batch,), smallest, 1, generator)
    largest = torch.clamp(-area.log(), max=math.log(ASPECT))
    stretch = torch.exp(largest * uniform((batch,), -1, 1, generator))
    size = torch.stack([width * (area * stretch).sqrt(), height * (area / stretch).sqrt()], dim=1)
    room = size.new_tensor([width, height]) - size
    return torch.cat([room.clamp_(min=0) * uniform((batch, 2), 0, 1, generator), size], dim=1)


def box_matrices(boxes: Tensor, height: int, width: int) -> Tensor:
    """Matrices (B, 3, 3) that show the boxes (left, top, width, height) at the size of the whole image."""
    left, top, box_width, box_height = boxes.unbind(1)
    zero, one = torch.zeros_like(left), torch.ones_like(left)
    across = [box_width / width, zero, left + (box_width - width) / 2]
    down = [zero, box_height / height, top + (box_height - height) / 2]
    return torch.stack([*across, *down, zero, zero, one], dim=1).view(-1, 3, 3)


def affine_matrices(angle: Tensor, shifts: Tensor, scale: Tensor, shear: Tensor) -> Tensor:
    """Matrices (B, 3, 3) that show images sheared, rotated and scaled about the center, then shifted.

    The image's own point p is shown at `scale * R(angle) @ S(shear) @ p + shift`; sampling needs the way back,
    from the point shown to p, so these are the inverses. R turns clockwise as seen, because y points down, and
    S = [[1, -tan(shear)], [0, 1]].

    Args:
        angle: degrees (B,).
        shifts: pixels (B, 2), to the right and down.
        scale: (B,), above 1 shows the image larger.
        shear: degrees (B,).
    """
    cos, sin, tan = torch.cos(angle.deg2rad()), torch.sin(angle.deg2rad()), torch.tan(shear.deg2rad())
    entries = [cos - tan * sin, sin + tan * cos, -sin, cos]  # [[1, tan], [0, 1]] @ [[cos, sin], [-sin, cos]]
    linear = torch.stack([entry / scale for entry in entries], dim=1).view(-1, 2, 2)
    upper = torch.cat([linear, -linear @ shifts[:, :, None]], dim=2)  # (B, 2, 3)
    bottom = upper.new_tensor([0.0, 0.0, 1.0]).expand(len(upper), 1, 3)
    return torch.cat([upper, bottom], dim=1)


def sample(images: Tensor, matrices: Tensor, fill: str) -> Tensor:
    """Show at each point (x, y, 1), in pixels from the center, what images (B, C, H, W) have at `matrix @ point`.

    Bilinear, with matrices (B, 2, 3). Sampling is faster channel by channel, so the result is not channels_last.
    """
    height, width = images.shape[2:]
    x = torch.arange(width, device=images.device) - (width - 1) / 2
    y = torch.arange(height, device=images.device) - (height - 1) / 2
    halves = matrices.new_tensor([[2 / width], [2 / height]])  # grid_sample has the edges at -1 and 1
    across, down, shift = (matrices * halves)[..., None, None].unbind(2)  # (B, 2, 1, 1) each
    planes = torch.addcmul(down * y[:, None] + shift, across, x)  # (B, 2, H, W)
    return functional.grid_sample(
        images.contiguous(),
        planes.permute(0, 2, 3, 1),
        mode="bilinear",
        padding_mode=SAMPLING[fill],
        align_corners=False,
    )


# Colors, noise, cutout


def change_colors(images: Tensor, how: Augmentation, generator: Generator) -> Tensor:
    """Change images (B, C, H, W) in place by brightness, channel shift and noise; the result is not clipped."""
    batch, channels, height, width = images.shape
    if how.brightness:
        images.mul_(uniform((batch, 1, 1, 1), 1 - how.brightness, 1 + how.brightness, generator))
    if how.channel_shift:
        images.add_(uniform((batch, channels, 1, 1), -how.channel_shift, how.channel_shift, generator))
    if how.noise:
        chosen = uniform((batch, 1, 1, 1), 0, 1, generator) < how.noise_share
        normal = torch.randn((batch, height, width, channels), generator=generator, device=images.device)
        images.addcmul_(normal.permute(0, 3, 1, 2), chosen * how.noise)
    return images


def cut_out(images: Tensor, side: int, generator: Generator) -> Tensor:
    """Set a square of each image (B, C, H, W), in channels_last format, to gray in place.

    Its center is any pixel with equal chance, so it may stick out (DeVries and Taylor 2017, arXiv:1708.04552).
    """
    batch, channels, height, width = images.shape
    firsts = torch.arange(0, batch * height * width, height * width, device=images.device)[:, None]
    rows = draw_stretch(batch, side, height, generator)
    columns = draw_stretch(batch, side, width, generator)
    index = (firsts + rows * width)[:, :, None] + columns[:, None, :]  # (B, side, side)
    images.permute(0, 2, 3, 1).view(-1, channels).index_fill_(0, index.flatten(), GRAY)
    return images


def draw_stretch(batch: int, side: int, length: int, generator: Generator) -> Tensor:
    """Draw `side` neighbors of 0..length - 1 around any center: indices (B, side).

    What sticks out stands on the end, which is one of the neighbors anyway.
    """
    center = torch.randint(length, (batch, 1), generator=generator, device=generator.device)
    steps = torch.arange(side, device=generator.device) - side // 2
    return (center + steps).clamp_(0, length - 1)


# Mixup


def mixup(images: Tensor, targets: Tensor, alpha: float, generator: Generator) -> tuple[Tensor, Tensor]:
    """Blend each image, and its target, with another of the batch: λ * first + (1 − λ) * second.

    λ ~ Beta(alpha, alpha) is drawn once a batch and the partners by one permutation, as in the authors' code:
    Zhang et al. 2018, arXiv:1710.09412. An image's partner may be itself.

    Args:
        images: floats (B, C, H, W).
        targets: probabilities (B, M).
        alpha: near 0 hardly blends, 1 draws λ evenly, a large one draws near a half.
        generator: of the images' device.

    Raises:
        ValueError: for an alpha that is not above 0, or targets that are not (B, M) probabilities.
    """
    if not 0 < alpha < math.inf:
        raise ValueError(f"alpha must be a number above 0, got {alpha!r}; for no mixup do not call it")
    if targets.ndim != 2 or len(targets) != len(images) or not targets.is_floating_point():
        raise ValueError(
            f"targets must be floats (B, M) with B = {len(images)} as the images, got {targets.dtype} "
            f"{tuple(targets.shape)}; make them of labels by one_hot(labels, M).float()"
        )
    share = draw_beta(alpha, generator)
    partner = torch.randperm(len(images), generator=generator, device=generator.device)
    return tuple(torch.lerp(both[partner], both, share.to(both.dtype)) for both in (images, targets))


def draw_beta(alpha: float, generator: Generator, size: tuple[int, ...] = ()) -> Tensor:
    """Draw float32 numbers of Beta(alpha, alpha), which has no `generator` in torch.

    With U and V even on 0..1, w = U^(1/alpha) and c = cos(2πV), the draw is (1 + r) / 2 or (1 − r) / 2, by the
    sign of c, where 1 − r² = w / (w + (1 − w) c²). It is Bailey's polar method for Student's t with 2 alpha
    degrees of freedom, brought to −1..1 (1994, Mathematics of Computation 62, 779–781).
    """
    log_w = torch.log1p(-uniform(size, 0, 1, generator)) / alpha  # U is above 0
    cos = torch.cos(2 * math.pi * uniform(size, 0, 1, generator))
    w, rest = log_w.exp(), -torch.expm1(log_w)  # w and 1 - w, both exact near 0
    below = w / (w + rest * cos**2)  # 1 - r**2
    smaller = below / (2 * (1 + torch.sqrt(1 - below)))  # (1 - r) / 2, exact near 0
    return torch.where(cos < 0, smaller, 1 - smaller)
