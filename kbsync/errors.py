"""The exceptions: each means "cannot go on" for one reason. ``cli/`` words them and maps them to exit codes.

KbsyncError
├── Misuse                 the command line asks for something that cannot be        (exit 2)
├── InvalidInput           files or settings hold errors; carries the diagnostics    (exit 5)
├── SafetyRefusal          a brake, a removal without consent, a conflict            (exit 6)
├── StalePlan              live moved since the plan was made                        (exit 7)
├── TargetLocked           another apply holds the target                            (exit 8)
├── MissingSecret          an environment variable is not set, or is no text         (exit 1)
├── UnusableFile           a plan, a receipt or an output file cannot be used        (exit 1)
├── HistoryUnavailable     git cannot answer                                         (exit 1)
│   └── ForeignAddress     a pull request would sign in where nobody has agreed to
└── ServiceError           the Desk service, by what it means for the call           (exit 1)
    ├── Throttled          too fast; nothing happened, the call may be sent again later
    ├── OutcomeUnknown     no usable answer: a write may or may not have happened
    ├── Unreachable        no connection was made; nothing happened
    ├── Interrupted        stopped before it was sent; nothing happened
    ├── Outdated           not sent, because what it rests on had become too old; nothing happened
    └── Rejected           the service said no; nothing happened
        ├── SignatureRejected   UserSig wrong, expired, revoked or made with another key
        ├── NotAdministrator    the identifier is not an App administrator
        ├── WrongDataCentre     host and SDKAppID live in different regions
        ├── DeskNotEnabled      the application has no (valid) Desk
        ├── UnknownCommand      the service does not know the path
        ├── RequestRefused      the parameters break a rule of the service
        └── NoSuchSession       the session does not exist or has ended
"""

from collections.abc import Sequence

from kbsync.diagnostics import Diagnostic
from kbsync.messages import Message

__all__ = [
    "DeskNotEnabled",
    "HistoryUnavailable",
    "Interrupted",
    "InvalidInput",
    "KbsyncError",
    "MissingSecret",
    "Misuse",
    "NoSuchSession",
    "NotAdministrator",
    "OutcomeUnknown",
    "Outdated",
    "Rejected",
    "RequestRefused",
    "SafetyRefusal",
    "ServiceError",
    "SignatureRejected",
    "StalePlan",
    "TargetLocked",
    "Throttled",
    "UnknownCommand",
    "Unreachable",
    "UnusableFile",
    "WrongDataCentre",
]


class KbsyncError(Exception):
    """Something that the user can understand and act on: what is wrong, and what to do about it."""

    def __init__(self, message: Message, *, hint: Message | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.hint = hint


class Misuse(KbsyncError):
    """The command line asks for something that cannot be, such as a target that no settings declare."""


class InvalidInput(KbsyncError):
    """Knowledge files or settings hold errors; ``diagnostics`` has all of them, warnings too, sorted by place."""

    def __init__(self, message: Message, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(message)
        self.diagnostics = tuple(diagnostics)


class SafetyRefusal(KbsyncError):
    """Applying would be unsafe; ``reasons`` names every brake, each with figure, limit and the way past."""

    def __init__(self, message: Message, reasons: Sequence[Message]) -> None:
        super().__init__(message)
        self.reasons = tuple(reasons)


class StalePlan(KbsyncError):
    """The live library moved since the plan was made; ``moved`` lists the changes."""

    def __init__(self, message: Message, moved: Sequence[Message], *, hint: Message | None = None) -> None:
        super().__init__(message, hint=hint)
        self.moved = tuple(moved)


class TargetLocked(KbsyncError):
    """Another apply holds the target; the message has who, where and until when."""


class MissingSecret(KbsyncError):
    """An environment variable with a secret is not set, or not text; the message names it."""


class UnusableFile(KbsyncError):
    """A plan file, a receipt or an output file cannot be read, trusted or written."""


class HistoryUnavailable(KbsyncError):
    """Git cannot answer: no repository, no such commit, too shallow a clone."""


class ServiceError(KbsyncError):
    """The Desk service did not do what was asked. ``code`` is its ErrorCode (or HTTP status), None where there was no answer.

    ``retry_after`` is the service's own wish in seconds, if it named one.
    """

    def __init__(
        self,
        message: Message,
        *,
        command: str,
        code: int | None = None,
        hint: Message | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.command = command
        self.code = code
        self.retry_after = retry_after


class Throttled(ServiceError):
    """Too many calls; this one did not happen."""


class OutcomeUnknown(ServiceError):
    """The answer was lost, late, cut off or not an answer: a write may have happened. Look before repeating it."""


class Unreachable(ServiceError):
    """No connection was made, so nothing was sent and nothing happened."""


class Interrupted(ServiceError):
    """The user, or a lost lock, stopped the run before the call was sent; nothing happened."""


class Outdated(ServiceError):
    """The call had to wait until what it rests on was too old, so it was not sent and nothing happened. Look again first."""


class Rejected(ServiceError):
    """The service refused the call and did nothing."""


class SignatureRejected(Rejected):
    """The UserSig is wrong, expired, revoked or made with another app's key (700xx)."""


class NotAdministrator(Rejected):
    """The identifier is not an App administrator (−20, 60010, 70403, 90009)."""


class WrongDataCentre(Rejected):
    """The host and the SDKAppID belong to different data centres (60026)."""


class DeskNotEnabled(Rejected):
    """The application has not enabled Desk, or its plan has run out (−50040, 60020, 141000)."""


class UnknownCommand(Rejected):
    """The service does not know the path (60009)."""


class RequestRefused(Rejected):
    """The parameters break a rule of the service (−7, 60003, −50003, −50011 and the like)."""


class NoSuchSession(Rejected):
    """The session does not exist or has ended (141005, 141006, 141010)."""
