"""What eats time, memory, processes, disk and space in the output, or ends the process."""

from hostile.corpus import Desk, stopped, submission

# ---- loops


@submission("loop", {"pool2d": 0}, slow=True, shown=("took longer than",))
def loop_in_a_function(desk: Desk) -> None:
    """A function that never returns."""
    desk.put("pool2d", "def pool2d(image, size, stride=None, mode='max'):\n    while True:\n        pass")


@submission("loop", stopped("pool2d"), slow=True)
def loop_in_a_cell(desk: Desk) -> None:
    """A cell that never ends."""
    desk.put("pool2d", "while True:\n    pass")


@submission("loop", stopped("edges"), slow=True)
def swallows_in_a_function(desk: Desk) -> None:
    """A function that catches every interrupt and goes on."""
    desk.put(
        "edges",
        """
        def edge_strength(image):
            while True:
                try:
                    while True:
                        pass
                except BaseException:
                    pass


        edge_kernels = edge_strength
        """,
    )


@submission("loop", stopped("sizes"), slow=True)
def swallows_in_a_cell(desk: Desk) -> None:
    """A cell that catches KeyboardInterrupt and goes on."""
    desk.put(
        "sizes",
        """
        while True:
            try:
                while True:
                    pass
            except KeyboardInterrupt:
                print("no")
        """,
    )


@submission("loop", stopped("conv1x1"), slow=True)
def ignores_signals(desk: Desk) -> None:
    """Ignores every signal that can be ignored, turns the alarm off, and waits."""
    desk.put(
        "conv1x1",
        """
        import signal
        import time


        def conv1x1(images, weight, bias):
            for name in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGHUP):
                signal.signal(name, signal.SIG_IGN)
            signal.setitimer(signal.ITIMER_REAL, 0)
            while True:
                time.sleep(1000)
        """,
    )


@submission("loop", stopped("fit"), slow=True)
def loop_in_c(desk: Desk) -> None:
    """A regular expression that backtracks for ever: no Python code runs between two steps."""
    desk.put("fit", "def fit(*args, **kwargs):\n    import re\n\n    re.match('(a+)+$', 'a' * 60 + 'b')")


@submission("loop", {"network": 0}, slow=True)
def endless_result(desk: Desk) -> None:
    """Objects whose iteration, length and items never end."""
    desk.put(
        "network",
        """
        class DigitsNetwork:
            def __call__(self, x):
                return self

            def __getattr__(self, name):
                return self

            def __iter__(self):
                while True:
                    yield self
        """,
    )


@submission("loop", {"edges": 0})
def bottomless_result(desk: Desk) -> None:
    """A list in a list, a hundred thousand deep, and one that holds itself."""
    desk.put(
        "edges",
        """
        def edge_kernels():
            deep = []
            for _ in range(100_000):
                deep = [deep]
            return deep


        def edge_strength(image):
            itself = []
            itself.append(itself)
            return itself
        """,
    )


# ---- floods


@submission("flood")
def one_long_line(desk: Desk) -> None:
    """60 MB without a line break."""
    desk.after("conv2d", "print('x' * 60_000_000)")


@submission("flood")
def many_lines(desk: Desk) -> None:
    """A hundred thousand lines."""
    desk.after("conv2d", "for i in range(100_000):\n    print('line', i, '-' * 40)")


@submission("flood")
def many_displays(desk: Desk) -> None:
    """Twenty thousand displayed objects."""
    desk.add("from IPython.display import display\n\nfor i in range(20_000):\n    display(i)")


@submission("flood")
def long_traceback(desk: Desk) -> None:
    """An exception with a message of 20 MB."""
    desk.add("raise ValueError('x' * 20_000_000)")


@submission("flood")
def large_repr(desk: Desk) -> None:
    """A result whose repr has 20 MB."""
    desk.add("'y' * 20_000_000")


@submission("flood")
def prints_when_called(desk: Desk) -> None:
    """Every call of an answer prints a megabyte."""
    desk.put(
        "conv2d", desk.answers["conv2d"].replace("    padded =", "    print('z' * 1_000_000)\n    padded =")
    )


@submission("flood", {"pool2d": (0, 5)})
def fills_the_disk(desk: Desk) -> None:
    """Writes a file of 2 GB, and removes it when that has worked."""
    desk.only_if(
        "pool2d",
        """
        import os

        reached = True
        try:
            with open("fill", "wb") as file:
                for _ in range(2000):
                    file.write(bytes(1_000_000))
        except OSError:
            reached = False
        finally:
            if os.path.exists("fill"):
                os.remove("fill")
        """,
    )


# ---- memory, processes, ends


@submission("resources", {"pool2d": 0, "conv1x1": (0, 4)} | stopped("pool2d"))
def memory_hog_in_a_cell(desk: Desk) -> None:
    """Takes 8 GB, a quarter at a time."""
    desk.only_if("pool2d", "hold = [bytearray(2_000_000_000) for _ in range(4)]\nreached = True")
    desk.after("pool2d", "del hold")


@submission("resources", stopped("edges", 2))
def memory_hog_in_a_function(desk: Desk) -> None:
    """Takes 8 GB when called."""
    take = "    hold = [np.ones(250_000_000) for _ in range(4)]\n    kernels = edge_kernels()"
    desk.put("edges", desk.answers["edges"].replace("    kernels = edge_kernels()", take))


@submission("resources", {"conv1x1": 0})
def endless_list(desk: Desk) -> None:
    """Returns a range as a list of 400 million numbers."""
    desk.put("conv1x1", "def conv1x1(images, weight, bias):\n    return list(range(400_000_000))")


@submission("resources", stopped("sizes"), flags=("programs",))
def fork_bomb(desk: Desk) -> None:
    """Starts 200 processes that wait for a minute; solved only if all of them could start."""
    desk.only_if(
        "sizes",
        """
        import os
        import time

        started = 0
        try:
            for _ in range(200):
                if os.fork() == 0:
                    try:
                        os.execv("/bin/sleep", ["course-hostile-fork", "60"])
                    finally:
                        os._exit(0)
                started += 1
        except OSError:
            time.sleep(0.1)
        reached = started == 200
        """,
    )


@submission("resources", {"sizes": (0, 6)})
def thread_bomb(desk: Desk) -> None:
    """Starts 2,000 threads that wait for half a minute."""
    desk.only_if(
        "sizes",
        """
        import threading
        import time

        started = 0
        try:
            for _ in range(2000):
                threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
                started += 1
        except RuntimeError:
            pass
        reached = started == 2000
        """,
    )


@submission("resources", stopped("edges"))
def exits_in_a_cell(desk: Desk) -> None:
    """os._exit in a cell."""
    desk.put("edges", "import os\n\nos._exit(0)")


@submission("resources", stopped("edges"))
def exits_in_a_function(desk: Desk) -> None:
    """os._exit when called."""
    desk.put(
        "edges", "import os\n\n\ndef edge_strength(image):\n    os._exit(0)\n\n\nedge_kernels = edge_strength"
    )


@submission("resources", {"edges": 0})
def leaves_politely(desk: Desk) -> None:
    """SystemExit when called, quit() in a cell."""
    desk.put(
        "edges",
        "import sys\n\n\ndef edge_strength(image):\n    sys.exit(0)\n\n\nedge_kernels = lambda: exit(0)",
    )


@submission("resources", stopped("network"))
def kills_itself(desk: Desk) -> None:
    """SIGKILL to its own process."""
    desk.put("network", "import os, signal\n\nos.kill(os.getpid(), signal.SIGKILL)")


@submission("resources", stopped("fit"))
def segmentation_fault(desk: Desk) -> None:
    """Reads address 0 through ctypes when called."""
    desk.put("fit", "import ctypes\n\n\ndef fit(*args, **kwargs):\n    ctypes.string_at(0)")


@submission("resources", stopped("conv1x1"))
def aborts(desk: Desk) -> None:
    """abort() of the C library when called."""
    desk.put("conv1x1", "import os\n\n\ndef conv1x1(images, weight, bias):\n    os.abort()")


@submission("resources")
def exits_after_the_work(desk: Desk) -> None:
    """Everything right, then the process ends itself in the last cell."""
    desk.add("import os\n\nos._exit(1)")


@submission("resources", stopped("pool2d", (0, 5)))
def closes_every_file(desk: Desk) -> None:
    """Closes all file descriptors of the process."""
    desk.after("pool2d", "import os\n\nos.closerange(0, 4096)")


@submission("resources", stopped("pool2d", (0, 5)))
def stops_the_parent(desk: Desk) -> None:
    """Sends SIGKILL to its parent process."""
    desk.after(
        "pool2d", "import os, signal\n\nos.kill(os.getppid(), signal.SIGKILL) if os.getppid() > 1 else None"
    )


# ---- children that stay

DETACH = """
import os

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv("/bin/sh", ["course-hostile-detached", "-c", "sleep 45; echo late >> late.txt"])
    os._exit(0)
os.wait()
"""


@submission("detached", flags=("programs",))
def detaches_a_child(desk: Desk) -> None:
    """A child in a session of its own that writes a file after 45 seconds."""
    desk.after("conv2d", DETACH)


@submission("detached", flags=("programs",))
def detaches_when_called(desk: Desk) -> None:
    """The same from inside an answer, at its first call."""
    source = desk.answers["pool2d"].replace("    stride = size", "    detach()\n    stride = size")
    body = "\n".join("    " + line for line in DETACH.strip().split("\n"))
    head = "def detach():\n    global detach\n    again, detach = detach, lambda: None\n" + body
    desk.put("pool2d", head + "\n\n\n" + source)


@submission("detached", flags=("programs",))
def leaves_a_background_command(desk: Desk) -> None:
    """nohup through a shell."""
    desk.add(
        """
        import subprocess

        subprocess.Popen(
            ["/bin/sh", "-c", "exec -a course-hostile-nohup sleep 45 || sleep 45", "course-hostile-nohup"],
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        """
    )


@submission("detached")
def leaves_threads(desk: Desk) -> None:
    """Threads that keep the interpreter from ending, and a wait at exit."""
    desk.add(
        """
        import atexit
        import threading
        import time

        threading.Thread(target=time.sleep, args=(40,)).start()
        atexit.register(time.sleep, 40)
        """
    )
