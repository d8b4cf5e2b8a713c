"""How one write ended, told from its exception. What follows from it is decided in ``rounds``."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto

from kbsync.errors import (
    DeskNotEnabled,
    Interrupted,
    KbsyncError,
    NotAdministrator,
    OutcomeUnknown,
    Outdated,
    Rejected,
    ServiceError,
    SignatureRejected,
    Throttled,
    UnknownCommand,
    Unreachable,
    WrongDataCentre,
)
from kbsync.messages import Message, message

__all__ = ["EVERY_CALL", "Attempt", "Ended", "attempt"]

EVERY_CALL = (SignatureRejected, NotAdministrator, WrongDataCentre, DeskNotEnabled)
"""Refusals that have nothing to do with what was sent: every further call would meet them too."""


class Ended(Enum):
    """The ways a write can end."""

    DONE = auto()
    ALREADY = auto()
    """Nothing had to be sent."""
    REFUSED = auto()
    UNKNOWN = auto()
    """It may have happened: look."""
    UNSENT = auto()
    """It did not happen, through nobody's refusal: no connection, too many calls."""
    HELD = auto()
    """It was not tried, for a reason of its own."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """How it ended, and why when it is not done.

    ``hopeless`` means that the same call for fewer objects would fare no better, ``systemic`` that every other call would
    fail in the same way, ``interrupted`` that the user or the lock said stop before it was sent, ``outdated`` that it had to
    wait for longer than what it rests on holds. ``sent`` is how often it was sent.
    """

    ended: Ended
    reason: Message | None = None
    code: int | None = None
    hopeless: bool = False
    systemic: bool = False
    interrupted: bool = False
    outdated: bool = False
    sent: int = 0

    def in_part(self) -> "Attempt":
        """The same for a change whose earlier calls took effect: it can no longer count as not attempted."""
        if self.ended not in (Ended.UNSENT, Ended.REFUSED):
            return self
        reason = message("done in part, plan again to finish it: {cause}", cause=self.reason)
        return replace(self, ended=Ended.REFUSED, reason=reason)


def attempt(write: Callable[[], object]) -> Attempt:
    """Send one write and say how it ended; an error of a kind not known here counts as unknown when it may be the service's."""
    try:
        write()
    except (Interrupted, Outdated) as error:
        outdated = isinstance(error, Outdated)
        return Attempt(Ended.UNSENT, error.message, interrupted=not outdated, outdated=outdated)
    except (Throttled, Unreachable) as error:
        return Attempt(Ended.UNSENT, error.message, error.code)
    except Rejected as error:
        systemic = isinstance(error, EVERY_CALL)
        hopeless = systemic or isinstance(error, UnknownCommand)
        return Attempt(Ended.REFUSED, error.message, error.code, hopeless=hopeless, systemic=systemic)
    except (OutcomeUnknown, ServiceError) as error:
        return Attempt(Ended.UNKNOWN, error.message, error.code)
    except KbsyncError as error:
        return Attempt(Ended.UNSENT, error.message, systemic=True)
    return Attempt(Ended.DONE)
