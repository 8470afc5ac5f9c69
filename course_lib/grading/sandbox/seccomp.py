"""A filter for system calls that no answer needs and that namespaces and limits do not cover.

Memory that no limit counts (memfd, System V), doors between processes (ptrace, process_vm_readv), new
namespaces and mounts, large and young parts of the kernel (bpf, io_uring, userfaultfd), and every socket but
local ones: the network namespace is empty anyway, vsock is in none.
"""

import ctypes
import errno
import platform
import struct

# name: number on x86_64, number on aarch64 (None where it does not exist)
DENIED = {
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsmount": (432, 432),
    "mount_setattr": (442, 442),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "fanotify_init": (300, 262),
    "quotactl": (179, 60),
    "acct": (163, 89),
    "syslog": (103, 116),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "kexec_load": (246, 104),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "vmsplice": (278, 75),
}
MACHINES = {"x86_64": (0, 0xC000003E, 41, 56, 435), "aarch64": (1, 0xC00000B7, 198, 220, 435)}
NEW_NAMESPACES = 0x7E020000  # CLONE_NEW*: mount, cgroup, UTS, IPC, user, pid, net
ALLOW, FAIL, KILL = 0x7FFF0000, 0x00050000, 0x80000000
LOAD, EQUAL, MASK, AT_LEAST, RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
X32 = 0x40000000


def known_machine() -> bool:
    """Whether the filter knows this machine's system-call numbers."""
    return platform.machine() in MACHINES


def program() -> list[tuple[int, int, int, int]]:
    """The filter in classic BPF: (code, jump if true, jump if false, value)."""
    column, architecture, socket, clone, clone3 = MACHINES[platform.machine()]
    lines = [
        (LOAD, 0, 0, 4),  # the architecture
        (EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, 0),  # the number of the call
        (AT_LEAST, 0, 1, X32),  # 32-bit twins of calls would pass under other numbers
        (RETURN, 0, 0, FAIL | errno.ENOSYS),
    ]
    for numbers in DENIED.values():
        lines += [(EQUAL, 0, 1, numbers[column]), (RETURN, 0, 0, FAIL | errno.EPERM)]
    lines += [(EQUAL, 0, 1, clone3), (RETURN, 0, 0, FAIL | errno.ENOSYS)]  # libraries fall back to clone
    lines += [
        (EQUAL, 0, 4, clone),
        (LOAD, 0, 0, 16),  # its flags
        (MASK, 0, 1, NEW_NAMESPACES),
        (RETURN, 0, 0, FAIL | errno.EPERM),
        (RETURN, 0, 0, ALLOW),
        (EQUAL, 0, 3, socket),
        (LOAD, 0, 0, 16),  # its family
        (EQUAL, 1, 0, 1),  # AF_UNIX
        (RETURN, 0, 0, FAIL | errno.EACCES),
        (RETURN, 0, 0, ALLOW),
    ]
    return lines


def install(libc: ctypes.CDLL) -> None:
    """Put this process and its children under the filter for good. Needs no_new_privs.

    Raises OSError when the kernel refuses.
    """
    lines = program()
    code = b"".join(struct.pack("HBBI", *line) for line in lines)
    buffer = ctypes.create_string_buffer(code, len(code))
    head = struct.pack("HxxxxxxQ", len(lines), ctypes.addressof(buffer))
    filter_ = ctypes.create_string_buffer(head, len(head))
    set_seccomp, filter_mode = 22, 2
    if libc.prctl(set_seccomp, filter_mode, ctypes.byref(filter_), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the kernel refuses a system-call filter")
