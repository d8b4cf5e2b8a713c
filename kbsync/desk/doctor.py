"""The calls of ``kbsync doctor``: read-only, with as many findings at once as the answers allow.

``probe`` finds how the service of this account behaves where no vendor page documents it: a dozen calls beside one listing. Its
findings are switches of the sandbox, without any text or id of the library.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from kbsync.commands import Command
from kbsync.desk.answers import Fields, robot_of
from kbsync.desk.chitchat import WRONG_PAGE, DeskReader, read_tree
from kbsync.desk.client import LARGEST_SKEW, Transport, clock_words
from kbsync.errors import (
    DeskNotEnabled,
    KbsyncError,
    MissingSecret,
    NotAdministrator,
    Rejected,
    RequestRefused,
    ServiceError,
    SignatureRejected,
    Throttled,
    UnknownCommand,
    Unreachable,
    WrongDataCentre,
)
from kbsync.messages import Message, message
from kbsync.model import Knowledge, MenuType, Question, Status

__all__ = ["READABLE", "Finding", "Settled", "examine", "probe"]

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
    chitchat: Finding | None = None
    robots: Robots | None = None
    listed: frozenset[str] = frozenset()
    answers.ask(Aspect.CATEGORIES, lambda: read_tree(transport, repeat=False))
    if missing is not None:
        answers.failures[Aspect.SIGNATURE] = missing
    elif Aspect.ENDPOINT not in answers.failures:
        listed = answers.ask(Aspect.QUESTIONS, lambda: _listed_robots(transport)) or listed
        chitchat = answers.ask(Aspect.CHITCHAT, lambda: _chitchat(transport))
        robots = answers.ask(Aspect.ROBOTS, lambda: read_robots(transport, repeat=False))
    own = {Aspect.CLOCK: _clock(transport.skew), Aspect.LIMIT: _limit(rate)}
    if chitchat is not None:
        own[Aspect.CHITCHAT] = chitchat
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


def _chitchat(transport: Transport) -> Finding:
    """Whether the library is used, by the default language's configuration (www.tencentcloud.com/document/product/1229/68831).

    Chitchat answers only when it is enabled, no FAQ answers directly, and its score reaches ``ChitchatReaches``, which is between
    0 and 1 (www.tencentcloud.com/document/product/1229/68793).
    """
    fields = Fields(Command.DESC_ROBOT, transport.call(Command.DESC_ROBOT, {"LanguageTag": ""}, repeat=False))
    enabled, score = fields.integer("ChitchatEnable"), fields.number("ChitchatReaches")
    if not enabled:
        words = message("Chitchat is switched off: what is in the library is never said to customers.")
        hint = message("Switch it on in the console: Basic configuration, Q&A strategy.")
        return Finding(Aspect.CHITCHAT, ok=False, message=words, hint=hint)
    if score is None:
        return Finding(Aspect.CHITCHAT, ok=True, message=message("Chitchat is switched on."))
    words = message("Chitchat is switched on and answers from a score of {score}.", score=f"{score:g}")
    return Finding(Aspect.CHITCHAT, ok=True, message=words)


SIZES = (1000, 500, 200, 100, 50, 20, 10, 3, 1)
"""Questions a page that are asked for, until one is given."""

USUAL = 100

NOWHERE = "\u2e2e\u2e2e\u2e2e"
"""A keyword that no question holds."""

ENOUGH = 6
"""Questions that are hardly in the order of their ids by chance."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What was found, in words, and the switches that make a sandbox behave so; none where it could not be settled."""

    message: Message
    switches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Page:
    fields: Mapping[str, object]
    rows: tuple[Fields, ...]

    @property
    def ids(self) -> list[str]:
        return [row.text("StandardQuestionId") for row in self.rows]


def probe(transport: Transport) -> tuple[Settled, ...]:
    """Probe each point; one whose calls fail is unsettled, and so are all if the library cannot be read."""
    asking = _Asking(transport)
    try:
        size, sizes = asking.sizes()
        reader = DeskReader(transport, page_size=min(size, USUAL))
        live = reader.read()
    except ServiceError as problem:
        return (Settled(problem.message),)
    looks: tuple[Callable[[], Settled], ...] = (
        lambda: asking.past_end(live),
        asking.empty_page,
        lambda: asking.order(size),
        lambda: asking.omitted_status(live, size),
        lambda: asking.parent(live, size),
        lambda: asking.keyword(live, size),
        lambda: asking.totals(live),
        lambda: _presets(live),
        asking.total_of_categories,
        lambda: asking.robots(reader.robots),
    )
    return (sizes, *(_safely(look) for look in looks), _clock_switch(transport.skew))


def _safely(look: Callable[[], Settled]) -> Settled:
    try:
        return look()
    except ServiceError as problem:
        return Settled(problem.message)


class _Asking:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def sizes(self) -> tuple[int, Settled]:
        """The largest page that is given, and whether larger ones are refused or cut."""
        for size in SIZES[:-1]:
            page = self._page(1, size)
            if page is None:
                continue
            given = len(page.rows)
            more = self._page(2, given) if 0 < given < size else None
            if more is not None and set(more.ids) - set(page.ids):
                words = message("Pages of more than {size} questions are cut without a word.", size=given)
                return given, Settled(words, (f"page-cap={given}", "page-refusal=clamp"))
            if size == SIZES[0]:
                words = message("Pages of {size} questions may be asked for; {given} were there.", size=size, given=given)
                return size, Settled(words, ("page-cap=none",))
            words = message(
                "Pages of {size} questions are given, of {larger} refused.", size=size, larger=SIZES[SIZES.index(size) - 1]
            )
            return size, Settled(words, (f"page-cap={size}", "page-refusal=refuse"))
        return 1, Settled(message("Only single questions are given."), ("page-cap=1", "page-refusal=refuse"))

    def past_end(self, live: Knowledge) -> Settled:
        """The page after the last one."""
        page = self._page(len(live.questions) + 2, 1)
        if page is None:
            return Settled(message("A page past the end is refused."), ("past-end=error",))
        if page.rows:
            return Settled(message("A page past the end is the last page again."), ("past-end=last-page",))
        return Settled(message("A page past the end is empty."), ("past-end=empty",))

    def empty_page(self) -> Settled:
        """How nothing is spelled."""
        page = self._page(1, 1, Question=NOWHERE)
        if page is None or page.rows:
            return Settled(message("How an empty page is spelled could not be seen."))
        found = "absent" if "QuestionList" not in page.fields else "null" if page.fields["QuestionList"] is None else "list"
        return Settled(message("The list of an empty page is: {found}.", found=found), (f"empty-page={found}",))

    def order(self, size: int) -> Settled:
        """Whether two looks show one order, and whether it is that of the ids."""
        pages = [self._page(1, min(size, USUAL)) for _ in range(2)]
        first, second = ([] if page is None else page.ids for page in pages)
        if first != second:
            return Settled(message("The order differs from call to call."), ("order=shuffled",))
        if len(first) >= ENOUGH and first == sorted(first):
            return Settled(message("The order is that of the ids."), ("order=by-id",))
        return Settled(message("The order is steady; by what, reading alone does not tell."))

    def omitted_status(self, live: Knowledge, size: int) -> Settled:
        """Whether a listing without a status has disabled questions."""
        disabled = next((one for one in live.questions if one.content.status is Status.DISABLED), None)
        if disabled is None:
            return Settled(message("No question is disabled, so an omitted status could not be tried."))
        if self._finds(disabled, size, Question=disabled.content.question):
            return Settled(message("An omitted status lists disabled questions too."), ("omitted-status=all",))
        return Settled(message("An omitted status lists enabled questions only."), ("omitted-status=enabled",))

    def parent(self, live: Knowledge, size: int) -> Settled:
        """Whether a category's questions are also its children's."""
        for parent in live.categories:
            below = [one for one in _enabled(live) if one.content.category[:-1] == parent.path]
            if below and parent.id is not None:
                if any(self._finds(one, size, CategoryId=parent.id) for one in below[:1]):
                    return Settled(message("A parent category lists its children's questions."), ("recursive-filter=yes",))
                return Settled(message("A parent category lists its own questions only."), ("recursive-filter=no",))
        return Settled(message("No child category has a question, so a parent could not be tried."))

    def keyword(self, live: Knowledge, size: int) -> Settled:
        """How the keyword filter matches."""
        for one in _enabled(live):
            word = max(one.content.question.split(), key=len)
            inner = word[1:-1]
            if len(inner) > 1 and inner.casefold() not in one.content.question.casefold().split():
                if self._finds(one, size, Question=NOWHERE):
                    return Settled(message("A keyword does not filter."), ("keyword=ignored",))
                if self._finds(one, size, Question=inner):
                    return Settled(message("A keyword matches anywhere in a question."), ("keyword=substring",))
                if self._finds(one, size, Question=word):
                    return Settled(message("A keyword matches whole words."), ("keyword=words",))
                break
        return Settled(message("How a keyword matches could not be seen."))

    def totals(self, live: Knowledge) -> Settled:
        """What StandardQuestionCount counts."""
        parents = {other.path[:-1] for other in live.categories}
        for category in live.categories:
            held = [one for one in _enabled(live) if one.content.category == category.path]
            if category.id is None or len(held) in (0, 1, len(live.questions)) or category.path in parents:
                continue
            page = self._page(1, 1, CategoryId=category.id, Status=int(Status.ENABLED))
            count = None if page is None else Fields(Command.LIST, page.fields).count("StandardQuestionCount")
            found = {1: "page", len(held): "filtered", len(live.questions): "library"}.get(count or 0)
            if found is not None:
                return Settled(message("The counts of a listing are those of the: {found}.", found=found), (f"totals={found}",))
            break
        return Settled(message("What the counts of a listing count could not be seen."))

    def total_of_categories(self) -> Settled:
        """Whether the count of the categories is a string, as in the vendor's table, or a number, as in its example."""
        fields = self._transport.call(Command.DESC_CATEGORY, {}, repeat=True)
        text = isinstance(fields.get("Total"), str)
        words = message("The count of categories is a text.") if text else message("The count of categories is a number.")
        return Settled(words, (f"total-as-string={'yes' if text else 'no'}",))

    def robots(self, listed: Iterable[str]) -> Settled:
        """Whether there are several robots, and whose questions are listed."""
        try:
            robots = read_robots(self._transport)
        except UnknownCommand:
            return Settled(message("The service lists no robots."), ("robot-list=no",))
        found = "none" if len(robots.names) < 2 else "listed" if len(set(listed)) > 1 else "apart"  # noqa: PLR2004 - one is the default
        words = message("Robots of the application: {count}; a second one is: {found}.", count=len(robots.names), found=found)
        return Settled(words, ("robot-list=yes", f"second-robot={found}"))

    def _finds(self, question: Question, size: int, **wanted: object) -> bool:
        page = self._page(1, size, **wanted)
        return page is not None and question.id in page.ids

    def _page(self, index: int, size: int, **wanted: object) -> _Page | None:
        """A page, or None where the service does not take the parameters."""
        try:
            fields = self._transport.call(Command.LIST, {"PageIndex": index, "PageSize": size, **wanted}, repeat=True)
        except RequestRefused as refusal:
            if refusal.code not in WRONG_PAGE:
                raise
            return None
        return _Page(fields, Fields(Command.LIST, fields).records("QuestionList", count=0))


def _enabled(live: Knowledge) -> Iterator[Question]:
    return (one for one in live.questions if one.content.status is Status.ENABLED)


def _presets(live: Knowledge) -> Settled:
    presets = {category.path for category in live.categories if category.menu is MenuType.PRESET}
    if not presets:
        return Settled(message("There are no preset categories, so their questions could not be looked for."))
    if any(one.content.category in presets for one in live.questions):
        return Settled(message("Preset questions are listed."), ("include-presets=yes",))
    return Settled(message("No preset question is listed."), ("include-presets=no",))


def _clock_switch(skew: float | None) -> Settled:
    if skew is None:
        return Settled(message("The service tells no time."), ("date-header=no",))
    words = message("The service's clock and this machine's are {seconds} s apart.", seconds=f"{abs(skew):.0f}")
    return Settled(words, ("date-header=yes",))
