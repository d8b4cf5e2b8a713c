"""The switches: one for each thing about the service that no vendor page says, so that a client is tried under both readings.

Their meaning and defaults stand here, their values in ``readings``; what they do is done where the command is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from kbsync.errors import Misuse
from kbsync.messages import message
from kbsync.sandbox import readings as r

__all__ = ["DEFAULTS", "Switches"]


def _number(default: Any, *others: float) -> Any:
    return field(default=default, metadata={"others": others})


@dataclass(frozen=True, slots=True)
class Switches:
    """How this sandbox reads what is documented nowhere (UNKNOWN). Each default is the likelier reading, not a promise."""

    # The protocol
    codes: r.Codes = r.Codes.PRIVATE
    """The choice between private and common codes for the same fault."""
    limit_scope: r.LimitScope = r.LimitScope.COMMAND
    limit_window: r.LimitWindow = r.LimitWindow.ROLLING
    limit_answer: r.LimitAnswer = r.LimitAnswer.CODE
    refused_calls_count: bool = False
    """Whether a call that was refused for speed uses up the budget too."""
    body_max: int | None = _number(None, 12288)
    """Bytes that a request body may have (12 K is documented for messages alone)."""
    content_type_check: bool = False
    """Whether a request must say ``Content-Type: application/json``."""
    clock_skew: int | None = _number(None, 60)
    """Seconds that a UserSig may come from the future; None: any."""
    signature_order: r.SignatureOrder = r.SignatureOrder.IDENTITY_FIRST
    desk_on_regional_hosts: bool = True
    """Whether the session calls answer on other hosts than console.tim.qq.com."""

    # Questions
    add_returns_id: bool = False
    """Whether add_chitchat answers with a StandardQuestionId (its page shows none)."""
    add_status: r.AddStatus = r.AddStatus.ENABLED
    duplicates: r.Duplicates = r.Duplicates.ALLOW
    similar_duplicates: r.Verdict = r.Verdict.ALLOW
    """A text that is also another question's similar question, or the other way round."""
    similar_path: r.SimilarPath = r.SimilarPath.BOTH
    similar_order: r.SimilarOrder = r.SimilarOrder.KEPT
    similar_repeats: r.SimilarRepeats = r.SimilarRepeats.KEPT
    omitted_similar: r.OmittedSimilar = r.OmittedSimilar.REFUSED
    empty_text: r.EmptyText = r.EmptyText.KEEPS
    answer_type_zero_ignored: bool = False
    """Whether update_chitchat takes AnswerType 0 for "not given", so that rich text cannot become plain again."""
    preset_update: r.Verdict = r.Verdict.ALLOW
    preset_status: r.Verdict = r.Verdict.ALLOW
    """Whether batch_set_chitchat takes preset questions."""
    update_reenables: bool = False
    """Whether update_chitchat enables a disabled question."""
    unknown_resource: r.UnknownResource = r.UnknownResource.RESOURCE
    batch_max: int | None = _number(None, 2)
    batch_unknown: r.BatchUnknown = r.BatchUnknown.ALL_OR_NOTHING
    batch_repeat: r.Verdict = r.Verdict.ALLOW
    """Giving a question the status that it has, deleting a deleted one included."""
    batch_empty: r.Verdict = r.Verdict.REFUSE
    undelete: r.Verdict = r.Verdict.REFUSE
    """Whether Status 4 or 5 brings a deleted question back."""
    language_tag: r.Verdict = r.Verdict.ALLOW
    """A LanguageTag on a call whose page does not list one; allowed means ignored."""

    # Categories
    category_titles: r.Verdict = r.Verdict.ALLOW
    """Two categories of one title under one parent."""
    third_level: r.Verdict = r.Verdict.REFUSE
    preset_parent: r.Verdict = r.Verdict.ALLOW
    """A new category below a preset one."""
    preset_rename: r.Verdict = r.Verdict.REFUSE
    delete_children: r.Children = r.Children.CASCADE
    question_in_parent: r.Verdict = r.Verdict.ALLOW
    """A question put into a category that has sub-categories."""
    question_in_preset: r.Verdict = r.Verdict.ALLOW
    question_in_all: r.Verdict = r.Verdict.REFUSE
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
    page_refusal: r.PageRefusal = r.PageRefusal.REFUSE
    """What a PageSize above ``page_cap`` does; without a cap it does nothing."""
    past_end: r.PastEnd = r.PastEnd.EMPTY
    order: r.Order = r.Order.OLDEST
    recursive_filter: bool = False
    """Whether the CategoryId filter includes sub-categories."""
    totals: r.Totals = r.Totals.FILTERED
    omitted_status: r.OmittedStatus = r.OmittedStatus.ALL
    include_presets: bool = True
    keyword: r.Keyword = r.Keyword.SUBSTRING

    # Texts and sizes
    normalise: r.Normalise = r.Normalise.NONE
    question_max: int | None = _number(None, 20)
    """Characters of a standard or similar question."""
    answer_max: int | None = _number(None, 40)
    similar_max: int | None = _number(None, 2)
    """Similar questions of one standard question."""
    title_max: int | None = _number(None, 10)
    library_max: int | None = _number(None, 10)
    """Standard questions of one application."""

    # Sessions
    robot_role: r.RobotRole = r.RobotRole.AGENT
    state_words: r.StateWords = r.StateWords.CHINESE_PAGE

    @classmethod
    def from_words(cls, words: Iterable[str]) -> "Switches":
        """Read ``name=value`` words such as ``page-cap=20`` over the defaults; raises Misuse for what cannot be meant."""
        return replace(cls(), **dict(_read(word) for word in words))

    @classmethod
    def variants(cls) -> "tuple[tuple[str, Switches], ...]":
        """The defaults with one switch flipped, for each switch and each other value: (its word, the switches)."""
        found = [(f"{_shown(name)}={_spelled(value)}", replace(cls(), **{name: value})) for name, value in _flips()]
        clamped = replace(cls(), page_cap=3, page_refusal=r.PageRefusal.CLAMP)
        return (*found, ("page-cap=3 page-refusal=clamp", clamped))


DEFAULTS = Switches()
"""Every switch in its likelier position."""


# The values are of as many types as there are switches; Any stands for "what this switch can be".


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
