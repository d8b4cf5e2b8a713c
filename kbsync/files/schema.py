"""Which keys the files have: the one list that the reader, "unknown key", the order of ``fmt`` and the JSON Schemas follow.

A new key is a ``Key`` here, and what the reader makes of it. Rules that connect several keys, such as a region or an endpoint,
are the reader's.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

from kbsync.diagnostics import Rule, Severity
from kbsync.files.kinds import (
    BOOLEAN,
    TEXT,
    TEXT_SCHEMA,
    Key,
    Table,
    TextAt,
    ValueType,
    choice,
    entries,
    integer,
    named,
    number,
    read_record,
    read_text,
    record,
    records,
    texts,
    version,
)
from kbsync.files.parse import ListNode, MapNode, Node
from kbsync.files.source import SourceFile
from kbsync.messages import message
from kbsync.model import AnswerType, CategoryPath, Status
from kbsync.settings import REGIONS, Drift, Driver, Pacing, Prune

__all__ = ["knowledge_schema", "settings_schema"]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

SLASH: Final = re.compile(" +/ +")
"""What separates two titles. A slash without spaces belongs to a title (``Q/A``); one with spaces needs the list form."""

LEVELS: Final = 2
"""How deep categories nest (www.tencentcloud.com/document/product/1229/68845)."""

WordT = TypeVar("WordT", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """An answer that is the text of a file, by its path relative to the file that names it."""

    path: TextAt


@dataclass(frozen=True, slots=True)
class Pinned:
    """An id for one target, or for every target where ``target`` is None."""

    id: TextAt
    target: TextAt | None = None


def _read_path(node: Node, source: SourceFile) -> CategoryPath | None:
    if type(node) is ListNode:
        titles = tuple([found.text for item in node.children if (found := read_text(item, source)) is not None])
        if len(titles) < len(node.children):
            return None
    else:
        found = read_text(node, source)
        if found is None:
            return None
        titles = tuple(SLASH.split(found.text))
        if found.text.startswith("/ ") or found.text.endswith(" /") or "" in titles:
            source.fault(Rule.KB308, message("a title is missing beside the slash"), node)
            return None
    if 1 <= len(titles) <= LEVELS:
        return titles
    said = message("a category has one title or two, not {count}", count=len(titles))
    hint = message("the service has two levels; a title that contains a slash between spaces needs the form [first, second]")
    source.fault(Rule.KB308, said, node, hint=hint)
    return None


def _read_answer(node: Node, source: SourceFile) -> TextAt | AnswerFile | None:
    if type(node) is not MapNode:
        return read_text(node, source)
    found = read_record(node, source, ANSWER_FILE)
    path = found.get(FILE) if found else None
    return AnswerFile(path) if path else None


def _read_pins(node: Node, source: SourceFile) -> tuple[Pinned, ...]:
    """The ids that could be read."""
    if type(node) is not MapNode:
        found = read_text(node, source)
        return () if found is None else (Pinned(found),)
    pairs = [(target, read_text(value, source)) for target, value in entries(node, source)]
    return tuple([Pinned(found, target) for target, found in pairs if found is not None])


def _words(enum: Iterable[WordT]) -> ValueType[WordT]:
    return choice({one.value: one for one in enum})


PATH: Final = ValueType(
    _read_path, {"anyOf": [TEXT_SCHEMA, {"type": "array", "items": TEXT_SCHEMA, "minItems": 1, "maxItems": LEVELS}]}
)
"""A category by its titles: ``Shipping / Returns``, or a list of one or two titles."""

ANSWER: Final[ValueType[TextAt | AnswerFile]] = ValueType(_read_answer, {"anyOf": [TEXT_SCHEMA, {"$ref": "#/$defs/answer"}]})
"""An answer: its text, or ``{file: …}``."""

PINS: Final = ValueType(_read_pins, {"anyOf": [TEXT_SCHEMA, {"type": "object", "additionalProperties": TEXT_SCHEMA}]})
"""A StandardQuestionId, or a mapping from target to one: ids differ from app to app."""

_TOO_DEEP = message("a third level of categories: the service has two")
THIRD_LEVEL: Final[ValueType[None]] = ValueType(lambda node, source: source.fault(Rule.KB308, _TOO_DEEP, node), {"not": {}})
"""What may stand under ``children`` on the second level: nothing, with a better reason than "unknown key"."""

ON_AND_OFF: Final[Mapping[str, str]] = {
    **dict.fromkeys(("on", "yes", "true", "active", "live", "启用", "开启"), Status.ENABLED.word),
    **dict.fromkeys(("off", "no", "false", "inactive", "hidden", "draft", "停用", "禁用", "关闭"), Status.DISABLED.word),
}
MARKED_UP: Final[Mapping[str, str]] = {
    **dict.fromkeys(("html", "richtext", "markdown"), AnswerType.RICH.word),
    **dict.fromkeys(("plain", "plaintext"), AnswerType.TEXT.word),
}
"""What people write for the words of a status and of an answer type."""

FILE = Key("file", TEXT, "The path of a text file, relative to this one and inside the knowledge directory.", required=True)
ANSWER_FILE: Final = Table("answer", (FILE,))

QUESTION: Final = Table(
    "question",
    (
        QUESTION_TEXT := Key("question", TEXT, "The standard question, as a customer would ask it.", required=True),
        QUESTION_ANSWER := Key("answer", ANSWER, "What the chatbot says, or {file: path} for the text of a file.", required=True),
        QUESTION_ANSWER_TYPE := Key(
            "answer_type",
            choice(dict(AnswerType.names()), MARKED_UP),
            "How the answer is shown: text (0, the default) or rich (2).",
        ),
        QUESTION_SIMILAR := Key("similar", texts(), "Other wordings of the question."),
        QUESTION_CATEGORY := Key("category", PATH, "The category: Parent / Child. Without it the document's category counts."),
        QUESTION_PREVIOUSLY := Key(
            "previously",
            texts(single=True),
            "What the question said before: a rename instead of delete and create. An empty list: it is new, and no rename.",
        ),
        QUESTION_STATUS := Key(
            "status",
            choice(dict(Status.names()), ON_AND_OFF),
            "Whether customers get the answer: enabled (4, the default) or disabled (5).",
        ),
        QUESTION_ID := Key("id", PINS, "The StandardQuestionId, or one for each target."),
        QUESTION_PROTECTED := Key("protected", BOOLEAN, "Whether plans may never remove or disable this question."),
    ),
)
CUSTOMER_TEXTS: Final = (QUESTION_TEXT.name, QUESTION_ANSWER.name, QUESTION_SIMILAR.name)
"""The keys whose texts customers read or write, alone or in a list."""

CATEGORY_TITLE = Key("title", TEXT, "The title, unique among its neighbours.", required=True)
CATEGORY_PREVIOUSLY = Key("previously", texts(single=True), "Titles it had before: a rename instead of delete and create.")
CATEGORY_AUTHORITATIVE = Key(
    "authoritative", BOOLEAN, "Whether git owns everything in it, so that undeclared questions are pruned."
)
CHILD_CHILDREN = Key("children", THIRD_LEVEL, "The service has two levels.")
CHILD: Final = Table("child", (CATEGORY_TITLE, CATEGORY_PREVIOUSLY, CATEGORY_AUTHORITATIVE, CHILD_CHILDREN))
CATEGORY_CHILDREN = Key("children", records(CHILD), "The categories of the second level.")
CATEGORY: Final = Table("category", (CATEGORY_TITLE, CATEGORY_PREVIOUSLY, CATEGORY_AUTHORITATIVE, CATEGORY_CHILDREN))

DOCUMENT_CATEGORIES = Key("categories", records(CATEGORY), "The categories that git declares, as a tree of two levels.")
DOCUMENT_CATEGORY = Key("category", PATH, "The category of every question of this document that names none.")
DOCUMENT_QUESTIONS = Key("questions", records(QUESTION), "The questions with their answers.")
DOCUMENT_REMOVED = Key(
    "removed", texts(), "Questions that leave the live library, by their texts; a line may go once that is applied."
)
DOCUMENT: Final = Table("knowledge file", (DOCUMENT_CATEGORIES, DOCUMENT_CATEGORY, DOCUMENT_QUESTIONS, DOCUMENT_REMOVED))

TARGET: Final = Table(
    "target",
    (
        TARGET_DRIVER := Key("driver", _words(Driver), "desk (the default) or the embedded sandbox."),
        TARGET_REGION := Key("region", choice(REGIONS), "Where the application lives; instead of endpoint."),
        TARGET_ENDPOINT := Key("endpoint", TEXT, "https://host of the REST API; instead of region."),
        TARGET_APP := Key("sdkappid", integer(1, 2**32 - 1), "The SDKAppID of the application."),
        Key("identifier", TEXT, "The UserID of an App administrator; administrator by default."),
        Key("calls_per_second", number(5.0), "Calls a second and command; 5, the documented limit, by default."),
        Key("pacing", _words(Pacing), "steady uses the whole limit, strict never risks a refusal."),
    ),
)
"""Keys that are named as the fields of ``settings.Target`` go there as they are; so do those of ``POLICY``."""

POLICY: Final = Table(
    "policy",
    (
        Key("prune", _words(Prune), "What happens to questions that git stopped declaring."),
        Key("max_update_percent", integer(0, 100), "The share of the questions that one plan may change without consent."),
        Key("max_remove_percent", integer(0, 100), "The share of the questions that one plan may remove without consent."),
        Key("floor", integer(0, 10**9), "So many changed or removed questions are always allowed."),
        Key(
            "drift",
            _words(Drift),
            "What an apply that asks nobody does with a plan that overwrites console edits, or repeats undone changes.",
        ),
    ),
)

CHECK_SEVERITY = Key(
    "severity", choice({**{one.value: one.value for one in Severity}, "off": "off"}), "error, warning, note, or off."
)
CHECK: Final = Table("check", (CHECK_SEVERITY,))
CHECK_OPTIONS: Final[Mapping[Rule, Key[Any]]] = {
    Rule.KB401: Key("threshold", number(1.0), "The share of the wording that two questions may have in common, up to 1."),
    Rule.KB403: Key("words", texts(), "Further marks that writers leave for themselves."),
    Rule.KB407: Key("max", integer(1, 10**9), "The number of characters that an answer may have."),
}
CHECKS: Final[Mapping[str, Table]] = {
    rule.value: Table(f"{rule.value} check", (CHECK_SEVERITY, CHECK_OPTIONS[rule])) if rule in CHECK_OPTIONS else CHECK
    for rule in Rule
    if rule.name.startswith("KB4")
}
"""The content checks by their names, with the options that they have of their own."""

SETTINGS_VERSION = Key("version", version(1), "The version of this format: 1.", required=True)
SETTINGS_DEFAULT = Key("default_target", TEXT, "The target that commands use when none is named.")
SETTINGS_TARGETS = Key("targets", named(TARGET), "The Desk applications by names of your own.", required=True)
SETTINGS_POLICY = Key("policy", record(POLICY), "What a plan may do without further consent.")
SETTINGS_CHECKS = Key("checks", named(CHECK), "How each content check runs, by its name.")
SETTINGS: Final = Table("settings", (SETTINGS_VERSION, SETTINGS_DEFAULT, SETTINGS_TARGETS, SETTINGS_POLICY, SETTINGS_CHECKS))

KEYS: Final = frozenset(
    name
    for table in (QUESTION, CATEGORY, CHILD, DOCUMENT, TARGET, POLICY, *CHECKS.values(), SETTINGS, ANSWER_FILE)
    for name in table.names
)
"""Every key of every file, for hints about lines that no table could be asked about."""


def knowledge_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of one document of a knowledge file, for editors."""
    return _document("kbsync knowledge file", DOCUMENT, (QUESTION, CATEGORY, CHILD, ANSWER_FILE))


def settings_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of ``kbsync.yaml``, for editors."""
    schema = _document("kbsync settings", SETTINGS, (TARGET, POLICY, CHECK))
    schema["properties"]["targets"]["minProperties"] = 1
    schema["properties"]["checks"] |= {
        "properties": {name: {"anyOf": [CHECK_SEVERITY.type.schema, _object(table)]} for name, table in CHECKS.items()},
        "additionalProperties": False,
    }
    schema["$defs"]["target"] |= {
        "not": {"required": ["region", "endpoint"]},
        "if": {"properties": {"driver": {"const": "sandbox"}}, "required": ["driver"]},
        "else": {"required": ["sdkappid"], "anyOf": [{"required": ["region"]}, {"required": ["endpoint"]}]},
    }
    return schema


def _document(title: str, root: Table, others: tuple[Table, ...]) -> dict[str, Any]:
    return {"$schema": DIALECT, "title": title} | _object(root) | {"$defs": {table.name: _object(table) for table in others}}


def _object(table: Table) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {key.name: {"description": key.about, **key.type.schema} for key in table.keys},
        "required": [key.name for key in table.keys if key.required],
        "additionalProperties": False,
    }
