"""The batch norm demo: what goes in and comes out, batch against running statistics, both passes line by line."""

from course_lib.widgets.base import SteeredDemo, between, one_of


class BatchNormDemo(SteeredDemo, bundle="batchnorm"):
    """Batch normalization of one feature: histograms, statistics over batches, and the forward and backward pass.

    Running statistics are kept as `torch.nn.BatchNorm1d` does: running ← (1 − momentum) · running + momentum · batch's,
    with the unbiased variance.

    Source: Ioffe and Szegedy 2015, "Batch normalization: accelerating deep network training by reducing internal
    covariate shift", arXiv:1502.03167.

    Args:
        mean, deviation: Of the input, which is normal.
        drift: How much the input's mean moves from batch to batch.
        batch: Batch size, 2 to 128.
        momentum: The new batch's part in the running statistics; what Keras calls momentum is 1 minus this.
        mode: "train" (the batch's statistics) or "eval" (running ones).
        gamma, beta: Scale and shift.
        seen: Batches seen, up to 100.
        stage: How many lines of the two passes are shown, up to 10 after the first.
        seed: Which random numbers, 1 to 99.
    """

    mean = between(3.0, -5.0, 5.0)
    deviation = between(2.0, 0.1, 5.0)
    drift = between(0.0, 0.0, 0.2)
    batch = between(16, 2, 128)
    momentum = between(0.1, 0.01, 1.0)
    mode = one_of("train", "eval")
    gamma = between(1.0, -3.0, 3.0)
    beta = between(0.0, -3.0, 3.0)
    seen = between(10, 0, 100)
    stage = between(4, 0, 10)
    seed = between(1, 1, 99)

    def summary(self) -> str:
        """Say what goes in and how it is normalized."""
        return (
            f"an input of mean {self.mean:g} and deviation {self.deviation:g} in batches of {self.batch}, "
            f"normalized in {self.mode} mode after {self.seen} batches with momentum {self.momentum:g}."
        )
