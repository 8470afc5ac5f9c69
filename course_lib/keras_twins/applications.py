"""Models of keras.applications under the names of `course_lib.architectures`, without weights.

They are what keras.applications builds, with logits in place of probabilities; the models that the lectures build by
hand have twins of their own. All take images as the rest of the course has them, normalized: what keras.applications
does to pixels in EfficientNet and ConvNeXt is undone or left out. No model is looked up before it is built.
"""

import warnings
from typing import NamedTuple

import keras
from keras import layers

from course_lib.architectures import check_sizes, find

__all__ = ["APPLICATIONS", "all_counts", "build_application", "build_application_row", "find_name"]

# Our name: the name of the function in keras.applications.
APPLICATIONS = {
    "vgg16": "VGG16",
    "vgg19": "VGG19",
    "inception_v3": "InceptionV3",
    "resnet50": "ResNet50",
    "resnet101": "ResNet101",
    "resnet152": "ResNet152",
    "densenet121": "DenseNet121",
    "densenet169": "DenseNet169",
    "densenet201": "DenseNet201",
    "xception": "Xception",
    "inceptionresnetv2": "InceptionResNetV2",
    "nasnetmobile": "NASNetMobile",
    "nasnetlarge": "NASNetLarge",
    "mobilenet": "MobileNet",
    "mobilenet_v2": "MobileNetV2",
    **{f"efficientnet_b{number}": f"EfficientNetB{number}" for number in range(8)},
    "convnext_tiny": "ConvNeXtTiny",
    "resnet50v2": "ResNet50V2",
    "resnet101v2": "ResNet101V2",
    "resnet152v2": "ResNet152V2",
}


def build_application(
    name: str, num_classes: int = 10, in_channels: int = 3, image_size: int | None = None
) -> keras.Model:
    """Build the model of keras.applications that we call `name`: images (N, H, W, in_channels) to logits.

    Also where `course_lib.keras_twins.build` has a twin written by hand, from which it may differ: the ResNets of
    keras.applications have a bias on every convolution. VGG has no pooling to 7x7 there, so images of another size
    change its number of weights.

    Raises:
        ValueError: for a name that keras.applications does not have, or an image too small for it.

    >>> build_application("mobilenet_v2", num_classes=5, image_size=96).output_shape
    (None, 5)
    """
    if name not in APPLICATIONS:
        raise ValueError(f"keras.applications has no {name!r}: there are {', '.join(APPLICATIONS)}")
    return build_application_row(find(name, image_size), num_classes, in_channels)


def build_application_row(row: NamedTuple, num_classes: int = 10, in_channels: int = 3) -> keras.Model:
    """Build the model of a row of `course_lib.architectures`, which may have another image size.

    Raises:
        ValueError: if the row is not one of keras.applications' or was changed otherwise, or for impossible sizes.
    """
    check_sizes(num_classes, in_channels)
    name = find_name(row)
    if name is None:
        raise ValueError(
            f"keras.applications has no model of this {type(row).__name__}: "
            f"take a row of {', '.join(APPLICATIONS)}, and change nothing but its image_size"
        )
    make = getattr(keras.applications, APPLICATIONS[name])
    shape = (row.image_size, row.image_size, in_channels)
    settings = {"weights": None, "classes": num_classes, "classifier_activation": None, "input_shape": shape}
    inputs = keras.Input(shape)
    if name.startswith("efficientnet"):  # divides by 255, and there is no switch for it
        settings["input_tensor"] = layers.Rescaling(255.0)(inputs)
    if name.startswith("convnext"):
        settings["include_preprocessing"] = False
    with warnings.catch_warnings():
        # Of other numbers of channels than 1 and 3 it says that they are unusual.
        warnings.filterwarnings("ignore", message="This model usually expects 1 or 3 input channels")
        model = make(**settings)
    # With an input tensor it would want a list of images.
    return keras.Model(inputs, model.output, name=name) if "input_tensor" in settings else model


def find_name(row: NamedTuple) -> str | None:
    """Return the name under which keras.applications has the model of a row, at whatever image size, or None."""
    for name in APPLICATIONS:
        ours = find(name)
        if type(ours) is type(row) and ours._replace(image_size=row.image_size) == row:
            return name
    return None


def all_counts() -> dict[str, tuple[int, int]]:
    """Build every model as its row has it, and return by name the total that Keras counts and the one in our table.

    Keras counts running statistics too: the row's `keras_params`, or where there are none, its `params`. Takes about
    a minute.
    """
    counts = {}
    for name in APPLICATIONS:
        row = find(name)
        expected = getattr(row, "keras_params", None) or row.params
        counts[name] = (build_application_row(row, row.num_classes).count_params(), expected)
    return counts
