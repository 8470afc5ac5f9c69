"""Metrics written out to be read."""

import keras
from keras import ops

__all__ = ["TopKAccuracy"]


@keras.saving.register_keras_serializable("course_lib")
class TopKAccuracy(keras.metrics.Metric):
    """The share of examples with the true class among the `k` highest scores, over all batches since the reset.

    Equal to `keras.metrics.SparseTopKCategoricalAccuracy(k)`. A class is among the k highest if fewer than k classes
    have a strictly higher score, so ties count in its favor: a network that gives all classes the same score
    is always right. An example with a score that is infinite or not a number counts as wrong.

    Raises:
        ValueError: for a `k` that is not a whole number of at least 1.

    >>> frog = [[0.0, 0.0056, 0.021, 0.973]]  # scores of cat, dog, bird and frog; the image shows a bird
    >>> for k in (1, 3):
    ...     top = TopKAccuracy(k)
    ...     top.update_state([2], frog)
    ...     print(float(top.result()))
    0.0
    1.0
    """

    def __init__(self, k: int = 5, name: str | None = None, dtype: str | None = None):
        if not isinstance(k, int) or isinstance(k, bool) or k < 1:
            raise ValueError(f"k must be a whole number of at least 1, got {k!r}")
        super().__init__(name=name or f"top_{k}_accuracy", dtype=dtype)
        self.k = k
        # Both are variables, so that they live on the device and go on from batch to batch.
        self.correct = self.add_weight(name="correct", initializer="zeros")
        self.seen = self.add_weight(name="seen", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None) -> None:
        """Add a batch: labels (B,) or (B, 1), scores (B, M), and how much each example counts: (B,), or all alike."""
        scores = ops.convert_to_tensor(y_pred)
        labels = ops.cast(ops.reshape(y_true, (-1, 1)), "int32")  # (B, 1)
        own = ops.take_along_axis(scores, labels, axis=-1)  # (B, 1)
        higher = ops.sum(ops.cast(scores > own, "int32"), axis=-1)  # (B,)
        right = ops.logical_and(higher < self.k, ops.all(ops.isfinite(scores), axis=-1))
        right = ops.cast(right, self.dtype)
        weights = ops.ones_like(right)
        if sample_weight is not None:
            weights *= ops.reshape(ops.cast(sample_weight, self.dtype), (-1,))
        self.correct.assign_add(ops.sum(right * weights))
        self.seen.assign_add(ops.sum(weights))

    def result(self):
        """Return the share, 0..1; 0 before the first example."""
        return ops.divide_no_nan(self.correct, self.seen)

    def reset_state(self) -> None:
        """Forget all batches; Keras calls this at the start of every epoch."""
        self.correct.assign(0.0)
        self.seen.assign(0.0)

    def get_config(self) -> dict:
        """Return what a saved model keeps of the metric."""
        return {**super().get_config(), "k": self.k}
