"""Top-k accuracy: is the true class among the k that the network finds likeliest?"""

import torch
from torch import Tensor
from torchmetrics import Metric


def in_top_k(logits: Tensor, labels: Tensor, k: int) -> Tensor:
    """Return bool (N,): for which examples at most k classes, the true one included, score as high as the true one.

    `logits` is (N, M), or probabilities, whose order is the same; `labels` int64 (N,). So a tie counts against the
    network: if all scores are equal, it has not found the class, and the answer is False for every k < M. (`argmax`
    gives a tie to the class that comes first, and a dead network may look better than it is.)

    Raises:
        ValueError: if k is not in 1..M, shapes do not fit, or a logit is NaN, which has no rank.
    """
    if logits.ndim != 2 or labels.shape != logits.shape[:1]:
        raise ValueError(
            f"logits must be (N, M) and labels (N,), got {tuple(logits.shape)} and {tuple(labels.shape)}"
        )
    if not 1 <= k <= logits.shape[1]:
        raise ValueError(f"k must lie in 1..{logits.shape[1]}, the number of classes, got {k!r}")
    if logits.isnan().any():
        raise ValueError(
            "some logits are NaN, which has no rank: look for the step where the loss became NaN"
        )
    own = logits.gather(1, labels[:, None])  # (N, 1): the score of the true class
    return (logits >= own).sum(dim=1) <= k


def top_k_accuracy(logits: Tensor, labels: Tensor, k: int) -> float:
    """Return the share, 0..1, of examples whose true class is among the k with the highest scores; see `in_top_k`.

    Two photographs, scores in percent. The first shows a bird, which comes second after "frog"; the second a dog,
    which comes seventh:

    >>> names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    >>> bird = torch.tensor([[0.0, 0.0, 2.1, 0.0, 0.0, 0.56, 97.3, 0.0, 0.0, 0.0]])
    >>> dog = torch.tensor([[1.1, 38.7, 0.0, 0.5, 0.0, 0.4, 0.0, 1.4, 2.39, 55.4]])
    >>> [top_k_accuracy(bird, torch.tensor([names.index("bird")]), k) for k in (1, 3)]
    [0.0, 1.0]
    >>> [top_k_accuracy(dog, torch.tensor([names.index("dog")]), k) for k in (1, 3, 7)]
    [0.0, 0.0, 1.0]
    >>> both = torch.cat([bird, dog])
    >>> top_k_accuracy(both, torch.tensor([2, 5]), k=3)
    0.5
    """
    if len(labels) == 0:
        raise ValueError("accuracy needs at least one example, got none")
    return in_top_k(logits, labels, k).double().mean().item()


class TopKAccuracy(Metric):
    """The same as a metric that adds up batches: counts of right answers and of examples, and their quotient.

    Mean accuracies of batches must not be averaged when the last batch is smaller; counts may be added, also over
    processes, which is what `dist_reduce_fx="sum"` says.

    >>> metric = TopKAccuracy(k=1)
    >>> metric.update(torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]), torch.tensor([0, 1, 0]))
    >>> metric.update(torch.tensor([[0.9, 0.1]]), torch.tensor([1]))
    >>> metric.compute().item()
    0.75
    """

    full_state_update = False  # the counts of a batch do not depend on those before it

    def __init__(self, k: int):
        super().__init__()
        self.k = k
        self.add_state("right", torch.tensor(0), dist_reduce_fx="sum")
        self.add_state("examples", torch.tensor(0), dist_reduce_fx="sum")

    def update(self, logits: Tensor, labels: Tensor) -> None:
        """Add a batch: logits (N, M) and labels (N,)."""
        self.right += in_top_k(logits, labels, self.k).sum()
        self.examples += len(labels)

    def compute(self) -> Tensor:
        """Return the accuracy, 0..1, of all examples since the start or the last `reset`."""
        return self.right / self.examples
