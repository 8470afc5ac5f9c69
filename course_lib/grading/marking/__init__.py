"""A class: batches that can be resumed, nbgrader's gradebook and converters, the feedback."""
