"""Each setting is compared with torchvision's transform of one image, or with plain indexing."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from torch.testing import assert_close

from course_lib.data.augmentation import Augmentation
from course_lib.pytorch import augmentation
from course_lib.pytorch.augmentation import augment

FILLS = {"zero": "constant", "edge": "edge", "reflect": "symmetric"}  # what torchvision's pad calls each
HEIGHT, WIDTH = 9, 12
EACH = {
    "flip": {"flip": 0.5},
    "crop": {"crop": 2},
    "shift": {"shift": 0.2},
    "rotation": {"rotation": 30},
    "shear": {"shear": 20},
    "zoom": {"zoom": 0.3},
    "resized_crop": {"resized_crop": 0.4},
    "brightness": {"brightness": 0.4},
    "channel_shift": {"channel_shift": 0.2},
    "cutout": {"cutout": 4},
    "noise": {"noise": 0.05},
}
ALL = {name: value for setting in EACH.values() for name, value in setting.items()}


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def tv(torchvision):
    return torchvision.transforms.v2.functional


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def draw_pixels(batch=16, height=HEIGHT, width=WIDTH, channels=3):
    return torch.randint(256, (batch, height, width, channels), dtype=torch.uint8, generator=seeded(99))


def as_images(pixels):
    return pixels.permute(0, 3, 1, 2) / 255


def all_even(counts):
    """Tell whether counts are what equal chances give, by a chi-square test."""
    return stats.chisquare(counts.flatten().numpy()).pvalue > 0.001


def spread_evenly(draws, low, high):
    """Tell whether draws are what an even distribution gives, by a Kolmogorov-Smirnov test."""
    return stats.kstest(draws.double().numpy(), stats.uniform(low, high - low).cdf).pvalue > 0.001


# The whole batch


def test_with_nothing_on_pixels_are_only_scaled_and_nothing_is_drawn():
    pixels, generator = draw_pixels(), seeded()
    assert torch.equal(augment(pixels, Augmentation(), generator), as_images(pixels))
    assert torch.equal(generator.get_state(), seeded().get_state())


@settings(max_examples=40)
@given(
    chosen=st.sets(st.sampled_from(sorted(EACH))),
    fill=st.sampled_from(sorted(FILLS)),
    sizes=st.tuples(st.integers(0, 5), st.integers(5, 13), st.integers(5, 13), st.sampled_from([1, 3])),
    seed=st.integers(0, 2**32),
)
def test_any_settings_keep_shape_type_format_and_range(chosen, fill, sizes, seed):
    how = Augmentation(fill=fill, **{name: value for key in chosen for name, value in EACH[key].items()})
    pixels = draw_pixels(*sizes)
    before = pixels.clone()
    images = augment(pixels, how, seeded(seed))
    batch, height, width, channels = sizes
    assert images.shape == (batch, channels, height, width)
    assert images.dtype == torch.float32
    assert images.is_contiguous(memory_format=torch.channels_last)
    assert torch.all((images >= 0) & (images <= 1))
    assert torch.equal(pixels, before)
    assert torch.equal(images, augment(pixels, how, seeded(seed)))


@pytest.mark.parametrize("name", EACH)
def test_white_and_black_are_never_left(name):
    for value in (0, 255):
        pixels = torch.full((64, 16, 16, 3), value, dtype=torch.uint8)
        images = augment(pixels, Augmentation(fill="edge", **EACH[name]), seeded())
        assert 0 <= images.min() <= images.max() <= 1


@pytest.mark.parametrize("name", EACH)
def test_every_image_gets_its_own_draw(name):
    same = draw_pixels(1).expand(32, -1, -1, -1)
    images = augment(same, Augmentation(**EACH[name]), seeded())
    different = len(torch.unique(images.flatten(1), dim=0))
    assert different == 2 if name == "flip" else different >= 12  # half of the images get noise


@pytest.mark.parametrize("name", EACH)
def test_another_state_of_the_generator_gives_other_images(name):
    pixels, how = draw_pixels(), Augmentation(**EACH[name])
    generator = seeded()
    assert not torch.equal(augment(pixels, how, generator), augment(pixels, how, generator))


def test_the_global_random_numbers_are_neither_used_nor_changed():
    pixels, how = draw_pixels(), Augmentation(**ALL)
    torch.manual_seed(1)
    first = augment(pixels, how, seeded())
    after = torch.rand(3)
    torch.manual_seed(1)
    assert torch.equal(after, torch.rand(3))
    assert torch.equal(first, augment(pixels, how, seeded()))


def test_a_setting_draws_only_its_own_random_numbers():
    generator, own = seeded(), seeded()
    augment(draw_pixels(8), Augmentation(flip=0.5), generator)
    torch.rand(8, generator=own)
    assert torch.equal(generator.get_state(), own.get_state())


# Flip and crop


def test_a_certain_flip_is_torchvisions(tv):
    pixels = draw_pixels()
    assert torch.equal(augment(pixels, Augmentation(flip=1), seeded()), tv.horizontal_flip(as_images(pixels)))


@pytest.mark.parametrize("probability", [0.2, 0.5])
def test_images_are_flipped_as_often_as_said(probability):
    flips = augmentation.draw_flips(4000, probability, seeded())
    assert stats.binomtest(int(flips.sum()), 4000, probability).pvalue > 0.001


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("padding", [1, 8])
def test_a_crop_is_the_padded_image_at_its_offset_then_flipped(tv, fill, padding):
    pixels, generator = draw_pixels(), seeded(3)
    images = augment(pixels, Augmentation(flip=0.5, crop=padding, fill=fill), seeded(3))
    tops = augmentation.draw_offsets(16, padding, HEIGHT, generator)[:, 0] + padding
    lefts = augmentation.draw_offsets(16, padding, WIDTH, generator)[:, 0] + padding
    flips = augmentation.draw_flips(16, 0.5, generator)
    assert 0 < flips.sum() < 16
    padded = tv.pad(as_images(pixels), padding, padding_mode=FILLS[fill])
    for image, whole, top, left, flip in zip(images, padded, tops, lefts, flips, strict=True):
        want = tv.crop(whole, int(top), int(left), HEIGHT, WIDTH)
        assert torch.equal(image, tv.horizontal_flip(want) if flip else want)


def test_crops_start_anywhere_with_equal_chance_in_both_directions():
    generator, padding = seeded(), 3
    rows, columns = (augmentation.draw_offsets(9800, padding, 5, generator)[:, 0] + padding for _ in range(2))
    assert all_even(torch.bincount(7 * rows + columns, minlength=49))


# Shift, rotation, shear, zoom and resized crop


@pytest.mark.parametrize("fill", FILLS)
def test_an_affine_map_is_torchvisions(tv, fill):
    """torchvision knows zeros only: for the other fills it maps an image padded far beyond what can be seen,
    by the gather that the test of crops holds equal to torchvision's pad.
    """
    images, generator = as_images(draw_pixels()), seeded()
    angle, across, down, shear = (augmentation.uniform((16,), -8, 8, generator) for _ in range(4))
    angle, shear = 20 * angle, 3 * shear
    scale = augmentation.uniform((16,), 0.7, 1.5, generator)
    shifts = torch.stack([across, down], dim=1)
    matrices = augmentation.affine_matrices(angle, shifts, scale, shear)
    got = augmentation.sample(images, matrices[:, :2], fill)
    rows, columns = torch.arange(-40, HEIGHT + 40), torch.arange(-40, WIDTH + 40)
    around = augmentation.gather(draw_pixels(), rows.expand(16, -1), columns.expand(16, -1), fill)
    for i, wide in enumerate(as_images(around)):
        want = tv.affine(
            wide,
            angle=float(angle[i]),
            translate=shifts[i].tolist(),
            scale=float(scale[i]),
            shear=[float(shear[i]), 0.0],
            interpolation=tv.InterpolationMode.BILINEAR,
        )
        assert_close(got[i], tv.center_crop(want, [HEIGHT, WIDTH]), atol=2e-4, rtol=0)


@pytest.mark.parametrize(
    ("values", "read", "largest"),
    [
        ({"rotation": 30}, lambda m: torch.atan2(m[:, 0, 1], m[:, 0, 0]).rad2deg(), (-30, 30)),
        ({"shear": 20}, lambda m: torch.atan(m[:, 0, 1]).rad2deg(), (-20, 20)),
        ({"zoom": 0.3}, lambda m: 1 / m[:, 0, 0], (0.7, 1.3)),
        ({"zoom": 0.3}, lambda m: 1 / m[:, 1, 1], (0.7, 1.3)),
        ({"shift": 0.25}, lambda m: -m[:, 0, 2], (-3, 3)),
        ({"shift": 0.25}, lambda m: -m[:, 1, 2], (-2, 2)),
    ],
)
def test_affine_draws_are_spread_evenly_up_to_the_setting(values, read, largest):
    matrices = augmentation.draw_matrices(2000, 8, 12, Augmentation(**values), seeded())
    assert spread_evenly(read(matrices), *largest)


def test_shifts_right_and_down_are_drawn_apart():
    matrices = augmentation.draw_matrices(2000, 8, 12, Augmentation(shift=0.25), seeded())
    assert abs(torch.corrcoef(matrices[:, :, 2].T)[0, 1]) < 0.1


@pytest.mark.parametrize("box", [(2, 1, 8, 7), (0, 0, 12, 9), (5, 3, 6, 4), (4, 0, 3, 9)])
def test_a_resized_crop_is_torchvisions_but_for_its_outline(tv, box):
    """torchvision cuts out first and so repeats the box's outermost pixels; here their neighbors are seen."""
    left, top, width, height = box
    images = as_images(draw_pixels())
    matrices = augmentation.box_matrices(
        torch.tensor([box], dtype=torch.float32).expand(16, 4), HEIGHT, WIDTH
    )
    got = augmentation.sample(images, matrices[:, :2], "edge")
    want = tv.resized_crop(images, top, left, height, width, [HEIGHT, WIDTH], antialias=False)
    rows, columns = math.ceil(HEIGHT / height / 2), math.ceil(WIDTH / width / 2)
    inner = (..., slice(rows, HEIGHT - rows), slice(columns, WIDTH - columns))
    assert_close(got[inner], want[inner], atol=1e-5, rtol=0)


@given(
    smallest=st.floats(0.01, 0.99),
    height=st.integers(4, 40),
    width=st.integers(4, 40),
    seed=st.integers(0, 2**32),
)
def test_boxes_lie_inside_and_have_the_share_and_aspect_said(smallest, height, width, seed):
    left, top, across, down = augmentation.draw_boxes(50, height, width, smallest, seeded(seed)).unbind(1)
    assert torch.all((left >= 0) & (left + across <= width * (1 + 1e-5)))
    assert torch.all((top >= 0) & (top + down <= height * (1 + 1e-5)))
    area = across * down / (height * width)
    assert torch.all((area >= smallest * (1 - 1e-5)) & (area <= 1 + 1e-5))
    stretch = (across / width) / (down / height)
    assert torch.all((stretch >= 0.75 * (1 - 1e-5)) & (stretch <= (1 + 1e-5) / 0.75))


def test_boxes_are_spread_evenly_in_area_aspect_and_place():
    left, top, across, down = augmentation.draw_boxes(4000, 20, 30, 0.1, seeded()).unbind(1)
    area = across * down / 600
    assert spread_evenly(area, 0.1, 1)
    free = area < 0.75  # every aspect fits
    assert spread_evenly(((across / 30) / (down / 20)).log()[free], -math.log(4 / 3), math.log(4 / 3))
    assert spread_evenly((left / (30 - across))[free], 0, 1)
    assert spread_evenly((top / (20 - down))[free], 0, 1)


def test_both_maps_in_one_sampling_are_a_resized_crop_and_then_an_affine_map():
    """On a plane bilinear sampling is exact, so that two samplings can be compared with one."""
    how = {"resized_crop": 0.5, "rotation": 20, "shift": 0.05, "zoom": 0.1, "shear": 5}
    x, y = torch.meshgrid(torch.arange(40.0), torch.arange(30.0), indexing="xy")
    plane = torch.stack([x, y]).expand(16, 2, 30, 40)
    generator = seeded()
    boxes = augmentation.box_matrices(augmentation.draw_boxes(16, 30, 40, 0.5, generator), 30, 40)
    affine = augmentation.draw_matrices(16, 30, 40, Augmentation(**{**how, "resized_crop": 0}), generator)
    want = augmentation.sample(augmentation.sample(plane, boxes[:, :2], "edge"), affine, "edge")
    both = augmentation.draw_matrices(16, 30, 40, Augmentation(**how), seeded())
    middle = (..., slice(11, 19), slice(15, 25))
    assert_close(augmentation.sample(plane, both, "edge")[middle], want[middle], atol=1e-3, rtol=0)


def test_augment_samples_what_it_drew_with_the_fill_asked_for():
    how = Augmentation(resized_crop=0.5, rotation=40, shift=0.2, fill="reflect")
    matrices = augmentation.draw_matrices(16, HEIGHT, WIDTH, how, seeded(5))
    want = augmentation.sample(as_images(draw_pixels()), matrices, "reflect")
    assert torch.equal(augment(draw_pixels(), how, seeded(5)), want)


# Colors, noise, cutout


def test_brightness_is_torchvisions_with_factors_spread_evenly(tv):
    pixels = draw_pixels(500)
    images = augment(pixels, Augmentation(brightness=0.4), seeded())
    factors = augmentation.uniform((500,), 0.6, 1.4, seeded())
    assert spread_evenly(factors, 0.6, 1.4)
    for image, before, factor in zip(images, as_images(pixels), factors.tolist(), strict=True):
        assert_close(image, tv.adjust_brightness(before, factor))


def test_a_channel_shift_adds_one_number_to_each_channel():
    gray = torch.full((800, 3, 2, 3), 128, dtype=torch.uint8)
    added = augment(gray, Augmentation(channel_shift=0.3), seeded()) - 128 / 255
    first = added[:, :, :1, :1]
    assert_close(added, first.expand_as(added))
    assert spread_evenly(first.flatten(), -0.3, 0.3)
    assert torch.corrcoef(first.flatten(1).T).triu(1).abs().max() < 0.15


def test_values_beyond_black_and_white_are_clipped():
    pixels = draw_pixels()
    amount = augmentation.uniform((16, 3, 1, 1), -1, 1, seeded())
    want = (as_images(pixels) + amount).clamp(0, 1)
    assert torch.equal(augment(pixels, Augmentation(channel_shift=1), seeded()), want)


def test_noise_is_normal_on_the_share_of_images_said():
    gray = torch.full((400, 6, 6, 3), 128, dtype=torch.uint8)
    added = augment(gray, Augmentation(noise=0.01, noise_share=0.3), seeded()) - 128 / 255
    noisy = added.flatten(1).abs().amax(1) > 0
    assert stats.binomtest(int(noisy.sum()), 400, 0.3).pvalue > 0.001
    values = added[noisy].flatten().double().numpy()
    assert stats.kstest(values, stats.norm(0, 0.01).cdf).pvalue > 0.001


def test_half_of_the_images_get_noise_by_default():
    gray = torch.full((1000, 4, 4, 1), 128, dtype=torch.uint8)
    images = augment(gray, Augmentation(noise=0.01), seeded())
    noisy = (images != 128 / 255).flatten(1).any(1)
    assert stats.binomtest(int(noisy.sum()), 1000, 0.5).pvalue > 0.001


@pytest.mark.parametrize("side", [1, 4, 5])
def test_cutout_is_torchvisions_erase_around_a_pixel_of_the_image(tv, side):
    pixels, generator = draw_pixels(60), seeded(7)
    images = augment(pixels, Augmentation(cutout=side), seeded(7))
    rows = torch.randint(HEIGHT, (60,), generator=generator)
    columns = torch.randint(WIDTH, (60,), generator=generator)
    for image, before, row, column in zip(images, as_images(pixels), rows, columns, strict=True):
        top, left = int(row) - side // 2, int(column) - side // 2
        bottom, right = top + side, left + side
        top, left = max(top, 0), max(left, 0)
        want = tv.erase(
            before, top, left, min(bottom, HEIGHT) - top, min(right, WIDTH) - left, torch.tensor(0.5)
        )
        assert torch.equal(image, want)


def test_cutout_is_centered_anywhere_with_equal_chance():
    black = torch.zeros(9600, 8, 12, 1, dtype=torch.uint8)
    gray = augment(black, Augmentation(cutout=1), seeded()) == 0.5
    assert torch.all(gray.flatten(1).sum(1) == 1)
    assert all_even(gray.sum(0))


def test_cutout_comes_last():
    how = Augmentation(brightness=0.5, channel_shift=0.5, noise=0.2, noise_share=1, rotation=90, cutout=4)
    images = augment(draw_pixels(40), how, seeded())
    assert torch.all((images == 0.5).all(1).flatten(1).sum(1) >= 4)  # a quarter of the square is inside


# What is refused


@pytest.mark.parametrize(
    ("pixels", "how", "generator", "error", "message"),
    [
        (draw_pixels().float(), {}, seeded(), TypeError, "bytes .uint8., got torch.float32; augment before"),
        (draw_pixels()[0], {}, seeded(), ValueError, r"shape .B, H, W, C., got .9, 12, 3."),
        (draw_pixels(), {}, None, TypeError, "generator must be a torch.Generator, .* got None"),
        (draw_pixels().to("meta"), {}, seeded(), ValueError, r"of the pixels' device, meta, got one of cpu"),
        (
            draw_pixels(),
            {"crop": 9},
            seeded(),
            ValueError,
            "crop must be below the side of the images, 9 .* 9",
        ),
        (
            draw_pixels(),
            {"cutout": 10},
            seeded(),
            ValueError,
            "cutout must be below the side .* 9 pixels, got 10",
        ),
    ],
)
def test_a_batch_that_cannot_be_augmented_is_refused(pixels, how, generator, error, message):
    with pytest.raises(error, match=message):
        augment(pixels, Augmentation(**how), generator)
