"""The judge's border: a check's calls go to the student's process as messages.

`Link` is the judge's end of the line. It does not trust what comes: sizes are bounded, values are decoded as
data, names are cut, and the clock is the judge's own. `RemoteBorder` is to `Checks` what
`course_lib.grading.checking.student.Border` is in one process.
"""

import contextlib
import os
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from course_lib.grading.checking.operations import BUILTIN_ERRORS, PRINTED, Printed, Trouble
from course_lib.grading.checking.report import Failure
from course_lib.grading.checking.student import CALLBACKS, Student, cannot_send, changed_in_place, not_defined
from course_lib.grading.judge.mentions import Mentions
from course_lib.grading.judge.outputs import Outputs, clean
from course_lib.grading.judge.packets import Packets
from course_lib.grading.judge.wire import Channel, WireError, decode, encode

GRACE = 1.0  # seconds between an interrupt and the end of the process
CROWDED = 4.0  # times the limit that a call may take where it gets too little of the processor
HAND_OVER = 20.0  # seconds that the student's process may take to read a message


class Gone(Exception):  # noqa: N818 - an outcome, not a fault of the program
    """The student's process ended or had to be ended; `late` if it took too long."""

    def __init__(self, late: bool):
        super().__init__()
        self.late = late


@dataclass
class Warden:
    """What the judge may ask the monitor: interrupt or end the student's process, or start a fresh one."""

    line: Packets
    starts_left: int

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in the student's code."""
        self.line.send({"need": "interrupt"})

    def processor_seconds(self) -> tuple[float, bool]:
        """The processor time that the student's processes have had, and whether the machine is crowded."""
        self.line.send({"need": "processor_seconds"})
        message, _ = self.line.receive()
        return message["seconds"], message["crowded"]

    def allow_as_long_again(self) -> None:
        """Let the clock of the whole notebook begin anew."""
        self.line.send({"need": "time"})
        self.line.receive()

    def end(self) -> None:
        """End the student's process and everything it started."""
        self.line.send({"need": "end"})
        self.line.receive()

    def start(self) -> tuple[Channel, int]:
        """A fresh student's process: the line to it, and the pipe of what it prints by itself.

        Raises Gone when there have been too many, or no time is left for one.
        """
        if self.starts_left <= 0:
            raise Gone(late=False)
        self.starts_left -= 1
        self.line.send({"need": "student"})
        _, descriptors = self.line.receive()
        if len(descriptors) != 2:
            raise Gone(late=True)
        line, printed = descriptors
        os.set_blocking(printed, False)
        return Channel(socket.socket(fileno=line)), printed


class Link:
    """The line to the student's process."""

    def __init__(self, warden: Warden, output_bytes: int):
        self.warden = warden
        self.output_bytes = output_bytes
        self.channel: Channel | None = None
        self.pipe = -1
        self.outputs = Outputs(output_bytes)
        self.printed = Printed()
        self.flags: dict[str, None] = {}

    def start(self) -> None:
        """Begin with a fresh process."""
        self.hang_up()
        self.channel, self.pipe = self.warden.start()

    def hang_up(self) -> None:
        """Forget the process that is gone."""
        if self.channel:
            self.channel.close()
            os.close(self.pipe)
        self.channel = None

    @property
    def alive(self) -> bool:
        """Whether there is a process to talk to."""
        return self.channel is not None

    def wake(self, number: int, seconds: float) -> bool:
        """From now on talk to a copy that was kept; False when it is not there any more."""
        try:
            reply, _ = self.ask({"do": "wake", "number": number}, b"", seconds)
        except Gone:
            return False
        return reply.get("awake") is True

    def sleep(self, seconds: float) -> None:
        """Let the copy end, and talk to the process that keeps the others again."""
        if self.alive:
            with contextlib.suppress(Gone):
                self.ask({"do": "sleep"}, b"", seconds)

    def ask(
        self, message: dict, payload: bytes, seconds: float, answer: Callable | None = None
    ) -> tuple[dict, bytes]:
        """Send a request and wait for its reply; meanwhile take what the student's code prints, and answer callbacks.

        Raises Gone when the process ends, breaks the protocol or does not answer in time. It is interrupted
        first; if it then answers, the answer counts as late. Time is wall time; on a crowded machine code that
        had too little of the processor gets more, so that marks do not depend on what else runs.
        """
        if not self.alive:
            raise Gone(late=False)
        began, interrupted = time.monotonic(), False
        deadline = began + seconds
        try:
            had = None  # processor time when the limit passed for the first time
            self.channel.send(message, payload, HAND_OVER)
            while True:
                found = self.await_frame(deadline)
                if found is None and interrupted:
                    raise Gone(late=True)
                if found is None and not interrupted and time.monotonic() < began + CROWDED * seconds:
                    now, crowded = self.warden.processor_seconds()
                    had = now if had is None else had
                    if crowded and now - had < seconds:
                        deadline = time.monotonic() + max(seconds - (now - had), 0.1)
                        continue
                if found is None:
                    interrupted, deadline = True, time.monotonic() + GRACE
                    self.warden.interrupt()
                    continue
                reply, data = found
                if "say" in reply:
                    self.take(reply)
                elif "ask" in reply and answer is not None and not interrupted:
                    self.channel.send(*answer(reply, data), HAND_OVER)
                elif "asleep" in reply and message["do"] != "sleep":
                    raise Gone(late=interrupted)  # the copy has ended by itself
                else:
                    self.drain()
                    return ({"late": True}, b"") if interrupted else (reply, data)
        except WireError:
            self.lose()
            raise Gone(late=interrupted) from None
        except Gone:
            self.lose()
            raise

    def lose(self) -> None:
        """End the process for good."""
        if self.alive:
            self.drain()
        self.hang_up()
        self.warden.end()

    def await_frame(self, deadline: float) -> tuple[dict, bytes] | None:
        """The next frame, or None when the time is over; reads the pipe meanwhile."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.channel.socket, selectors.EVENT_READ)
            selector.register(self.pipe, selectors.EVENT_READ)
            while (found := self.channel.frame()) is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                for key, _ in selector.select(left):
                    if key.fileobj is not self.pipe:
                        self.channel.fill(0)
                    elif not self.read_pipe():
                        selector.unregister(self.pipe)
        return found

    def read_pipe(self) -> bool:
        """Take what the student's process wrote past Python; False when nothing more will come."""
        try:
            data = os.read(self.pipe, 1 << 16)
        except BlockingIOError:
            return True
        if data:
            self.outputs.stream("stdout", data.decode("utf-8", "replace"))
            self.printed.write(clean(data[:PRINTED].decode("utf-8", "replace")))
        return bool(data)

    def drain(self) -> None:
        """Take what already lies in the pipe."""
        for _ in range(64):
            with contextlib.suppress(BlockingIOError):
                data = os.read(self.pipe, 1 << 16)
                if not data:
                    return
                self.outputs.stream("stdout", data.decode("utf-8", "replace"))
                continue
            return

    def take(self, event: dict) -> None:
        """Keep something that the student's process says while it works."""
        if event["say"] == "flag" and len(self.flags) < 20:
            self.flags[clean(str(event.get("text"))[:300])] = None
        elif event["say"] == "stream":
            text = str(event.get("text"))
            self.printed.write(clean(text[:PRINTED]))
            self.outputs.stream("stderr" if event.get("name") == "stderr" else "stdout", text)
        elif event["say"] == "output":
            self.outputs.add(event.get("output"))


@dataclass
class RemoteBorder:
    """Carries a check's calls to the student's process, and turns what goes wrong into sentences."""

    link: Link
    revive: Callable[[], None]  # brings a lost process back to where the notebook was
    mentions: Mentions
    forbid: tuple[str, ...] = ()
    seconds: float = 10
    last_step: str = ""
    callbacks: list = field(default_factory=list)

    @property
    def printed(self) -> Printed:
        """What the student's code printed in this check."""
        return self.link.printed

    def seed(self, seed: int) -> None:
        """Start a check: the same global random state every time, nothing printed yet."""
        self.link.printed, self.last_step, self.callbacks = Printed(), "", []
        if not self.link.alive:
            with contextlib.suppress(Gone):
                self.revive()
        self.request({"do": "seed", "seed": seed, "forbid": list(self.forbid)}, b"", quiet=True)

    def find(self, name: str) -> object:
        """The student's object called `name`, or Failure with advice."""
        reply, data = self.request({"do": "find", "name": name}, b"")
        if reply.get("missing"):
            raise not_defined(name)
        if mentioned := self.mentions.forbidden(name, self.forbid):
            raise Trouble("forbidden", text=mentioned).failure(self.seconds)
        return self.receive(reply.get("value"), data, name)

    def call(self, step: str, name: str, operation: str, value: object, args: tuple, kwargs: dict) -> object:
        """Do `operation` on the student's object with copies of the arguments; `step` says what, for reports."""
        self.last_step = step
        encoded, payload = encode([list(args), kwargs], self.send)
        message = {"do": "operate", "operation": operation, "on": value, "sent": encoded}
        reply, data = self.request(message, payload)
        trouble = reply.get("trouble")
        if trouble is not None:
            raise read_trouble(trouble).failure(self.seconds)
        if reply.get("changed"):
            raise changed_in_place(name)
        return self.receive(reply.get("value"), data, name)

    def request(self, message: dict, payload: bytes, quiet: bool = False) -> tuple[dict, bytes]:
        """Ask the student's process; Failure when it is gone or late."""
        try:
            reply, data = self.link.ask(message, payload, self.seconds, self.answer)
        except Gone as gone:
            if quiet:
                return {}, b""
            raise Trouble("time" if gone.late else "ended").failure(self.seconds) from None
        if reply.get("late"):
            raise Trouble("time").failure(self.seconds)
        return reply, data

    def receive(self, value: object, data: bytes, name: str) -> object:
        """A value of the student's as the test gets it: a copy of plain data, or a `Student`."""

        def hold(body):
            if not (isinstance(body, list) and len(body) == 3 and type(body[0]) is int):
                raise WireError("a message holds something unknown")
            handle, kind, measurable = body
            return Student(self, name, handle, clean(str(kind)[:60]), measurable is True)

        try:
            return decode(value, data, hold)
        except WireError:
            raise Failure("Your code gave something that cannot be read.") from None

    def send(self, value: object) -> object:
        """What stands for a student's object or a function of the test's in a message."""
        if isinstance(value, Student):
            return {"handle": value._course_value}
        if isinstance(value, CALLBACKS):
            self.callbacks.append(value)
            return {"callback": len(self.callbacks) - 1}
        raise cannot_send(value)

    def answer(self, request: dict, data: bytes) -> tuple[dict, bytes]:
        """Call a function of the test's for the student's code; what it gives goes back as a copy."""
        number = request.get("ask")
        if type(number) is not int or not 0 <= number < len(self.callbacks):
            raise WireError("the student's process asks for something unknown")
        args, kwargs = self.receive(request.get("sent"), data, "an argument")
        try:
            encoded, payload = encode(self.callbacks[number](*args, **kwargs), self.send)
        except Exception:  # the student's code gave the function something it cannot use
            return {"refused": True}, b""
        return {"answer": encoded}, payload


def read_trouble(body: object) -> Trouble:
    """A trouble of the student's process, with the names that only it can know cut to size."""
    body = body if isinstance(body, dict) else {}
    kinds = tuple(clean(str(name)[:80]) for name in list(body.get("kinds") or ())[:20]) or ("Exception",)
    known = next((name for name in kinds if name in BUILTIN_ERRORS), "Exception")
    what = body.get("what") if body.get("what") in ("raised", "time", "forbidden") else "raised"
    text = clean(str(body.get("text", ""))[:200])
    return Trouble(what, kinds, known, text, clean(str(body.get("where", ""))[:300]))
