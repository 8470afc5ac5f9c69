"""Can it learn at all? Every family must learn 64 photographs by heart.

    python benchmarks/overfit.py                 all forms for small images; prints steps and seconds
    python benchmarks/overfit.py resnet18_32     some of them

Adam, batches of 32 of the same 64 images of CIFAR-10, each channel standardized, no augmentation, dropout and
stochastic depth turned off. A deep network without norms starts from He's weights and takes smaller steps. It ends when
an epoch's predictions, each made before the step that learns from it, are right for 95% of the images. Batch norm uses
its batch's statistics, as in training: its running ones need more steps than this takes. A network that returns
auxiliary logits is trained by `auxiliary_loss`.
"""

import sys
import time
from typing import NamedTuple

import torch
from torch import Tensor, nn

from course_lib import architectures, data, pytorch
from course_lib.pytorch.googlenet import auxiliary_loss
from course_lib.pytorch.initializers import initialize
from course_lib.pytorch.layers import StochasticDepth

IMAGES, BATCH, SIZE = 64, 32, 32
ENOUGH = 0.95  # of the images
MOST_STEPS = 300
# Beside the forms `…_32`: those that are small as they are, and one with auxiliary heads.
SMALL = ("small_vgg", "plain_cnn", "bn_mlp", "lenet5", "lenet5_modern", "googlenet_torchvision_aux")
FORMS = (*SMALL, *(name for name in architectures.names() if name.endswith("_32")))
QUICK = (*SMALL, "shufflenet_v2_x0_5_32", "regnet_x_400mf_32", "regnet_y_400mf_32")
# Of more multiply-adds than these, 35 million an image, a step costs more than the tests can spare: they learn by heart
# in benchmarks/one_epoch.py, and how fast stands in its table.
SLOW = tuple(name for name in FORMS if name not in QUICK)
LR = 1e-3
# 26 convolutions without batch norm: PyTorch's default weights shrink the signal, and the logits end in ReLU, which
# larger steps kill. name -> learning rate
FROM_HE = {"squeezenet1_1_32": 1e-4}


class Outcome(NamedTuple):
    """How one network learned."""

    name: str
    accuracy: float  # of the last epoch
    steps: int
    seconds: float  # of the processor


def photographs() -> tuple[Tensor, Tensor]:
    """The 64 images (64, 3, 32, 32), standardized, and their labels, the classes in nearly equal numbers."""
    found = data.load("cifar10", limit=IMAGES)
    images = torch.tensor(found.images).permute(0, 3, 1, 2).float()
    std, mean = torch.std_mean(images, dim=(0, 2, 3), keepdim=True)
    return (images - mean) / std, torch.tensor(found.labels)


def without_chance(model: nn.Module) -> nn.Module:
    """Turn off what leaves out something at random."""
    for layer in model.modules():
        if isinstance(layer, nn.Dropout):
            layer.p = 0.0
        if isinstance(layer, StochasticDepth):
            layer.rate = 0.0
    return model


def overfit(name: str, images: Tensor, labels: Tensor) -> Outcome:
    """Train until the network knows the images, or `MOST_STEPS` are done."""
    began = time.process_time()
    torch.manual_seed(0)
    model = without_chance(pytorch.build(name, num_classes=10, image_size=SIZE)).train()
    if name in FROM_HE:
        initialize(model, "he_normal")
    optimizer = torch.optim.Adam(model.parameters(), FROM_HE.get(name, LR))
    steps, accuracy = 0, 0.0
    while accuracy < ENOUGH and steps < MOST_STEPS:
        right = 0
        for part in torch.randperm(IMAGES).split(BATCH):
            found = model(images[part])
            optimizer.zero_grad()
            auxiliary_loss(found, labels[part]).backward()
            optimizer.step()
            logits = found if isinstance(found, Tensor) else found.logits
            right += (logits.argmax(1) == labels[part]).sum().item()
            steps += 1
        accuracy = right / IMAGES
    return Outcome(name, accuracy, steps, time.process_time() - began)


def main() -> None:
    """Print a line for each network; exit with 1 if one does not learn."""
    torch.set_num_threads(1)
    images, labels = photographs()
    failed = []
    for name in sys.argv[1:] or FORMS:
        found = overfit(name, images, labels)
        print(f"{name}: {found.accuracy:.0%} after {found.steps} steps, {found.seconds:.1f} s", flush=True)
        if found.accuracy < ENOUGH:
            failed.append(name)
    if failed:
        sys.exit(f"these did not learn {IMAGES} images by heart in {MOST_STEPS} steps: {', '.join(failed)}")


if __name__ == "__main__":
    main()
