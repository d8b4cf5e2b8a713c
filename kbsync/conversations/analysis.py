"""Holds transcripts against the declared knowledge. How they were fetched and how the finding looks is told elsewhere."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kbsync.conversations.coverage import Coverage, Gap, Served, Source, Tally
from kbsync.conversations.declared import Declared, Match
from kbsync.conversations.forms import plain_answer, reduced
from kbsync.conversations.gathering import Group, gather
from kbsync.conversations.hearing import Asked, Said, ToPerson, listen
from kbsync.conversations.masking import EMAIL, NUMBER, TAIL, mask
from kbsync.conversations.transcripts import Transcript, robot_accounts
from kbsync.model import Knowledge, MenuType

__all__ = ["LONGEST", "Reading", "cover"]

MARKS = re.compile("|".join(map(re.escape, (EMAIL, NUMBER, TAIL))))

LONGEST = 200
"""Characters: what is longer is a story or a pasted text, and no question to declare."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How transcripts are read. See ``Coverage`` for the figures; ``robots`` names the chatbot's accounts, if known."""

    threshold: float = 0.8
    min_count: int = 2
    masked: bool = True
    robots: tuple[str, ...] = ()


def cover(
    transcripts: Sequence[Transcript], knowledge: Knowledge, *, reading: Reading, live: Knowledge | None = None
) -> Coverage:
    """What users asked that nothing answers, and what was served that git does not declare.

    ``live`` is the library as it is at the service, to say where such answers come from; None when it was not read.
    """
    robots = robot_accounts(transcripts, reading.robots)
    heard = tuple(listen(transcripts, robots))
    declared = Declared(knowledge, threshold=reading.threshold)
    shown = mask if reading.masked else str
    tally, unanswered = _sift([each for each in heard if isinstance(each, Asked)], declared)
    groups = gather(unanswered, shown=shown, threshold=reading.threshold)
    often = [group for group in groups if len(group.people) >= reading.min_count]
    said = [each for each in heard if isinstance(each, Said) and each.text]
    foreign = [each for each in said if not declared.answers(each.text)]
    return Coverage(
        sessions=len(transcripts),
        tally=Tally(
            exact=tally[Match.EXACT],
            form=tally[Match.FORM],
            similar=tally[Match.SIMILAR],
            unanswered=len(unanswered),
            rare=len(unanswered) - sum(group.times for group in often),
            wordless=tally["wordless"],
            lengthy=tally["lengthy"],
            to_person=sum(isinstance(each, ToPerson) for each in heard),
        ),
        gaps=tuple(sorted((_gap(group, declared) for group in often), key=lambda gap: (-gap.people, -gap.times, gap.text))),
        served=_served(foreign, live, shown),
        served_declared=len(said) - len(foreign),
        robots=len(robots),
        threshold=reading.threshold,
        min_count=reading.min_count,
        masked=reading.masked,
    )


def _sift(asked: Sequence[Asked], declared: Declared) -> tuple[Counter[str], list[Asked]]:
    """Count what is declared or no question, and keep the rest. Each wording is looked up once, however often it came."""
    kinds = {text: _kind(text, declared) for text in {each.text for each in asked}}
    return Counter(kinds[each.text] for each in asked), [each for each in asked if kinds[each.text] == Match.NONE]


def _kind(text: str, declared: Declared) -> str:
    found = declared.match(text) if len(text) <= LONGEST else "lengthy"
    return "wordless" if found == Match.NONE and not _has_words(text) else found


def _has_words(text: str) -> bool:
    """Whether anything is asked beside figures, addresses and signs, which are answers to somebody's question."""
    return any(sign.isalpha() for sign in MARKS.sub("", mask(text)))


def _gap(group: Group, declared: Declared) -> Gap:
    wordings = tuple(sorted(group.spellings, key=lambda text: (-group.spellings[text], text)))
    reply = min(group.replies, key=lambda text: (-group.replies[text], text), default=None)
    return Gap(
        wordings=_one_of_a_form(wordings),
        times=group.times,
        people=len(group.people),
        newest=group.newest,
        reply=reply,
        nearest=declared.nearest(wordings[0]),
    )


def _one_of_a_form(wordings: Sequence[str]) -> tuple[str, ...]:
    """Drop what differs from an earlier one in form alone."""
    found: dict[str, str] = {}
    for text in wordings:
        found.setdefault(reduced(text), text)
    return tuple(found.values())


def _served(said: Sequence[Said], live: Knowledge | None, shown: Callable[[str], str]) -> tuple[Served, ...]:
    sources = _sources(live) if live is not None else {}
    times: Counter[str] = Counter()
    newest: dict[str, float] = {}
    origin: dict[str, tuple[Source, ...]] = {}
    for each in said:
        text = shown(each.text)
        times[text] += 1
        newest[text] = max(newest.get(text, 0.0), each.sent_at)
        origin.setdefault(text, tuple(sources.get(reduced(each.text), ())))
    found = (Served(text, count, newest[text], origin[text]) for text, count in times.items())
    return tuple(sorted(found, key=lambda served: (-served.times, served.text)))


def _sources(live: Knowledge) -> dict[str, list[Source]]:
    preset = {category.path for category in live.categories if category.menu is MenuType.PRESET}
    found: dict[str, list[Source]] = {}
    for question in live.questions:
        content = question.content
        source = Source(content.question, content.category, content.category in preset)
        found.setdefault(reduced(plain_answer(content)), []).append(source)
    return found
