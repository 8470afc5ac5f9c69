"""One submission: the notebook is sanitized, its cells run in one sandboxed process, the tests in another."""
