"""Tests of the tests: a bank of right and wrong answers for each task, and mutants of the reference solutions."""
