"""Downloads: to a temporary name, resumable, checked, then moved into place."""

from __future__ import annotations

import errno
import hashlib
import http.client
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from course_lib.data.catalog import DataSpec, Download
from course_lib.data.errors import DataError
from course_lib.data.places import Place, cache_folder

_CONNECTIONS = 5  # Tried for each address when the line breaks; each goes on where the last one stopped.
_PAUSE = 1.0  # Seconds before the second connection; doubles each time.
_TIMEOUT = 30.0  # Seconds without a byte.
_BLOCK = 1 << 18  # Bytes read at a time.


class _UnreachableError(Exception):
    """This address cannot give the file now; another may."""


class _BrokenError(_UnreachableError):
    """The line broke in the middle of the file."""


def fetch_files(spec: DataSpec) -> Place:
    """Download the missing files of a set into the cache folder and return where it lies.

    Raises DataError when no address can be reached, the disk is full, or what came has another checksum.
    """
    from filelock import FileLock

    folder = cache_folder() / spec.name
    print(f"Downloading {spec.title} ({spec.download_size / 1e6:,.0f} MB) to {folder}", file=sys.stderr)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock"):  # Two notebooks that start together must not write the same file.
            for download in spec.downloads:
                if not (folder / download.file_name).is_file():
                    _fetch_file(download, folder, spec.name)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        remedy = "The disk is full: make room" if full else "Make the folder writable"
        raise DataError(
            f"cannot write to {folder} ({error.strerror or error}). {remedy}, or point COURSE_DATA to a folder that "
            f"holds {spec.name}.npz."
        ) from error
    return Place(folder, packed=False)


def _fetch_file(download: Download, folder: Path, name: str) -> None:
    """Try each address in turn; only a file that passed its check gets its name."""
    part = folder / f"{download.file_name}.part"
    reasons = []
    for url in download.urls:
        try:
            _fill(part, url, download)
            _check(part, download)
        except _UnreachableError as error:
            reasons.append(f"{url}: {error}")
        except OSError:
            part.unlink(missing_ok=True)  # Most likely the disk is full: give the room back.
            raise
        else:
            os.replace(part, folder / download.file_name)
            return
    kept = (
        f" {part.stat().st_size:,} bytes are kept; the next try goes on from there." if part.is_file() else ""
    )
    raise DataError(
        f"could not download {download.file_name}. {'; '.join(reasons)}.{kept} Without internet, point COURSE_DATA to "
        f"a folder with {name}.npz (`course data pack {name}` writes it where the data is), or use digits or shapes."
    )


def _fill(part: Path, url: str, download: Download) -> None:
    """Append to `part` what is missing, over as many connections as are allowed."""
    from tqdm.auto import tqdm

    with tqdm(total=download.size, unit="B", unit_scale=True, desc=download.file_name, leave=False) as bar:
        for connection in range(_CONNECTIONS):
            have = part.stat().st_size if part.is_file() else 0
            if have == download.size:
                return
            if have > download.size:
                part.unlink()
                have = 0
            try:
                _transfer(part, url, download, have, bar)
            except _BrokenError:
                if connection == _CONNECTIONS - 1:
                    raise
                time.sleep(_PAUSE * 2**connection)


def _transfer(part: Path, url: str, download: Download, have: int, bar) -> None:
    """One connection: ask for the bytes from `have` on and write them; begin anew if the server sends everything."""
    with _open_at(url, have) as response:
        start, total = _range(response)
        if start not in (0, have) or total not in (None, download.size):
            raise _UnreachableError(
                f"the server offers {total} bytes from {start} on, expected {download.size} from {have} on "
                "(the login page of a network?)"
            )
        bar.n = start
        bar.refresh()
        with open(part, "ab" if start else "wb") as file:
            left = download.size - start
            while left > 0:
                block = _read(response, min(left, _BLOCK))
                if not block:
                    raise _BrokenError(
                        f"the line broke after {download.size - left:,} of {download.size:,} bytes"
                    )
                file.write(block)
                left -= len(block)
                bar.update(len(block))


def _check(part: Path, download: Download) -> None:
    with open(part, "rb") as file:
        got = hashlib.file_digest(file, "sha256").hexdigest()
    if got != download.sha256:
        part.unlink()
        raise _UnreachableError(
            f"what came has sha256 {got}, expected {download.sha256}; it was deleted, so the next try begins anew"
        )


def _open_at(url: str, start: int) -> http.client.HTTPResponse:
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        return urllib.request.urlopen(request, timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()
        raise _UnreachableError(f"the server answered {error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException) as error:
        raise _UnreachableError(f"no connection ({getattr(error, 'reason', error)})") from error


def _range(response: http.client.HTTPResponse) -> tuple[int, int | None]:
    """The first byte that the server sends and the size of the whole file, None if it does not say."""
    length = response.headers.get("Content-Length")
    if response.status != 206:
        return 0, None if length is None else int(length)
    place, _, total = response.headers.get("Content-Range", "").removeprefix("bytes ").partition("/")
    first = place.partition("-")[0]
    if not first.isdigit():
        raise _UnreachableError(f"the server sent a part without saying which ({place!r})")
    return int(first), int(total) if total.isdigit() else None


def _read(response: http.client.HTTPResponse, count: int) -> bytes:
    try:
        return response.read(count)
    except (OSError, http.client.HTTPException) as error:
        raise _BrokenError(f"the line broke ({error})") from error
