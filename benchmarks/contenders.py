"""Contenders: each runs in a process of its own, sets itself up, and then works when it is its turn.

The measuring process writes a line, the name of the task; the contender does it and answers with a line of JSON, which
holds at least the seconds it took. Whoever waits for its turn does nothing, so contenders do not disturb each other,
and taking turns in short rounds spreads what else the machine does over all of them.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
TWO_PROCESSES = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")


class Turns:
    """The contender's side: `wait` for a task, then `reply`. What else it prints goes to the standard error."""

    def __init__(self):
        self.replies = os.fdopen(os.dup(1), "w", buffering=1)
        os.dup2(2, 1)

    def wait(self) -> str:
        """Return the next task; end the process if there is nobody left to ask for one."""
        line = sys.stdin.readline()
        if not line:
            raise SystemExit("the measuring process is gone")
        return line.strip()

    def reply(self, **values: Any) -> None:
        """Answer the last task."""
        print(json.dumps(values), file=self.replies)


class Contender:
    """The measuring side: starts `script` with its settings as JSON; `run` gives it a turn."""

    def __init__(self, name: str, script: str, settings: dict[str, Any], launcher: Sequence[str] = ()):
        self.name, self.settings = name, settings
        self.folder = tempfile.TemporaryDirectory()
        self.errors = Path(self.folder.name) / "errors.txt"
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, *launcher, str(FOLDER / script), json.dumps(settings)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment(settings["threads"]),
                text=True,
                bufsize=1,
            )

    def run(self, task: str = "epoch") -> dict[str, Any]:
        """Have it do a task and return its answer.

        Raises:
            RuntimeError: if the contender ends instead; the message has the end of what it printed.
        """
        try:
            self.process.stdin.write(task + "\n")
        except BrokenPipeError:
            self._explain()
        line = self.process.stdout.readline()
        if not line:
            self._explain()
        return json.loads(line)

    def _explain(self) -> None:
        code = self.process.wait()
        printed = self.errors.read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"{self.name} ended with code {code}:\n{printed[-3000:]}")

    def finish(self) -> None:
        """Wait until it has ended by itself, its last task done."""
        self.process.stdin.close()
        if self.process.wait() != 0:
            self._explain()

    def __enter__(self) -> "Contender":
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        with suppress(BrokenPipeError):  # of one that has ended already
            self.process.stdin.close()  # one that still waits ends now
        if kind is not None:
            self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()


def environment(threads: int) -> dict[str, str]:
    """The environment of a contender: so many threads, and TensorFlow with oneDNN, which is its default."""
    changed = {"OMP_NUM_THREADS": str(threads), "TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONPATH": str(FOLDER.parent)}
    return {k: v for k, v in os.environ.items() if k != "TF_ENABLE_ONEDNN_OPTS"} | changed


def alternate(
    contenders: Sequence[Contender], rounds: int, title: str, task: str = "epoch"
) -> dict[str, list[dict[str, Any]]]:
    """Give all of them turns and return each one's answers, one a round, by its name.

    A turn before the first round, in which memory is filled and code compiled, is not counted. Every second round goes
    through the contenders backward, so that none of them always comes first.
    """
    for contender in contenders:
        print(f"{title}: {contender.name} warms up", flush=True)
        contender.run(task)
    answers = {contender.name: [] for contender in contenders}
    for number in range(rounds):
        for contender in contenders if number % 2 == 0 else contenders[::-1]:
            answers[contender.name].append(contender.run(task))
        seconds = ", ".join(f"{name} {rows[-1]['seconds']:.3g} s" for name, rows in answers.items())
        print(f"{title}: round {number + 1} of {rounds}: {seconds}", flush=True)
    return answers


def ratios(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> list[float]:
    """How many times faster `one` was than `other`, round by round."""
    return [b["seconds"] / a["seconds"] for a, b in zip(one, other, strict=True)]
