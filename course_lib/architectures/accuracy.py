"""How often published weights are right on ImageNet's 50,000 validation images, in percent.

Two libraries report it, each for its own training, input size and crop, so a difference below a point between models
tells little. Where both have a model, the number is that of keras.applications. A model without a row has no published
weights in either. No framework is imported here.
"""

from typing import NamedTuple

KERAS = "keras.applications"  # the table on its page, https://keras.io/api/applications
TORCHVISION = "torchvision"  # its weights IMAGENET1K_V1; efficientnet_b2 on images of 288 pixels, not 260


class Accuracy(NamedTuple):
    """A row of `ACCURACIES`."""

    top1: float  # percent of images whose class has the largest logit
    top5: float  # percent of images whose class is among the five largest
    source: str
    depth: int | None = None  # layers as keras.applications counts them, where it does; not alike for all


ACCURACIES = {
    "vgg16": Accuracy(71.3, 90.1, KERAS, depth=23),
    "vgg19": Accuracy(71.3, 90.0, KERAS, depth=26),
    "inception_v3": Accuracy(77.9, 93.7, KERAS, depth=159),
    "resnet50": Accuracy(74.9, 92.1, KERAS),
    "resnet101": Accuracy(76.4, 92.8, KERAS),
    "resnet152": Accuracy(76.6, 93.1, KERAS),
    "densenet121": Accuracy(75.0, 92.3, KERAS, depth=121),
    "densenet169": Accuracy(76.2, 93.2, KERAS, depth=169),
    "densenet201": Accuracy(77.3, 93.6, KERAS, depth=201),
    "xception": Accuracy(79.0, 94.5, KERAS, depth=126),
    "inceptionresnetv2": Accuracy(80.3, 95.3, KERAS, depth=572),
    "nasnetmobile": Accuracy(74.4, 91.9, KERAS),
    "nasnetlarge": Accuracy(82.5, 96.0, KERAS),
    "mobilenet": Accuracy(70.4, 89.5, KERAS, depth=88),
    "mobilenet_v2": Accuracy(71.3, 90.1, KERAS, depth=88),
    "resnet50v2": Accuracy(76.0, 93.0, KERAS),
    "resnet101v2": Accuracy(77.2, 93.8, KERAS),
    "resnet152v2": Accuracy(78.0, 94.2, KERAS),
    "alexnet": Accuracy(56.522, 79.066, TORCHVISION),
    "vgg11": Accuracy(69.02, 88.628, TORCHVISION),
    "vgg13": Accuracy(69.928, 89.246, TORCHVISION),
    "vgg11_bn": Accuracy(70.37, 89.81, TORCHVISION),
    "vgg13_bn": Accuracy(71.586, 90.374, TORCHVISION),
    "vgg16_bn": Accuracy(73.36, 91.516, TORCHVISION),
    "vgg19_bn": Accuracy(74.218, 91.842, TORCHVISION),
    "squeezenet1_0": Accuracy(58.092, 80.42, TORCHVISION),
    "squeezenet1_1": Accuracy(58.178, 80.624, TORCHVISION),
    "googlenet_torchvision": Accuracy(69.778, 89.53, TORCHVISION),
    "resnet18": Accuracy(69.758, 89.078, TORCHVISION),
    "resnet34": Accuracy(73.314, 91.42, TORCHVISION),
    "densenet161": Accuracy(77.138, 93.56, TORCHVISION),
    "shufflenet_v2_x0_5": Accuracy(60.552, 81.746, TORCHVISION),
    "shufflenet_v2_x1_0": Accuracy(69.362, 88.316, TORCHVISION),
    "shufflenet_v2_x1_5": Accuracy(72.996, 91.086, TORCHVISION),
    "shufflenet_v2_x2_0": Accuracy(76.23, 93.006, TORCHVISION),
    "efficientnet_b0": Accuracy(77.692, 93.532, TORCHVISION),
    "efficientnet_b1": Accuracy(78.642, 94.186, TORCHVISION),
    "efficientnet_b2": Accuracy(80.608, 95.31, TORCHVISION),
    "efficientnet_b3": Accuracy(82.008, 96.054, TORCHVISION),
    "efficientnet_b4": Accuracy(83.384, 96.594, TORCHVISION),
    "efficientnet_b5": Accuracy(83.444, 96.628, TORCHVISION),
    "efficientnet_b6": Accuracy(84.008, 96.916, TORCHVISION),
    "efficientnet_b7": Accuracy(84.122, 96.908, TORCHVISION),
    "convnext_tiny": Accuracy(82.52, 96.146, TORCHVISION),
    "vit_b_16": Accuracy(81.072, 95.318, TORCHVISION),
    "resnext50_32x4d": Accuracy(77.618, 93.698, TORCHVISION),
    "resnext101_32x8d": Accuracy(79.312, 94.526, TORCHVISION),
    "regnet_x_400mf": Accuracy(72.834, 90.95, TORCHVISION),
    "regnet_x_800mf": Accuracy(75.212, 92.348, TORCHVISION),
    "regnet_x_1_6gf": Accuracy(77.04, 93.44, TORCHVISION),
    "regnet_x_3_2gf": Accuracy(78.364, 93.992, TORCHVISION),
    "regnet_x_8gf": Accuracy(79.344, 94.686, TORCHVISION),
    "regnet_x_16gf": Accuracy(80.058, 94.944, TORCHVISION),
    "regnet_x_32gf": Accuracy(80.622, 95.248, TORCHVISION),
    "regnet_y_400mf": Accuracy(74.046, 91.716, TORCHVISION),
    "regnet_y_800mf": Accuracy(76.42, 93.136, TORCHVISION),
    "regnet_y_1_6gf": Accuracy(77.95, 93.966, TORCHVISION),
    "regnet_y_3_2gf": Accuracy(78.948, 94.576, TORCHVISION),
    "regnet_y_8gf": Accuracy(80.032, 95.048, TORCHVISION),
    "regnet_y_16gf": Accuracy(80.424, 95.24, TORCHVISION),
    "regnet_y_32gf": Accuracy(80.878, 95.34, TORCHVISION),
}
