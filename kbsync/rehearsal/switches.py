"""The switches: one for each thing about the service that no vendor page says, so that a client is tried under both readings.

The enums are the possible answers of one switch each; ``Switches`` holds the meaning and the default.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from kbsync.errors import Misuse
from kbsync.messages import message

__all__ = [
    "DEFAULTS",
    "AddStatus",
    "BatchUnknown",
    "Children",
    "Codes",
    "Duplicates",
    "EmptyPage",
    "EmptyText",
    "Keyword",
    "LimitAnswer",
    "LimitScope",
    "LimitWindow",
    "Normalise",
    "OmittedSimilar",
    "OmittedStatus",
    "Order",
    "PageRefusal",
    "PastEnd",
    "RobotRole",
    "SecondRobot",
    "SignatureOrder",
    "SimilarOrder",
    "SimilarPath",
    "SimilarRepeats",
    "StateWords",
    "Switches",
    "Totals",
    "UnknownResource",
    "Verdict",
]


class Verdict(StrEnum):
    """Whether something that no page mentions may be done."""

    ALLOW = "allow"
    REFUSE = "refuse"


class Codes(StrEnum):
    """Which family of codes names a fault: −7, −14, −20 or 60003, 60007, 60010."""

    PRIVATE = "private"
    COMMON = "common"


class SignatureOrder(StrEnum):
    """Which of several faults of one UserSig is reported."""

    IDENTITY_FIRST = "identity-first"
    SIGNATURE_FIRST = "signature-first"
    EXPIRY_FIRST = "expiry-first"


class LimitScope(StrEnum):
    """What shares one budget of calls."""

    COMMAND = "command"
    APP = "app"


class LimitWindow(StrEnum):
    """What a second is: any stretch of that length, or from one tick of the clock to the next."""

    ROLLING = "rolling"
    CALENDAR = "calendar"


class LimitAnswer(StrEnum):
    """How too many calls are refused: by an ErrorCode in a 200 answer, or by HTTP 429."""

    CODE = "code"
    HTTP_429 = "http-429"


class Duplicates(StrEnum):
    """What add_chitchat does with a standard question that exists: a second one, a refusal, or a change of the first."""

    ALLOW = "allow"
    REFUSE = "refuse"
    MERGE = "merge"


class SimilarPath(StrEnum):
    """Which path of the similar-question call exists: update_similar_chitchat (new), update_chitchat_similar (old)."""

    BOTH = "both"
    NEW = "new"
    OLD = "old"


class SimilarOrder(StrEnum):
    """In which order similar questions are kept."""

    KEPT = "kept"
    SORTED = "sorted"
    REVERSED = "reversed"


class SimilarRepeats(StrEnum):
    """What happens to a similar question that stands twice in one list."""

    KEPT = "kept"
    DROPPED = "dropped"
    REFUSED = "refused"


class OmittedSimilar(StrEnum):
    """What the similar-question call does when it carries no SimilarQuestions."""

    REFUSED = "refused"
    CLEARED = "cleared"
    KEPT = "kept"


class EmptyText(StrEnum):
    """What an empty Question or Answer means to update_chitchat."""

    KEEPS = "keeps"
    REFUSED = "refused"
    STORED = "stored"


class UnknownResource(StrEnum):
    """How an id that does not exist is refused: −50003 or −7."""

    RESOURCE = "resource"
    PARAMETERS = "parameters"


class BatchUnknown(StrEnum):
    """What one unknown id does to a batch: nothing is done, it is passed over, or the rest is done and an error answered."""

    ALL_OR_NOTHING = "all-or-nothing"
    PARTIAL = "partial"
    PARTIAL_ERROR = "partial-error"


class Children(StrEnum):
    """What deleting a parent category does to its children; an orphan keeps a ParentId that leads nowhere."""

    REFUSE = "refuse"
    CASCADE = "cascade"
    ORPHAN = "orphan"


class PageRefusal(StrEnum):
    """What a PageSize above the cap does: a refusal, or shorter pages without a word."""

    REFUSE = "refuse"
    CLAMP = "clamp"


class PastEnd(StrEnum):
    """What a page after the last one holds: nothing, an error, or the last page again."""

    EMPTY = "empty"
    ERROR = "error"
    LAST_PAGE = "last-page"


class EmptyPage(StrEnum):
    """How a page of a listing without questions is spelled: an empty array, null, or no QuestionList at all."""

    LIST = "list"
    NULL = "null"
    ABSENT = "absent"


class Order(StrEnum):
    """How a listing is ordered; ``updated`` moves a question to the front with each write, ``shuffled`` differs each call."""

    OLDEST = "oldest"
    NEWEST = "newest"
    BY_ID = "by-id"
    UPDATED = "updated"
    SHUFFLED = "shuffled"


class Totals(StrEnum):
    """What the two counts of a listing count: the library, what the filter lets through, or the page."""

    LIBRARY = "library"
    FILTERED = "filtered"
    PAGE = "page"


class OmittedStatus(StrEnum):
    """What a listing without Status holds."""

    ALL = "all"
    ENABLED = "enabled"


class Keyword(StrEnum):
    """How the Question filter matches: anywhere in the text, or whole words whatever their case."""

    SUBSTRING = "substring"
    WORDS = "words"


class Normalise(StrEnum):
    """What the service does to a text before it stores it."""

    NONE = "none"
    TRIM = "trim"
    LINE_ENDS = "line-ends"
    NFC = "nfc"


class AddStatus(StrEnum):
    """The Status that a new question has."""

    ENABLED = "4"
    DISABLED = "5"


class RobotRole(StrEnum):
    """The FromAccountRole of a chatbot's message: 2 agent, 3 system."""

    AGENT = "2"
    SYSTEM = "3"


class SecondRobot(StrEnum):
    """Whether the application has another robot, and whether its questions come in the listings (no call names a robot)."""

    NONE = "none"
    APART = "apart"
    LISTED = "listed"


class StateWords(StrEnum):
    """How session states are spelled: ``Queueing`` (679/116639) or ``Queuing`` (1229/68825)."""

    CHINESE_PAGE = "chinese-page"
    ENGLISH_PAGE = "english-page"


def _number(default: Any, *others: float) -> Any:
    return field(default=default, metadata={"others": others})


@dataclass(frozen=True, slots=True)
class Switches:
    """How this sandbox reads what is documented nowhere (UNKNOWN). Each default is the likelier reading, not a promise."""

    # The protocol
    codes: Codes = Codes.PRIVATE
    """The choice between private and common codes for the same fault."""
    limit_scope: LimitScope = LimitScope.COMMAND
    limit_window: LimitWindow = LimitWindow.ROLLING
    limit_answer: LimitAnswer = LimitAnswer.CODE
    refused_calls_count: bool = False
    """Whether a call that was refused for speed uses up the budget too."""
    body_max: int | None = _number(None, 12288)
    """Bytes that a request body may have (12 K is documented for messages alone)."""
    content_type_check: bool = False
    """Whether a request must say ``Content-Type: application/json``."""
    clock_skew: int | None = _number(None, 60)
    """Seconds that a UserSig may come from the future; None: any."""
    signature_order: SignatureOrder = SignatureOrder.IDENTITY_FIRST
    desk_on_regional_hosts: bool = True
    """Whether the session calls answer on other hosts than console.tim.qq.com."""

    # Questions
    add_returns_id: bool = False
    """Whether add_chitchat answers with a StandardQuestionId (its page shows none)."""
    add_status: AddStatus = AddStatus.ENABLED
    duplicates: Duplicates = Duplicates.ALLOW
    similar_duplicates: Verdict = Verdict.ALLOW
    """A text that is also another question's similar question, or the other way round."""
    similar_path: SimilarPath = SimilarPath.BOTH
    similar_order: SimilarOrder = SimilarOrder.KEPT
    similar_repeats: SimilarRepeats = SimilarRepeats.KEPT
    omitted_similar: OmittedSimilar = OmittedSimilar.REFUSED
    empty_text: EmptyText = EmptyText.KEEPS
    answer_type_zero_ignored: bool = False
    """Whether update_chitchat takes AnswerType 0 for "not given", so that rich text cannot become plain again."""
    preset_update: Verdict = Verdict.ALLOW
    preset_status: Verdict = Verdict.ALLOW
    """Whether batch_set_chitchat takes preset questions."""
    update_reenables: bool = False
    """Whether update_chitchat enables a disabled question."""
    unknown_resource: UnknownResource = UnknownResource.RESOURCE
    batch_max: int | None = _number(None, 2)
    batch_unknown: BatchUnknown = BatchUnknown.ALL_OR_NOTHING
    batch_repeat: Verdict = Verdict.ALLOW
    """Giving a question the status that it has, deleting a deleted one included."""
    batch_empty: Verdict = Verdict.REFUSE
    undelete: Verdict = Verdict.REFUSE
    """Whether Status 4 or 5 brings a deleted question back."""
    language_tag: Verdict = Verdict.ALLOW
    """A LanguageTag on a call whose page does not list one; allowed means ignored."""

    # Categories
    category_titles: Verdict = Verdict.ALLOW
    """Two categories of one title under one parent."""
    third_level: Verdict = Verdict.REFUSE
    preset_parent: Verdict = Verdict.ALLOW
    """A new category below a preset one."""
    preset_rename: Verdict = Verdict.REFUSE
    delete_children: Children = Children.CASCADE
    question_in_parent: Verdict = Verdict.ALLOW
    """A question put into a category that has sub-categories."""
    question_in_preset: Verdict = Verdict.ALLOW
    question_in_all: Verdict = Verdict.REFUSE
    """A question put into the "all categories" entry (MenuType 1)."""
    newest_category_first: bool = False
    update_category_echo: bool = False
    """Whether update_chitchat_category answers with the foreign CategoryId of its sample (269/116728)."""
    total_as_string: bool = False
    """Total of desc_chitchat_category: its table says String, its sample shows a number."""

    # Listings
    read_lag: float = _number(0.0, 2.0)
    """Seconds by which listings trail the writes."""
    page_cap: int | None = _number(None, 3, 20)
    page_refusal: PageRefusal = PageRefusal.REFUSE
    """What a PageSize above ``page_cap`` does; without a cap it does nothing."""
    past_end: PastEnd = PastEnd.EMPTY
    empty_page: EmptyPage = EmptyPage.LIST
    order: Order = Order.OLDEST
    recursive_filter: bool = False
    """Whether the CategoryId filter includes sub-categories."""
    totals: Totals = Totals.FILTERED
    omitted_status: OmittedStatus = OmittedStatus.ALL
    include_presets: bool = True
    second_robot: SecondRobot = SecondRobot.NONE
    robot_list: bool = True
    """Whether desk_get_robot_list exists; a service from before 2026 answers 60009."""
    keyword: Keyword = Keyword.SUBSTRING

    # Texts and sizes
    normalise: Normalise = Normalise.NONE
    question_max: int | None = _number(None, 20)
    """Characters of a standard or similar question."""
    answer_max: int | None = _number(None, 40)
    similar_max: int | None = _number(None, 2)
    """Similar questions of one standard question."""
    title_max: int | None = _number(None, 10)
    library_max: int | None = _number(None, 10)
    """Standard questions of one application."""

    # Sessions
    robot_role: RobotRole = RobotRole.AGENT
    state_words: StateWords = StateWords.CHINESE_PAGE

    @classmethod
    def from_words(cls, words: Iterable[str]) -> "Switches":
        """Read ``name=value`` words such as ``page-cap=20`` over the defaults; raises Misuse for what cannot be meant."""
        return replace(cls(), **dict(_read(word) for word in words))

    @classmethod
    def variants(cls) -> "tuple[tuple[str, Switches], ...]":
        """The defaults with one switch flipped, for each switch and each other value: (its word, the switches)."""
        found = [(f"{_shown(name)}={_spelled(value)}", replace(cls(), **{name: value})) for name, value in _flips()]
        clamped = replace(cls(), page_cap=3, page_refusal=PageRefusal.CLAMP)
        return (*found, ("page-cap=3 page-refusal=clamp", clamped))


DEFAULTS = Switches()
"""Every switch in its likelier position."""


def _defaults() -> dict[str, Any]:
    return {each.name: each.default for each in fields(Switches)}


def _flips() -> Iterable[tuple[str, Any]]:
    for each in fields(Switches):
        yield from ((each.name, value) for value in _others(each.default, each.metadata.get("others", ())))


def _others(default: Any, numbers: Iterable[float]) -> tuple[Any, ...]:
    if isinstance(default, StrEnum):
        return tuple(value for value in type(default) if value is not default)
    if isinstance(default, bool):
        return (not default,)
    return tuple(numbers)


def _shown(name: str) -> str:
    return name.replace("_", "-")


def _spelled(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def _read(word: str) -> tuple[str, Any]:
    name, equals, text = word.partition("=")
    defaults = _defaults()
    key = name.strip().replace("-", "_")
    if not equals or key not in defaults:
        raise Misuse(
            message("{word} is not a sandbox switch; write NAME=VALUE.", word=repr(word)),
            hint=message("The switches are: {names}", names=", ".join(_shown(each) for each in defaults)),
        )
    try:
        return key, _value(defaults[key], text.strip())
    except (ValueError, KeyError):
        raise Misuse(
            message("The sandbox switch {name} cannot be {text}.", name=_shown(key), text=repr(text.strip())),
            hint=message("It takes {values}.", values=_choices(defaults[key])),
        ) from None


def _value(default: Any, text: str) -> Any:
    if isinstance(default, StrEnum):
        return type(default)(text)
    if isinstance(default, bool):
        return {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}[text]
    number = float(text) if isinstance(default, float) else None if text == "none" else int(text)
    if number is not None and not 0 <= number < float("inf"):  # nan is refused too: it compares as False
        raise ValueError(text)
    return number


def _choices(default: Any) -> str:
    if isinstance(default, StrEnum):
        return " | ".join(type(default))
    if isinstance(default, bool):
        return "yes | no"
    return "seconds, such as 2.0" if isinstance(default, float) else "a whole number | none"
