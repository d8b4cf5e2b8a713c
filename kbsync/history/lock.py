"""The apply lock of a target: a file on this machine and, where there is a remote, the lease that all runners share.

The file is freed by the operating system when its holder dies; the lease is renewed by a thread while the work runs.
"""

import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from kbsync.errors import HistoryUnavailable, TargetLocked
from kbsync.history.lease import (
    CONFIRM_SECONDS,
    Lease,
    LockInfo,
    ServiceTime,
    held_by,
    never_heard,
    parse_lock,
    read_leases,
    show_time,
)
from kbsync.history.remote import Remote, TargetRefs
from kbsync.history.repository import Repository
from kbsync.limiter import Clock
from kbsync.messages import Message, message
from kbsync.saving import reason_of, unwritable

__all__ = ["Renewer", "TargetLock", "read_lock", "remove_lock"]


class TargetLock:
    """Held while one run applies to one target. Use it as a context manager, with a Renewer inside.

    ``owner`` and ``where`` name the holder and on which machine or CI run. ``directory`` is for the lock file of this
    machine, the same for all who may apply; without a repository, or without a remote, that file is the whole lock.
    ``lease`` is in seconds, ``service`` gives the service's time, ``stop`` ends waiting, which ``tell`` announces.
    ``lost`` is set when the lock on the remote turned out to be another run's: stop applying. ``unsettled`` is noted when a
    lock was taken over too: the run that left it behind may have made what no listing shows yet.
    """

    def __init__(
        self,
        repository: Repository | None,
        refs: TargetRefs,
        *,
        owner: str,
        where: str,
        clock: Clock,
        directory: Path,
        lease: float = 600.0,
        service: ServiceTime = never_heard,
        stop: threading.Event | None = None,
        tell: Callable[[Message], None] = lambda _words: None,
    ) -> None:
        self.lease = lease
        self.lost = threading.Event()
        self.unsettled = Unsettled(directory, refs)
        self._target = refs.target
        self._owner = owner
        self._where = where
        self._clock = clock
        self._local = LocalLock(directory, refs)
        remote = None if repository is None else Remote.of(repository)
        self._shared = (
            None
            if remote is None
            else Lease(
                remote,
                refs,
                clock=clock,
                seconds=lease,
                service=service,
                journal=directory / f"lease-{refs.application}",
                stop=stop,
            )
        )
        self._tell = tell
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
        """Take both locks now. Raises TargetLocked when another run has one, HistoryUnavailable when the remote refuses."""
        self._local.acquire(owner=self._owner, where=self._where, since=self._clock.wall())
        try:
            taken = None if self._shared is None else self._shared.take(owner=self._owner, where=self._where, tell=self._tell)
        except BaseException:
            # The push may have arrived, and what it made would be neither renewed nor removed.
            self.release()
            raise
        if taken is not None:
            self._note_takeover(taken)
            self._note_unsettled()

    def renew(self) -> None:
        """Push the expiry ahead; a lock of this machine alone needs no renewal.

        Raises TargetLocked when the lock is lost, HistoryUnavailable when the remote does not answer: then try again soon.
        """
        with self._guard:
            if self._shared is None:
                return
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
        shared = self._shared
        if shared is not None and shared.remaining <= 0:
            self.lost.set()
        return not self.lost.is_set()

    def finish(self, old: Mapping[str, str | None], new: Mapping[str, str | None]) -> dict[str, str | None] | None:
        """Move refs of the remote and release the lock there, in one atomic push; returns their present values.

        None if no lock is held there. Raises HistoryUnavailable.
        """
        with self._guard:
            shared = self._shared
            if shared is None or self.info is None:
                return None
            now = shared.finish(old, new)
            self._shared = None if shared.info is None else shared
            return now

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
        left = {"target": self._target, "who": taken.who, "where": taken.where}
        if self._shared is not None and self._shared.is_own(taken):
            note = message("Took the lock of {target} back that an earlier run of this machine left behind.", target=self._target)
        elif taken.by_service:
            note = message(
                "Took over the lock of {target} that {who} on {where} left behind; it expired at {expires}.",
                **left,
                expires=show_time(taken.expires),
            )
        else:
            note = message("Took over the lock of {target} that {who} on {where} left behind; nobody renewed it.", **left)
        self._notes = (*self._notes, note)


class Renewer:
    """Confirms a held lock every ten seconds, in a thread of its own, until its block ends or ``lock.lost`` is set.

    While the remote does not answer the lock counts as held until its lease is used up. When it is lost, ``on_lost`` is called,
    once and in that thread. A machine that slept confirms within moments of waking up, and so learns what became of it.
    """

    def __init__(self, lock: TargetLock, *, clock: Clock, on_lost: Callable[[], None] | None = None) -> None:
        self._lock = lock
        self._clock = clock
        self._on_lost = on_lost
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="kbsync-lock", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        due = self._clock.now()
        while not self._lock.lost.is_set():
            # From start to start: a slow remote makes no confirmation later.
            due = max(due + CONFIRM_SECONDS, self._clock.now())
            if self._clock.wait(due - self._clock.now(), until=self._stop):
                return
            self._renew()
        if self._on_lost is not None:
            self._on_lost()

    def _renew(self) -> None:
        try:
            self._lock.renew()
        except Exception:  # noqa: BLE001  (whatever it was, a thread that dies unseen would let the lease run out unseen)
            self._lock.is_held()


def read_lock(repository: Repository | None, refs: TargetRefs, *, directory: Path) -> LockInfo | None:
    """Who holds a target: by the remote where there is one, else by the lock file of this machine. None when it is free."""
    remote = None if repository is None else Remote.of(repository)
    return LocalLock(directory, refs).read() if remote is None else next(iter(read_leases(remote, refs).values()), None)


def remove_lock(repository: Repository | None, refs: TargetRefs, expected: LockInfo) -> None:
    """Remove exactly the lock that ``read_lock`` showed; one that is gone already is as good.

    Raises TargetLocked when it was renewed or changed hands since; also for a lock of this machine, which its process alone ends.
    """
    if repository is None or expected.remote is None:
        raise held_by(expected)
    remote = Remote(repository, expected.remote)
    found = remote.read(*refs.locks)
    shown = {ref: identity for ref, identity in found.items() if identity == expected.identity}
    now = remote.move(shown, dict.fromkeys(shown)) if shown else found
    if any(now.values()):
        raise TargetLocked(
            message(
                "The lock of {target} changed since it was shown: its holder is alive, or somebody else has it.",
                target=expected.target,
            ),
            hint=message("Run `kbsync unlock -t {target}` again to see it.", target=expected.target),
        )


class LocalLock:
    """``lock-<application>`` in a directory, with ``lock-<application>.json`` beside it that names the holder.

    For one version the target's name is held beside the application's, as on the remote.
    """

    def __init__(self, directory: Path, refs: TargetRefs) -> None:
        self._directory = directory
        self._target = refs.target
        self._files = tuple(FileLock(directory / f"lock-{name}", timeout=0, thread_local=False) for name in refs.names)

    def acquire(self, *, owner: str, where: str, since: float) -> None:
        """Take it now. Raises TargetLocked when another process has it, HistoryUnavailable when the directory cannot be used."""
        held = self._grasp()
        if held is not None:
            raise held_by(self._read(held))
        info = LockInfo(self._target, owner, where, since, None, str(os.getpid()))
        try:
            for file in self._files:
                draft = _about(file).with_suffix(".new")
                draft.write_bytes(info.to_json())
                draft.replace(_about(file))
        except OSError as problem:
            self.release()
            raise self._unusable(problem) from None

    def release(self) -> None:
        """Release the lock if held here. The holder file may remain; it is ignored while the lock is free."""
        for file in self._files:
            if file.is_locked:
                with suppress(OSError):
                    _about(file).unlink()
                with suppress(OSError):
                    file.release()

    def read(self) -> LockInfo | None:
        """Who has it, None when it is free. Looking means to take it for a moment: the file of a dead holder stays behind."""
        if not self._directory.is_dir():
            return None
        held = self._grasp()
        if held is not None:
            return self._read(held)
        for file in self._files:
            file.release()
        return None

    def _grasp(self) -> FileLock | None:
        """Take the files; gives the one that another process has, and then none is held here."""
        try:
            if not self._directory.exists():
                self._directory.mkdir(parents=True)
                (self._directory / ".gitignore").write_text("*\n", encoding="utf-8")
            for index, file in enumerate(self._files):
                try:
                    file.acquire()
                except Timeout:
                    for other in self._files[:index]:
                        other.release()
                    return file
        except OSError as problem:
            raise self._unusable(problem) from None
        return None

    def _unusable(self, problem: OSError) -> HistoryUnavailable:
        return HistoryUnavailable(
            message(
                "The lock file in {directory} cannot be used: {reason}",
                directory=self._directory,
                reason=reason_of(problem),
            ),
            hint=message("Make the directory writable, with room in it, on a file system that knows file locks."),
        )

    def _read(self, file: FileLock) -> LockInfo:
        text = b""
        with suppress(OSError):
            text = _about(file).read_bytes()
        return parse_lock(text, target=self._target, identity="", remote=None)


def _about(file: FileLock) -> Path:
    return Path(f"{file.lock_file}.json")


class Unsettled:
    """``unsettled-<application>`` in the directory of the lock: it outlives the process, whatever ends that."""

    def __init__(self, directory: Path, refs: TargetRefs) -> None:
        self._paths = tuple(directory / f"unsettled-{name}" for name in refs.names)
        self._path = self._paths[0]

    def is_noted(self) -> bool:
        """Whether a run left the note behind, or this one made it."""
        return any(path.exists() for path in self._paths)

    def note(self) -> None:
        """Make the note, before anything is sent. Raises HistoryUnavailable."""
        try:
            self._path.touch()
        except OSError as problem:
            raise unwritable(self._path, problem, HistoryUnavailable) from None

    def clear(self) -> None:
        """Everything has been seen. A note that cannot be removed costs the next run some patience and nothing else."""
        for path in self._paths:
            with suppress(OSError):
                path.unlink()
