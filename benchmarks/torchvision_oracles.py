"""torchvision's models, cut as ours are: for each of our models, what computes the same.

Where torchvision has no such model, one of its own is changed in parts, and `CHANGES` says how.
"""

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor, nn

from course_lib.architectures import DENSENETS, SE_RESNETS, VITS

Stages = list[Callable[[Tensor], Tensor]]
Pair = tuple[Callable[..., nn.Module], Callable[[nn.Module], Stages]]  # make(num_classes=10), stages(oracle)

SMALL_STEM = "a 3x3 stem with stride 1, no pooling"
CHANGES = {  # of torchvision's model, for ours to be compared with
    "alexnet_32": "first layer 3x3 with stride 1, no first pooling, averages to 3x3, 512 hidden units",
    "vgg11_bn_32": "averages to 1x1, 512 hidden units",
    "vgg16_bn_32": "averages to 1x1, 512 hidden units",
    "squeezenet1_1_32": "first layer with stride 1 and padding, no first pooling",
    "googlenet": "biases instead of batch norm, 5x5 kernels, a 3x3 last pooling, response norm: torch.nn's layers",
    "googlenet_aux": "as googlenet",
    "googlenet_32": "5x5 kernels, a 3x3 last pooling, first layer with stride 1, no first pooling",
    "inception_v3_32": "first layer with stride 1, no first pooling",
    "resnet18_32": SMALL_STEM,
    "resnet34_32": SMALL_STEM,
    "densenet121_32": "one 3x3 convolution for a stem",
    "densenet100_32": "its class with the row's sizes; one 3x3 convolution for a stem",
    "mobilenet_v2_32": "strides 1 in the first layer and in the second stage",
    "shufflenet_v2_x0_5_32": "first layer with stride 1, no pooling",
    "shufflenet_v2_x1_0_32": "first layer with stride 1, no pooling",
    "efficientnet_b0_32": "strides 1 in the first layer and in the second stage",
    "convnext_tiny_32": "patches of 2x2",
    "vit_small_32": "its class with the row's sizes",
    "resnext50_32x4d_32": SMALL_STEM,
    "se_resnet50": "its ResNet with its squeeze-and-excitation after each third batch norm",
    "se_resnet101": "as se_resnet50",
    "se_resnet152": "as se_resnet50",
    "se_resnet50_32": f"as se_resnet50; {SMALL_STEM}",
    "regnet_x_400mf_32": "first layer with stride 1",
    "regnet_y_400mf_32": "first layer with stride 1",
}


# How they are cut


def alexnet_stages(oracle: nn.Module) -> Stages:
    """The stages of torchvision's AlexNet."""
    layers = oracle.features
    cuts = [layers[:3], layers[3:6], layers[6:8], layers[8:10], layers[10:13]]
    pool = nn.Sequential(oracle.avgpool, nn.Flatten())
    return [*cuts, pool, oracle.classifier[:6], oracle.classifier[6]]


def vgg_stages(oracle: nn.Module) -> Stages:
    """The stages of torchvision's VGG: after each pooling."""
    ends = [i + 1 for i, layer in enumerate(oracle.features) if isinstance(layer, nn.MaxPool2d)]
    stages = [oracle.features[start:end] for start, end in pairwise([0, *ends])]
    pool = nn.Sequential(oracle.avgpool, nn.Flatten())
    return [*stages, pool, oracle.classifier[:6], oracle.classifier[6]]


def squeezenet_stages(oracle: nn.Module) -> Stages:
    """The stages of torchvision's SqueezeNet: before each pooling."""
    layers = oracle.features
    starts = [i for i, layer in enumerate(layers) if i == 2 or isinstance(layer, nn.MaxPool2d)]
    stages = [layers[start:end] for start, end in pairwise([*starts, len(layers)])]
    return [layers[: starts[0]], *stages, nn.Sequential(oracle.classifier, nn.Flatten())]


def googlenet_stages(oracle: nn.Module) -> Stages:
    """The stages of torchvision's GoogLeNet."""
    stem = nn.Sequential(oracle.conv1, oracle.maxpool1, oracle.conv2, oracle.conv3, oracle.maxpool2)
    modules = [child for name, child in oracle.named_children() if name.startswith("inception")]
    head = nn.Sequential(oracle.avgpool, nn.Flatten(), oracle.dropout, oracle.fc)
    return [stem, *modules[:2], oracle.maxpool3, *modules[2:7], oracle.maxpool4, *modules[7:], head]


def inception_stages(oracle: nn.Module) -> Stages:
    """The stages of torchvision's Inception-v3: after every module."""
    children = dict(oracle.named_children())
    names = list(children)
    stem = nn.Sequential(*(children[name] for name in names[: names.index("Mixed_5b")]))
    modules = [child for name, child in children.items() if name.startswith("Mixed")]
    return [stem, *modules, nn.Sequential(oracle.avgpool, oracle.dropout, nn.Flatten(), oracle.fc)]


def resnet_stages(oracle: nn.Module) -> Stages:
    """The stages of torchvision's ResNet and ResNeXt."""
    return [
        nn.Sequential(oracle.conv1, oracle.bn1, oracle.relu, oracle.maxpool),
        *(oracle.layer1, oracle.layer2, oracle.layer3, oracle.layer4),
        nn.Sequential(oracle.avgpool, nn.Flatten(), oracle.fc),
    ]


def densenet_stages(oracle: nn.Module) -> Stages:
    """The stages of torchvision's DenseNet."""
    parts = dict(oracle.features.named_children())
    stem = nn.Sequential(*[parts.pop(name) for name in list(parts) if name.endswith("0")])
    norm = parts.pop("norm5")
    head = nn.Sequential(norm, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), oracle.classifier)
    return [stem, *parts.values(), head]


def mobilenet_v2_stages(oracle: nn.Module) -> Stages:
    """The stages of torchvision's MobileNetV2: by the rows of the paper's table 2."""
    ends = (0, 1, 2, 4, 7, 11, 14, 17, 18, 19)
    stages = [oracle.features[start:end] for start, end in pairwise(ends)]
    return [*stages, nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), oracle.classifier)]


def shufflenet_v2_stages(oracle: nn.Module) -> Stages:
    """The stages of torchvision's ShuffleNetV2."""
    return [
        nn.Sequential(oracle.conv1, oracle.maxpool),
        *(oracle.stage2, oracle.stage3, oracle.stage4, oracle.conv5),
        nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), oracle.fc),
    ]


def efficientnet_stages(oracle: nn.Module) -> Stages:
    """The stages of torchvision's EfficientNet."""
    return [*oracle.features, nn.Sequential(oracle.avgpool, nn.Flatten(), oracle.classifier)]


def convnext_stages(oracle: nn.Module) -> Stages:
    """The stages of torchvision's ConvNeXt: what halves the image begins a stage."""
    stem, first, *rest = oracle.features
    stages = [nn.Sequential(halving, *blocks) for halving, blocks in zip(rest[::2], rest[1::2], strict=True)]
    return [stem, first, *stages, nn.Sequential(oracle.avgpool, oracle.classifier)]


def vit_stages(oracle: nn.Module) -> Stages:
    """The stages of torchvision's Vision Transformer."""

    def stem(x):
        token = oracle.class_token.expand(len(x), -1, -1)
        return torch.cat([token, oracle._process_input(x)], dim=1) + oracle.encoder.pos_embedding

    def head(x):
        return oracle.heads(oracle.encoder.ln(x)[:, 0])

    return [stem, *oracle.encoder.layers, head]


def regnet_stages(oracle: nn.Module) -> Stages:
    """The stages of torchvision's RegNet."""
    return [oracle.stem, *oracle.trunk_output, nn.Sequential(oracle.avgpool, nn.Flatten(), oracle.fc)]


# How they are changed


def hidden_512(oracle: nn.Module, features: int, first: int, pooled_size: int) -> nn.Module:
    """Average to `pooled_size` and make the dense layers narrow; the first of them is `classifier[first]`."""
    oracle.avgpool = nn.AdaptiveAvgPool2d(pooled_size)
    oracle.classifier[first] = nn.Linear(features * pooled_size**2, 512)
    oracle.classifier[first + 3] = nn.Linear(512, 512)
    oracle.classifier[6] = nn.Linear(512, oracle.classifier[6].out_features)
    return oracle


def small_alexnet(oracle: nn.Module) -> nn.Module:
    """For small images: see `CHANGES`."""
    oracle.features[0], oracle.features[2] = nn.Conv2d(3, 64, 3, padding=1), nn.Identity()
    return hidden_512(oracle, 256, first=1, pooled_size=3)


def small_squeezenet(oracle: nn.Module) -> nn.Module:
    """For small images: see `CHANGES`."""
    oracle.features[0], oracle.features[2] = nn.Conv2d(3, 64, 3, padding=1), nn.Identity()
    return oracle


def wide_googlenet(oracle: nn.Module, bias: bool = False) -> nn.Module:
    """The paper's 5x5 kernels and last pooling in torchvision's GoogLeNet."""
    for module in oracle.children():
        if type(module).__name__ == "Inception":
            old = module.branch3[1].conv
            module.branch3[1].conv = nn.Conv2d(old.in_channels, old.out_channels, 5, padding=2, bias=bias)
    oracle.maxpool4 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
    return oracle


def papers_googlenet(oracle: nn.Module) -> nn.Module:
    """The paper's network from torchvision's: see `CHANGES`."""
    for unit in (m for m in oracle.modules() if type(m).__name__ == "BasicConv2d"):
        old = unit.conv
        sizes = (old.in_channels, old.out_channels, old.kernel_size, old.stride, old.padding)
        unit.conv, unit.bn = nn.Conv2d(*sizes), nn.Identity()  # with a bias
    oracle.maxpool1 = nn.Sequential(oracle.maxpool1, nn.LocalResponseNorm(5))
    oracle.conv3 = nn.Sequential(oracle.conv3, nn.LocalResponseNorm(5))
    return wide_googlenet(oracle, bias=True)


def small_googlenet(oracle: nn.Module) -> nn.Module:
    """For small images: see `CHANGES`."""
    oracle.conv1.conv.stride, oracle.maxpool1 = (1, 1), nn.Identity()
    return wide_googlenet(oracle)


def small_inception(oracle: nn.Module) -> nn.Module:
    """For small images: see `CHANGES`."""
    oracle.Conv2d_1a_3x3.conv.stride, oracle.maxpool1 = (1, 1), nn.Identity()
    return oracle


def small_resnet(oracle: nn.Module) -> nn.Module:
    """For small images: see `CHANGES`."""
    oracle.conv1 = nn.Conv2d(3, 64, kernel_size=3, padding=1, bias=False)
    oracle.maxpool = nn.Identity()
    return oracle


def excited_resnet(oracle: nn.Module, squeeze_excitation: type[nn.Module]) -> nn.Module:
    """A ResNet with squeeze-and-excitation in every block, the last thing before the addition."""
    for block in (block for layer in resnet_stages(oracle)[1:5] for block in layer):
        channels = block.bn3.num_features
        block.bn3 = nn.Sequential(block.bn3, squeeze_excitation(channels, channels // 16))
    return oracle


def small_densenet(oracle: nn.Module) -> nn.Module:
    """For small images: see `CHANGES`."""
    old = oracle.features.conv0
    oracle.features.conv0 = nn.Conv2d(3, old.out_channels, kernel_size=3, padding=1, bias=False)
    del oracle.features.norm0, oracle.features.relu0, oracle.features.pool0
    return oracle


def small_mobile(oracle: nn.Module) -> nn.Module:
    """For small images: see `CHANGES`."""
    for part in (oracle.features[0], oracle.features[2]):
        (strided,) = (m for m in part.modules() if isinstance(m, nn.Conv2d) and m.stride == (2, 2))
        strided.stride = (1, 1)
    return oracle


def small_shufflenet(oracle: nn.Module) -> nn.Module:
    """For small images: see `CHANGES`."""
    oracle.conv1[0].stride, oracle.maxpool = (1, 1), nn.Identity()
    return oracle


def small_convnext(oracle: nn.Module) -> nn.Module:
    """For small images: see `CHANGES`."""
    oracle.features[0][0] = nn.Conv2d(3, 96, 2, stride=2)
    return oracle


def small_regnet(oracle: nn.Module) -> nn.Module:
    """For small images: see `CHANGES`."""
    oracle.stem[0].stride = (1, 1)
    return oracle


def changed(
    make: Callable[..., nn.Module], change: Callable[[nn.Module], nn.Module]
) -> Callable[..., nn.Module]:
    """A maker whose models are changed."""
    return lambda num_classes=1000: change(make(num_classes=num_classes))


# All of them


def oracle_pairs(torchvision) -> dict[str, Pair]:
    """For each of our models, a maker of torchvision's model for some `num_classes` and what gives its stages."""
    models = torchvision.models
    families = {
        alexnet_stages: ["alexnet"],
        vgg_stages: [f"vgg{depth}{norm}" for norm in ("", "_bn") for depth in (11, 13, 16, 19)],
        squeezenet_stages: ["squeezenet1_0", "squeezenet1_1"],
        resnet_stages: [
            *(f"resnet{n}" for n in (18, 34, 50, 101, 152)),
            "resnext50_32x4d",
            "resnext101_32x8d",
        ],
        densenet_stages: [f"densenet{depth}" for depth in (121, 161, 169, 201)],
        mobilenet_v2_stages: ["mobilenet_v2"],
        shufflenet_v2_stages: [f"shufflenet_v2_x{width}" for width in ("0_5", "1_0", "1_5", "2_0")],
        efficientnet_stages: [f"efficientnet_b{number}" for number in range(8)],
        convnext_stages: ["convnext_tiny"],
        vit_stages: ["vit_b_16"],
        regnet_stages: [
            f"regnet_{kind}_{size}"
            for kind in "xy"
            for size in ("400mf", "800mf", "1_6gf", "3_2gf", "8gf", "16gf", "32gf")
        ],
    }
    pairs = {name: (getattr(models, name), stages) for stages, names in families.items() for name in names}
    return pairs | inceptions(models) | changed_pairs(torchvision, pairs)


def inceptions(models) -> dict[str, Pair]:
    """GoogLeNet and Inception-v3, with and without auxiliary heads, without their slow draws of weights."""

    def googlenet(aux_logits, num_classes=1000):
        return models.GoogLeNet(num_classes, aux_logits=aux_logits, init_weights=False)

    def inception(aux_logits, num_classes=1000):
        return models.Inception3(num_classes, aux_logits=aux_logits, init_weights=False)

    found = {}
    for suffix, aux in (("", False), ("_aux", True)):
        plain = partial(googlenet, aux)
        found[f"googlenet_torchvision{suffix}"] = (plain, googlenet_stages)
        found[f"googlenet{suffix}"] = (changed(plain, papers_googlenet), googlenet_stages)
        found[f"inception_v3{suffix}"] = (partial(inception, aux), inception_stages)
    found["googlenet_32"] = (changed(partial(googlenet, False), small_googlenet), googlenet_stages)
    found["inception_v3_32"] = (changed(partial(inception, False), small_inception), inception_stages)
    return found


def changed_pairs(torchvision, pairs: dict[str, Pair]) -> dict[str, Pair]:
    """The models that torchvision does not have, from those that it has."""
    excite = partial(excited_resnet, squeeze_excitation=torchvision.ops.SqueezeExcitation)
    small_vgg = partial(hidden_512, features=512, first=0, pooled_size=1)
    recipes = {
        "alexnet_32": ("alexnet", small_alexnet),
        "vgg11_bn_32": ("vgg11_bn", small_vgg),
        "vgg16_bn_32": ("vgg16_bn", small_vgg),
        "squeezenet1_1_32": ("squeezenet1_1", small_squeezenet),
        "densenet121_32": ("densenet121", small_densenet),
        "mobilenet_v2_32": ("mobilenet_v2", small_mobile),
        "efficientnet_b0_32": ("efficientnet_b0", small_mobile),
        "convnext_tiny_32": ("convnext_tiny", small_convnext),
        "se_resnet50_32": ("resnet50", lambda oracle: excite(small_resnet(oracle))),
    }
    recipes |= {f"{name}_32": (name, small_resnet) for name in ("resnet18", "resnet34", "resnext50_32x4d")}
    recipes |= {name: (name.removeprefix("se_"), excite) for name in SE_RESNETS if not name.endswith("_32")}
    recipes |= {f"{name}_32": (name, small_regnet) for name in ("regnet_x_400mf", "regnet_y_400mf")}
    recipes |= {
        f"shufflenet_v2_{width}_32": (f"shufflenet_v2_{width}", small_shufflenet)
        for width in ("x0_5", "x1_0")
    }
    found = {
        name: (changed(pairs[base][0], change), pairs[base][1]) for name, (base, change) in recipes.items()
    }

    row = DENSENETS["densenet100_32"]
    densenet = partial(torchvision.models.DenseNet, row.growth_rate, row.blocks, row.stem_channels)
    found["densenet100_32"] = (changed(densenet, small_densenet), densenet_stages)
    row = VITS["vit_small_32"]
    sizes = (row.image_size, row.patch_size, row.depth, row.heads, row.width, row.hidden_units)
    found["vit_small_32"] = (partial(torchvision.models.VisionTransformer, *sizes), vit_stages)
    return found
