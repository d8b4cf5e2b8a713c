"""A stretch of time as users name it, in days or dates. What happened in it is not known here."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from kbsync.errors import Misuse
from kbsync.messages import message

__all__ = ["DAY", "Span", "parse_span"]

DAY = 86_400.0
"""Seconds."""

DAYS = re.compile(r"(\d{1,5})d?")


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start`` to ``end``, both included, in Unix seconds."""

    start: float
    end: float


def parse_span(since: str, until: str | None, *, now: float) -> Span:
    """Read two moments, each a number of days ago or an ISO date or time, UTC unless it says otherwise. Raises Misuse.

    An ``until`` that is only a date includes that day; None is now.
    """
    start = max(0.0, _moment(since, now, to_the_end=False))
    end = now if until is None else _moment(until, now, to_the_end=True)
    if start > end:
        raise Misuse(message("the time span begins after its end: {since} to {until}", since=since, until=until or "now"))
    return Span(start, end)


def _moment(text: str, now: float, *, to_the_end: bool) -> float:
    if found := DAYS.fullmatch(text.strip()):
        return now - int(found[1]) * DAY
    try:
        moment = datetime.fromisoformat(text.strip())
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except ValueError:
        raise Misuse(
            message("{text} is no moment", text=text),
            hint=message("write days before now, such as 7, or a date such as 2026-01-31"),
        ) from None
    return seconds + DAY - 1 if to_the_end and _is_date(text.strip()) else math.floor(seconds)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
