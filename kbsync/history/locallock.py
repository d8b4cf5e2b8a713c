"""The lock on this machine: a file that the operating system frees when its holder dies. Other machines do not see it."""

import os
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from kbsync.errors import HistoryUnavailable
from kbsync.history.lockinfo import LockInfo, held_by, parse_lock
from kbsync.history.refs import check_target
from kbsync.messages import message

__all__ = ["LocalLock"]


class LocalLock:
    """``lock-<target>`` in a directory, with ``lock-<target>.json`` beside it that says who holds it."""

    def __init__(self, directory: Path, *, target: str) -> None:
        self._directory = directory
        self._target = target
        check_target(target)
        self._about = directory / f"lock-{target}.json"
        self._file = FileLock(directory / f"lock-{target}", timeout=0, thread_local=False)

    def acquire(self, *, owner: str, where: str, since: float) -> None:
        """Take it now. Raises TargetLocked when another process has it, HistoryUnavailable when the directory cannot be used."""
        if not self._grasp():
            raise held_by(self._read())
        info = LockInfo(self._target, owner, where, since, None, str(os.getpid()))
        draft = self._about.with_suffix(".new")
        try:
            draft.write_bytes(info.to_json())
            draft.replace(self._about)
        except OSError as problem:
            self.release()
            raise self._unusable(problem) from None

    def release(self) -> None:
        """Give it back, if it is held here. What says who held it may stay behind: nobody reads that while nobody holds it."""
        if self._file.is_locked:
            with suppress(OSError):
                self._about.unlink()
            with suppress(OSError):
                self._file.release()

    def read(self) -> LockInfo | None:
        """Who has it, None when nobody has. Looking means to take it for a moment: the file of a dead holder stays behind."""
        if not self._directory.is_dir():
            return None
        if self._grasp():
            self._file.release()
            return None
        return self._read()

    def _grasp(self) -> bool:
        try:
            if not self._directory.exists():
                self._directory.mkdir(parents=True)
                (self._directory / ".gitignore").write_text("*\n", encoding="utf-8")
            self._file.acquire()
        except Timeout:
            return False
        except OSError as problem:
            raise self._unusable(problem) from None
        return True

    def _unusable(self, problem: OSError) -> HistoryUnavailable:
        return HistoryUnavailable(
            message(
                "The lock file in {directory} cannot be used: {reason}",
                directory=self._directory,
                reason=problem.strerror or "unknown reason",
            ),
            hint=message("Make the directory writable, with room in it, on a file system that knows file locks."),
        )

    def _read(self) -> LockInfo:
        text = b""
        with suppress(OSError):
            text = self._about.read_bytes()
        return parse_lock(text, target=self._target, identity="", remote=None)
