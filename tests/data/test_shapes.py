"""The drawn shapes: the same everywhere, told apart by their outline alone, with true boxes and masks."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from course_lib import data
from course_lib.data import shapes
from course_lib.data.shapes import boxes_of, draw


@pytest.fixture(scope="module")
def drawn():
    return draw(400, seed=5)


def test_content_is_pinned():
    for split, fingerprint in data.CATALOG["shapes"].fingerprints.items():
        assert data.load("shapes", split).fingerprint == fingerprint


def test_longer_draw_begins_with_the_shorter_one():
    long, short = draw(600, seed=3), draw(12, seed=3)
    for field in ("images", "labels", "boxes", "masks"):
        assert np.array_equal(getattr(long, field)[:12], getattr(short, field))


def test_another_seed_draws_other_images():
    assert not np.array_equal(draw(8, seed=0).images, draw(8, seed=1).images)


def test_no_test_image_is_in_the_training_set():
    train, test = ({image.tobytes() for image in data.load("shapes", s).images} for s in ("train", "test"))
    assert (len(train), len(test)) == (4000, 1000)
    assert not train & test


def test_classes_take_turns(drawn):
    assert np.array_equal(drawn.labels, np.arange(400) % 8)


def test_every_shape_lies_within_its_radius():
    steps = np.linspace(-1.2, 1.2, 601)
    u, v = np.meshgrid(steps, steps)
    reach = [np.hypot(u, v)[function(u, v) < 0].max() for function in shapes._DISTANCES]
    assert 0.85 < min(reach) <= max(reach) <= 1


def test_no_shape_touches_the_edge_of_its_image(drawn):
    masks = drawn.masks
    edge = masks[:, [0, -1]].any(axis=(1, 2)) | masks[:, :, [0, -1]].any(axis=(1, 2))
    assert not edge.any()


def test_box_is_the_tightest_around_the_mask(drawn):
    for (x1, y1, x2, y2), mask in zip(drawn.boxes, drawn.masks, strict=True):
        inside = mask[y1:y2, x1:x2]
        assert inside.sum() == mask.sum()
        assert inside[0].any()
        assert inside[-1].any()
        assert inside[:, 0].any()
        assert inside[:, -1].any()


def test_box_of_one_pixel_is_one_pixel_wide():
    mask = np.zeros((1, 5, 7), dtype=bool)
    mask[0, 2, 4] = True
    assert boxes_of(mask).tolist() == [[4, 2, 5, 3]]


def test_mask_covers_the_area_that_geometry_gives():
    large = draw(8, seed=0, size=256)
    radius = 0.42 + 0.36 * _first_number(8, seed=0)  # of the shape, in half image widths
    area = large.masks.sum(axis=(1, 2)) / 128**2 / radius**2
    five, circle, ring = 5 * 0.45 * np.sin(np.pi / 5), np.pi * 0.9**2, np.pi * (0.93**2 - 0.47**2)
    expected = {"circle": circle, "ring": ring, "triangle": 0.75 * 3**0.5 * 0.93**2, "square": 1.38**2}
    expected |= {"cross": 4 * 0.6 * 0.65 + 0.6**2, "star": five}
    for name, want in expected.items():
        assert area[large.class_names.index(name)] == pytest.approx(want, rel=0.02), name


def _first_number(count, seed):
    raw = np.random.PCG64(seed).random_raw(count * shapes._NUMBERS).reshape(count, -1)
    return (raw[:, 0] >> np.uint64(11)) * 2.0**-53


@pytest.mark.parametrize("sample", [(1, 0), (0, 1), (0.3, -0.4), (0, -0.9), (0.8, 0.8), (-0.6, 0.2)], ids=str)
@pytest.mark.parametrize("function", shapes._DISTANCES)
def test_distance_never_grows_faster_than_one_walks(function, sample):
    x, y = (np.array([value]) for value in sample)
    step = 1e-4
    slopes = [function(x + step, y) - function(x - step, y), function(x, y + step) - function(x, y - step)]
    assert np.hypot(*slopes)[0] / (2 * step) <= 1 + 1e-3


def test_outline_is_soft_and_shape_stands_out_from_its_ground(drawn):
    images = drawn.images.astype(float)
    inner = np.array([image[mask].mean(axis=0) for image, mask in zip(images, drawn.masks, strict=True)])
    outer = np.array([image[~mask].mean(axis=0) for image, mask in zip(images, drawn.masks, strict=True)])
    assert np.linalg.norm(inner - outer, axis=1).min() > 40


def test_color_does_not_tell_the_class():
    train, test = draw(1600, seed=1), draw(800, seed=2)
    inner, other = (
        np.array([image[mask].mean(axis=0) for image, mask in zip(ds.images, ds.masks, strict=True)]) / 255
        for ds in (train, test)
    )
    accuracy = LogisticRegression(max_iter=500).fit(inner, train.labels).score(other, test.labels)
    assert accuracy < 0.2  # Chance is 0.125.


@pytest.mark.parametrize("kind", range(5))
def test_every_texture_varies_between_its_two_colors(kind):
    numbers = np.random.default_rng(0).random((20, 16))
    numbers[:, 0] = (kind + 0.5) / 5
    steps = np.linspace(-1, 1, 32)
    texture = shapes._texture(steps[None, None, :], steps[None, :, None], numbers)
    assert texture.min() >= 0
    assert texture.max() <= 1
    assert np.all(np.ptp(texture, axis=(1, 2)) > 0.4)


@pytest.mark.parametrize(("count", "size"), [(0, 32), (-1, 32), (1, 8)])
def test_draw_refuses_what_it_cannot_draw(count, size):
    with pytest.raises(ValueError, match=f"got count={count}, size={size}"):
        draw(count, size=size)


def test_size_may_be_chosen():
    ds = draw(2, size=48)
    assert (ds.images.shape, ds.masks.shape) == ((2, 48, 48, 3), (2, 48, 48))
