from fixture_files import assert_fresh
from make_batchnorm_fixtures import FIXTURES, main


def test_batch_norm_fixtures_are_what_torch_computes():
    assert_fresh(FIXTURES, main())
