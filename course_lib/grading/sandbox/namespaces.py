"""A box for one process: its own namespaces, an own view of the files, an own user, no privileges.

`open_box` forks. The order of its steps matters:

1. The process is forked into new namespaces of all kinds while it still is who it was, because only that user may look
   up the folders to show. Its parent, if root, maps a user number that nobody has; otherwise the grader's own.
2. As the first of its process namespace it builds a root on an empty tmpfs: libraries read-only, a private /tmp of
   limited size, a fresh /proc, four devices. It leaves the old root for good.
3. It forbids further user namespaces, becomes the mapped user, drops all capabilities for good, and takes limits,
   no_new_privs and the system-call filter. From here on nothing can be undone.
4. It forks the process that works, and stays as the first process of the namespace: when it ends, the kernel
   ends all others, also those that detached themselves.
"""

import contextlib
import ctypes
import importlib.util
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from course_lib.grading.sandbox import Limits, seccomp

libc = ctypes.CDLL(None, use_errno=True) if sys.platform.startswith("linux") else None
holding_the_lock = ctypes.PyDLL(None, use_errno=True) if libc else None  # Python's own, for a fork
NEW = {
    "mount": 0x20000,
    "uts": 0x4000000,
    "ipc": 0x8000000,
    "user": 0x10000000,
    "pid": 0x20000000,
    "net": 0x40000000,
}
READ_ONLY, NO_SUID, NO_DEV, NO_EXEC, REMOUNT, BIND, RECURSIVE, PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
KEEP_FLAGS = {2: 2, 4: 4, 8: 8, 1024: 1024, 2048: 2048, 4096: 1 << 21}  # statvfs flag -> mount flag
PARENT_DEATH, DUMPABLE, DROP_BOUND, NO_NEW_PRIVILEGES = 1, 4, 24, 38
DETACH = 2
NOBODY = 65534
FIRST_USER = 1_900_000_000  # user numbers that no machine gives to people
ROOT_PLACES = ("/tmp", "/mnt", "/media", "/srv", "/opt", "/var/tmp")
OWN_FOLDER = "/tmp/hand-in"  # in the box: where the files beside the notebook lie, and what code may write to
PASSWD = "nobody:x:65534:65534:nobody:/tmp:/usr/sbin/nologin\n"


@dataclass
class Box:
    """A running box, by its first process, with which all others in it end."""

    first: int

    def interrupt(self) -> None:
        """Interrupt the process that works, by way of the first one."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        """End everything inside."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.first, number)


def need(result: int, what: str) -> None:
    """Raise OSError when a system call failed."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """The system call, with an error that says which folder."""
    words = [text.encode() or None for text in (source, target, kind)]
    need(libc.mount(*words, flags, options.encode() or None), f"mounting {target}")


def visible_folders() -> list[str]:
    """What a box may read: the system's libraries, Python with its packages, this package, and the course's data."""
    wanted = [
        "/usr",
        sys.base_prefix,
        sys.prefix,
        *library_folders(),
        str(Path(__file__).resolve().parents[2]),
    ]
    wanted += [name for name in ("/lib", "/lib64", "/bin", "/etc/fonts", "/etc/ssl") if Path(name).exists()]
    wanted += [
        name for name in ("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives") if Path(name).exists()
    ]
    if os.environ.get("COURSE_DATA"):
        wanted.append(str(Path(os.environ["COURSE_DATA"]).resolve()))
    kept: list[str] = []
    for name in sorted(set(wanted), key=len):
        if not any(name == other or name.startswith(other + "/") for other in kept):
            kept.append(name)
    return kept


def library_folders() -> list[str]:
    """Where the libraries lie, if not below Python's own prefix; never the course folder."""
    found = importlib.util.find_spec("numpy")
    return [str(Path(found.origin).resolve().parent.parent)] if found and found.origin else []


def bind(source: str, target: str) -> None:
    """Show a file or folder read-only."""
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        open(target, "w").close()
    mount(source, target, flags=BIND | RECURSIVE)
    found = os.statvfs(source).f_flag
    flags = sum(flag for seen, flag in KEEP_FLAGS.items() if found & seen)
    mount("none", target, flags=BIND | REMOUNT | READ_ONLY | NO_SUID | flags)


def root_place(folders: list[str]) -> str:
    """A folder to build the box's file system on: it hides what lies below, so none of `folders` may."""
    for place in ROOT_PLACES:
        if os.path.isdir(place) and not any(f"{folder}/".startswith(f"{place}/") for folder in folders):
            return place
    raise OSError(f"Python or a library lies in each of {', '.join(ROOT_PLACES)}, where a box could be built")


def build_root(limits: Limits, files: dict[str, bytes]) -> None:
    """Make the box's file system and move into it."""
    folders = visible_folders()
    root = root_place(folders)
    mount("none", "/", flags=RECURSIVE | PRIVATE)
    mount("tmpfs", root, "tmpfs", NO_SUID | NO_DEV, "size=1m,nr_inodes=2k,mode=755")
    options = f"size={limits.files_bytes},nr_inodes=8k,mode=1777"
    for name in ("tmp", "dev/shm"):  # before the folders, some of which may lie in /tmp
        os.makedirs(f"{root}/{name}", exist_ok=True)
        mount("tmpfs", f"{root}/{name}", "tmpfs", NO_SUID | NO_DEV, options)
    for folder in folders:
        if os.path.islink(folder):
            os.symlink(os.readlink(folder), root + folder)
        else:
            bind(folder, root + folder)
    for name in ("null", "zero", "random", "urandom"):
        target = f"{root}/dev/{name}"
        os.makedirs(os.path.dirname(target), exist_ok=True)
        open(target, "w").close()
        mount(f"/dev/{name}", target, flags=BIND)
    for name in ("etc", "proc", "old"):
        os.makedirs(f"{root}/{name}", exist_ok=True)
    Path(f"{root}/etc/passwd").write_text(PASSWD)
    mount("proc", f"{root}/proc", "proc", NO_SUID | NO_DEV | NO_EXEC)
    for name, content in files.items():
        path = Path(f"{root}{OWN_FOLDER}", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    os.makedirs(f"{root}{OWN_FOLDER}", exist_ok=True)
    os.chmod(f"{root}{OWN_FOLDER}", 0o777)
    os.chdir(root)
    pivot_root = 155 if os.uname().machine == "x86_64" else 41
    need(libc.syscall(pivot_root, b".", b"old"), "leaving the old root")
    os.chdir("/")
    need(libc.umount2(b"/old", DETACH), "leaving the old root")
    os.rmdir("/old")
    with open("/proc/sys/user/max_user_namespaces", "w") as file:
        file.write("0")
    mount("none", "/", flags=BIND | REMOUNT | READ_ONLY | NO_SUID | NO_DEV)


def drop_privileges() -> None:
    """Become the box's user without any privilege, for good."""

    class Head(ctypes.Structure):
        _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))

    for capability in range(64):
        libc.prctl(DROP_BOUND, capability, 0, 0, 0)  # fails past the kernel's last one
    if os.getuid() != NOBODY:
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    need(libc.capset(ctypes.byref(Head(0x20080522, 0)), (ctypes.c_uint32 * 6)()), "dropping capabilities")
    need(libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0), "giving up new privileges")
    libc.prctl(PARENT_DEATH, signal.SIGKILL, 0, 0, 0)


def take_limits(limits: Limits) -> None:
    """Bound memory, processes, files and time of this process and its children.

    Memory counts from what the warm server's libraries take already.
    """
    sizes = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    for kind, line in ((resource.RLIMIT_AS, "VmSize"), (resource.RLIMIT_DATA, "VmData")):
        size = int(sizes[line].split()[0]) * 1024 + limits.memory_bytes
        resource.setrlimit(kind, (size, size))
    for kind, most in (
        (resource.RLIMIT_NPROC, limits.processes + 1),  # and the first process
        (resource.RLIMIT_FSIZE, limits.files_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 1024),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_MEMLOCK, 64 * 1024),
        (resource.RLIMIT_CPU, int(2 * limits.total_seconds) + 10),
    ):
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def keep_descriptors(keep: list[int]) -> None:
    """Close every descriptor but the standard three and `keep`."""
    after = 3
    for number in sorted(keep):
        os.closerange(after, number)
        after = number + 1
    os.closerange(after, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def open_box(
    work: Callable[[], None], limits: Limits, files: dict[str, bytes], keep: list[int], user: int
) -> Box:
    """Run `work` in a new box with the descriptors `keep`; `user` tells this box's user from others'.

    Raises OSError when the box cannot be made.
    """
    told, tell = os.pipe()
    mapped, map_it = os.pipe()
    owner = os.getuid(), os.getgid()
    try:
        first = fork_into_namespaces()
        if first == 0:
            os.close(told)
            os.close(map_it)
            first_process(work, limits, files, keep, tell, mapped, owner)
        os.close(tell)
        tell = -1
        if owner[0] == 0:
            table = f"0 0 1\n{NOBODY} {FIRST_USER + user} 1\n"
            Path(f"/proc/{first}/uid_map").write_text(table)
            Path(f"/proc/{first}/gid_map").write_text(table)
        os.write(map_it, b"m")
        with open(told, closefd=False) as lines:
            said = lines.readline().strip()
        if said != "ready":
            os.waitpid(first, 0)
            raise OSError(said or "the box ended while it was made")
        return Box(first)
    finally:
        for number in (told, mapped, map_it, *([tell] if tell >= 0 else [])):
            os.close(number)


def fork_into_namespaces() -> int:
    """Fork a process into new namespaces, as their first one; returns its number, or 0 in it.

    One system call in place of `unshare` and a second fork: with the libraries loaded, a fork costs more than all else.
    It goes past glibc's own bookkeeping, so no thread may run but this one, and the new process must fork again
    before it runs anything but this module.

    Raises OSError when the kernel refuses, RuntimeError in a process with several threads.
    """
    if len(os.listdir("/proc/self/task")) > 1:
        raise RuntimeError("a box can only be opened by a process with one thread: fork first")
    flags = sum(NEW.values()) | signal.SIGCHLD
    number = 56 if os.uname().machine == "x86_64" else 220
    ctypes.pythonapi.PyOS_BeforeFork()
    pid = holding_the_lock.syscall(number, ctypes.c_long(flags), None, None, None, None)
    error = ctypes.get_errno()
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
    else:
        ctypes.pythonapi.PyOS_AfterFork_Parent()
    if pid < 0:
        raise OSError(error, f"making namespaces: {os.strerror(error)}")
    return pid


def first_process(work, limits, files, keep, tell, mapped, owner) -> None:
    """Be the first process of a box: build it, give everything up, start the process that works, wait for its end."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        libc.prctl(PARENT_DEATH, signal.SIGKILL, 0, 0, 0)
        take_the_mapped_user(mapped, *owner)
        os.setpgid(0, 0)
        build_root(limits, files)
        libc.sethostname(b"sandbox", 7)
        drop_privileges()
        take_limits(limits)
        seccomp.install(libc)
        os.chdir(OWN_FOLDER)
        # The worker has the same user, so it could read this process, a fork of the server. Changing the user closes
        # memory; a plain user's process does not change it.
        libc.prctl(DUMPABLE, 0, 0, 0, 0)
        worker = os.fork()
        if worker == 0:
            keep_descriptors(keep)
            libc.prctl(DUMPABLE, 1, 0, 0, 0)  # /proc/self needs it
            work()
            os._exit(0)
        signal.signal(signal.SIGINT, lambda *_: os.kill(worker, signal.SIGINT))
        # Waiting for "ready" until the worker runs would cost time and tell nothing: it is a fork of this process.
        os.write(tell, b"ready\n")
        keep_descriptors([])
        for number in (0, 1, 2):
            os.close(number)
        while True:
            pid, status = os.wait()
            if pid == worker:
                code = os.waitstatus_to_exitcode(status)
                os._exit(code if code >= 0 else 128 - code)
    except BaseException as error:
        os.write(tell, f"{error}"[:500].encode() + b"\n")
    finally:
        os._exit(70)


def take_the_mapped_user(mapped: int, user: int, group: int) -> None:
    """Wait until the parent has mapped this process's user; whoever is not root maps it alone."""
    os.read(mapped, 1)
    if user == 0:
        os.setgroups([])
    else:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{NOBODY} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{NOBODY} {group} 1")


def trial() -> str:
    """Why a box cannot be made here, or an empty string; found out by a process of its own, which has one thread."""
    command = [sys.executable, "-P", "-m", "course_lib.grading.sandbox.namespaces"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(name for name in sys.path if name)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else done.stderr.strip().split("\n")[-1]


def main() -> None:
    """Print why a box cannot be made here, or nothing."""
    try:
        box = open_box(lambda: None, Limits(), {}, [], 0)
    except OSError as error:
        print(error)
        return
    _, status = os.waitpid(box.first, 0)
    print("" if status == 0 else "the box does not work")


if __name__ == "__main__":
    main()
