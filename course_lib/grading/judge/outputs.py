"""A cell's outputs as they come from the student's process: capped while they come, text and pictures only."""

import base64
import binascii
import re

ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?", re.S)
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
KEPT = ("text/plain", "image/png")
LINE = 2_000  # characters of one line


def clean(text: str) -> str:
    """The text without what moves a terminal's cursor, colors it, or turns the direction of writing.

    A carriage return, with which progress bars go back to the start of a line, becomes a line break.
    """
    text = ESCAPES.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return CONTROLS.sub("", text).encode("utf-8", "replace").decode()  # lone surrogates cannot be saved


class Outputs:
    """The outputs of one cell in the form of a notebook, at most `limit` bytes in all."""

    def __init__(self, limit: int):
        self.limit = limit
        self.used = 0
        self.cut = False
        self.list: list[dict] = []

    def room(self, text: str) -> str:
        """As much of the text as there is room for, in lines of bearable length."""
        left = self.limit - self.used
        if len(text) > left:
            text, self.cut = text[: max(left, 0)], True
        text = clean(text)
        encoded = len(text.encode("utf-8", "replace"))
        self.used += encoded
        if any(len(line) > LINE for line in text.split("\n")):
            text = "\n".join(line if len(line) <= LINE else line[:LINE] + " ..." for line in text.split("\n"))
        return text

    def stream(self, name: str, text: str) -> None:
        """Add printed text."""
        text = self.room(text)
        if not text:
            return
        last = self.list[-1] if self.list else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self.list.append({"output_type": "stream", "name": name, "text": text})

    def add(self, output: object) -> None:
        """Add an output that the student's process built: kept if it has the form of one, cut to size."""
        if not isinstance(output, dict) or len(self.list) > 1000:
            return
        kind = output.get("kind")
        if kind == "error":
            lines = [str(line) for line in list(output.get("traceback") or ())[:200]]
            trace = self.room("\n".join(lines)).split("\n")
            name, value = (self.room(str(output.get(key))[:500]) for key in ("ename", "evalue"))
            self.list.append({"output_type": "error", "ename": name, "evalue": value, "traceback": trace})
        elif kind in ("display_data", "execute_result") and isinstance(output.get("data"), dict):
            data = {mime: self.part(mime, output["data"][mime]) for mime in KEPT if mime in output["data"]}
            data = {mime: part for mime, part in data.items() if part}
            if data:
                self.list.append({"output_type": "display_data", "metadata": {}, "data": data})

    def note(self, sentence: str) -> None:
        """Add a sentence of the grader's own."""
        self.list.append({"output_type": "stream", "name": "stderr", "text": f"[{sentence}]"})

    def part(self, mime: str, value: object) -> str:
        """One representation of an output, or an empty string when it is none or there is no room."""
        if not isinstance(value, str):
            return ""
        if mime == "text/plain":
            return self.room(value)
        if self.used + len(value) > self.limit:
            self.cut = True
            return ""
        try:
            image = base64.b64decode(value.replace("\n", ""), validate=True)
        except (binascii.Error, ValueError):
            return ""
        self.used += len(value)
        return value if image.startswith(b"\x89PNG\r\n\x1a\n") else ""

    def finished(self) -> list[dict]:
        """All outputs, with a note where some were cut."""
        note = f"[the rest was cut: a cell may give {self.limit:,} bytes of output]"
        extra = [{"output_type": "stream", "name": "stderr", "text": note}] if self.cut else []
        return self.list + extra
