"""Memory in huge pages: what is forked often should have few pages, since a fork copies the table of all of them."""

import ctypes
from pathlib import Path

HUGE = 2 << 20  # bytes; on every machine with pages of 4 KiB
COLLAPSE = 25  # MADV_COLLAPSE of Linux 6.1 and later


def collapse(maps: Path = Path("/proc/self/maps")) -> int:
    """Put this process's own data into huge pages where the kernel can; returns the bytes it tried.

    Where it cannot (an older kernel, no Linux), nothing changes and forks only take longer. A page that is written
    to after a fork becomes small again in that process alone.
    """
    if not maps.is_file():
        return 0
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    tried = 0
    for line in maps.read_text().splitlines():
        place, rights, _, _, file, *_ = line.split()
        if not rights.startswith("rw-p") or file != "0":
            continue
        start, end = (int(number, 16) for number in place.split("-"))
        start, end = -(-start // HUGE) * HUGE, end // HUGE * HUGE
        if end > start:
            madvise(start, end - start, COLLAPSE)
            tried += end - start
    return tried
