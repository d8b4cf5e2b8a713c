"""The switches: one for each thing about the service that no vendor page says, so that a client is tried under both readings."""

from collections.abc import Iterable
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any, Literal, get_args

from kbsync.errors import Misuse
from kbsync.messages import message

__all__ = ["DEFAULTS", "Switches", "Verdict"]

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
    """Whether a request must say ``Content-Type: application/json``."""
    date_header: bool = True
    """Whether answers say when they were made, as every HTTP server with a clock should (RFC 9110, 6.6.1)."""
    clock_skew: int | None = _number(None, 60)
    """Seconds that a UserSig may come from the future; None: any."""
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
    """Total of desc_chitchat_category: its table says String, its sample shows a number."""

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
    """Whether the application has another robot, and whether its questions come in the listings (no call names a robot)."""
    robot_list: bool = True
    """Whether desk_get_robot_list exists; a service from before 2026 answers 60009."""
    keyword: Literal["substring", "words"] = "substring"
    """How the Question filter matches: anywhere in the text, or whole words whatever their case."""

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
