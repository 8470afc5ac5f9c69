"""A network with auxiliary heads trains in the Trainer as in a loop by hand that adds the heads' losses."""

import dataclasses

import pytest
import torch
from torch import nn

from course_lib import pytorch
from course_lib.pytorch.googlenet import WithAuxiliary, auxiliary_loss
from course_lib.training import Callback, Recipe, Trainer

PLAIN = Recipe(epochs=2, lr=0.1, batch_size=16, schedule="constant")


class TwoHeads(nn.Module):
    """A network for images 3x4x4 with an auxiliary head on its hidden layer."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.hidden = nn.Sequential(nn.Flatten(), nn.Linear(48, 16), nn.ReLU())
        self.early, self.late = nn.Linear(16, 4), nn.Sequential(nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 4))

    def forward(self, x):
        x = self.hidden(x)
        return WithAuxiliary(self.late(x), (self.early(x),)) if self.training else self.late(x)


class Batches(Callback):
    """Keeps what every step was given, by listening to the model."""

    def __init__(self, model):
        self.inputs = []
        model.register_forward_pre_hook(
            lambda module, given: self.inputs.append(given[0].clone()) if module.training else None
        )


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_it_equals_the_loop_by_hand(train, valid, smoothing):
    model, hand = TwoHeads(), TwoHeads()
    recipe = dataclasses.replace(PLAIN, label_smoothing=smoothing, weight_decay=0.0)
    seen = Batches(model)
    history = Trainer(recipe, device="cpu").fit(model, train, valid)

    loss = nn.CrossEntropyLoss(label_smoothing=smoothing)
    order = torch.Generator().manual_seed(recipe.seed)
    labels = torch.tensor(train.labels)
    parts = [part for _ in range(2) for part in torch.randperm(len(labels), generator=order).split(16)]
    optimizer = torch.optim.SGD(hand.parameters(), 0.1, momentum=0.9, nesterov=True)
    losses, right = [], []
    for x, part in zip(seen.inputs, parts, strict=True):
        late, (early,) = hand(x)
        total = loss(late, labels[part]) + 0.3 * loss(early, labels[part])
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        losses.append(total.item())
        right.append((late.argmax(1) == labels[part]).float().mean().item())
    for one, other in zip(model.parameters(), hand.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)
    steps = len(parts) // 2
    assert history["loss"] == pytest.approx(
        [sum(losses[:steps]) / steps, sum(losses[steps:]) / steps], rel=1e-5
    )
    assert history["accuracy"] == pytest.approx(
        [sum(right[:steps]) / steps, sum(right[steps:]) / steps], rel=1e-5
    )


def test_validation_looks_at_the_last_head_alone(train, valid):
    model = TwoHeads()
    trainer = Trainer(PLAIN, device="cpu")
    history = trainer.fit(model, train, valid)
    logits = trainer.predict(model, valid)
    expected = nn.functional.cross_entropy(logits, torch.tensor(valid.labels)).item()
    assert history["val_loss"][-1] == pytest.approx(expected, rel=1e-5)


def test_auxiliary_heads_go_with_mixup_and_accumulation(train, valid):
    recipe = dataclasses.replace(PLAIN, mixup=0.2, accumulate=2, epochs=6, schedule="cosine")
    model = TwoHeads()
    assert Trainer(recipe, device="cpu").fit(model, train, valid)["val_accuracy"][-1] == 1.0


def test_googlenet_with_auxiliary_heads_trains_every_parameter(make_dataset):
    train, valid = (make_dataset(count, size=32, seed=seed) for seed, count in enumerate((8, 4)))
    model = pytorch.build("googlenet_torchvision_aux", num_classes=4)
    before = [parameter.clone() for parameter in model.parameters()]
    Trainer(dataclasses.replace(PLAIN, epochs=1, batch_size=8), device="cpu").fit(model, train, valid)
    assert not any(torch.equal(*pair) for pair in zip(before, model.parameters(), strict=True))


def test_the_loss_takes_probabilities_and_smoothing():
    torch.manual_seed(0)
    logits, early = torch.randn(2, 5, 7)
    targets = torch.softmax(torch.randn(5, 7), dim=1)
    loss = nn.CrossEntropyLoss(label_smoothing=0.2)
    expected = loss(logits, targets) + 0.3 * loss(early, targets)
    found = auxiliary_loss(WithAuxiliary(logits, (early,)), targets, label_smoothing=0.2)
    torch.testing.assert_close(found, expected)
