"""The apply lock of a target: the machine's and, where there is a remote, everybody's.

Renewing it in time is ``renewer``'s part.
"""

import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from kbsync.errors import HistoryUnavailable, KbsyncError, TargetLocked
from kbsync.history.lease import Lease, read_lease
from kbsync.history.locallock import LocalLock
from kbsync.history.lockinfo import LockInfo, held_by, show_time
from kbsync.history.refs import lock_ref
from kbsync.history.remote import Remote
from kbsync.history.repository import Repository
from kbsync.history.unsettled import Unsettled
from kbsync.messages import Message, message
from kbsync.pacing import Clock

__all__ = ["TargetLock", "read_lock", "remove_lock"]


class TargetLock:
    """Held while one run applies to one target. Use it as a context manager, with a Renewer inside.

    ``owner`` and ``where`` tell others who holds it and on which machine or CI run. ``directory`` is for the lock file of this
    machine, the same for all who may apply; without a repository, or without a remote, that file is the whole lock.
    ``lease`` is in seconds.
    ``lost`` is set when the lock on the remote turned out to be somebody else's: stop applying. ``unsettled`` is noted when a
    lock was taken over too: whoever left it behind may have made what no listing shows yet.
    """

    def __init__(
        self,
        repository: Repository | None,
        *,
        target: str,
        owner: str,
        where: str,
        clock: Clock,
        directory: Path,
        lease: float = 600.0,
    ) -> None:
        self.lease = lease
        self.lost = threading.Event()
        self.unsettled = Unsettled(directory, target=target)
        self._target = target
        self._owner = owner
        self._where = where
        self._clock = clock
        self._local = LocalLock(directory, target=target)
        remote = None if repository is None else Remote.of(repository)
        self._shared = None if remote is None else Lease(remote, target=target, clock=clock, seconds=lease)
        self._notes: tuple[Message, ...] = ()
        self._guard = threading.Lock()

    @property
    def notes(self) -> tuple[Message, ...]:
        """What happened to the lock that people should know: a takeover, a lock that could not be removed."""
        return self._notes

    @property
    def info(self) -> LockInfo | None:
        """The lock on the remote as this run last wrote it, None when it holds none there."""
        return None if self._shared is None else self._shared.info

    def acquire(self) -> None:
        """Take both locks now. Raises TargetLocked when somebody has one, HistoryUnavailable when the remote refuses."""
        self._local.acquire(owner=self._owner, where=self._where, since=self._clock.wall())
        try:
            taken = None if self._shared is None else self._shared.take(owner=self._owner, where=self._where)
        except KbsyncError:
            self._local.release()
            raise
        except BaseException:
            # Interrupted: the push may have arrived, and nobody would renew or remove what it made.
            self.release()
            raise
        if taken is not None:
            self._note_takeover(taken)
            self._note_unsettled()

    def renew(self) -> None:
        """Push the expiry ahead; a lock of this machine alone needs no renewal.

        Raises TargetLocked when the lock is lost, HistoryUnavailable when the remote does not answer: then try again soon.
        """
        if self._shared is None:
            return
        with self._guard:
            try:
                self._shared.renew()
            except TargetLocked:
                self.lost.set()
                raise
            except HistoryUnavailable:
                self.is_held()
                raise

    def is_held(self) -> bool:
        """Whether it is safe to go on, without asking the remote: not known to be lost, and renewed within the lease."""
        if self._shared is not None and self._shared.remaining <= 0:
            self.lost.set()
        return not self.lost.is_set()

    def release(self) -> None:
        """Give both locks back. What is done is done: a remote that does not answer now is a note and no error."""
        with self._guard:
            info = self.info
            try:
                if self._shared is not None:
                    self._shared.drop()
            except HistoryUnavailable as problem:
                left = message(
                    "The lock of {target} could not be removed from the remote; it ends by itself at {expires}.",
                    target=self._target,
                    expires=show_time(None if info is None else info.expires),
                )
                self._notes = (*self._notes, left, problem.message)
            finally:
                self._local.release()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()

    def _note_unsettled(self) -> None:
        try:
            self.unsettled.note()
        except BaseException:
            self.release()
            raise

    def _note_takeover(self, taken: LockInfo) -> None:
        note = message(
            "Took over the lock of {target} that {who} on {where} left behind; it expired at {expires}.",
            target=self._target,
            who=taken.who,
            where=taken.where,
            expires=show_time(taken.expires),
        )
        self._notes = (*self._notes, note)


def read_lock(repository: Repository | None, *, target: str, directory: Path) -> LockInfo | None:
    """Who holds a target: by the remote where there is one, else by the lock file of this machine. None when nobody does."""
    remote = None if repository is None else Remote.of(repository)
    return LocalLock(directory, target=target).read() if remote is None else read_lease(remote, target)


def remove_lock(repository: Repository | None, expected: LockInfo) -> None:
    """Remove exactly the lock that ``read_lock`` showed; one that is gone already is as good.

    Raises TargetLocked when it was renewed or changed hands since; also for a lock of this machine, which its process alone ends.
    """
    if repository is None or expected.remote is None:
        raise held_by(expected)
    now = Remote(repository, expected.remote).move(lock_ref(expected.target), old=expected.identity, new=None)
    if now is not None:
        raise TargetLocked(
            message(
                "The lock of {target} changed since it was shown: its holder is alive, or somebody else has it.",
                target=expected.target,
            ),
            hint=message("Run `kbsync unlock -t {target}` again to see it.", target=expected.target),
        )
