"""Small messages between the grader's own processes, with descriptors: who may talk to whom is who holds an end."""

import json
import socket

MOST = 1 << 16


class Closed(Exception):  # noqa: N818 - an event
    """The other side has hung up."""


class Packets:
    """One end of a line of packets."""

    def __init__(self, sock: socket.socket):
        self.socket = sock

    @classmethod
    def pair(cls) -> tuple["Packets", "Packets"]:
        """Both ends of a new line."""
        one, two = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        return cls(one), cls(two)

    @classmethod
    def of(cls, descriptor: int) -> "Packets":
        """An end that another process opened."""
        return cls(socket.socket(fileno=descriptor))

    def send(self, message: dict, descriptors: tuple[int, ...] = ()) -> None:
        """Send a message with copies of descriptors.

        Raises Closed when nobody listens.
        """
        data = json.dumps(message).encode()
        try:
            socket.send_fds(self.socket, [data], list(descriptors))
        except OSError as error:
            raise Closed from error

    def receive(self) -> tuple[dict, list[int]]:
        """The next message and its descriptors.

        Raises Closed when none will come, TimeoutError after the socket's time.
        """
        try:
            data, descriptors, _, _ = socket.recv_fds(self.socket, MOST, 4)
        except TimeoutError:
            raise
        except OSError as error:
            raise Closed from error
        if not data:
            raise Closed
        return json.loads(data), descriptors
