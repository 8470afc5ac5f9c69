"""The student's process: it runs the cells of a notebook as IPython does and carries out what checks ask for.

Everything here shares a process with the student's code, which can change it. So nothing that must hold rests
on it: it knows no test and no seed of one, and the judge treats what it says as coming from the student.
"""

import base64
import contextlib
import os
import signal
import sys
from types import SimpleNamespace
from typing import NamedTuple

from course_lib.grading.checking.crossing import cross, same
from course_lib.grading.checking.forbid import Forbidden
from course_lib.grading.checking.operations import carry_out, trouble_of
from course_lib.grading.checking.student import seed_everything
from course_lib.grading.judge.wire import Channel, WireError, decode, encode
from course_lib.grading.sandbox.watch import watch

OWN_LIMIT = 4 << 20  # characters a cell may print before this side stops sending them


def make_shell():
    """An IPython shell without history file, colors or prompts, made once in the warm server."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.display_page = True
    return InteractiveShell.instance(config=config)


class Speaking:
    """A text stream whose text goes to the judge."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, examinee: "Examinee", name: str):
        self._examinee, self._name = examinee, name

    def write(self, text: str) -> int:
        """Send the text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._examinee.say_text(self._name, text)
        return len(text)

    def writelines(self, lines) -> None:
        """Send each of the lines."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Nothing waits."""

    def isatty(self) -> bool:
        """No terminal."""
        return False

    def fileno(self) -> int:
        """The descriptor behind standard output, which the judge reads too."""
        return 1 if self._name == "stdout" else 2

    closed = False
    writable = staticmethod(lambda: True)
    readable = seekable = staticmethod(lambda: False)


class Copy(NamedTuple):
    """A copy of this process that waits: its number, and the pipe whose byte wakes it."""

    pid: int
    alarm: int


class Examinee:
    """Answers the judge on `channel` until it hangs up."""

    def __init__(self, channel: Channel, shell):
        self.channel, self.shell = channel, shell
        self.handles: list[object] = []
        self.copies: dict[int, Copy] = {}
        self.forbidden = Forbidden(())
        self.running = False
        self.said = 0
        # What the student's code splits off has the channel, too, and may not use it.
        self.process = os.getpid()
        self._connect_shell()

    def _connect_shell(self) -> None:
        """Send what the shell shows to the judge."""
        sys.stdout, sys.stderr = Speaking(self, "stdout"), Speaking(self, "stderr")
        sys.__stdout__, sys.__stderr__ = sys.stdout, sys.stderr
        shell = self.shell

        def publish(data, metadata=None, **other):
            self.say_data("display_data", data)

        shell.display_pub.publish = publish
        shell.display_pub.clear_output = lambda wait=False: None
        hook = shell.displayhook
        hook.write_output_prompt = lambda: None
        hook.write_format_data = lambda data, metadata=None: self.say_data("execute_result", data)
        hook.finish_displayhook = lambda: None

        def show_error(kind, value, trace):
            with contextlib.suppress(Exception):
                value_text = str(value)[:500]
            lines = [str(line) for line in trace]
            output = {"kind": "error", "ename": kind.__name__, "evalue": value_text, "traceback": lines}
            self.say({"say": "output", "output": output})

        shell._showtraceback = show_error

    @property
    def split_off(self) -> bool:
        """Whether this is another process, split off by the student's code; two at once would garble the channel."""
        return os.getpid() != self.process

    def say(self, message: dict) -> None:
        """Tell the judge something that is no reply."""
        if self.said < OWN_LIMIT and not self.split_off:
            self.channel.send(message)

    def say_text(self, name: str, text: str) -> None:
        """Tell the judge what was printed."""
        text = text[: max(OWN_LIMIT - self.said, 0)]
        self.said += len(text)
        if text and self.split_off:
            data = text.encode("utf-8", "replace")
            while data:
                data = data[os.write(1, data) :]
        elif text:
            self.channel.send({"say": "stream", "name": name, "text": text})

    def say_data(self, kind: str, data: dict) -> None:
        """Tell the judge what was displayed."""
        kept = {mime: data[mime] for mime in ("text/plain", "image/png") if mime in data}
        if isinstance(kept.get("image/png"), bytes):
            kept["image/png"] = base64.b64encode(kept["image/png"]).decode()
        self.said += sum(map(len, kept.values()))
        self.say({"say": "output", "output": {"kind": kind, "data": kept}})

    # ---- requests

    def serve(self, until_answer: bool = False) -> tuple[dict, bytes] | None:
        """Carry out requests; in a callback, until the judge has answered it."""
        while True:
            request, payload = self.channel.receive()
            if until_answer and ("answer" in request or "refused" in request):
                return request, payload
            before = self.running
            signal.signal(signal.SIGINT, self.interrupted)
            reply, data = getattr(self, f"do_{request['do']}")(request, payload)
            if self.split_off:
                os._exit(0)
            self.running = before
            self.channel.send(reply, data)

    def interrupted(self, signum, frame) -> None:
        """The judge's interrupt: for the student's code, never for this loop."""
        if self.running:
            self.running = False
            raise KeyboardInterrupt

    def do_cell(self, request: dict, payload: bytes) -> tuple[dict, bytes]:
        """Run a cell's source."""
        self.said, self.running = 0, True
        failed = True
        try:
            failed = not self.shell.run_cell(request["source"], store_history=True).success
        except BaseException as error:  # what slips through IPython must not end the notebook
            self.shell._showtraceback(type(error), error, [])
        self.running = False
        for name in ("stdout", "stderr"):  # a cell may put its own in their place
            setattr(sys, name, getattr(sys, f"__{name}__"))
        return {"done": True, "failed": failed}, b""

    def do_keep(self, request: dict, payload: bytes) -> tuple[dict, bytes]:
        """Keep a copy of this process as it is now; the copy goes on here when it is woken.

        Threads do not survive in a copy, so a process that has several keeps none; nor
        does one that has used up its limits.
        """
        if len(os.listdir("/proc/self/task")) > 1:
            return {"kept": False}, b""
        try:
            bell, alarm = os.pipe()
            pid = os.fork()
        except OSError:
            return {"kept": False}, b""
        if pid:
            os.close(bell)
            self.copies[request["number"]] = Copy(pid, alarm)
            return {"kept": True}, b""
        for number in (alarm, *(copy.alarm for copy in self.copies.values())):
            os.close(number)
        self.copies = {}
        if not os.read(bell, 1):  # the process that would have woken it has ended
            os._exit(0)
        os.close(bell)
        self.process = os.getpid()
        return {"awake": True}, b""

    def do_wake(self, request: dict, payload: bytes) -> tuple[dict, bytes]:
        """Let a copy answer in place of this process until it ends."""
        copy = self.copies.pop(request["number"])
        signal.signal(signal.SIGINT, lambda *_: os.kill(copy.pid, signal.SIGINT))
        os.write(copy.alarm, b"w")
        os.close(copy.alarm)
        os.waitpid(copy.pid, 0)
        return {"asleep": True}, b""

    def do_sleep(self, request: dict, payload: bytes) -> tuple[dict, bytes]:
        """End this copy; the process that kept it tells the judge."""
        os._exit(0)

    def do_seed(self, request: dict, payload: bytes) -> tuple[dict, bytes]:
        """Begin a check."""
        self.said = 0
        self.handles.clear()
        self.forbidden = Forbidden(tuple(request["forbid"]))
        seed_everything(request["seed"])
        return {"done": True}, b""

    def do_find(self, request: dict, payload: bytes) -> tuple[dict, bytes]:
        """Look up a global name of the notebook."""
        if request["name"] not in self.shell.user_ns:
            return {"missing": True}, b""
        return self.give(self.shell.user_ns[request["name"]])

    def do_operate(self, request: dict, payload: bytes) -> tuple[dict, bytes]:
        """Do something with an object; the arguments are decoded twice, to see whether the call changes them."""
        callbacks: dict[int, object] = {}

        def find(body):
            if "handle" in body:
                return self.handles[body["handle"]]
            return callbacks.setdefault(body["callback"], self.callback(body["callback"]))

        args, kwargs = decode(request["sent"], payload, find)
        unchanged = decode(request["sent"], payload, find)
        printed, limit = SimpleNamespace(write=sys.stdout.write, flush=lambda: None), contextlib.nullcontext()
        self.running = True
        try:
            result, trouble = carry_out(
                request["operation"],
                self.handles[request["on"]],
                args,
                kwargs,
                namespace=self.shell.user_ns,
                forbidden=self.forbidden,
                printed=printed,
                limit=limit,
            )
            self.running = False
        except KeyboardInterrupt:
            return {"trouble": {"what": "time"}}, b""
        if trouble:
            return {"trouble": vars(trouble)}, b""
        if not same([args, kwargs], unchanged):
            return {"changed": True}, b""
        return self.give(result)

    def give(self, value: object) -> tuple[dict, bytes]:
        """A reply with a value: data as a copy, anything else as a number that stands for it."""
        try:
            encoded, data = encode(cross(value, lambda thing: thing), self.hold)
        except (
            Exception
        ) as error:  # too large, endless, or its own methods raise: the student's value, not a fault here
            return {"trouble": vars(trouble_of(error, self.shell.user_ns))}, b""
        return {"value": encoded}, data

    def hold(self, thing: object) -> list:
        """Keep an object here; the judge gets its number."""
        self.handles.append(thing)
        return [len(self.handles) - 1, type(thing).__name__[:60], hasattr(type(thing), "__len__")]

    def callback(self, number: int):
        """A stub of a function of the test's: calling it asks the judge."""

        def ask(*args, **kwargs):
            if self.split_off:
                raise RuntimeError("only the notebook's own process can call a function that a check passed")
            encoded, data = encode([list(args), kwargs], self.hold)
            self.channel.send({"ask": number, "sent": encoded}, data)
            answer, payload = self.serve(until_answer=True)
            self.running = True
            if "refused" in answer:
                raise TypeError("the function that the check passed cannot use these arguments")
            return decode(answer["answer"], payload, lambda body: self.handles[body["handle"]])

        return ask


def run(channel: Channel, shell) -> None:
    """Be a student's process until the judge hangs up."""
    for number in (signal.SIGTERM, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    examinee = Examinee(channel, shell)
    sys.path.insert(0, os.getcwd())
    watch(lambda text: examinee.say({"say": "flag", "text": text}))
    with contextlib.suppress(WireError):
        examinee.serve()
