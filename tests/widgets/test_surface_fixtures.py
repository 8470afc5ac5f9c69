from fixture_files import assert_fresh
from make_surface_fixtures import FIXTURES, main


def test_surface_fixtures_are_what_torch_computes():
    assert_fresh(FIXTURES, main())
