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


def memory_of(first: int, enough: int = 0) -> int:
    """Bytes of a process's descendants, shared pages divided among those that share them; 0 for a single one.

    A single process is held by its own limit, so the count begins with the second. Dividing shared pages is costly, so
    a sum of at most `enough` with these counted in full is given as it is.
    """
    everyone = descendants(first)
    if len(everyone) < 2:
        return 0
    rough = sum(in_file(pid, "status", "RssAnon:") + in_file(pid, "status", "RssShmem:") for pid in everyone)
    return rough if rough <= enough else sum(map(proportional, everyone))


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
    return in_file(pid, "smaps_rollup", "Pss:") or in_file(pid, "status", "RssAnon:")


def in_file(pid: int, name: str, key: str) -> int:
    """Bytes that a line of a file in /proc says; 0 when it is closed to us or the process ended meanwhile."""
    try:
        lines = Path(f"/proc/{pid}/{name}").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(key)), 0)
