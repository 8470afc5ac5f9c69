"""The one model that neither torchvision nor keras.applications has: EfficientNet-Lite0, from timm."""

from collections.abc import Callable

from torch import nn


def lite_stages(oracle: nn.Module) -> list[Callable]:
    """The stages of timm's EfficientNet, as ours are cut."""
    stem = nn.Sequential(oracle.conv_stem, oracle.bn1)  # the norm brings the activation
    features = nn.Sequential(oracle.conv_head, oracle.bn2)
    return [stem, *oracle.blocks, features, nn.Sequential(oracle.global_pool, oracle.classifier)]


def oracle_pairs(torchvision) -> dict[str, tuple[Callable[..., nn.Module], Callable]]:
    """For each of our models, a maker of timm's and what gives its stages; timm needs torchvision to be imported."""
    import timm

    def make(num_classes=1000):
        return timm.create_model("tf_efficientnet_lite0", pretrained=False, num_classes=num_classes)

    return {"efficientnet_lite0": (make, lite_stages)}
