"""Coverage: transcripts held against the declared knowledge, and what was found, as values.

Wordings that are alike are clustered, so that a question asked in ten ways is seen once. No value names a person; the words
themselves are masked unless ``masked`` is False.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz import fuzz, process

from kbsync.conversations.declared import Declared, Nearest, WordingMatch, plain_answer, reduced
from kbsync.conversations.transcripts import Asked, RobotReply, ToPerson, Transcript, listen, robot_accounts
from kbsync.model import CategoryPath, Knowledge, MenuType, Question

__all__ = ["Coverage", "LiveSource", "Reading", "Served", "UnansweredQuestion", "cover"]

EMAIL, NUMBER, TAIL = "[email]", "[number]", "[...]"
"""The replacements of an address, of five digits or more, and of a link's query or fragment."""

MARKS = re.compile("|".join(map(re.escape, (EMAIL, NUMBER, TAIL))))

LONGEST = 200
"""Characters: what is longer is a story or a pasted text, and no question to declare."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How transcripts are read.

    A gap is shown that ``min_count`` people asked alike, an answer that so many sessions had. ``threshold`` is a share, 0 to 1.
    ``robots`` names the chatbot's accounts, if known.
    """

    threshold: float = 0.8
    min_count: int = 2
    masked: bool = True
    robots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveSource:
    """A question of the live library that git does not declare."""

    question: str
    category: CategoryPath
    preset: bool


@dataclass(frozen=True, slots=True)
class UnansweredQuestion:
    """Wordings that are alike and have no answer, the most frequent first.

    ``times`` counts messages, ``people`` the accounts that sent them, ``newest`` is Unix seconds. ``reply`` is the
    chatbot's most frequent reply, None if none was frequent enough. ``live`` is the entry of the live library for it, None if
    that was not read. ``fresh`` is False if a file has nearly these words already: of a disabled question, or as the former text
    of one.
    """

    wordings: tuple[str, ...]
    times: int
    people: int
    newest: float
    reply: str | None = None
    nearest: Nearest | None = None
    fresh: bool = True
    live: LiveSource | None = None

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
    sources: tuple[LiveSource, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """Messages of users to the chatbot, by what became of them.

    ``exact``, ``form`` and ``similar`` are declared (``WordingMatch``); ``unanswered`` are not, ``rare`` of them too seldom to be
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
class Coverage:
    """Transcripts held against a library.

    ``served_declared`` counts the chatbot's messages that are declared answers, ``served_rare`` the others that occurred in fewer
    than ``min_count`` sessions and may be meant for one person. ``robots`` is the number of accounts taken for the chatbot; with
    0 its answers could not be identified.
    """

    sessions: int
    tally: Tally
    gaps: tuple[UnansweredQuestion, ...]
    served: tuple[Served, ...]
    served_declared: int
    served_rare: int
    robots: int
    reading: Reading


class LiveSources:
    """A live library, to be asked. ``threshold`` is the share, 0 to 1, from which two wordings are alike."""

    def __init__(self, live: Knowledge, *, threshold: float) -> None:
        self._preset = {category.path for category in live.categories if category.menu is MenuType.PRESET}
        self._declared = Declared(live, threshold=threshold)
        self._answers: dict[str, list[Question]] = {}
        for question in live.questions:
            self._answers.setdefault(reduced(plain_answer(question.content)), []).append(question)

    def served(self, answer: str) -> tuple[LiveSource, ...]:
        """The questions that have this answer, form aside."""
        return tuple(self._source(question) for question in self._answers.get(reduced(answer), ()))

    def asked(self, text: str) -> LiveSource | None:
        """The enabled question that is alike a text, if one is."""
        question = self._declared.answering(text)
        return None if question is None else self._source(question)

    def _source(self, question: Question) -> LiveSource:
        content = question.content
        return LiveSource(content.question, content.category, content.category in self._preset)


def cover(
    transcripts: Sequence[Transcript], knowledge: Knowledge, *, reading: Reading, live: Knowledge | None = None
) -> Coverage:
    """Find questions of users without an answer, and answers of the chatbot that git does not declare.

    ``live`` is the library at the service, which shows where such answers are from; None if it was not read.
    """
    robots = robot_accounts(transcripts, reading.robots)
    heard = tuple(listen(transcripts, robots))
    declared = Declared(knowledge, threshold=reading.threshold)
    shown = mask if reading.masked else str
    tally, unanswered = _sift([each for each in heard if isinstance(each, Asked)], declared)
    groups = gather(unanswered, shown=shown, threshold=reading.threshold)
    often = [group for group in groups if len(group.people) >= reading.min_count]
    sources = None if live is None else LiveSources(live, threshold=reading.threshold)
    gaps = [_gap(group, declared, sources, reading=reading) for group in often]
    said = [each for each in heard if isinstance(each, RobotReply) and each.text]
    foreign = [each for each in said if not declared.answers(each.text)]
    served = _served(foreign, sources, shown=shown, min_count=reading.min_count)
    return Coverage(
        sessions=len(transcripts),
        tally=replace(
            tally,
            rare=tally.unanswered - sum(group.times for group in often),
            to_person=sum(isinstance(each, ToPerson) for each in heard),
        ),
        gaps=tuple(sorted(gaps, key=lambda gap: (-gap.people, -gap.times, gap.text))),
        served=served,
        served_declared=len(said) - len(foreign),
        served_rare=len(foreign) - sum(each.times for each in served),
        robots=len(robots),
        reading=reading,
    )


def _sift(asked: Sequence[Asked], declared: Declared) -> tuple[Tally, list[Asked]]:
    """Count what is declared or no question, and keep the rest. Each wording is looked up once, however often it came."""
    kinds = {text: _kind(text, declared) for text in {each.text for each in asked}}
    counts = Counter(kinds[each.text] for each in asked)
    tally = Tally(
        exact=counts[WordingMatch.EXACT],
        form=counts[WordingMatch.FORM],
        similar=counts[WordingMatch.SIMILAR],
        unanswered=counts[WordingMatch.NONE],
        wordless=counts["wordless"],
        lengthy=counts["lengthy"],
    )
    return tally, [each for each in asked if kinds[each.text] == WordingMatch.NONE]


def _kind(text: str, declared: Declared) -> str:
    found = declared.match(text) if len(text) <= LONGEST else "lengthy"
    return "wordless" if found == WordingMatch.NONE and not _has_words(text) else found


def _has_words(text: str) -> bool:
    """Whether a text is more than figures, addresses and signs, which are replies to an agent's question."""
    return any(sign.isalpha() for sign in MARKS.sub("", mask(text)))


@dataclass(slots=True)
class Cluster:
    """Messages that ask alike, while they are being collected."""

    spellings: Counter[str] = field(default_factory=Counter)
    replies: Counter[str] = field(default_factory=Counter)
    people: set[str] = field(default_factory=set)
    newest: float = 0.0

    @property
    def times(self) -> int:
        """How many messages there are in it."""
        return self.spellings.total()

    def wordings(self) -> tuple[str, ...]:
        """The spellings, those of the most frequent form first."""
        forms = {text: reduced(text) for text in self.spellings}
        times: Counter[str] = Counter()
        for text, count in self.spellings.items():
            times[forms[text]] += count
        return tuple(sorted(forms, key=lambda text: (-times[forms[text]], forms[text], -self.spellings[text], text)))

    def take(self, other: "Cluster") -> None:
        """Join another group to this one."""
        self.spellings += other.spellings
        self.replies += other.replies
        self.people |= other.people
        self.newest = max(self.newest, other.newest)


def gather(asked: Iterable[Asked], *, shown: Callable[[str], str], threshold: float) -> tuple[Cluster, ...]:
    """Cluster messages: first those that are the same in the form that is ``shown``, then the rare ones with the frequent.

    Greedy: from the most frequent wording down, each joins the first group whose leading wording it is most like, else it leads
    a new one. So no chain of small steps joins what is not alike.
    """
    leaders: dict[str, Cluster] = {}
    for form, group in sorted(_same(asked, shown).items(), key=lambda item: (-item[1].times, item[0])):
        near = process.extractOne(form, leaders.keys(), scorer=fuzz.ratio, processor=None, score_cutoff=threshold * 100)
        if near is None:
            leaders[form] = group
        else:
            leaders[near[0]].take(group)
    return tuple(leaders.values())


def _same(asked: Iterable[Asked], shown: Callable[[str], str]) -> dict[str, Cluster]:
    groups: dict[str, Cluster] = {}
    for each in asked:
        text = shown(each.text)
        group = groups.setdefault(reduced(text), Cluster())
        group.spellings[text] += 1
        group.replies.update([shown(each.reply)] if each.reply else [])
        group.people.add(each.account)
        group.newest = max(group.newest, each.sent_at)
    return groups


def _gap(group: Cluster, declared: Declared, sources: LiveSources | None, *, reading: Reading) -> UnansweredQuestion:
    wordings = group.wordings()
    reply = min(group.replies, key=lambda text: (-group.replies[text], text), default="")
    nearest = declared.nearest(wordings[0])
    return UnansweredQuestion(
        wordings=(wordings[0], *_others(wordings, declared)),
        times=group.times,
        people=len(group.people),
        newest=group.newest,
        reply=reply if group.replies[reply] >= reading.min_count else None,
        nearest=nearest,
        fresh=not declared.takes(wordings[0]) and (nearest is None or nearest.percent < reading.threshold * 100),
        live=sources.asked(wordings[0]) if sources is not None else None,
    )


def _others(wordings: Sequence[str], declared: Declared) -> Iterator[str]:
    """The wordings after the first, without those that differ in form alone or are in the files."""
    seen = {reduced(wordings[0])}
    for text in wordings:
        if reduced(text) not in seen and not declared.takes(text):
            seen.add(reduced(text))
            yield text


def _served(
    said: Sequence[RobotReply], sources: LiveSources | None, *, shown: Callable[[str], str], min_count: int
) -> tuple[Served, ...]:
    spoken: dict[str, list[RobotReply]] = {}
    for each in said:
        spoken.setdefault(shown(each.text), []).append(each)
    found = [
        Served(
            text=text,
            times=len(group),
            newest=max(each.sent_at for each in group),
            sources=sources.served(group[0].text) if sources is not None else (),
        )
        for text, group in spoken.items()
        if len({each.session for each in group}) >= min_count
    ]
    return tuple(sorted(found, key=lambda served: (-served.times, served.text)))


LINK = re.compile(
    r"(?<![a-z0-9+.-])(?P<scheme>[a-z][a-z0-9+.-]*+://)(?:[^\s/?#@]*+@)?(?P<path>[!-\"$->@-~]*+)(?P<tail>[?#][!-~]*+)?",
    re.IGNORECASE,
)
"""A link is ASCII, so that the words after it survive where a script has no space."""

QUERY = re.compile(r"\?[\w.~%-]++=[!-~]*+")

ADDRESS = re.compile(r"(?<![A-Za-z0-9._%+'-])[A-Za-z0-9._%+'-]++[@＠][A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)+")

FOREIGN_ADDRESS = re.compile(r"(?<![^\s@＠])[^\s@＠]++[@＠][^\s@＠.。]++(?:[.。][^\s@＠.。]++)+")

FIGURES = re.compile(r"\+?\(?\d(?:[\s().·/-]{0,2}\d){4,}")
"""Five figures and more, also in groups: phone, order, card and identity numbers, dates."""


def mask(text: str) -> str:
    """The text with marks such as ``[number]`` in the place of what points to one person: addresses, numbers, tails of links.

    Names, and personal facts in words, are not found.
    """
    shown = QUERY.sub(f"?{TAIL}", LINK.sub(_link, text))
    return FIGURES.sub(NUMBER, FOREIGN_ADDRESS.sub(EMAIL, ADDRESS.sub(EMAIL, shown)))


def _link(found: re.Match[str]) -> str:
    tail = found["tail"]
    return f"{found['scheme']}{found['path']}{tail[0] + TAIL if tail else ''}"
