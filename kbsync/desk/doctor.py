"""What ``kbsync doctor`` asks the service: reads only, and as many findings at once as the answers allow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from kbsync.commands import Command
from kbsync.desk.chitchat import read_tree
from kbsync.desk.client import Transport
from kbsync.desk.failures import LARGEST_SKEW, clock_words
from kbsync.desk.wire import Fields, robot_of
from kbsync.errors import (
    DeskNotEnabled,
    KbsyncError,
    MissingSecret,
    NotAdministrator,
    Rejected,
    ServiceError,
    SignatureRejected,
    Throttled,
    UnknownCommand,
    Unreachable,
    WrongDataCentre,
)
from kbsync.messages import Message, message

__all__ = ["READABLE", "Aspect", "Finding", "RobotConfig", "examine", "robot_config"]

DOCUMENTED_RATE = 5.0
"""Calls a second of each command (www.tencentcloud.com/document/product/1229/68839)."""


class Aspect(StrEnum):
    """What is looked at, in the order in which it has to be right."""

    ENDPOINT = "endpoint"
    REGION = "region"
    CLOCK = "clock"
    SIGNATURE = "signature"
    ADMINISTRATOR = "administrator"
    DESK = "desk"
    CATEGORIES = "categories"
    QUESTIONS = "questions"
    CHITCHAT = "chitchat"
    ROBOTS = "robots"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: ``ok`` is None when it could not be looked at."""

    name: Aspect
    ok: bool | None
    message: Message
    hint: Message | None = None


BLAMED: Mapping[type[ServiceError], Aspect] = {
    Unreachable: Aspect.ENDPOINT,
    WrongDataCentre: Aspect.REGION,
    SignatureRejected: Aspect.SIGNATURE,
    NotAdministrator: Aspect.ADMINISTRATOR,
    DeskNotEnabled: Aspect.DESK,
}
"""The aspect that a failure is about; any other failure is about the call that failed."""

GOOD: Mapping[Aspect, Message] = {
    Aspect.ENDPOINT: message("The service answers."),
    Aspect.REGION: message("The host belongs to the application's region."),
    Aspect.SIGNATURE: message("The UserSig is accepted."),
    Aspect.ADMINISTRATOR: message("The identifier is an App administrator."),
    Aspect.DESK: message("Desk is enabled."),
    Aspect.CATEGORIES: message("The categories can be listed."),
    Aspect.QUESTIONS: message("The questions can be listed."),
}

GENERAL = frozenset({Aspect.ENDPOINT, Aspect.REGION, Aspect.SIGNATURE, Aspect.ADMINISTRATOR, Aspect.DESK})
"""What any answer that reports success proves."""


READABLE = GENERAL | {Aspect.CATEGORIES, Aspect.QUESTIONS}
"""What has to be in order before the library can be read."""


@dataclass(frozen=True, slots=True)
class RobotConfig:
    """The chatbot's live configuration, as far as it decides whether the library is used at all.

    Scores are between 0 and 1, None if not in the answer.

    Chitchat answers only when it is enabled, no FAQ answers directly, and the chitchat score reaches ``chitchat_threshold``
    (www.tencentcloud.com/document/product/1229/68793).
    """

    chitchat_enabled: bool
    chitchat_threshold: float | None = None


def robot_config(transport: Transport, *, repeat: bool = True) -> RobotConfig:
    """The default language's configuration (www.tencentcloud.com/document/product/1229/68831)."""
    fields = Fields(Command.DESC_ROBOT, transport.call(Command.DESC_ROBOT, {"LanguageTag": ""}, repeat=repeat))
    return RobotConfig(
        chitchat_enabled=fields.integer("ChitchatEnable") != 0,
        chitchat_threshold=fields.number("ChitchatReaches"),
    )


@dataclass(frozen=True, slots=True)
class Robots:
    """The robots of an application by RobotId, which answer customers, and which one is the default."""

    names: Mapping[str, str]
    default: str


def read_robots(transport: Transport, *, repeat: bool = True) -> Robots:
    """Every robot (cloud.tencent.com/document/product/269/133252). Raises UnknownCommand at a service from before 2026."""
    fields = Fields(Command.LIST_ROBOTS, transport.call(Command.LIST_ROBOTS, {}, repeat=repeat))
    rows = {row.text("RobotId"): row for row in fields.records("RobotList", count=0)}
    default = next((robot for robot, row in rows.items() if row.integer("IsDefault", 0)), "")
    return Robots({robot: row.text("Nick", "") for robot, row in rows.items()}, default)


Result = TypeVar("Result")


def examine(transport: Transport, *, rate: float, missing: MissingSecret | None = None) -> tuple[Finding, ...]:
    """Make four calls and derive one finding for each aspect; ``rate`` is the configured calls a second.

    Raises nothing for what the service or the network does. Nothing is written. Where a call is refused for speed until patience
    ends, no other is tried: each would wait as long. With ``missing`` the calls are not signed: one is
    sent, whose refusal tells whether the service answers, and at what time.
    """
    answers = _Answers()
    config: RobotConfig | None = None
    robots: Robots | None = None
    listed: frozenset[str] = frozenset()
    answers.ask(Aspect.CATEGORIES, lambda: read_tree(transport, repeat=False))
    if missing is not None:
        answers.failures[Aspect.SIGNATURE] = missing
    elif Aspect.ENDPOINT not in answers.failures:
        listed = answers.ask(Aspect.QUESTIONS, lambda: _listed_robots(transport)) or listed
        config = answers.ask(Aspect.CHITCHAT, lambda: robot_config(transport, repeat=False))
        robots = answers.ask(Aspect.ROBOTS, lambda: read_robots(transport, repeat=False))
    own = {Aspect.CLOCK: _clock(transport.skew), Aspect.LIMIT: _limit(rate)}
    if config is not None:
        own[Aspect.CHITCHAT] = _chitchat(config)
    if robots is not None:
        own[Aspect.ROBOTS] = _robots(robots, listed)
    elif isinstance(answers.failures.get(Aspect.ROBOTS), UnknownCommand):
        own[Aspect.ROBOTS] = Finding(Aspect.ROBOTS, ok=None, message=message("Not known: this service lists no robots."))
    return tuple(own.get(aspect) or answers.finding(aspect) for aspect in Aspect)


class _Answers:
    """Collects what the answers prove, and the aspect of each failure."""

    def __init__(self) -> None:
        self.failures: dict[Aspect, KbsyncError] = {}
        self._proved: set[Aspect] = set()

    def ask(self, aspect: Aspect, call: Callable[[], Result]) -> Result | None:
        """The answer, or None after a failure; ``aspect`` is what the answer itself is about."""
        if any(isinstance(failure, Throttled) for failure in self.failures.values()):
            return None
        try:
            result = call()
        except ServiceError as failure:
            self.failures.setdefault(BLAMED.get(type(failure), aspect), failure)
            self._proved |= {Aspect.ENDPOINT} if isinstance(failure, Rejected) else set()
            return None
        self._proved |= GENERAL | {aspect}
        return result

    def finding(self, aspect: Aspect) -> Finding:
        failure = self.failures.get(aspect)
        if failure is not None:
            return Finding(aspect, ok=False, message=failure.message, hint=failure.hint)
        if aspect in self._proved:
            return Finding(aspect, ok=True, message=GOOD[aspect])
        return Finding(aspect, ok=None, message=message("Not known: something before it is not in order."))


def _clock(skew: float | None) -> Finding:
    if skew is None:
        return Finding(Aspect.CLOCK, ok=None, message=message("Not known: the service told no time."))
    if abs(skew) <= LARGEST_SKEW:
        words = message("This machine's clock agrees with the service's ({seconds} s apart).", seconds=f"{abs(skew):.0f}")
        return Finding(Aspect.CLOCK, ok=True, message=words)
    hint = message("Set the clock: a UserSig is valid only around the time at which it is made.")
    return Finding(Aspect.CLOCK, ok=False, message=clock_words(skew), hint=hint)


def _listed_robots(transport: Transport) -> frozenset[str]:
    """The robots of the first three questions, as many as the vendor's example asks for."""
    body = {"PageIndex": 1, "PageSize": 3}
    fields = Fields(Command.LIST, transport.call(Command.LIST, body, repeat=False))
    return frozenset(robot_of(row.text("StandardQuestionId")) for row in fields.records("QuestionList", count=0)) - {""}


def _robots(robots: Robots, listed: frozenset[str]) -> Finding:
    foreign = sorted(listed - {robots.default})
    if foreign and robots.default:
        words = message(
            "The library that the calls reach has questions of {robots}, and the default robot is {default}.",
            robots=", ".join(foreign),
            default=robots.default,
        )
        hint = message("No call says which robot it means: try one harmless question before anything else is applied.")
        return Finding(Aspect.ROBOTS, ok=False, message=words, hint=hint)
    if len(robots.names) > 1:
        words = message(
            "The application has several robots: {robots}.",
            robots=", ".join(f"{nick or '?'} ({robot})" for robot, nick in robots.names.items()),
        )
        hint = message("No call says which robot it means; what is listed belongs to the default one as far as its ids tell.")
        return Finding(Aspect.ROBOTS, ok=None, message=words, hint=hint)
    return Finding(Aspect.ROBOTS, ok=True, message=message("The default robot is the only one."))


def _limit(rate: float) -> Finding:
    words = message("At most {rate} calls a second are made of each command.", rate=f"{rate:g}")
    hint = message("The documented limit is 5: set calls_per_second of the target to 5 or less.")
    ok = rate <= DOCUMENTED_RATE
    return Finding(Aspect.LIMIT, ok=ok, message=words, hint=None if ok else hint)


def _chitchat(config: RobotConfig) -> Finding:
    if not config.chitchat_enabled:
        words = message("Chitchat is switched off: what is in the library is never said to customers.")
        hint = message("Switch it on in the console: Basic configuration, Q&A strategy.")
        return Finding(Aspect.CHITCHAT, ok=False, message=words, hint=hint)
    if config.chitchat_threshold is None:
        return Finding(Aspect.CHITCHAT, ok=True, message=message("Chitchat is switched on."))
    words = message("Chitchat is switched on and answers from a score of {score}.", score=f"{config.chitchat_threshold:g}")
    return Finding(Aspect.CHITCHAT, ok=True, message=words)
