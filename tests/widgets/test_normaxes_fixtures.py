from fixture_files import assert_fresh
from make_normaxes_fixtures import FIXTURES, main


def test_norm_axes_fixtures_are_what_torch_computes():
    assert_fresh(FIXTURES, main())
