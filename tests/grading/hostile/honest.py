"""Honest work: right, partly wrong, noisy. Nobody may lose a point that the others' attacks are paid for."""

from hostile.corpus import NOTHING, Desk, submission


@submission("wrong")
def honest(desk: Desk) -> None:
    """Everything right."""


@submission("wrong")
def right_in_other_words(desk: Desk) -> None:
    """Right answers that differ from the reference and carry a rounding error."""
    desk.put(
        "conv2d",
        """
        def conv2d(image, kernel, stride=1, padding=0):
            image = np.pad(np.asarray(image, dtype=float), padding)
            windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)[::stride, ::stride]
            return np.einsum("ijmn,mn->ij", windows, kernel) * (1 + 1e-9)
        """,
    )
    desk.put(
        "conv1x1",
        """
        def conv1x1(images, weight, bias):
            mixed = images.permute(0, 2, 3, 1) @ weight.T + bias
            return mixed.permute(0, 3, 1, 2)
        """,
    )
    desk.put("network", desk.answers["network"].replace("nn.ReLU()", "nn.LeakyReLU(0.0)"))


@submission("wrong", {"conv2d": 0}, shown=("conv2d is not defined",))
def syntax_error(desk: Desk) -> None:
    """One cell does not compile."""
    desk.put("conv2d", "def conv2d(image, kernel, stride=1, padding=0)\n    return image")


@submission("wrong", {"conv2d": 0, "fit": 0})
def syntax_errors_first_and_last(desk: Desk) -> None:
    """The first and the last cell do not compile: tabs and spaces, an open bracket."""
    desk.put("conv2d", "def conv2d(image, kernel, stride=1, padding=0):\n\tif True:\n        return image")
    desk.put("fit", "def fit(network, images, labels, learning_rate, steps):\n    return [(")


@submission("wrong", {"conv2d": 2}, shown=("The kernel is flipped",))
def partly_wrong(desk: Desk) -> None:
    """A kernel that is flipped: right for the symmetric one only."""
    desk.put("conv2d", desk.answers["conv2d"].replace("window * kernel", "window * kernel[::-1, ::-1]"))


@submission("wrong", NOTHING, shown=("Not written yet",))
def untouched(desk: Desk) -> None:
    """Nothing is written."""
    stub = "def {}(*args, **kwargs):\n    raise NotImplementedError()"
    functions = {
        "sizes": ("output_size", "count_parameters", "count_multiplications"),
        "edges": ("edge_kernels", "edge_strength"),
        "network": ("DigitsNetwork",),
    }
    for task in NOTHING:
        desk.put(task, "\n\n\n".join(stub.format(name) for name in functions.get(task, (task,))))


@submission("wrong")
def cells_of_their_own_that_fail(desk: Desk) -> None:
    """Extra cells that raise, before and after the tasks."""
    desk.add("1 / 0", where=1)
    desk.add("raise SystemExit('done')")


@submission("wrong", {"pool2d": 0})
def shell_magic(desk: Desk) -> None:
    """A cell turned into a shell script that fails."""
    desk.put("pool2d", "%%bash\necho no pooling here\nexit 3")


@submission("wrong", {"sizes": 0})
def endless_recursion(desk: Desk) -> None:
    """Functions that call themselves for ever."""
    names = ("output_size", "count_parameters", "count_multiplications")
    desk.put("sizes", "\n\n\n".join(f"def {n}(*a, **k):\n    return {n}(*a, **k)" for n in names))


@submission("warning")
def warns(desk: Desk) -> None:
    """Warnings, logging and a line from C on stderr, in every answer."""
    desk.before("conv2d", "import logging, os, sys, warnings\nlogging.basicConfig(stream=sys.stderr)")
    for task in ("conv2d", "pool2d", "conv1x1", "fit"):
        head, body = desk.answers[task].split('"""\n', 1)
        noise = [
            "import logging, os, sys, warnings",
            "warnings.warn('this will change', FutureWarning)",
            "logging.getLogger('noise').warning('a line')",
            "print('working', file=sys.stderr)",
            "os.write(2, b'a line from C\\n')",
        ]
        noisy = head + '"""\n' + "".join(f"    {line}\n" for line in noise) + body
        desk.put(task, noisy)


@submission("warning")
def divides_by_zero(desk: Desk) -> None:
    """NumPy warns about a division by zero whose result is not used."""
    desk.before("conv2d", "np.ones(3) / np.zeros(3)\nnp.log(np.zeros(2))")
    desk.put(
        "conv2d",
        desk.answers["conv2d"].replace(
            "    return output", "    np.ones(2) / np.zeros(2)\n    return output"
        ),
    )


@submission("warning", shown=("my own note",))
def prints(desk: Desk) -> None:
    """A student's own prints stay in the feedback and cost nothing."""
    desk.after("conv2d", "print('my own note:', conv2d(np.ones((2, 2)), np.ones((1, 1))))")


@submission("warning")
def progress_bar(desk: Desk) -> None:
    """A progress bar on stderr around the training loop."""
    desk.put(
        "fit",
        "from tqdm import tqdm\n\n\n"
        + desk.answers["fit"].replace("in range(steps)", "in tqdm(range(steps))"),
    )


@submission("warning")
def draws(desk: Desk) -> None:
    """A figure."""
    desk.add("import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nplt.show()")
