"""Compares a stored file of expected numbers with what torch computes now."""

import json
from pathlib import Path

import numpy as np


def assert_fresh(path: Path, fresh: object, atol: float = 1e-9):
    """Fail unless the file holds what `fresh` says: the same structure and words, numbers within rounding."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    _compare(stored, json.loads(json.dumps(fresh)), atol, path.name)


def _compare(stored: object, fresh: object, atol: float, where: str):
    if isinstance(stored, dict) and isinstance(fresh, dict):
        assert stored.keys() == fresh.keys(), where
        for key, value in stored.items():
            _compare(value, fresh[key], atol, f"{where}, {key}")
    elif isinstance(stored, list) and isinstance(fresh, list):
        assert len(stored) == len(fresh), where
        for place, (old, new) in enumerate(zip(stored, fresh, strict=True)):
            _compare(old, new, atol, f"{where}, {place}")
    elif isinstance(stored, float) or isinstance(fresh, float):
        np.testing.assert_allclose(stored, fresh, rtol=1e-7, atol=atol, err_msg=where)
    else:
        assert stored == fresh, where
