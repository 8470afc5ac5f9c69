import pytest
from fixture_files import assert_fresh
from make_clipping_fixtures import FIXTURES, clip, main


def test_clipping_fixtures_are_what_torch_computes():
    assert_fresh(FIXTURES, main())


def test_the_worked_gradient_loses_or_keeps_its_direction():
    clipped = clip([0.9, 100.0], 1.0)
    assert clipped["value"] == [0.9, 1.0]
    assert clipped["norm"] == pytest.approx([0.0089996, 0.9999595], abs=1e-7)
