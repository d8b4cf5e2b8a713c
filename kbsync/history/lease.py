"""The lock that all runners share: ``refs/kbsync/lock/<application>`` on the remote, a lease that must be renewed.

The ref points to a commit without files whose message is the lock's JSON. It is made, renewed, taken over and removed by push
with lease, so that exactly one of several runners wins each step. For one version ``refs/kbsync/lock/<target>`` is held beside
it, so that an older kbsync and this one meet.

Whose clock counts: a lock may be taken over when it is over by the other runner's clock plus SKEW_SECONDS. A living holder
renews every third of the lease, so its expiry is never nearer than two thirds; with the usual 600 seconds two clocks would have
to differ by more than 460 seconds before a living lock looked dead. Even then the renewal proves it alive: each writing carries
a new nonce, a takeover names the writing it replaces, and the holder whose renewal fails knows that it lost. A holder that
cannot reach the remote gives up when its lease ends, before anybody may take over. It counts by its forward-only clock, which
nobody can set, and by its wall clock, which goes on while the machine sleeps: whichever says that less is left.
"""

import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from kbsync.errors import HistoryUnavailable, TargetLocked
from kbsync.history.git import NETWORK_SECONDS
from kbsync.history.remote import Remote, TargetRefs
from kbsync.limiter import Clock
from kbsync.messages import Message, message

__all__ = ["SKEW_SECONDS", "Lease", "LockInfo", "held_by", "parse_lock", "read_leases", "show_time"]


ATTEMPTS = 5
"""How often to look again at a lock that changes hands while it is looked at."""

SKEW_SECONDS = 60.0
"""How long a lock is respected beyond its expiry, because the clocks of two runners differ."""

UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class LockInfo:
    """One lock as it was seen.

    ``since`` and ``expires`` are Unix seconds by the holder's clock. ``remote`` is the git remote it lies on, None for a lock on
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

    def is_over(self, now: float) -> bool:
        """Whether it expired so long ago that it may be taken over; ``now`` is Unix time."""
        return self.expires is not None and now > self.expires + SKEW_SECONDS

    def to_json(self, *, nonce: str = "") -> bytes:
        """Canonical JSON; the nonce makes each writing of a lock an object of its own."""
        fields = {
            "who": self.who,
            "where": self.where,
            "nonce": nonce or None,
            "since": _iso(self.since),
            "expires": _iso(self.expires),
        }
        if self.remote is None:
            fields["process"] = self.identity
        text = json.dumps(
            {name: value for name, value in fields.items() if value is not None}, sort_keys=True, ensure_ascii=False
        )
        return text.encode("utf-8", "replace")


class Lease:
    """One runner's hold on a target. ``seconds`` is how long it lasts without renewal."""

    def __init__(self, remote: Remote, refs: TargetRefs, *, clock: Clock, seconds: float) -> None:
        self._remote = remote
        self._refs = refs
        self._target = refs.target
        self._clock = clock
        self._seconds = seconds
        self._patience = min(NETWORK_SECONDS, max(10.0, seconds / 20))
        self._held: LockInfo | None = None
        self._until = self._over = 0.0
        self._last: str | None = None
        self._written: set[str] = set()

    @property
    def info(self) -> LockInfo | None:
        """The lock as this runner last wrote it, None when it holds none."""
        return self._held

    @property
    def remaining(self) -> float:
        """Seconds until the lease ends without renewal, by whichever clock leaves less; negative when it is over."""
        return min(self._until - self._clock.now(), self._over - self._clock.wall())

    def take(self, *, owner: str, where: str) -> LockInfo | None:
        """Take the lock; returns the expired one that was taken over, if there was one.

        Raises TargetLocked when somebody holds it, HistoryUnavailable when the remote cannot be asked or refuses.
        """
        before: Mapping[str, LockInfo] = {}
        for _ in range(ATTEMPTS):
            wall = self._clock.wall()
            living = next((each for each in before.values() if not each.is_over(wall)), None)
            if living is not None:
                raise held_by(living)
            draft = LockInfo(self._target, owner, where, wall, wall + self._seconds, "", self._remote.name)
            if self._move({ref: each.identity for ref, each in before.items()}, draft):
                return next(iter(before.values()), None)
            self.drop()
            before = read_leases(self._remote, self._refs)
        raise TargetLocked(
            message("The lock of {target} changes hands all the time.", target=self._target),
            hint=message("Let fewer runs apply to it at once, then try again."),
        )

    def renew(self) -> None:
        """Push the expiry ahead. Raises TargetLocked when the lock is no longer this runner's."""
        held = self._held
        if held is None:
            raise self._gone()
        expires = self._clock.wall() + self._seconds
        if not self._move(
            dict.fromkeys(self._refs.locks, held.identity),
            LockInfo(held.target, held.who, held.where, held.since, expires, "", self._remote.name),
        ):
            self._held = None
            raise self._gone()

    def drop(self) -> None:
        """Remove the lock, unless it is somebody else's by now."""
        last, self._last, self._held = self._last, None, None
        if last is not None:
            self._swap(dict.fromkeys(self._refs.locks, last), None)

    def _move(self, before: Mapping[str, str], draft: LockInfo) -> bool:
        started, wall = self._clock.now(), self._clock.wall()
        identity = self._write(draft)
        if not self._swap(before, identity):
            return False
        self._held = LockInfo(draft.target, draft.who, draft.where, draft.since, draft.expires, identity, self._remote.name)
        self._until, self._over = started + self._seconds, wall + self._seconds
        return True

    def _swap(self, old: Mapping[str, str], new: str | None) -> bool:
        """Move the refs; a writing of our own whose answer was lost may stand there instead of ``old``, and is replaced too.

        What is removed is removed wherever it is ours.
        """
        goal = dict.fromkeys(self._refs.locks, new)
        now = self._push({ref: old.get(ref) for ref in goal}, goal)
        own = {ref: identity for ref, identity in now.items() if identity in self._written}
        if now != goal and own:
            goal = goal if new else dict.fromkeys(own)
            now = self._push({ref: own.get(ref, old.get(ref)) for ref in goal}, goal)
        return now == goal

    def _push(self, old: Mapping[str, str | None], new: Mapping[str, str | None]) -> dict[str, str | None]:
        return self._remote.move_all(old, new, seconds=self._patience)

    def _write(self, draft: LockInfo) -> str:
        date = f"@{int(self._clock.wall())} +0000"
        person = {f"GIT_{role}_{part}": "kbsync" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
        git = self._remote.repository.git
        tree = git.run("mktree").text
        commit = git.run(
            "commit-tree",
            tree,
            stdin=draft.to_json(nonce=secrets.token_hex(16)),
            extra={**person, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date},
        ).text
        self._last = commit
        self._written.add(commit)
        return commit

    def _gone(self) -> TargetLocked:
        return TargetLocked(
            message("This run lost the lock of {target}: it was removed, or taken over after it expired.", target=self._target),
            hint=message("Run `kbsync plan` to see what is left to do."),
        )


def read_leases(remote: Remote, refs: TargetRefs) -> dict[str, LockInfo]:
    """The locks on the remote by their refs. Raises HistoryUnavailable when the remote cannot be asked."""
    for _ in range(ATTEMPTS):
        found = {ref: _read(remote, ref, identity, target=refs.target) for ref, identity in remote.read(*refs.locks).items()}
        read = {ref: each for ref, each in found.items() if each is not None}
        if len(read) == len(found):
            return read
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
        process = str(fields.get("process", UNKNOWN))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return LockInfo(target, UNKNOWN, UNKNOWN, None, None, identity or UNKNOWN, remote)
    return LockInfo(target, who, where, since, expires, identity or process, remote)


def held_by(lock: LockInfo) -> TargetLocked:
    """What to raise when somebody else holds the target: who, where, since, until when, and what to do."""
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
    return UNKNOWN if seconds is None else f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


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
