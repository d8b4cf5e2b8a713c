"""Which keys the files have: the one list that the readers, "unknown key" and the JSON Schemas follow.

Rules that connect several keys, such as a region or an endpoint, belong to the readers.
"""

from collections.abc import Mapping
from typing import Final

from kbsync.diagnostics import Rule, Severity
from kbsync.files import shapes
from kbsync.files.containers import Items, Nested, Tree
from kbsync.files.kinds import Boolean, Choice, Integer, Lines, Number, Spot, Text, Version
from kbsync.files.nodes import Node
from kbsync.files.records import Field, Table
from kbsync.model import AnswerType, Status
from kbsync.settings import REGIONS, Driver, Pacing, Prune

__all__: Final = ["CATEGORY", "CHECK", "CHECKS", "CHILD", "DOCUMENT", "KEYS", "POLICY", "QUESTION", "SETTINGS", "TARGET"]

QUESTION_TEXT = Field("question", Text(), "The standard question, as a customer would ask it.", required=True)
QUESTION_ANSWER: Field[Spot | shapes.FileName] = Field(
    "answer", shapes.Answer(), "What the chatbot says, or {file: path} for the text of a file.", required=True
)
QUESTION_SIMILAR = Field("similar", Lines(), "Other wordings of the question.")
QUESTION_CATEGORY = Field("category", shapes.Path(), "The category: Parent / Child. Without it the document's category counts.")
QUESTION_ANSWER_TYPE = Field(
    "answer_type",
    Choice(AnswerType.names()),
    "How the answer is shown: text (0, the default) or rich (2).",
)
QUESTION_STATUS = Field(
    "status",
    Choice(Status.names()),
    "Whether customers get the answer: enabled (4, the default) or disabled (5).",
)
QUESTION_PREVIOUSLY = Field(
    "previously",
    Lines(single=True),
    "What the question said before: a rename instead of delete and create. An empty list: it is new, and no rename.",
)
QUESTION_ID = Field("id", shapes.Pin(), "The StandardQuestionId, or one for each target.")
QUESTION_PROTECTED = Field("protected", Boolean(), "Whether plans may never remove or disable this question.")
QUESTION: Final = Table(
    "question",
    (
        QUESTION_TEXT,
        QUESTION_ANSWER,
        QUESTION_ANSWER_TYPE,
        QUESTION_SIMILAR,
        QUESTION_CATEGORY,
        QUESTION_PREVIOUSLY,
        QUESTION_STATUS,
        QUESTION_ID,
        QUESTION_PROTECTED,
    ),
)

CATEGORY_TITLE = Field("title", Text(), "The title, unique among its neighbours.", required=True)
CATEGORY_PREVIOUSLY = Field("previously", Lines(single=True), "Titles it had before: a rename instead of delete and create.")
CATEGORY_AUTHORITATIVE = Field(
    "authoritative", Boolean(), "Whether git owns everything in it, so that undeclared questions are pruned."
)
CATEGORY_CHILDREN = Field("children", Items("child"), "The categories of the second level.")
CHILD_CHILDREN: Field[None] = Field("children", shapes.NoChildren(), "The service has two levels.")
CHILD: Final = Table("child", (CATEGORY_TITLE, CATEGORY_PREVIOUSLY, CATEGORY_AUTHORITATIVE, CHILD_CHILDREN))
CATEGORY: Final = Table("category", (CATEGORY_TITLE, CATEGORY_PREVIOUSLY, CATEGORY_AUTHORITATIVE, CATEGORY_CHILDREN))

DOCUMENT_CATEGORIES = Field("categories", Items("category"), "The categories that git declares, as a tree of two levels.")
DOCUMENT_CATEGORY = Field("category", shapes.Path(), "The category of every question of this document that names none.")
DOCUMENT_QUESTIONS = Field("questions", Items("question"), "The questions with their answers.")
DOCUMENT: Final = Table("knowledge file", (DOCUMENT_CATEGORIES, DOCUMENT_CATEGORY, DOCUMENT_QUESTIONS))

TARGET_DRIVER = Field(
    "driver", Choice(tuple((word.value, word) for word in Driver)), "desk (the default) or the embedded sandbox."
)
TARGET_REGION = Field("region", Choice(tuple(REGIONS.items())), "Where the application lives; instead of endpoint.")
TARGET_ENDPOINT = Field("endpoint", Text(), "https://host of the REST API; instead of region.")
TARGET_APP = Field("sdkappid", Integer(1, 2**32 - 1), "The SDKAppID of the application.")
TARGET_IDENTIFIER = Field("identifier", Text(), "The UserID of an App administrator; administrator by default.")
TARGET_RATE = Field("calls_per_second", Number(5.0), "Calls a second and command; 5, the documented limit, by default.")
TARGET_PACING = Field(
    "pacing", Choice(tuple((word.value, word) for word in Pacing)), "steady uses the whole limit, strict never risks a refusal."
)
TARGET: Final = Table(
    "target", (TARGET_DRIVER, TARGET_REGION, TARGET_ENDPOINT, TARGET_APP, TARGET_IDENTIFIER, TARGET_RATE, TARGET_PACING)
)

POLICY_PRUNE = Field(
    "prune", Choice(tuple((word.value, word) for word in Prune)), "What happens to questions that git stopped declaring."
)
POLICY_UPDATE = Field(
    "max_update_percent", Integer(0, 100), "The share of the questions that one plan may change without consent."
)
POLICY_REMOVE = Field(
    "max_remove_percent", Integer(0, 100), "The share of the questions that one plan may remove without consent."
)
POLICY_FLOOR = Field("floor", Integer(0, 10**9), "So many changed or removed questions are always allowed.")
POLICY: Final = Table("policy", (POLICY_PRUNE, POLICY_UPDATE, POLICY_REMOVE, POLICY_FLOOR))

CHECK_SEVERITY = Field(
    "severity",
    Choice((*((word.value, word) for word in Severity), ("off", "off"))),
    "error, warning, note, or off.",
)
CHECK_THRESHOLD = Field("threshold", Number(1.0), "The share of the wording that two questions may have in common, up to 1.")
CHECK_MAX = Field("max", Integer(1, 10**9), "The number of characters that an answer may have.")
CHECK_WORDS = Field("words", Lines(), "Further marks that writers leave for themselves.")
CHECK: Final = Table("check", (CHECK_SEVERITY,))
CHECKS: Mapping[Rule, Table] = {
    Rule.KB401: Table("near-duplicate check", (CHECK_SEVERITY, CHECK_THRESHOLD)),
    Rule.KB403: Table("placeholder check", (CHECK_SEVERITY, CHECK_WORDS)),
    Rule.KB407: Table("long-answer check", (CHECK_SEVERITY, CHECK_MAX)),
}
"""The checks that have options of their own; all others have ``CHECK``."""

SETTINGS_VERSION = Field("version", Version(1), "The version of this format: 1.", required=True)
SETTINGS_DEFAULT = Field("default_target", Text(), "The target that commands use when none is named.")
SETTINGS_TARGETS = Field("targets", Tree("target"), "The Desk applications by names of your own.", required=True)
SETTINGS_POLICY: Field[Node] = Field("policy", Nested("policy"), "What a plan may do without further consent.")
SETTINGS_CHECKS = Field("checks", Tree("check"), "How each content check runs, by its name.")
SETTINGS: Final = Table("settings", (SETTINGS_VERSION, SETTINGS_DEFAULT, SETTINGS_TARGETS, SETTINGS_POLICY, SETTINGS_CHECKS))

KEYS: Final = frozenset(
    name
    for table in (QUESTION, CATEGORY, CHILD, DOCUMENT, TARGET, POLICY, *CHECKS.values(), SETTINGS, shapes.ANSWER_FILE)
    for name in table.names
)
"""Every key of every file, for hints about lines that no table could be asked about."""
