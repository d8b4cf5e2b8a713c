"""How well the declared knowledge covers what users ask: the finding as a value. How it is found is told in ``analysis``.

Nothing in it names a person; the words themselves are masked unless ``masked`` is False.
"""

from dataclasses import dataclass

from kbsync.conversations.declared import Nearest
from kbsync.model import CategoryPath

__all__ = ["Coverage", "Gap", "Served", "Source", "Tally"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Messages of users to the chatbot, by what became of them.

    ``exact``, ``form`` and ``similar`` are declared (see ``Match``); ``unanswered`` are not, ``rare`` of them too seldom to be
    shown. ``wordless`` (pictures, emoji, figures) and ``lengthy`` are no questions. ``to_person`` came after a person had joined.
    """

    exact: int = 0
    form: int = 0
    similar: int = 0
    unanswered: int = 0
    rare: int = 0
    wordless: int = 0
    lengthy: int = 0
    to_person: int = 0

    @property
    def declared(self) -> int:
        """Messages that a declared question answers."""
        return self.exact + self.form + self.similar

    @property
    def asked(self) -> int:
        """Messages that could be held against the library."""
        return self.declared + self.unanswered


@dataclass(frozen=True, slots=True)
class Source:
    """A question of the live library that git does not declare."""

    question: str
    category: CategoryPath
    preset: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """Wordings that are alike and that nothing answers, the most frequent first.

    ``times`` counts messages, ``people`` the accounts that sent them, ``newest`` is Unix seconds. ``reply`` is what the chatbot
    said most often to it, None when it said nothing often enough. ``live`` is what the live library has for it, None when it was
    not looked at. ``fresh`` is False when a file has nearly these words already: for a disabled question, or as the former
    text of one.
    """

    wordings: tuple[str, ...]
    times: int
    people: int
    newest: float
    reply: str | None = None
    nearest: Nearest | None = None
    fresh: bool = True
    live: Source | None = None

    @property
    def text(self) -> str:
        """What was asked, in the words used most."""
        return self.wordings[0]


@dataclass(frozen=True, slots=True)
class Served:
    """An answer of the chatbot that git does not declare; ``newest`` is Unix seconds.

    It can be a preset, an entry of the FAQ library, a greeting or the words for "not understood": ``sources`` are those that
    the live library explains, empty when it was not looked at.
    """

    text: str
    times: int
    newest: float
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """Transcripts held against a library.

    ``served_declared`` counts the chatbot's messages that are declared answers, ``served_rare`` those that are not and came in
    fewer than ``min_count`` sessions: they may be words to one person. ``robots`` is the number of accounts that were taken for
    the chatbot: 0 means that its answers could not be told apart. ``min_count`` is also how many people must have asked alike
    for a gap to be shown; ``threshold`` is a share from 0 to 1.
    """

    sessions: int
    tally: Tally
    gaps: tuple[Gap, ...]
    served: tuple[Served, ...]
    served_declared: int
    served_rare: int
    robots: int
    threshold: float
    min_count: int
    masked: bool = True
