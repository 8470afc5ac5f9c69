"""What a process and all its descendants take together."""

import os
from pathlib import Path


def children(pid: int) -> list[int]:
    """The children of a process, of all its threads."""
    found = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, file.read_text().split())
        except OSError:
            continue  # it ended meanwhile
    return found


def descendants(first: int) -> list[int]:
    """All processes below one."""
    everyone, waiting = [], [first]
    while waiting:
        below = children(waiting.pop())
        everyone += below
        waiting += below
    return everyone


def memory_of(first: int) -> int:
    """Bytes of a process's descendants, shared pages divided among those that share them; 0 for a single one.

    A single process is held by its own limit, so the costly count begins with the second.
    """
    everyone = descendants(first)
    return sum(map(proportional, everyone)) if len(everyone) > 1 else 0


def processor_seconds(first: int) -> float:
    """Processor time of a process and its descendants, with those that have ended."""
    ticks = 0
    for pid in [first, *descendants(first)]:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        ticks += sum(map(int, fields[11:15]))  # its own, and its ended children's
    return ticks / os.sysconf("SC_CLK_TCK")


def proportional(pid: int) -> int:
    """Bytes of a process by the kernel's proportional count, or of its private pages where that is closed to us."""
    for name, key in (("smaps_rollup", "Pss:"), ("status", "RssAnon:")):
        try:
            lines = Path(f"/proc/{pid}/{name}").read_text().splitlines()
        except OSError:
            continue  # closed, or the process ended meanwhile
        found = [int(line.split()[1]) * 1024 for line in lines if line.startswith(key)]
        if found:
            return found[0]
    return 0
