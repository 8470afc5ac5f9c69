from fixture_files import assert_fresh
from make_propagation_fixtures import FIXTURES, main


def test_propagation_fixtures_are_what_torch_computes():
    assert_fresh(FIXTURES, main())
