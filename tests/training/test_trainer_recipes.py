"""What a recipe asks for is what happens: each feature equals the same thing done by hand or by the library."""

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from course_lib.data.augmentation import Augmentation
from course_lib.pytorch.augmentation import augment, mixup
from course_lib.training import Callback, Recipe, Trainer
from course_lib.training.batches import Batches
from course_lib.training.normalization import measure_normalization
from course_lib.training.optimizers import penalty

PLAIN = Recipe(epochs=2, lr=0.05, batch_size=16, schedule="constant", momentum=0, nesterov=False)


def flat(model):
    return torch.cat([p.detach().cpu().flatten() for p in model.parameters()])


def trainer(callbacks=(), stream=None, **values):
    return Trainer(dataclasses.replace(PLAIN, **values), callbacks, device="cpu", stream=stream)


def fitted(make_model, train, valid, callbacks=(), stream=None, **values):
    model = make_model(norm=True, dropout=0.2)
    history = trainer(callbacks, stream, **values).fit(model, train, valid)
    return model, history


class Inputs(Callback):
    """Keeps what the model gets in training and in validation."""

    def __init__(self, model):
        self.train, self.valid = [], []
        model.register_forward_pre_hook(self.keep)

    def keep(self, model, args):
        (self.train if model.training else self.valid).append(args[0].clone())


class Gradients(Callback):
    """Keeps the gradient of every step as `on_backward` finds it."""

    def __init__(self):
        self.steps = []

    def on_backward(self, trainer):
        self.steps.append(torch.cat([p.grad.flatten().clone() for p in trainer.model.parameters()]))


def by_hand(model, train, optimizer, extra=lambda model: 0.0, change=lambda model: None):
    """Train as the trainer promises to: constant rate, seed 0, two epochs of batches of 16."""
    batches = Batches(train, measure_normalization(train.images), torch.device("cpu"))
    images, labels = batches.images(batches.pixels), batches.labels
    shuffle = torch.Generator().manual_seed(0)
    for _ in range(2):
        for index in torch.randperm(len(train), generator=shuffle).split(16):
            optimizer.zero_grad()
            (nn.functional.cross_entropy(model(images[index]), labels[index]) + extra(model)).backward()
            change(model)
            optimizer.step()
    return flat(model)


OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, 0.05),
    "adagrad": lambda p: torch.optim.Adagrad(p, 0.05),
    "rmsprop": lambda p: torch.optim.RMSprop(p, 0.05),
    "adam": lambda p: torch.optim.Adam(p, 0.05),
    "adamw": lambda p: torch.optim.AdamW(p, 0.05, weight_decay=0),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_is_the_librarys(make_model, train, valid, name):
    model, hand = make_model(), make_model()
    trainer(optimizer=name).fit(model, train, valid)
    torch.testing.assert_close(flat(model), by_hand(hand, train, OPTIMIZERS[name](hand.parameters())))


def test_weight_decay_of_adamw_is_decoupled_and_that_of_adam_is_not(make_model, train, valid):
    for name, kind in (("adam", torch.optim.Adam), ("adamw", torch.optim.AdamW)):
        model, hand = make_model(), make_model()
        trainer(optimizer=name, weight_decay=0.1).fit(model, train, valid)
        matrices = [p for p in hand.parameters() if p.ndim > 1]
        biases = [p for p in hand.parameters() if p.ndim == 1]
        groups = [{"params": matrices, "weight_decay": 0.1}, {"params": biases, "weight_decay": 0.0}]
        torch.testing.assert_close(flat(model), by_hand(hand, train, kind(groups, 0.05)))


def test_penalties_are_added_to_the_loss_of_weights_alone(make_model, train, valid):
    def extra(model):
        weights = (model[1].weight, model[4].weight)
        return sum(0.01 * w.abs().sum() + 0.02 * (w**2).sum() for w in weights)

    model, hand = make_model(), make_model()
    history = trainer(l1=0.01, l2=0.02).fit(model, train, valid)
    torch.testing.assert_close(
        flat(model), by_hand(hand, train, torch.optim.SGD(hand.parameters(), 0.05), extra)
    )
    assert history["loss"][-1] < extra(model).item() + history["val_loss"][-1], (
        "the row holds the data's part"
    )


def test_the_gradient_of_l2_has_its_factor_two(make_model):
    model = make_model()
    penalty(model, 0.0, 0.3).backward()
    torch.testing.assert_close(model[1].weight.grad, 2 * 0.3 * model[1].weight.detach())
    assert model[1].bias.grad is None


def test_l2_is_half_as_much_weight_decay_for_gradient_descent(make_model, train, valid):
    first, second = make_model(), make_model()
    trainer(l2=0.05).fit(first, train, valid)
    trainer(weight_decay=0.1).fit(second, train, valid)
    torch.testing.assert_close(flat(first), flat(second))


def test_l1_makes_weights_small_that_l2_leaves(make_model, train, valid):
    sparse, dense = make_model(), make_model()
    trainer(l1=0.02, epochs=20).fit(sparse, train, valid)
    trainer(l2=0.02, epochs=20).fit(dense, train, valid)
    small = [(m[1].weight.abs() < 2e-3).float().mean().item() for m in (sparse, dense)]
    assert small[0] > 0.5 > 2 * small[1]


def test_penalties_and_accumulation_go_together(make_model, train, valid):
    big, small = make_model(), make_model()
    trainer(batch_size=32, l1=0.01, l2=0.01).fit(big, train, valid)
    trainer(batch_size=8, accumulate=4, l1=0.01, l2=0.01).fit(small, train, valid)
    torch.testing.assert_close(flat(big), flat(small))


def test_clipping_by_value_bounds_every_entry(make_model, train, valid):
    model, hand = make_model(), make_model()
    trainer(clip_value=0.01).fit(model, train, valid)

    def clip(model):
        for p in model.parameters():
            p.grad.clamp_(-0.01, 0.01)

    expected = by_hand(hand, train, torch.optim.SGD(hand.parameters(), 0.05), change=clip)
    torch.testing.assert_close(flat(model), expected)


def test_callbacks_see_the_gradient_before_it_is_clipped(make_model, train, valid):
    seen = Gradients()
    trainer([seen], clip_norm=1e-6).fit(make_model(), train, valid)
    assert len(seen.steps) == 12
    assert min(step.norm() for step in seen.steps) > 1e-3


def test_the_step_schedule_falls_after_its_epochs(make_model, train, valid):
    _, history = fitted(
        make_model, train, valid, epochs=4, schedule="step", decay_epochs=(1, 3), decay_factor=0.5
    )
    assert history["lr"] == pytest.approx([0.05, 0.025, 0.025, 0.0125])


def test_the_plateau_schedule_follows_the_validation_loss(make_model, train, valid):
    values = {"epochs": 6, "schedule": "plateau", "decay_patience": 1, "decay_factor": 0.5, "lr": 3.0}
    _, history = fitted(make_model, train, valid, **values)
    best, rate, expected = np.inf, 3.0, []
    for loss in history["val_loss"]:
        expected.append(rate)
        rate, best = (rate, loss) if loss < best else (rate / 2, best)
    assert history["lr"] == pytest.approx(expected)
    assert history["lr"][-1] < 3.0, "a rate this high must have met a plateau"


def test_mixup_trains_on_blends_of_pairs(make_model, train, valid):
    model = make_model()
    inputs = Inputs(model)
    trainer([], epochs=1, mixup=0.4).fit(model, train, valid)
    batches = Batches(train, measure_normalization(train.images), torch.device("cpu"))
    index = batches.cut(16, torch.Generator().manual_seed(0))[0]
    draws = torch.Generator().manual_seed(0)
    pixels, labels = next(batches.load([index]))
    images, targets = mixup(batches.images(pixels), nn.functional.one_hot(labels, 4).float(), 0.4, draws)
    assert torch.equal(inputs.train[0], images)
    assert (targets.amax(1) < 1).any()
    assert all((batch.std((1, 2, 3)) > 0).all() for batch in inputs.valid)


def test_mixup_and_smoothing_make_the_loss_of_soft_labels(make_model, train, valid):
    losses = []

    class Keep(Callback):
        def on_step(self, trainer, row):
            losses.append(row["loss"].item())

    model, same = make_model(), make_model()
    trainer([Keep()], epochs=1, mixup=0.4, label_smoothing=0.2).fit(model, train, valid)
    batches = Batches(train, measure_normalization(train.images), torch.device("cpu"))
    pixels, labels = next(batches.load(batches.cut(16, torch.Generator().manual_seed(0))[:1]))
    one_hot = nn.functional.one_hot(labels, 4).float()
    images, targets = mixup(batches.images(pixels), one_hot, 0.4, torch.Generator().manual_seed(0))
    expected = -((0.8 * targets + 0.2 / 4) * same(images).log_softmax(1)).sum(1).mean()
    assert losses[0] == pytest.approx(expected.item(), rel=1e-5)


def test_training_images_are_augmented_and_validation_images_are_not(make_model, train, valid):
    how = Augmentation(flip=0.5, noise=0.1, noise_share=1.0)
    model = make_model()
    inputs = Inputs(model)
    trainer(epochs=1, augment=how).fit(model, train, valid)
    batches = Batches(train, measure_normalization(train.images), torch.device("cpu"))
    pixels, _ = next(batches.load(batches.cut(16, torch.Generator().manual_seed(0))[:1]))
    mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in measure_normalization(train.images))
    expected = (augment(pixels, how, torch.Generator().manual_seed(0)) - mean) / std
    torch.testing.assert_close(inputs.train[0], expected, atol=1e-5, rtol=1e-5)
    plain = Batches(valid, measure_normalization(train.images), torch.device("cpu"))
    assert torch.equal(inputs.valid[-1], plain.images(plain.pixels))


def test_every_epoch_draws_anew(make_model, train, valid):
    """All images are the same, so the order of the epoch does not matter, only what is drawn."""
    train = dataclasses.replace(train, images=np.full_like(train.images, 128))
    model = make_model()
    inputs = Inputs(model)
    still = {"lr": 1e-12, "batch_size": len(train), "augment": Augmentation(noise=0.1, noise_share=1.0)}
    trainer(**still).fit(model, train, valid)
    first, second = inputs.train
    assert first.std() > 0.05
    assert not torch.equal(first, second)


@pytest.mark.parametrize(("inputs", "largest"), [("unit", 1.0), ("bytes", 255.0)])
def test_inputs_can_be_left_unstandardized(make_model, train, valid, inputs, largest):
    model = make_model()
    seen = Inputs(model)
    trainer(epochs=1, lr=1e-6, inputs=inputs).fit(model, train, valid)
    images = torch.cat(seen.train)
    assert images.min() >= 0
    assert images.max() == pytest.approx(train.images.max() / 255 * largest, rel=1e-6)


STREAMED = {"augment": Augmentation(flip=0.5, crop=1), "mixup": 0.3, "accumulate": 2}


def test_streaming_equals_staying_on_the_device(make_model, train, valid):
    resident, first = fitted(make_model, train, valid, stream=False, **STREAMED)
    streamed, second = fitted(make_model, train, valid, stream=True, **STREAMED)
    assert torch.equal(flat(resident), flat(streamed))
    assert first["val_loss"] == second["val_loss"]


def test_a_memory_mapped_set_is_streamed_without_being_read_whole(tmp_path, make_model, train, valid):
    np.save(tmp_path / "images.npy", train.images)
    mapped = dataclasses.replace(train, images=np.load(tmp_path / "images.npy", mmap_mode="r"))
    run, model = trainer(), make_model()
    run.fit(model, mapped, valid)
    assert type(run.batches).__name__ == "StreamedBatches"
    assert type(run.valid_batches).__name__ == "Batches"
    whole = make_model()
    trainer().fit(whole, train, valid)
    assert torch.equal(flat(model), flat(whole))


# What torch itself imports for its compiler.
@pytest.mark.filterwarnings("ignore:`torch.jit.script:DeprecationWarning")
def test_compiling_changes_the_speed_and_not_the_result(compiler, make_model, train, valid):
    plain, compiled = make_model(), make_model()
    trainer().fit(plain, train, valid)
    Trainer(PLAIN, device="cpu", compile=True).fit(compiled, train, valid)
    assert compiled._compiled_call_impl is not None
    torch.testing.assert_close(flat(compiled), flat(plain))
    assert list(compiled.state_dict()) == list(plain.state_dict())


class Greedy(nn.Module):
    """Asks for more memory than any machine has, once it trains."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(48, 4)

    def forward(self, x):
        if self.training:
            torch.empty(2**60)
        return self.layer(x.flatten(1))


def test_out_of_memory_names_the_remedies(train, valid):
    with pytest.raises(MemoryError, match=r"batches of 16, .* smaller batch_size .*, fewer layers .*bf16"):
        trainer().fit(Greedy(), train, valid)


def test_other_errors_of_a_model_are_left_as_they_are(train, valid):
    class Broken(nn.Linear):
        def forward(self, x):
            if self.training:
                raise RuntimeError("a mistake of mine")
            return super().forward(x.flatten(1))

    with pytest.raises(RuntimeError, match="a mistake of mine"):
        trainer().fit(Broken(48, 4), train, valid)
