"""How a sandbox is set up: its account, the faults that make calls fail, the switches that choose undocumented behaviours.

A fault rule names the calls that fail and how; how a fault looks on the wire is decided by each transport. Rules are kept in the
sandbox's database, so that another process can add one to a running sandbox. A switch stands for one thing that no vendor page
states (UNKNOWN), so that a client is tried under each reading. Nothing here opens a sandbox: credentials are read from here too.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import Field, dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, get_args

from kbsync.commands import Command
from kbsync.errors import Misuse, UnusableFile
from kbsync.messages import Message, message

__all__ = ["DEFAULTS", "DEMO", "Account", "Fault", "FaultKind", "FaultRule", "Switches", "parse_rules", "read_rules"]


@dataclass(frozen=True, slots=True)
class Account:
    """An application as the vendor sees it; the flags make the refusals that only a real misconfigured app would show.

    ``secret`` is used as text, it is not hex-decoded (tencentyun/tls-sig-api-v2-python, CODE); the default is the demo
    key that the vendor publishes in that package, so it guards nothing.
    """

    sdkappid: int = 1400000000
    identifier: str = "administrator"
    secret: str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e"  # noqa: S105 - the vendor's public demo key
    region: str = ""
    """A key of ``kbsync.settings.REGIONS``: another region's host then answers 60026. Empty: every host is right."""
    wrong_region: bool = False
    """True answers 60026 to every call, whatever its host (1047/34348, DOC)."""
    administrator: bool = True
    """False makes ``identifier`` an ordinary user: −20 or 60010 (1229/68847, DOC)."""
    desk_enabled: bool = True
    """False answers −50040, in the session calls 141000 (1229/68839 and 1229/68824, DOC)."""
    desk_expired: bool = False
    """True answers −50059 to every call (269/133252, DOC for the robot calls; INF for the others)."""
    chitchat_enabled: bool = True
    """ChitchatEnable of desc_robot_config (1229/68831, DOC); off: the synced library answers no user."""
    calls_per_second: int = 5
    """The documented limit of each command (1229/68839, DOC)."""

    def __repr__(self) -> str:
        return f"Account(sdkappid={self.sdkappid}, identifier={self.identifier!r})"


DEMO = Account()
"""The account of a sandbox by default."""


class FaultKind(StrEnum):
    """How a call fails. The comment of each states whether the call is carried out."""

    LOSE_ANSWER = "lose-answer"
    """Carried out; the connection is dropped before the answer."""
    CUT_BODY = "cut-body"
    """Carried out; the connection is dropped in the middle of the answer."""
    CUT_JSON = "cut-json"
    """Carried out; half of the answer arrives as if it were all."""
    GARBAGE = "garbage"
    """Carried out; the answer is not JSON."""
    HTTP_502_AFTER = "http-502-after"
    """Carried out; the answer is HTTP 502."""
    REFUSE_AFTER = "refuse-after"
    """Carried out; the answer has that ErrorCode all the same, as a system error (-1) may."""
    SLOW = "slow"
    """Carried out; the answer is late by that many seconds."""
    HANG = "hang"
    """Carried out; no answer is sent, and after that many seconds the connection is dropped."""
    REFUSE = "refuse"
    """Not carried out; the answer has that ErrorCode."""
    HTTP_502 = "http-502"
    """Not carried out; the answer is HTTP 502."""
    HTML_503 = "html-503"
    """Not carried out; the answer is HTTP 503 with a page for people, as of a front that limits (no JSON)."""
    HTTP_429 = "http-429"
    """Not carried out; the answer is HTTP 429, with Retry-After where a number is given."""
    RESET_BEFORE = "reset-before"
    """Not carried out; the connection is dropped with the request unread."""
    UNREACHABLE = "unreachable"
    """Not carried out; no connection is made (over a real socket, where one is already open, as reset-before)."""


DONE_FIRST = frozenset(
    {
        FaultKind.LOSE_ANSWER,
        FaultKind.CUT_BODY,
        FaultKind.CUT_JSON,
        FaultKind.GARBAGE,
        FaultKind.HTTP_502_AFTER,
        FaultKind.REFUSE_AFTER,
        FaultKind.SLOW,
        FaultKind.HANG,
    }
)

CODES = frozenset({FaultKind.REFUSE, FaultKind.REFUSE_AFTER})

NEEDS_NUMBER = CODES | frozenset({FaultKind.SLOW, FaultKind.HANG})

TAKES_NUMBER = NEEDS_NUMBER | {FaultKind.HTTP_429}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one call. ``number`` is an ErrorCode for refuse and refuse-after, else seconds."""

    kind: FaultKind
    number: float = 0.0

    @property
    def done_first(self) -> bool:
        """Whether the call is carried out all the same."""
        return self.kind in DONE_FIRST


@dataclass(frozen=True, slots=True)
class FaultRule:
    """Which calls of a command (or of ``*``, all) go wrong: those from the ``nth`` on, ``times`` of them, None without end.

    Calls are counted from 1 since the rule was made. In words: ``COMMAND[#NTH][xTIMES]=KIND[:NUMBER]``; without ``#NTH``
    every call (also written ``#every``), ``#3`` the third alone, ``#3x2`` the third and fourth, ``#3+`` all from the third on.
    """

    command: str
    fault: Fault
    nth: int = 1
    times: int | None = None

    @property
    def word(self) -> str:
        """The rule in words, as ``parse`` reads it."""
        calls = f"#{self.nth}+" if self.times is None else f"#{self.nth}x{self.times}"
        number = f"{self.fault.number:.6f}".rstrip("0").rstrip(".")
        return f"{self.command}{calls}={self.fault.kind}" + (f":{number}" if self.fault.kind in TAKES_NUMBER else "")

    def hits(self, call: int) -> bool:
        """Whether the call of that number fails."""
        return self.nth <= call and (self.times is None or call < self.nth + self.times)

    @classmethod
    def parse(cls, word: str) -> "FaultRule":
        """Read a rule; raises Misuse with what is wrong."""
        found = WORD.fullmatch(word.strip())
        if found is None:
            raise _misuse(message("{word} is not a fault rule; write COMMAND[#NTH][xTIMES]=KIND[:NUMBER].", word=repr(word)))
        command, nth, onwards, times, kind, number = found.groups()
        if command != "*" and command not in set(Command):
            raise _misuse(message("The fault rule {word} names no command of the service.", word=repr(word)))
        if kind not in set(FaultKind):
            kinds = ", ".join(FaultKind)
            raise _misuse(message("The fault rule {word} names no kind; there are {kinds}.", word=repr(word), kinds=kinds))
        if "0" in (nth, times):
            raise _misuse(message("The fault rule {word} counts from 0; calls are counted from 1.", word=repr(word)))
        fault = Fault(FaultKind(kind), float(number or 0))
        _check_number(word, fault, given=number is not None)
        last = None if nth in (None, "every") or onwards else 1
        return cls(
            command=command, fault=fault, nth=1 if nth in (None, "every") else int(nth), times=int(times) if times else last
        )


WORD = re.compile(
    r"([a-z_]+|\*)(?:#([1-9][0-9]{0,8}|0|every)(\+)?)?(?:x([1-9][0-9]{0,8}|0))?=([a-z0-9-]+?)(?::(-?[0-9]{1,9}(?:\.[0-9]{1,6})?))?"
)


def parse_rules(words: Iterable[str]) -> tuple[FaultRule, ...]:
    """Read words such as ``update_chitchat#3=lose-answer``; raises Misuse."""
    return tuple(FaultRule.parse(word) for word in words)


def read_rules(path: Path) -> tuple[FaultRule, ...]:
    """Read a schedule: a JSON list of words, or one word a line (``#`` at its start makes it a comment).

    Raises UnusableFile when the file cannot be read, Misuse for a wrong rule.
    """
    try:
        text = path.read_text(encoding="utf-8")
        words = json.loads(text) if text.lstrip().startswith("[") else text.splitlines()
    except (OSError, ValueError, RecursionError):
        raise UnusableFile(
            message("The fault schedule {path} cannot be read.", path=path),
            hint=message("It is a JSON list of rules, or one rule a line, in UTF-8."),
        ) from None
    return parse_rules(str(word) for word in words if str(word).strip() and not str(word).startswith("#"))


def _check_number(word: str, fault: Fault, *, given: bool) -> None:
    if fault.kind in NEEDS_NUMBER and not given:
        raise _misuse(message("The fault rule {word} needs a number after its kind.", word=repr(word)))
    if given and fault.kind not in TAKES_NUMBER:
        raise _misuse(message("The fault rule {word} has a number that its kind does not take.", word=repr(word)))
    if fault.number < 0 and fault.kind not in CODES:
        raise _misuse(message("The fault rule {word} has seconds below zero.", word=repr(word)))


def _misuse(wrong: Message) -> Misuse:
    return Misuse(wrong, hint=message("For example: update_chitchat#3=lose-answer or list_chitchat=slow:0.5"))


Verdict = Literal["allow", "refuse"]
"""Whether something that no page mentions may be done."""


def _number(default: Any, *others: float) -> Any:
    return field(default=default, metadata={"others": others})


@dataclass(frozen=True, slots=True)
class Switches:
    """How this sandbox reads what is documented nowhere (UNKNOWN). Each default is the likelier reading, not a promise."""

    # The protocol
    codes: Literal["private", "common"] = "private"
    """Which family of codes names a fault: −7, −14, −20 or 60003, 60007, 60010."""
    limit_scope: Literal["command", "app"] = "command"
    """What shares one budget of calls."""
    limit_window: Literal["rolling", "calendar"] = "rolling"
    """What a second is: any stretch of that length, or from one tick of the clock to the next."""
    limit_answer: Literal["code", "http-429"] = "code"
    """How too many calls are refused: by an ErrorCode in a 200 answer, or by HTTP 429."""
    refused_calls_count: bool = False
    """Whether a call that was refused for speed uses up the budget too."""
    body_max: int | None = _number(None, 12288)
    """Bytes that a request body may have (12 K is documented for messages alone)."""
    content_type_check: bool = False
    """Whether a request must carry ``Content-Type: application/json``."""
    date_header: bool = True
    """Whether answers carry a ``Date`` header, as every HTTP server with a clock should (RFC 9110, 6.6.1)."""
    clock_skew: int | None = _number(None, 60)
    """Seconds by which a UserSig's time may lie in the future; None: any."""
    signature_order: Literal["identity-first", "signature-first", "expiry-first"] = "identity-first"
    """Which of several faults of one UserSig is reported."""
    desk_on_regional_hosts: bool = True
    """Whether the session calls answer on other hosts than console.tim.qq.com."""

    # Questions
    add_returns_id: bool = False
    """Whether add_chitchat answers with a StandardQuestionId (its page shows none)."""
    add_status: Literal["4", "5"] = "4"
    """The Status that a new question has."""
    duplicates: Literal["allow", "refuse", "merge"] = "allow"
    """What add_chitchat does with a standard question that exists: a second one, a refusal, or a change of the first."""
    similar_duplicates: Verdict = "allow"
    """A text that is also another question's similar question, or the other way round."""
    similar_path: Literal["both", "new", "old"] = "both"
    """Which path of the similar-question call exists: update_similar_chitchat (new), update_chitchat_similar (old)."""
    similar_order: Literal["kept", "sorted", "reversed"] = "kept"
    """In which order similar questions are kept."""
    similar_repeats: Literal["kept", "dropped", "refused"] = "kept"
    """What happens to a similar question that stands twice in one list."""
    omitted_similar: Literal["refused", "cleared", "kept"] = "refused"
    """What the similar-question call does when it carries no SimilarQuestions."""
    empty_text: Literal["keeps", "refused", "stored"] = "keeps"
    """What an empty Question or Answer means to update_chitchat."""
    answer_type_zero_ignored: bool = False
    """Whether update_chitchat takes AnswerType 0 for "not given", so that rich text cannot become plain again."""
    preset_update: Verdict = "allow"
    preset_status: Verdict = "allow"
    """Whether batch_set_chitchat takes preset questions."""
    update_reenables: bool = False
    """Whether update_chitchat enables a disabled question."""
    unknown_resource: Literal["resource", "parameters"] = "resource"
    """How an id that does not exist is refused: −50003 or −7."""
    batch_max: int | None = _number(None, 2)
    batch_unknown: Literal["all-or-nothing", "partial", "partial-error"] = "all-or-nothing"
    """What one unknown id does to a batch: nothing is done, it is passed over, or the rest is done and an error answered."""
    batch_repeat: Verdict = "allow"
    """Giving a question the status that it has, deleting a deleted one included."""
    batch_empty: Verdict = "refuse"
    undelete: Verdict = "refuse"
    """Whether Status 4 or 5 brings a deleted question back."""
    language_tag: Verdict = "allow"
    """A LanguageTag on a call whose page does not list one; allowed means ignored."""

    # Categories
    category_titles: Verdict = "allow"
    """Two categories of one title under one parent."""
    third_level: Verdict = "refuse"
    preset_parent: Verdict = "allow"
    """A new category below a preset one."""
    preset_rename: Verdict = "refuse"
    delete_children: Literal["refuse", "cascade", "orphan"] = "cascade"
    """What deleting a parent category does to its children; an orphan keeps a ParentId that leads nowhere."""
    question_in_parent: Verdict = "allow"
    """A question put into a category that has sub-categories."""
    question_in_preset: Verdict = "allow"
    question_in_all: Verdict = "refuse"
    """A question put into the "all categories" entry (MenuType 1)."""
    newest_category_first: bool = False
    update_category_echo: bool = False
    """Whether update_chitchat_category answers with the foreign CategoryId of its sample (269/116728)."""
    total_as_string: bool = False
    """Total of desc_chitchat_category: its table documents String, its sample shows a number."""

    # Listings
    read_lag: float = _number(0.0, 2.0)
    """Seconds by which listings trail the writes."""
    page_cap: int | None = _number(None, 3, 20)
    page_refusal: Literal["refuse", "clamp"] = "refuse"
    """What a PageSize above ``page_cap`` does: a refusal, or shorter pages without a word."""
    past_end: Literal["empty", "error", "last-page"] = "empty"
    """What a page after the last one holds: nothing, an error, or the last page again."""
    empty_page: Literal["list", "null", "absent"] = "list"
    """How a page of a listing without questions is spelled: an empty array, null, or no QuestionList at all."""
    order: Literal["oldest", "newest", "by-id", "updated", "shuffled"] = "oldest"
    """How a listing is ordered; ``updated`` moves a question to the front with each write, ``shuffled`` differs each call."""
    recursive_filter: bool = False
    """Whether the CategoryId filter includes sub-categories."""
    totals: Literal["library", "filtered", "page"] = "filtered"
    """What the two counts of a listing count: the library, what the filter lets through, or the page."""
    omitted_status: Literal["all", "enabled"] = "all"
    """What a listing without Status holds."""
    include_presets: bool = True
    second_robot: Literal["none", "apart", "listed"] = "none"
    """Whether the application has another robot, and whether the listings include its questions (no call names a robot)."""
    robot_list: bool = True
    """Whether desk_get_robot_list exists; a service from before 2026 answers 60009."""
    keyword: Literal["substring", "words", "ignored"] = "substring"
    """How the Question filter matches: anywhere in the text, or whole words whatever their case; or that it does not filter."""

    # Texts and sizes
    normalise: Literal["none", "trim", "line-ends", "nfc"] = "none"
    """What the service does to a text before it stores it."""
    question_max: int | None = _number(None, 20)
    """Characters of a standard or similar question."""
    answer_max: int | None = _number(None, 40)
    similar_max: int | None = _number(None, 2)
    """Similar questions of one standard question."""
    title_max: int | None = _number(None, 10)
    library_max: int | None = _number(None, 10)
    """Standard questions of one application."""

    # Sessions
    robot_role: Literal["2", "3"] = "2"
    """The FromAccountRole of a chatbot's message: 2 agent, 3 system."""
    state_words: Literal["chinese-page", "english-page"] = "chinese-page"
    """How session states are spelled: ``Queueing`` (679/116639) or ``Queuing`` (1229/68825)."""

    @classmethod
    def from_words(cls, words: Iterable[str]) -> "Switches":
        """Read ``name=value`` words such as ``page-cap=20`` over the defaults; raises Misuse for what cannot be meant."""
        return replace(cls(), **dict(_read(word) for word in words))

    @classmethod
    def variants(cls) -> "tuple[tuple[str, Switches], ...]":
        """The defaults with one switch flipped, for each switch and each other value: (its word, the switches)."""
        flips = [(switch.name, value) for switch in fields(cls) for value in _others(switch)]
        found = [(f"{_shown(name)}={_spelled(value)}", replace(cls(), **{name: value})) for name, value in flips]
        clamped = replace(cls(), page_cap=3, page_refusal="clamp")
        return (*found, ("page-cap=3 page-refusal=clamp", clamped))


DEFAULTS = Switches()
"""Every switch in its likelier position."""


def _others(switch: Field[Any]) -> tuple[Any, ...]:
    """The values that a variant has in place of the default."""
    if isinstance(switch.default, bool):
        return (not switch.default,)
    return tuple(switch.metadata.get("others") or (word for word in get_args(switch.type) if word != switch.default))


def _shown(name: str) -> str:
    return name.replace("_", "-")


def _spelled(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def _read(word: str) -> tuple[str, Any]:
    name, equals, text = word.partition("=")
    switches = {each.name: each for each in fields(Switches)}
    switch = switches.get(name.strip().replace("-", "_"))
    if not equals or switch is None:
        raise Misuse(
            message("{word} is not a sandbox switch; write NAME=VALUE.", word=repr(word)),
            hint=message("The switches are: {names}", names=", ".join(map(_shown, switches))),
        )
    try:
        return switch.name, _value(switch, text.strip())
    except (ValueError, KeyError):
        raise Misuse(
            message("The sandbox switch {name} cannot be {text}.", name=_shown(switch.name), text=repr(text.strip())),
            hint=message("It takes {values}.", values=_choices(switch)),
        ) from None


def _value(switch: Field[Any], text: str) -> Any:
    if isinstance(switch.default, bool):
        return {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}[text]
    if "others" not in switch.metadata:
        return {word: word for word in get_args(switch.type)}[text]
    number = float(text) if isinstance(switch.default, float) else None if text == "none" else int(text)
    if number is not None and not 0 <= number < float("inf"):  # nan is refused too: it compares as False
        raise ValueError(text)
    return number


def _choices(switch: Field[Any]) -> str:
    if isinstance(switch.default, bool):
        return "yes | no"
    if "others" not in switch.metadata:
        return " | ".join(get_args(switch.type))
    return "seconds, such as 2.0" if isinstance(switch.default, float) else "a whole number | none"
