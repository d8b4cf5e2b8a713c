"""kbsync as a program that is warm: a process that has loaded all of it forks for each command line.

The scripts of the workflows start kbsync some hundred times, and loading is most of what such a run costs. The program that
stands for it hands its words, directory, environment and three streams over and ends with the exit code. It passes no signals on:
what is about signals, closed streams or the start itself takes a real start.
"""

import atexit
import contextlib
import gc
import importlib
import marshal
import os
import pkgutil
import select
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from functools import cache
from pathlib import Path

__all__ = ["warm_kbsync"]

ROOT = Path(__file__).parents[2]

CLIENT = """\
import _socket, marshal, posix, sys
peer = _socket.socket(_socket.AF_UNIX)
peer.connect(sys.argv[1])
peer.sendmsg([b"."], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, b"".join(it.to_bytes(4, sys.byteorder) for it in (0, 1, 2)))])
peer.sendall(marshal.dumps((sys.argv[2:], posix.getcwd(), posix.environ)))
peer.shutdown(_socket.SHUT_WR)
code = peer.recv(1)
posix._exit(code[0] if code else 1)
"""
"""What a command line starts instead: without any module that has to be looked for."""


@cache
def warm_kbsync() -> str:
    """The shell line that runs the words behind it; the process that forks ends with this one."""
    place = tempfile.TemporaryDirectory(prefix="kbsync-warm-")
    client, address = Path(place.name, "client.py"), Path(place.name, "socket")
    client.write_text(CLIENT, encoding="utf-8")
    words = [sys.executable, "-m", "tests.flows.warm", str(address)]
    server = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "LC_ALL": "C"})
    assert server.stdin is not None
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n"

    def stop() -> None:
        with server, place:
            pass

    atexit.register(stop)
    return f'exec "{sys.executable}" -ISE "{client}" "{address}" "$@"'


def serve(address: str) -> None:
    """Fork for each command line until the standard input ends."""
    package = importlib.import_module("kbsync")
    for found in pkgutil.walk_packages(package.__path__, "kbsync."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            peer, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _answer(peer)
            peer.close()
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG) != (0, 0):
                    pass
        with contextlib.suppress(ChildProcessError):
            while os.wait():
                pass


def _answer(peer: socket.socket) -> None:
    """Be the process that was asked for."""
    code = 1
    try:
        _, streams, _, _ = socket.recv_fds(peer, 1, 3)
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        sys.stdin, sys.stdout, sys.stderr = (os.fdopen(number, "rww"[number], encoding="utf-8") for number in range(3))
        told = b"".join(iter(lambda: peer.recv(1 << 16), b""))
        sys.argv[1:], directory, environ = marshal.loads(told)
        os.chdir(directory)
        os.environb.clear()
        os.environb.update(environ)
        time.tzset()
        from kbsync.cli import main

        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001  as the top of a process tells it
        traceback.print_exc()
    finally:
        for each in (sys.stdout, sys.stderr):
            each.flush()
        peer.send(bytes([code]))
        os._exit(code)


if __name__ == "__main__":
    serve(sys.argv[1])
