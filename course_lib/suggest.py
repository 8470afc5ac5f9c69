"""What to say to someone who asked for a name that does not exist."""

from collections.abc import Iterable
from difflib import get_close_matches


def suggest(name: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """Return "did you mean ...?" with the most similar of the `known` names, at most three.

    Args:
        otherwise: what to say where none is similar; by default "there are ..." with all of them.

    >>> suggest("resnet5", ["resnet50", "vgg16"])
    'did you mean resnet50?'
    >>> suggest("tree", ["resnet50", "vgg16"])
    'there are resnet50, vgg16'
    """
    known = list(known)
    similar = get_close_matches(str(name), known, n=3)
    if similar:
        return f"did you mean {' or '.join(similar)}?"
    return f"there are {', '.join(known)}" if otherwise is None else otherwise
