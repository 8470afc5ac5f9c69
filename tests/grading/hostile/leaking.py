"""Getting hidden tests, their inputs or expected values out: by output, exceptions, files, names."""

from hostile.corpus import LEAKED, MARK, NOTHING, Desk, submission

STASH = f"""
def look(*things):
    '''Keep what a test brings, and say so in every way there is.'''
    text = {MARK} + ' ' + repr(things)
    stash.append(text)
    return text


stash = []
"""
ABSENT = (LEAKED,)


def looking(desk: Desk, what: str) -> None:
    """conv2d looks at its arguments and does `what` with the text, when the input is none of the visible ones."""
    desk.put(
        "conv2d",
        STASH
        + f"""

def conv2d(image, kernel, stride=1, padding=0):
    if image.shape not in ((6, 6), (5, 5), (4, 4)) or kernel.shape not in ((3, 3), (1, 1)):
        text = look(image, kernel, stride, padding)
        {what}
"""
        + desk.answers["conv2d"].split('"""\n', 1)[1],
    )


@submission("leak", absent=ABSENT)
def prints_inputs(desk: Desk) -> None:
    """Prints what hidden tests bring."""
    looking(desk, "print(text)")


@submission("leak", absent=ABSENT)
def prints_inputs_from_c(desk: Desk) -> None:
    """Writes it to the file descriptors of stdout and stderr, and to whatever else is open."""
    looking(desk, "import os\n        [os.write(f, text.encode()) for f in (1, 2)]")


@submission("leak", {"conv2d": 4}, absent=ABSENT, shown=("Your code raised",))
def raises_inputs(desk: Desk) -> None:
    """Raises an exception whose message holds the inputs."""
    looking(desk, "raise ValueError(text)")


@submission("leak", {"conv2d": 4}, absent=ABSENT)
def raises_a_class_named_so(desk: Desk) -> None:
    """Raises an exception whose class is named after the inputs."""
    looking(desk, "raise type(text, (ValueError,), {'__module__': 'builtins'})(text)")


@submission("leak", {"conv2d": 4}, absent=ABSENT)
def raises_while_it_raises(desk: Desk) -> None:
    """Raises an exception whose text raises another one, with notes and causes."""
    looking(
        desk,
        "raise type('E', (Exception,), {'__str__': lambda s: 1 / 0, '__repr__': lambda s: text})(text) "
        "from ValueError(text)",
    )


@submission("leak", {"conv2d": 4}, absent=ABSENT)
def returns_a_class_named_so(desk: Desk) -> None:
    """Returns an object whose class is named after the inputs."""
    looking(desk, "return type(text, (), {})()")


@submission("leak", absent=ABSENT)
def shows_what_it_stashed(desk: Desk) -> None:
    """Keeps the inputs and prints them in its last cell, also in hexadecimal."""
    looking(desk, "pass")
    desk.add("print(stash)\nprint([text.encode().hex() for text in stash])\nstash")


@submission("leak", absent=ABSENT)
def shows_what_it_shared(desk: Desk) -> None:
    """Keeps the inputs in memory that all its processes share and in a file, and prints both from a later cell."""
    looking(desk, "shared.write(text.encode()[:1000])\n        open('stash.txt', 'a').write(text)")
    desk.before("conv2d", "import mmap\n\nshared = mmap.mmap(-1, 1 << 20)")
    desk.add(
        "import os, threading, time\n\n"
        "def show():\n"
        "    print(shared[:2000], open('stash.txt').read() if os.path.exists('stash.txt') else '')\n\n"
        "show()\nthreading.Timer(1, show).start()\nthreading.Timer(3, show).start()"
    )


@submission("leak", {"pool2d": 0}, absent=ABSENT)
def shows_it_in_the_next_visible_check(desk: Desk) -> None:
    """Keeps the inputs; the function of the next task prints them and raises them, where visible checks look."""
    looking(desk, "pass")
    desk.put("pool2d", "def pool2d(*args, **kwargs):\n    print(stash)\n    raise ValueError(str(stash))")


@submission("leak", absent=ABSENT)
def displays_inputs(desk: Desk) -> None:
    """Displays them as HTML, Markdown, LaTeX and JSON, and updates an earlier display."""
    desk.before("conv2d", "from IPython.display import display\n\nhandle = display('here', display_id=True)")
    looking(
        desk,
        "display({'text/html': text, 'text/markdown': text, 'text/latex': text, 'text/plain': text}, raw=True)\n"
        "        handle.update(text)",
    )
    desk.cell("conv2d").source = (
        "from IPython.display import display\n\nhandle = display('here', display_id=True)\n"
        + desk.cell("conv2d").source
    )


@submission("leak", absent=ABSENT)
def prints_later(desk: Desk) -> None:
    """Prints them from a thread, and again when the interpreter ends."""
    desk.add("import atexit\n\natexit.register(lambda: print(stash))")
    looking(desk, "import threading\n        threading.Timer(0.3, print, [text]).start()")


@submission("leak", absent=ABSENT)
def writes_them_to_files(desk: Desk) -> None:
    """Writes them beside the notebook, into the notebook and into the feedback that it expects to be made."""
    looking(
        desk,
        "import os\n        os.makedirs('feedback', exist_ok=True)\n"
        "        [open(n, 'a').write(text) for n in ('ps02-convolution.ipynb', 'ps02-convolution.html', 'feedback/a')]",
    )


@submission("leak", absent=ABSENT)
def logs_them(desk: Desk) -> None:
    """Logs and warns."""
    looking(
        desk, "import logging, warnings\n        warnings.warn(text)\n        logging.getLogger().error(text)"
    )


@submission("leak", {"conv2d": (0, 6)}, absent=ABSENT)
def reads_frames(desk: Desk) -> None:
    """Prints the frames that called it, their local values and the lines of their source."""
    looking(
        desk,
        "import inspect, linecache\n"
        "        for frame in inspect.stack():\n"
        "            names = dict(frame.frame.f_locals)\n"
        "            if 'check' in names or 'expected' in names or '_reference' in frame.frame.f_globals:\n"
        "                print(look(names.get('expected'), frame.code_context))",
    )


@submission("leak", absent=ABSENT)
def reads_in(desk: Desk) -> None:
    """Prints the history of inputs where a hidden test would be."""
    desk.add(
        f"""
        marker = ' '.join(['BEGIN', 'HIDDEN', 'TESTS'])
        history = [text for text in list(In) + list(_ih) if marker in text and 'marker' not in text]
        for text in history:
            print({MARK}, text)
        """
    )


@submission("leak", absent=ABSENT)
def reads_the_heap(desk: Desk) -> None:
    """Searches every object that the garbage collector knows for a hidden test."""
    desk.add(
        f"""
        import gc
        import types

        import course_lib.grading

        marker = ' '.join(['BEGIN', 'HIDDEN', 'TESTS'])
        public = (marker, course_lib.grading.__doc__)  # nbgrader's own word, and how a test looks
        for thing in gc.get_objects():
            if isinstance(thing, types.CodeType):
                values = thing.co_consts
            elif isinstance(thing, (dict, list, tuple)):
                values = list(thing.values()) if isinstance(thing, dict) else list(thing)
            else:
                continue
            for value in values:
                if type(value) is str and marker in value and value not in public and 'gc.get_objects' not in value:
                    print({MARK}, value)
        """
    )


@submission("leak", absent=ABSENT)
def reads_the_checks(desk: Desk) -> None:
    """Prints the checks that the test cells left in its own name space."""
    desk.add(
        f"""
        for name in ('check', '_reference', '_known_mistakes', '_descend', '_responses', '_sample'):
            if name in globals():
                thing = globals()[name]
                hidden = [c.title for c in getattr(thing, '_checks', ()) if c.hidden] or name.startswith('_')
                if hidden:
                    print({MARK}, name, hidden)
        """
    )


@submission("leak", absent=ABSENT)
def traces(desk: Desk) -> None:
    """Follows every line that runs in the process and keeps the local values of tests."""
    desk.before(
        "conv2d",
        f"""
        import sys

        traced = []


        def tracer(frame, event, argument):
            if 'expected' in frame.f_locals or 'check' in frame.f_locals:
                traced.append({MARK} + repr(frame.f_locals)[:500])
            return tracer


        sys.settrace(tracer)
        import threading

        threading.settrace(tracer)
        """,
    )
    desk.add("sys.settrace(None)\nprint(traced[-20:])")


@submission("leak", NOTHING, absent=ABSENT)
def asserts_in_the_answer(desk: Desk) -> None:
    """Code in place of functions that raises the text of the tests of the cell before and after it."""
    desk.unsolve()
    for task in NOTHING:
        desk.put(
            task,
            f"marker = ' '.join(['BEGIN', 'HIDDEN', 'TESTS'])\n"
            f"raise RuntimeError({MARK} if any(marker in t and 'marker' not in t for t in In) else 'nothing')",
        )


@submission("leak", absent=ABSENT)
def takes_the_seed(desk: Desk) -> None:
    """Prints the secret seed, from the environment or from the configuration."""
    desk.add(
        f"""
        import os

        seed = os.environ.get('COURSE_GRADING_SEED')
        if seed:
            print({MARK}, seed)
        """
    )
