"""The lock that all runners share: ``refs/kbsync/lock/<application>`` on the remote, a lease that must be renewed.

The ref points to a commit without files whose message is the lock's JSON. It is made, renewed, taken over and removed by push
with lease, so that exactly one of several runners wins each step. For one version ``refs/kbsync/lock/<target>`` is held beside
it, so that an older kbsync and this one meet.

Whose clock counts: that of the service, because the ``Date`` of its answers is the one clock that all runners share. The holder
confirms its lock every CONFIRM_SECONDS and writes down by that clock when it expires; another runner takes it over when it is
over by that clock and MARGIN_SECONDS more. Where either side has not heard the service's time, a lock is taken over only when it
was seen unchanged for as long by one's own forward-only clock. Each writing carries a new nonce, a takeover names the writing it
replaces, and the holder whose confirmation fails knows that it lost. A holder that cannot reach the remote gives up when its
lease ends, by a clock that runs on while the machine sleeps: before anybody may take over.
"""

import json
import secrets
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from kbsync.display import moment
from kbsync.errors import HistoryUnavailable, TargetLocked
from kbsync.history.git import NETWORK_SECONDS
from kbsync.history.remote import Remote, TargetRefs
from kbsync.limiter import Clock
from kbsync.messages import Message, message

__all__ = ["LockInfo", "ServiceTime", "never_heard", "show_time"]


ATTEMPTS = 5
"""How often to look again at a lock that changes hands while it is looked at."""

CONFIRM_SECONDS = 10.0
"""Seconds between two confirmations: so long a removed lock may stay unnoticed."""

MARGIN_SECONDS = 10.0
"""How long a lock is respected beyond its expiry: a Date has no fractions, and answers take their time."""

REMEMBERED = 50
"""Writings of which a later run on this machine may learn."""

UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class LockInfo:
    """One lock as it was seen.

    ``since`` and ``expires`` are Unix seconds by the holder's clock; the latter is by the service's where ``by_service`` is set.
    ``remote`` is the git remote it lies on, None for a lock on
    this machine, which has no expiry: it ends with the process. ``identity`` is the exact lock that was seen: the commit that
    carries it, or the process id. A lock that cannot be read has ``?`` for its holder and never expires.
    """

    target: str
    who: str
    where: str
    since: float | None
    expires: float | None
    identity: str
    remote: str | None = None
    by_service: bool = False

    def is_over(self, service: float | None) -> bool | None:
        """Whether it expired so long ago that it may be taken over, by the service's time; None where that is unknown."""
        if self.expires is None:
            return False
        return service > self.expires + MARGIN_SECONDS if service is not None and self.by_service else None

    def to_json(self, *, nonce: str = "") -> bytes:
        """Canonical JSON; the nonce makes each writing of a lock an object of its own."""
        fields = {
            "who": self.who,
            "where": self.where,
            "nonce": nonce or None,
            "since": _iso(self.since),
            "expires": _iso(self.expires),
            "clock": "service" if self.by_service else None,
        }
        if self.remote is None:
            fields["process"] = self.identity
        text = json.dumps(
            {name: value for name, value in fields.items() if value is not None}, sort_keys=True, ensure_ascii=False
        )
        return text.encode("utf-8", "replace")


class ServiceTime(Protocol):
    """The time of the service."""

    def __call__(self, *, ask: bool = False) -> float | None:
        """Unix seconds, by the Date of its answers; None where they had none. ``ask`` makes it answer if it has not yet."""
        ...


def never_heard(*, ask: bool = False) -> float | None:  # noqa: ARG001  (there is no service to ask)
    """The time of a service that gives none."""
    return None


class Lease:
    """One runner's hold on a target. ``seconds`` is how long it lasts without renewal.

    ``journal`` is a file of this machine, written while its own lock is held: what this run or an earlier one put on the remote,
    and was not seen to leave it. ``stop`` ends waiting.
    """

    def __init__(
        self,
        remote: Remote,
        refs: TargetRefs,
        *,
        clock: Clock,
        seconds: float,
        service: ServiceTime = never_heard,
        journal: Path,
        stop: threading.Event | None = None,
    ) -> None:
        self._remote = remote
        self._refs = refs
        self._target = refs.target
        self._clock = clock
        self._seconds = seconds
        self._service = service
        self._journal = journal
        self._stop = stop
        self._patience = min(NETWORK_SECONDS, max(10.0, seconds / 20))
        self._held: LockInfo | None = None
        self._until = 0.0
        self._last: str | None = None
        self._written: dict[str, None] = {}
        self._doubtful: dict[str, None] = {}
        """Writings without an answer, which may still arrive."""
        self._former: tuple[str, ...] = ()

    @property
    def info(self) -> LockInfo | None:
        """The lock as this runner last wrote it, None when it holds none."""
        return self._held

    @property
    def remaining(self) -> float:
        """Seconds until the lease that the remote last confirmed ends; negative when it is over."""
        return self._until - self._clock.now()

    def take(self, *, owner: str, where: str, tell: Callable[[Message], None]) -> LockInfo | None:
        """Acquire the lock. Returns the lock that was taken over, if any; ``tell`` is called with the reason for a delay.

        Raises TargetLocked when another run holds it, HistoryUnavailable when the remote cannot be asked or refuses.
        """
        with suppress(OSError):
            self._former = tuple(self._journal.read_text(encoding="ascii", errors="replace").split())
        self._service(ask=True)  # a lock whose end is in this machine's time is only ever watched by others
        before: Mapping[str, LockInfo] = {}
        for _ in range(ATTEMPTS):
            draft = LockInfo(self._target, owner, where, self._clock.wall(), None, "", self._remote.name)
            now = self._move({ref: each.identity for ref, each in before.items()}, draft)
            if self._held is not None:
                return next(iter(before.values()), None)
            before = read_leases(self._remote, self._refs, found=now)
            self._await_end(before, tell)
        raise TargetLocked(
            message("The lock of {target} changes hands all the time.", target=self._target),
            hint=message("Let fewer runs apply to it at once, then try again."),
        )

    def is_own(self, lock: LockInfo) -> bool:
        """Whether an earlier run on this machine left it behind."""
        return lock.identity in self._former

    def renew(self) -> None:
        """Confirm the lock and extend it. Raises TargetLocked if it is no longer this runner's."""
        held = self._held
        if held is None:
            raise self._gone()
        self._held = None
        try:
            self._move(dict.fromkeys(self._refs.locks, held.identity), held)
        except BaseException:
            self._held = held
            raise
        if self._held is None:
            raise self._gone()

    def drop(self) -> None:
        """Remove the lock, unless it is another run's by now."""
        last, self._last, self._held = self._last, None, None
        if last is not None:
            self._swap(dict.fromkeys(self._refs.locks, last), None)
            self._written = dict(self._doubtful)
            self._note()

    def finish(self, old: Mapping[str, str | None], new: Mapping[str, str | None]) -> dict[str, str | None]:
        """Move further refs and remove the lock in one push; returns their present values.

        The push is atomic: if any part fails, the lock stays.
        """
        goal = {**new, **dict.fromkeys(self._refs.locks)}
        now = self._push({**old, **dict.fromkeys(self._refs.locks, self._last)}, goal)
        if now == goal:
            self._last = self._held = None
            self._written = dict(self._doubtful)
            self._note()
        return {ref: now[ref] for ref in new}

    def _await_end(self, found: Mapping[str, LockInfo], tell: Callable[[Message], None]) -> None:
        """Wait until all these locks are free. Raises TargetLocked if one is, or may be, held.

        Without a shared clock a lock expires after a full lease without change.
        """
        others = [each for each in found.values() if not self.is_own(each)]
        service = self._service(ask=True) if any(each.by_service for each in others) else None
        ends = [(each, each.is_over(service)) for each in others]
        for each, over in ends:
            if over is False:
                raise held_by(each)
        unsure = next((each for each, over in ends if over is None), None)
        if unsure is None:
            return
        whole = self._seconds + MARGIN_SECONDS
        tell(
            message(
                "{who} on {where} holds {target}, and the service's time does not tell whether it still runs: "
                "watching its lock for up to {seconds} s.",
                who=unsure.who,
                where=unsure.where,
                target=self._target,
                seconds=f"{whole:.0f}",
            )
        )
        seen = {ref: each.identity for ref, each in found.items()}
        start = self._clock.now()
        while self._clock.now() - start <= whole:
            if self._clock.wait(CONFIRM_SECONDS, until=self._stop):
                raise held_by(unsure)
            now = self._remote.read(*self._refs.locks)
            if not now:
                return
            if now != seen:
                raise held_by(unsure)

    def _move(self, before: Mapping[str, str], draft: LockInfo) -> dict[str, str | None]:
        """Write the lock anew over what was there; ``info`` is set if it is held then. Gives what is there otherwise."""
        started, service = self._clock.now(), self._service()
        until = (self._clock.wall() if service is None else service) + self._seconds
        draft = replace(draft, identity="", expires=until, by_service=service is not None)
        identity = self._write(draft)
        try:
            now = self._swap(before, identity)
        except HistoryUnavailable:
            self._doubtful[identity] = None
            raise
        if all(each == identity for each in now.values()):
            self._held = replace(draft, identity=identity)
            self._until = started + self._seconds
        elif others := {ref: each for ref, each in now.items() if each not in self._written}:  # pragma: no branch
            # None are left where a late push of our own came once more: the caller tries again.
            if others == now:
                self._last = None
            # One name and not the other, as on a remote that moves refs one by one.
            self.drop()
            return others
        return now

    def _swap(self, old: Mapping[str, str], new: str | None) -> dict[str, str | None]:
        """Move the refs; a writing of our own whose answer was lost may stand there instead of ``old``, and is replaced too.

        What is removed is removed wherever it is ours. Gives what is there now.
        """
        goal = dict.fromkeys(self._refs.locks, new)
        now = self._push({ref: old.get(ref) for ref in goal}, goal)
        own = {ref: identity for ref, identity in now.items() if identity in self._written}
        if now != goal and own:
            goal = goal if new else dict.fromkeys(own)
            now |= self._push({ref: own.get(ref, old.get(ref)) for ref in goal}, goal)
        return now

    def _push(self, old: Mapping[str, str | None], new: Mapping[str, str | None]) -> dict[str, str | None]:
        return self._remote.move(old, new, seconds=self._patience)

    def _note(self) -> None:
        """Keep what may still be, or may arrive later, on the remote. Where that cannot be written a later run has to wait."""
        with suppress(OSError):
            known = [*self._former, *self._written][-REMEMBERED:]
            self._journal.write_text("\n".join(known), encoding="ascii")

    def _write(self, draft: LockInfo) -> str:
        text = draft.to_json(nonce=secrets.token_hex(16))
        commit = self._remote.repository.write_commit(text, seconds=int(self._clock.wall()))
        self._last = commit
        self._written[commit] = None
        self._note()
        return commit

    def _gone(self) -> TargetLocked:
        return TargetLocked(
            message("This run lost the lock of {target}: it was removed, or taken over after it expired.", target=self._target),
            hint=message("Run `kbsync plan` to see what is left to do."),
        )


def read_leases(remote: Remote, refs: TargetRefs, *, found: Mapping[str, str | None] | None = None) -> dict[str, LockInfo]:
    """The locks on the remote by their refs; ``found`` is what was just seen. Raises HistoryUnavailable."""
    for _ in range(ATTEMPTS):
        seen = remote.read(*refs.locks) if found is None else {ref: each for ref, each in found.items() if each is not None}
        carried = {ref: _read(remote, ref, identity, target=refs.target) for ref, identity in seen.items()}
        read = {ref: each for ref, each in carried.items() if each is not None}
        if len(read) == len(seen):
            return read
        found = None
    raise HistoryUnavailable(
        message("The lock of {target} on {remote} cannot be read.", target=refs.target, remote=remote.name),
        hint=message("Try again in a moment."),
    )


def _read(remote: Remote, ref: str, identity: str, *, target: str) -> LockInfo | None:
    """The lock that an object carries; None where it cannot be had, because it was removed or renewed since."""
    if not remote.repository.has(identity):
        with suppress(HistoryUnavailable):
            remote.fetch(ref)
    answer = remote.repository.git.attempt("cat-file", "-p", identity)
    if answer.code != 0:
        return None
    return parse_lock(answer.output.partition(b"\n\n")[2], target=target, identity=identity, remote=remote.name)


def parse_lock(text: bytes, *, target: str, identity: str, remote: str | None) -> LockInfo:
    """Read what ``to_json`` wrote; anything else is a lock whose holder is not known."""
    try:
        fields = json.loads(text)
        who, where = str(fields["who"]), str(fields["where"])
        since, expires = _seconds(fields.get("since")), _seconds(fields.get("expires"))
        process, by_service = str(fields.get("process", UNKNOWN)), fields.get("clock") == "service"
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return LockInfo(target, UNKNOWN, UNKNOWN, None, None, identity or UNKNOWN, remote)
    return LockInfo(target, who, where, since, expires, identity or process, remote, by_service)


def held_by(lock: LockInfo) -> TargetLocked:
    """What to raise when another run holds the target: who, where, since, until when, and what to do."""
    held = message(
        "Another apply holds {target}: {who} on {where}, since {since}.",
        target=lock.target,
        who=lock.who,
        where=lock.where,
        since=show_time(lock.since),
    )
    return TargetLocked(held, hint=_way_out(lock))


def show_time(seconds: float | None) -> str:
    """A moment for people, always in UTC, because the two runners may sit in different zones."""
    return UNKNOWN if seconds is None else f"{moment(seconds)} UTC"


def _way_out(lock: LockInfo) -> Message:
    if lock.remote is None:
        return message("It ends with that process (id {process}): wait for it, or stop it.", process=lock.identity)
    if lock.expires is None:
        return message(
            "It never expires. If nobody applies any more, remove it with `kbsync unlock -t {target}`.", target=lock.target
        )
    return message(
        "Wait for it. It expires at {expires} unless it is renewed, and an expired one is taken over. "
        "If its run is dead for certain, remove it now with `kbsync unlock -t {target}`.",
        expires=show_time(lock.expires),
        target=lock.target,
    )


def _iso(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _seconds(text: str | None) -> float | None:
    """Unix seconds that can be shown again in UTC. Raises ValueError or OverflowError for a moment beyond the calendar there."""
    seconds = None if text is None else datetime.fromisoformat(text).timestamp()
    show_time(seconds)
    return seconds
