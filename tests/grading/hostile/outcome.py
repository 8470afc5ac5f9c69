"""What was seen of a submission, and how it differs from what was expected."""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

from hostile.corpus import POINTS, Submission

# The kinds of flags that a submission can be expected to raise, by the sentences that say so.
SIGNS = {
    "repaired": re.compile(
        "put back|one was kept|was changed|its mark|turned back|left out|put below|read as"
    ),
    "network": re.compile("network"),
    "programs": re.compile("another pro(gram|cess)"),
    "ended": re.compile("was ended|ended before|processes|memory"),
}
PAGE = 3_000_000  # bytes that a student's feedback may have
LOUD = {
    "script",
    "iframe",
    "object",
    "embed",
    "form",
    "base",
    "link",
    "frame",
    "applet",
    "style",
    "foreignobject",
}
SCHEMES = re.compile(r"\s*(https?:|mailto:|#|[./]|data:image/(png|jpeg|gif);|[\w./-]+(#|$))", re.IGNORECASE)


@dataclass
class Seen:
    """What grading made of a submission; `marks` are None where there is no score."""

    marks: dict[str, float | None] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    reason: str | None = None
    feedback: str | None = None
    extra: list[str] = field(default_factory=list)  # what else a student receives, such as a log


class Audit(HTMLParser):
    """Collects what could run, load or cover something in a page."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.inside: str | None = None

    def handle_starttag(self, tag, attrs):
        """Look at an element and its attributes."""
        values = {name: value or "" for name, value in attrs}
        if tag in LOUD:
            self.found.append(f"<{tag} {sorted(values.items())}>")
            self.inside = tag
        if tag == "meta" and "http-equiv" in values and "refresh" in values["http-equiv"].lower():
            self.found.append("<meta refresh>")
        for name, value in values.items():
            if name.startswith("on"):
                self.found.append(f"<{tag} {name}={value!r}>")
            elif name in ("href", "src", "action", "formaction", "xlink:href", "srcset", "background"):
                if not SCHEMES.match(re.sub(r"[\x00-\x20]", "", value)):
                    self.found.append(f"<{tag} {name}={value[:60]!r}>")
            elif name == "style" and re.search(r"position|url\s*\(|expression|z-index", value, re.IGNORECASE):
                self.found.append(f"<{tag} style={value!r}>")

    def handle_endtag(self, tag):
        """Leave a script or style element."""
        if tag == self.inside:
            self.inside = None

    def handle_data(self, data):
        """Remember the text of scripts and styles."""
        if self.inside in ("script", "style"):
            self.found.append(f"{self.inside}: {data}")


def dangers(page: str, honest: str = "") -> list[str]:
    """What a page holds that could run, load or cover something, beyond what an honest submission's page holds."""
    audits = []
    for text in (page, honest):
        audit = Audit()
        audit.feed(text)
        audit.close()
        audits.append(Counter(audit.found))
    return sorted((audits[0] - audits[1]).elements())


def marks_problems(expected: Submission, seen: Seen) -> list[str]:
    """The tasks whose points are not what they have to be."""
    found = []
    for task in POINTS:
        want, have = expected.marks[task], seen.marks.get(task)
        least, most = want if isinstance(want, tuple) else (want, want)
        if have is None:
            found.append(f"{task}: no score, expected {least:g}" + (f" to {most:g}" if most > least else ""))
        elif not least <= have <= most:
            found.append(f"{task}: {have:g}, expected {least:g}" + (f" to {most:g}" if most > least else ""))
    return found


def problems(expected: Submission, seen: Seen, secrets=(), honest: str = "") -> list[str]:
    """Everything in which an outcome differs from the expected one, a phrase each; nothing when all is well."""
    found = marks_problems(expected, seen)
    raised = "\n".join(seen.flags)
    found += [f"not flagged: {flag}" for flag in expected.flags if not SIGNS[flag].search(raised)]
    if not expected.whole and not seen.reason:
        found.append("no reason is given")
    if seen.feedback is None:
        return [*found, "no feedback"]
    received = [seen.feedback, *seen.extra]
    text = "\n".join(received)
    plain = as_text(text)
    found += [f"feedback lacks {part!r}" for part in expected.shown if part not in plain]
    found += [f"feedback holds {part[:40]!r}" for part in expected.absent if part in text]
    found += [f"feedback holds the secret {part[:40]!r}" for part in secrets if part in plain]
    found += [f"feedback holds {thing[:80]}" for thing in dangers(seen.feedback, honest)]
    if len(seen.feedback.encode()) > PAGE:
        found.append(f"feedback has {len(seen.feedback.encode()) / 1e6:.0f} MB")
    return found


class Text(HTMLParser):
    """The text of a page as a reader sees it."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data):
        """Keep text."""
        self.parts.append(data)


def as_text(page: str) -> str:
    """The text of a page, without its tags."""
    reader = Text()
    reader.feed(page)
    reader.close()
    return "".join(reader.parts)
