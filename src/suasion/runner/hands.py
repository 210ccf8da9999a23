"""The runner's end of its workers: processes started plainly, spoken to over one socket each."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterator

from suasion.runner.frames import Frames, FromWorker, ToWorker, framed, from_worker

AT_ONCE = 2**20
"""Bytes read from a worker at a time."""


class Hand:
    """One worker, the episodes it was given, and what it has said."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self.socket = ours
        self.given: deque[int] = deque()
        """Numbers of its episodes; it plays the first."""
        self.ready = False
        self._frames = Frames()
        with theirs:
            theirs.set_inheritable(True)
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-P", "-m", "suasion.runner.worker", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=2,  # what a policy prints is no part of what the run says
                process_group=0,  # Ctrl-C is for the runner, which lets its workers finish
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )

    def tell(self, *messages: ToWorker) -> None:
        """Send, together; a worker that is gone is found when it is read from."""
        try:
            self.socket.sendall(b"".join(map(framed, messages)))
        except OSError:
            return

    def heard(self) -> Iterator[FromWorker] | None:
        """What it said since last asked; None once it is gone."""
        try:
            data = self.socket.recv(AT_ONCE)
        except OSError:
            data = b""
        return map(from_worker, self._frames.take(data)) if data else None

    def leave(self) -> None:
        """Let it end: it stops when it finds the runner gone."""
        self.socket.close()

    def kill(self) -> None:
        """End it now."""
        self._process.kill()
        self.leave()

    def wait(self) -> int:
        """Its exit code, once it has ended; it is killed if that takes long."""
        try:
            return self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
