"""The convolution demo: any picture, any kernel, step by step and at full speed."""

from dataclasses import asdict

import numpy as np
import traitlets

from course_lib.widgets.base import Demo
from course_lib.widgets.kernels import GALLERY, SIZES
from course_lib.widgets.pictures import samples

MODES = ("step", "sweep")
VIEWS = ("signed", "clipped", "absolute")
READERS_OWN = {"drawing": "the reader's drawing", "file": "the reader's picture", "array": "an array"}
DRAWING_SIDE = 12
SMALL_SIDE = 16  # pictures up to this side are shown as numbers, one in each cell
MAX_SIDE = 512
MAX_STRIDE = 4
MAX_DILATION = 4
MAX_PADDING = MAX_DILATION * (max(SIZES) - 1) // 2  # "same" for the largest kernel, most dilated


class ConvolutionDemo(Demo, bundle="convolution"):
    """A convolution the reader can steer: picture, kernel, stride, padding and dilation, with every sum shown.

    All arguments are traits too: setting one changes the demo, and the reader's changes arrive in it.

    Args:
        image: The name of a sample picture, "drawing", "file", or an array of your own, (H, W) or (H, W, 3), at most
            512 × 512. The trait then says "array". Black and white are 0 and 255 for uint8, 0 and 1 for floats in
            between, else 0 (or the minimum below it) and the maximum.
        kernel: A name of the gallery, or weights: (k, k), or (3, k, k) for one kernel a color channel; k odd, up to 7.
            The trait holds the name, or nested lists once the weights are the reader's own; `weights` is an array
            either way.
        stride: Step of the window, 1 to 4.
        padding: Zeros around the picture, 0 to 12, or "valid" (0) or "same" (as large as the input at stride 1).
        dilation: Distance between the taps of the kernel, 1 to 4.
        bias: Added to every sum.
        mode: "step" shows one sum after the other, "sweep" the whole output. By default small pictures step.
        view: "signed" (colors for negative and positive), "clipped" (to the picture's range) or "absolute". By
            default what suits the kernel.
        color: Whether a color picture is taken as three channels with one kernel each, instead of in grey.
        compact: A small version, without steps.

    Raises:
        traitlets.TraitError: A value that is not allowed; the message lists those that are.
    """

    image = traitlets.Any("matrix-6x6").tag(sync=True)
    kernel = traitlets.Any("vertical-edge").tag(sync=True)
    stride = traitlets.Int(1, min=1, max=MAX_STRIDE).tag(sync=True)
    padding = traitlets.Any(0).tag(sync=True)
    dilation = traitlets.Int(1, min=1, max=MAX_DILATION).tag(sync=True)
    bias = traitlets.Float(0.0).tag(sync=True)
    mode = traitlets.Unicode("step").tag(sync=True)
    view = traitlets.Unicode("signed").tag(sync=True)
    color = traitlets.Bool(False).tag(sync=True)
    compact = traitlets.Bool(False).tag(sync=True)

    _samples = traitlets.Dict().tag(sync=True)
    _gallery = traitlets.Dict().tag(sync=True)
    _array = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    _min_height = traitlets.Unicode().tag(sync=True)  # what a page keeps free until the demo is drawn

    def __init__(
        self,
        image: str | np.ndarray = "matrix-6x6",
        kernel: str | np.ndarray = "vertical-edge",
        *,
        stride: int = 1,
        padding: int | str = 0,
        dilation: int = 1,
        bias: float = 0.0,
        mode: str | None = None,
        view: str | None = None,
        color: bool = False,
        compact: bool = False,
    ):
        image = image if isinstance(image, str) else _as_array(image)
        kernel = kernel if isinstance(kernel, str) else _as_weights(kernel)
        super().__init__(
            image=image,
            kernel=kernel,
            stride=stride,
            padding=padding,
            dilation=dilation,
            bias=bias,
            mode=mode or _usual_mode(image, compact),
            view=view or _usual_view(kernel),
            color=color,
            compact=compact,
            _samples={name: asdict(picture) for name, picture in samples().items()},
            _gallery={name: asdict(kernel) for name, kernel in GALLERY.items()},
            _min_height="24rem" if compact else "58rem",
        )

    @traitlets.validate("image")
    def _check_image(self, proposal: dict) -> str:
        value = proposal["value"]
        if isinstance(value, str):
            if value == "array" and self._array is None:
                raise traitlets.TraitError('image="array" needs an array: set image to the array itself')
            if value not in {*samples(), *READERS_OWN}:
                names = ", ".join(map(repr, [*samples(), "drawing", "file"]))
                raise traitlets.TraitError(
                    f"there is no picture {value!r}; choose one of {names}, or give an array"
                )
            return value
        self._array = _as_picture(value)
        return "array"

    @traitlets.validate("kernel")
    def _check_kernel(self, proposal: dict) -> str | list:
        value = proposal["value"]
        if isinstance(value, str):
            if value not in GALLERY:
                names = ", ".join(map(repr, GALLERY))
                raise traitlets.TraitError(
                    f"there is no kernel {value!r}; choose one of {names}, or give weights"
                )
            return value
        return _as_weights(value).tolist()

    @traitlets.validate("padding")
    def _check_padding(self, proposal: dict) -> int:
        value = proposal["value"]
        if value == "valid":
            return 0
        if value == "same":
            return self.dilation * (self.weights.shape[-1] - 1) // 2
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_PADDING:
            raise traitlets.TraitError(
                f'padding must be a whole number from 0 to {MAX_PADDING}, "valid" or "same", and is {value!r}'
            )
        return value

    @traitlets.validate("mode", "view")
    def _check_choice(self, proposal: dict) -> str:
        name, value = proposal["trait"].name, proposal["value"]
        allowed = MODES if name == "mode" else VIEWS
        if value not in allowed:
            raise traitlets.TraitError(
                f"{name} must be one of {', '.join(map(repr, allowed))}, and is {value!r}"
            )
        return value

    @traitlets.observe("kernel")
    def _show_three_kernels(self, change: dict):
        if np.ndim(change["new"]) == 3:
            self.color = True

    @property
    def weights(self) -> np.ndarray:
        """The kernel's weights, float64, (k, k) or (3, k, k)."""
        named = isinstance(self.kernel, str)
        return np.array(GALLERY[self.kernel].weights() if named else self.kernel, dtype=float)

    def summary(self) -> str:
        """Say which kernel runs over which picture, and how large the output is."""
        size = self.weights.shape[-1]
        named = isinstance(self.kernel, str)
        kernel = f"the kernel “{GALLERY[self.kernel].title}”" if named else "a kernel of the reader's own"
        steps = f"stride {self.stride}, padding {self.padding}, dilation {self.dilation}"
        return f"{kernel} ({size} × {size}) over {self._picture()}, {steps}{self._output(size)}."

    def _picture(self) -> str:
        if self.image in READERS_OWN:
            return READERS_OWN[self.image]
        return f"the picture “{samples()[self.image].title}”"

    def _output(self, size: int) -> str:
        lengths = self._input_size()
        if lengths is None:
            return ""
        reach = self.dilation * (size - 1) + 1
        height, width = ((n + 2 * self.padding - reach) // self.stride + 1 for n in lengths)
        if min(height, width) < 1:
            return f": the window, {reach} × {reach}, does not fit"
        return f": {lengths[0]} × {lengths[1]} values in, {height} × {width} out"

    def _input_size(self) -> tuple[int, int] | None:
        if self.image == "file":
            return None
        if self.image == "drawing":
            return DRAWING_SIDE, DRAWING_SIDE
        if self.image == "array":
            return self._array["height"], self._array["width"]
        picture = samples()[self.image]
        return picture.height, picture.width


def _usual_mode(image: str | np.ndarray, compact: bool) -> str:
    if isinstance(image, str):
        picture = samples().get(image)
        small = picture is not None and picture.height <= SMALL_SIDE
    else:
        small = max(image.shape[:2]) <= SMALL_SIDE
    return "step" if small and not compact else "sweep"


def _usual_view(kernel: str | np.ndarray) -> str:
    if isinstance(kernel, str):
        return GALLERY[kernel].view if kernel in GALLERY else "signed"
    return "signed" if kernel.min() < 0 else "clipped"


def _as_array(value: np.ndarray) -> np.ndarray:
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise traitlets.TraitError("an image needs rows of the same length") from error
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3)):
        raise traitlets.TraitError(
            f"an image needs the shape (H, W) or (H, W, 3), and has {array.shape}; PyTorch's (C, H, W) becomes "
            "(H, W, C) by permute(1, 2, 0)"
        )
    if array.dtype.kind not in "uifb":
        raise traitlets.TraitError(f"an image needs integers or floats, and has {array.dtype}")
    if min(array.shape[:2]) < 1 or max(array.shape[:2]) > MAX_SIDE:
        raise traitlets.TraitError(
            f"an image may be 1 to {MAX_SIDE} pixels high and wide, and has {array.shape}"
        )
    if not np.isfinite(array).all():
        raise traitlets.TraitError("an image needs finite values, and this one holds nan or inf")
    return array


def _as_picture(value: np.ndarray) -> dict:
    """Return an array, (H, W) or (H, W, 3), as the front end reads it."""
    array = _as_array(value)
    low, high = _range(array)
    return {
        "title": "Array",
        "height": array.shape[0],
        "width": array.shape[1],
        "channels": array.shape[2] if array.ndim == 3 else 1,
        "encoding": "float32",
        "low": low,
        "high": high,
        "data": np.ascontiguousarray(array, dtype="<f4").tobytes(),
    }


def _range(array: np.ndarray) -> tuple[float, float]:
    """Return the values to show as black and white."""
    low, high = float(array.min()), float(array.max())
    if array.dtype == np.uint8:
        return 0.0, 255.0
    if array.dtype.kind in "fb" and low >= 0 and high <= 1:
        return 0.0, 1.0
    low = min(low, 0.0)
    return low, high if high > low else low + 1


def _as_weights(value: np.ndarray) -> np.ndarray:
    try:
        weights = np.asarray(value, dtype=float)
    except (TypeError, ValueError) as error:
        raise traitlets.TraitError(f"a kernel needs a name or numbers, and is {value!r}") from error
    if weights.ndim not in (2, 3) or weights.shape[-1] != weights.shape[-2] or weights.shape[-1] not in SIZES:
        sizes = ", ".join(map(str, SIZES))
        raise traitlets.TraitError(
            f"a kernel needs the shape (k, k) or (3, k, k) with k one of {sizes}, and has {weights.shape}"
        )
    if weights.ndim == 3 and len(weights) != 3:
        raise traitlets.TraitError(
            f"a kernel for each color channel needs the shape (3, k, k), not {weights.shape}"
        )
    if not np.isfinite(weights).all():
        raise traitlets.TraitError("a kernel needs finite weights, and this one holds nan or inf")
    return weights
