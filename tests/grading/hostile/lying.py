"""Objects that lie about what they are, and looking for the answer where the tests are."""

from hostile.cheating import attack
from hostile.corpus import NOTHING, POINTS, Desk, submission

# ---- objects that lie

EQUAL = """
class Equal:
    '''Equal to everything, and everything at once.'''

    dtype, shape, ndim, size = np.dtype(float), (4, 4), 2, 16
    __array_priority__ = 1e9

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __hash__(self):
        return 0

    def __lt__(self, other):
        return True

    __le__ = __gt__ = __ge__ = __contains__ = __bool__ = __lt__

    def __bool__(self):
        return True

    def __call__(self, *args, **kwargs):
        return self

    def __getattr__(self, name):
        return self

    def __getitem__(self, key):
        return self

    def __len__(self):
        return 3

    def __iter__(self):
        return iter([self] * 3)

    def __float__(self):
        return 1e-9

    def __index__(self):
        return 6

    def __sub__(self, other):
        return np.zeros_like(other)

    __rsub__ = __sub__

    def __array__(self, *args, **kwargs):
        return np.zeros((4, 4))

    def __array_ufunc__(self, *args, **kwargs):
        return np.True_

    def __array_function__(self, *args, **kwargs):
        return np.True_

    @classmethod
    def __torch_function__(cls, *args, **kwargs):
        return torch.tensor(True)

"""


@submission("cheat", NOTHING)
def always_equal(desk: Desk) -> None:
    """An object that is equal to everything, in arithmetic and in NumPy's and torch's protocols."""
    attack(desk, EQUAL)
    names = ("conv2d", "pool2d", "output_size", "count_parameters", "count_multiplications", "edge_kernels")
    desk.put(
        "fit",
        "\n".join(f"{n} = Equal()" for n in (*names, "edge_strength", "conv1x1", "DigitsNetwork", "fit")),
    )
    for task in list(POINTS)[:-1]:
        names = [
            line.split("(")[0][4:] for line in desk.cell(task).source.split("\n") if line.startswith("def ")
        ]
        names = [name for name in names if not name.startswith("_")]
        keep = EQUAL if task == "conv2d" else ""
        desk.put(task, keep + "\n".join(f"{name} = Equal()" for name in names))


@submission("cheat", NOTHING)
def always_equal_class(desk: Desk) -> None:
    """The same, claiming to be an array by __class__ and a metaclass that is an instance of everything."""
    attack(
        desk,
        EQUAL
        + """

class Liar(Equal):
    @property
    def __class__(self):
        return np.ndarray


class Meta(type):
    __instancecheck__ = __subclasscheck__ = __eq__ = lambda *a: True
    __hash__ = type.__hash__


class Sub(metaclass=Meta):
    pass


def conv2d(*args, **kwargs):
    return Liar()
""",
    )
    for task in list(POINTS)[1:]:
        names = [
            line.split("(")[0][4:] for line in desk.cell(task).source.split("\n") if line.startswith("def ")
        ]
        desk.put(task, "\n".join(f"{name} = conv2d" for name in names))
    desk.cell("conv2d").source += "\n\ndef conv2d(*args, **kwargs):\n    return Liar()"


@submission("cheat", NOTHING)
def lying_array(desk: Desk) -> None:
    """A subclass of ndarray whose comparisons and arithmetic agree with everything."""
    attack(
        desk,
        """
        class Lying(np.ndarray):
            def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
                if ufunc in (np.equal, np.less_equal, np.isfinite):
                    return np.ones(4, bool).all()
                return np.zeros(4)

            def __array_function__(self, function, types, args, kwargs):
                return np.True_

            shape = property(lambda self: (4, 4))
            all = lambda self, *a, **k: True
            any = lambda self, *a, **k: False
        """,
    )
    for task, name in (("conv2d", "conv2d"), ("pool2d", "pool2d"), ("edges", "edge_strength")):
        desk.after(task, f"def {name}(*args, **kwargs):\n    return np.zeros((4, 4)).view(Lying)")


@submission("cheat", NOTHING)
def lying_tensor(desk: Desk) -> None:
    """A subclass of Tensor that agrees with everything."""
    attack(
        desk,
        """
        class Lying(torch.Tensor):
            @classmethod
            def __torch_function__(cls, function, types, args=(), kwargs=None):
                return torch.tensor(True)

            shape = property(lambda self: torch.Size((1, 1, 1, 2)))
        """,
    )
    desk.after("conv1x1", "def conv1x1(*args, **kwargs):\n    return torch.zeros(1).as_subclass(Lying)")


@submission("cheat", NOTHING)
def lying_numbers(desk: Desk) -> None:
    """Subclasses of int, float and str that are equal to everything."""
    attack(
        desk,
        """
        class Number(int):
            __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda self, other: True
            __ne__ = lambda self, other: False
            __hash__ = int.__hash__


        class Dictionary(dict):
            __eq__ = lambda self, other: True
            __iter__ = lambda self: iter(["horizontal", "laplacian", "vertical"])
            __getitem__ = lambda self, key: Number(1)
        """,
    )
    desk.put(
        "sizes",
        "def output_size(*a, **k):\n    return Number(1)\n\n\n"
        "count_parameters = count_multiplications = output_size",
    )
    kernels = "def edge_kernels():\n    return Dictionary()\n\n\n"
    desk.put("edges", kernels + "def edge_strength(image):\n    return Number(1)")


@submission("cheat", NOTHING)
def pickled_surprise(desk: Desk) -> None:
    """Results whose unpickling runs code in whoever unpickles them."""
    attack(
        desk,
        """
        class Surprise:
            def __reduce_ex__(self, protocol):
                path = "course_lib.grading.checking.compare"
                text = f"__import__({path!r}).grading.checking.compare.__dict__.update(close=print)"
                return eval, (text,)

            __reduce__ = lambda self: self.__reduce_ex__(2)
        """,
    )
    for task, name in (("conv2d", "conv2d"), ("pool2d", "pool2d"), ("conv1x1", "conv1x1")):
        desk.after(task, f"def {name}(*args, **kwargs):\n    return [Surprise(), np.array([Surprise()])]")


# ---- looking for the answer


@submission("cheat", NOTHING)
def answers_from_frames(desk: Desk) -> None:
    """Takes what is expected out of the local values of the frames that call."""
    attack(
        desk,
        """
        import sys


        def stolen(*args, **kwargs):
            frame = sys._getframe(1)
            while frame is not None:
                for name in ("expected", "strength", "every_second", "means", "columns", "logits", "weight"):
                    if name in frame.f_locals and frame.f_code.co_name != "stolen":
                        return frame.f_locals[name]
                for name, function in list(frame.f_locals.items()) + list(frame.f_globals.items()):
                    if name == "_reference":
                        try:
                            return function(*args, **kwargs)
                        except Exception:
                            pass
                frame = frame.f_back
            raise RuntimeError("nothing found")


        """,
    )
    for task, names in (
        ("conv2d", ["conv2d"]),
        ("pool2d", ["pool2d"]),
        ("conv1x1", ["conv1x1"]),
        ("edges", ["edge_strength", "edge_kernels"]),
        ("sizes", ["output_size"]),
        ("fit", ["fit"]),
    ):
        desk.after(task, "\n".join(f"{name} = stolen" for name in names))


@submission("cheat", NOTHING)
def answers_from_the_heap(desk: Desk) -> None:
    """Looks for functions called _reference and for the tests' own values among all living objects."""
    attack(
        desk,
        """
        import gc
        import types


        def stolen(*args, **kwargs):
            for thing in gc.get_objects():
                if isinstance(thing, types.FunctionType) and thing.__name__ in ("_reference", "_real_size"):
                    try:
                        return thing(*args, **kwargs)
                    except Exception:
                        continue
            raise RuntimeError("nothing found")
        """,
    )
    for task in ("conv2d", "pool2d", "conv1x1"):
        desk.after(task, f"{task} = stolen")


@submission("cheat", NOTHING)
def answers_from_in(desk: Desk) -> None:
    """Runs the test cell's own reference, found in In[] or in the kernel's history."""
    attack(
        desk,
        """
        def stolen(*args, **kwargs):
            for text in reversed(list(In)):
                if "def _reference" in text and "stolen" not in text:
                    space = {}
                    exec(text.split("@check.hidden")[0].split("BEGIN HIDDEN TESTS")[1], space)
                    return space["_reference"](*args, **kwargs)
            raise RuntimeError("nothing found")
        """,
    )
    for task in ("conv2d", "pool2d", "conv1x1"):
        desk.after(task, f"{task} = stolen")


@submission("cheat", NOTHING)
def solutions_of_the_library(desk: Desk) -> None:
    """Uses the ready-made convolutions that the task forbids."""
    attack(desk, "")
    desk.put(
        "conv2d",
        """
        from torch.nn.functional import conv2d as ready


        def conv2d(image, kernel, stride=1, padding=0):
            image, kernel = (torch.tensor(np.array(a, dtype=float))[None, None] for a in (image, kernel))
            return ready(image, kernel, stride=stride, padding=padding)[0, 0].numpy()
        """,
    )


@submission("cheat", NOTHING)
def solutions_kept_before(desk: Desk) -> None:
    """Hides the forbidden convolution in a closure, a list and a partial before anything is forbidden."""
    attack(
        desk,
        """
        import functools

        kept = [functools.partial(torch.nn.functional.conv2d)]
        """,
    )
    desk.put(
        "conv2d",
        """
        import functools

        kept = [functools.partial(torch.nn.functional.conv2d)]


        def conv2d(image, kernel, stride=1, padding=0):
            image, kernel = (torch.tensor(np.array(a, dtype=float))[None, None] for a in (image, kernel))
            return kept[0](image, kernel, stride=stride, padding=padding)[0, 0].numpy()
        """,
    )
