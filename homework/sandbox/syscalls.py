"""The system calls that the sandbox refuses, as a program for the kernel's filter (seccomp, classic BPF).

Namespaces shut in files, processes and network. What is refused here are ways around them or past their counting:
namespaces within, other kinds of sockets (to a virtual machine's host, say), memory that belongs to no file and no
process, tracing others, and parts of the kernel that no notebook needs and that had faults before.
"""

import errno
import platform
import struct

ALLOWED_SOCKETS = (1, 2, 10, 16)  # Unix, IPv4, IPv6, and netlink, by which the C library asks for interfaces
NAMESPACES = 0x7E02_0000  # clone's flags that make one
_COMMON = {
    "io_uring_setup": 425,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "pidfd_getfd": 438,
    "mount_setattr": 442,
    "memfd_secret": 447,
}
REFUSED: dict[str, dict[str, int]] = {  # machine -> call -> its number
    "x86_64": {
        "shmget": 29,
        "semget": 64,
        "msgget": 68,
        "ptrace": 101,
        "pivot_root": 155,
        "acct": 163,
        "mount": 165,
        "umount2": 166,
        "quotactl": 179,
        "mq_open": 240,
        "kexec_load": 246,
        "add_key": 248,
        "request_key": 249,
        "keyctl": 250,
        "unshare": 272,
        "perf_event_open": 298,
        "name_to_handle_at": 303,
        "open_by_handle_at": 304,
        "setns": 308,
        "process_vm_readv": 310,
        "process_vm_writev": 311,
        "memfd_create": 319,
        "bpf": 321,
        "userfaultfd": 323,
        **_COMMON,
    },
    "aarch64": {
        "umount2": 39,
        "mount": 40,
        "pivot_root": 41,
        "quotactl": 60,
        "acct": 89,
        "unshare": 97,
        "kexec_load": 104,
        "ptrace": 117,
        "mq_open": 180,
        "msgget": 186,
        "semget": 190,
        "shmget": 194,
        "add_key": 217,
        "request_key": 218,
        "keyctl": 219,
        "perf_event_open": 241,
        "name_to_handle_at": 264,
        "open_by_handle_at": 265,
        "setns": 268,
        "process_vm_readv": 270,
        "process_vm_writev": 271,
        "memfd_create": 279,
        "bpf": 280,
        "userfaultfd": 282,
        **_COMMON,
    },
}
_MACHINES = {"x86_64": (0xC000_003E, 56, 41), "aarch64": (0xC000_00B7, 220, 198)}  # its mark, clone, socket
_CLONE3 = 435
_X32 = 0x4000_0000
_NUMBER, _MARK, _FIRST = 0, 4, 16  # where the filter finds them: the call, the machine, the first argument's lower half
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _FAIL = 0x7FFF_0000, 0x0005_0000


def program(machine: str | None = None) -> bytes | None:
    """The filter for a kind of machine, this one if none is named; None for a kind that it is not written for."""
    machine = machine or platform.machine()
    if machine not in _MACHINES:
        return None
    mark, clone, socket = _MACHINES[machine]
    refuse, unknown = _FAIL | errno.EPERM, _FAIL | errno.ENOSYS
    lines = [
        _line(_LOAD, _MARK),
        _line(_EQUAL, mark, 1, 0),
        _line(_RETURN, unknown),  # the calls of other machines' programs, which have other numbers
        _line(_LOAD, _NUMBER),
        _line(_AT_LEAST, _X32, 0, 1),
        _line(_RETURN, unknown),
        _line(_EQUAL, _CLONE3, 0, 1),
        _line(_RETURN, unknown),  # its flags cannot be seen from here; programs take clone instead
    ]
    for number in sorted(REFUSED[machine].values()):
        lines += [_line(_EQUAL, number, 0, 1), _line(_RETURN, refuse)]
    lines += [
        _line(_EQUAL, clone, 0, 4),
        _line(_LOAD, _FIRST),
        _line(_ANY_BIT, NAMESPACES, 0, 1),
        _line(_RETURN, refuse),
        _line(_RETURN, _ALLOW),
        _line(_EQUAL, socket, 0, 2 + len(ALLOWED_SOCKETS)),
        _line(_LOAD, _FIRST),
    ]
    for place, kind in enumerate(ALLOWED_SOCKETS):
        lines.append(_line(_EQUAL, kind, len(ALLOWED_SOCKETS) - place, 0))
    lines += [_line(_RETURN, _FAIL | errno.EAFNOSUPPORT), _line(_RETURN, _ALLOW)]
    return b"".join(lines)


def _line(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("HBBI", code, then, otherwise, value)
