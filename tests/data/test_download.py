"""Downloads from a server that breaks lines, ignores ranges, sends rubbish or is not there; and full disks."""

import errno
import multiprocessing
import os
from dataclasses import replace

import pytest

from course_lib import data
from course_lib.data import catalog, download
from course_lib.data.places import cache_folder

FILE = "cifar-10-binary.tar.gz"


def left_behind():
    """What lies in the cache folder, apart from the lock."""
    return sorted(path.name for path in (cache_folder() / "cifar10").iterdir() if path.name != ".lock")


def part():
    return cache_folder() / "cifar10" / f"{FILE}.part"


def cut(cifar, size):
    """Put the first `size` bytes where an interrupted download would have left them."""
    part().parent.mkdir(parents=True)
    part().write_bytes(cifar.files[FILE][:size])


def test_file_gets_its_name_when_it_is_complete_and_checked(cifar):
    data.fetch("cifar10")
    assert left_behind() == [FILE]
    assert (cache_folder() / "cifar10" / FILE).read_bytes() == cifar.files[FILE]


def test_broken_line_is_taken_up_where_it_broke(cifar, server):
    server.break_after = [1000, 2000]
    data.fetch("cifar10")
    assert server.starts == [0, 1000, 3000]
    assert left_behind() == [FILE]


def test_line_that_keeps_breaking_leaves_a_part_to_resume_from(cifar, server):
    server.break_after = [100] * 5
    with pytest.raises(data.DataError, match=r"broke after 500 of [\d,]+ bytes.*500 bytes are kept"):
        data.fetch("cifar10")
    assert left_behind() == [f"{FILE}.part"]
    data.fetch("cifar10")
    assert server.starts[-1] == 500
    assert left_behind() == [FILE]


def test_server_that_ignores_ranges_makes_it_begin_anew(cifar, server):
    cut(cifar, 1000)
    server.ranges = False
    data.fetch("cifar10")
    assert server.starts == [0]
    assert left_behind() == [FILE]


def test_part_that_is_already_whole_is_not_asked_for_again(cifar, server):
    cut(cifar, None)
    data.fetch("cifar10")
    assert server.starts == []
    assert left_behind() == [FILE]


def test_part_that_is_too_long_is_thrown_away(cifar, server):
    cut(cifar, None)
    part().write_bytes(b"x" * (len(cifar.files[FILE]) + 1))
    data.fetch("cifar10")
    assert server.starts == [0]


def test_corrupt_content_is_refused_and_deleted(cifar, server):
    server.content = server.content[:-1] + bytes([server.content[-1] ^ 1])
    sha256 = cifar.spec.downloads[0].sha256
    with pytest.raises(data.DataError, match=rf"what came has sha256 \w+, expected {sha256}; it was deleted"):
        data.fetch("cifar10")
    assert left_behind() == []


def test_corrupt_part_is_deleted_so_that_the_next_try_succeeds(cifar, server):
    cut(cifar, None)
    part().write_bytes(b"x" * 1000)
    with pytest.raises(data.DataError, match="it was deleted"):
        data.fetch("cifar10")
    data.fetch("cifar10")
    assert left_behind() == [FILE]


@pytest.mark.parametrize("length", [20, 10**6])
def test_another_file_such_as_a_login_page_is_refused_before_it_is_read(cifar, server, length):
    size, server.content = len(server.content), b"x" * length
    with pytest.raises(
        data.DataError, match=rf"offers {length} bytes from 0 on, expected {size}.*login page"
    ):
        data.fetch("cifar10")
    assert left_behind() == []


@pytest.mark.parametrize("status", [404, 503])
def test_refusal_of_the_server_is_told(cifar, server, status):
    server.status = status
    with pytest.raises(data.DataError, match=f"the server answered {status}"):
        data.fetch("cifar10")
    assert left_behind() == []


def test_without_network_the_error_names_the_ways_out(cifar, monkeypatch):
    row = replace(cifar.spec.downloads[0], urls=("http://127.0.0.1:9/file",))
    monkeypatch.setitem(catalog.CATALOG, "cifar10", replace(cifar.spec, downloads=(row,)))
    with pytest.raises(data.DataError, match=r"no connection \(.*cifar10\.npz.*use digits or shapes"):
        data.load("cifar10")


def test_second_address_is_tried_when_the_first_fails(cifar, server, monkeypatch):
    row = cifar.spec.downloads[0]
    row = replace(row, urls=("http://127.0.0.1:9/file", *row.urls))
    monkeypatch.setitem(catalog.CATALOG, "cifar10", replace(cifar.spec, downloads=(row,)))
    data.fetch("cifar10")
    assert left_behind() == [FILE]


@pytest.mark.parametrize(
    ("number", "remedy"),
    [(errno.ENOSPC, "The disk is full: make room"), (errno.EROFS, "Make the folder writable")],
)
def test_disk_that_cannot_take_the_file_keeps_nothing(cifar, monkeypatch, number, remedy):
    class Full:
        def __init__(self, path, mode):
            self.file = open(path, mode)  # noqa: SIM115 - closed in __exit__

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

        def write(self, block):
            self.file.write(block[:100])
            raise OSError(number, "simulated")

    monkeypatch.setattr(download, "open", Full, raising=False)
    with pytest.raises(data.DataError, match=f"cannot write to .*simulated.*{remedy}"):
        data.fetch("cifar10")
    assert left_behind() == []


def test_interrupt_keeps_the_part(cifar, monkeypatch):
    read = download._read

    def interrupted(response, count):
        if part().stat().st_size:
            raise KeyboardInterrupt
        return read(response, min(count, 3000))

    monkeypatch.setattr(download, "_BLOCK", 3000)
    monkeypatch.setattr(download, "_read", interrupted)
    with pytest.raises(KeyboardInterrupt):
        data.fetch("cifar10")
    assert left_behind() == [f"{FILE}.part"]


def test_part_without_its_place_is_refused(cifar):
    class Response:
        status = 206
        headers = {"Content-Range": "nonsense"}  # noqa: RUF012

    with pytest.raises(download._UnreachableError, match="without saying which"):
        download._range(Response())


def _fetch(spec, home, barrier):
    """What each of two processes does; the imports come first, so that both start to download at once."""
    import tqdm.auto  # noqa: F401
    from filelock import FileLock  # noqa: F401

    os.environ.update(dict.fromkeys(("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"), str(home)))
    catalog.CATALOG["cifar10"] = spec
    barrier.wait()
    download.fetch_files(spec)


def test_two_processes_at_once_download_it_once(cifar, server, home):
    server.pause = 1.0
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    processes = [context.Process(target=_fetch, args=(cifar.spec, home, barrier)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert server.starts == [0]
    assert left_behind() == [FILE]
