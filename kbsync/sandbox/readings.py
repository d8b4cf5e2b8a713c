"""The values that a switch can take: for each question that the vendor's pages leave open, its possible answers.

What each question is, and which answer is the default, stands in ``switches``.
"""

from enum import StrEnum

__all__ = [
    "AddStatus",
    "BatchUnknown",
    "Children",
    "Codes",
    "Duplicates",
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
    "SignatureOrder",
    "SimilarOrder",
    "SimilarPath",
    "SimilarRepeats",
    "StateWords",
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


class StateWords(StrEnum):
    """How session states are spelled: ``Queueing`` (679/116639) or ``Queuing`` (1229/68825)."""

    CHINESE_PAGE = "chinese-page"
    ENGLISH_PAGE = "english-page"
