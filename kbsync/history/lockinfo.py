"""What a lock says about its holder, as a value and as JSON. Where locks are kept is said elsewhere."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from kbsync.errors import TargetLocked
from kbsync.messages import Message, message

__all__ = ["SKEW_SECONDS", "LockInfo", "held_by", "parse_lock", "show_time"]

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
