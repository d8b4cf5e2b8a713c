"""Holds transcripts against the declared knowledge. How they were fetched and how the finding looks is told elsewhere."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from kbsync.conversations.coverage import Coverage, Gap, Served, Tally
from kbsync.conversations.declared import Declared, Match
from kbsync.conversations.forms import reduced
from kbsync.conversations.gathering import Group, gather
from kbsync.conversations.hearing import Asked, Said, ToPerson, listen
from kbsync.conversations.masking import EMAIL, NUMBER, TAIL, mask
from kbsync.conversations.sources import Sources
from kbsync.conversations.transcripts import Transcript, robot_accounts
from kbsync.model import Knowledge

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
    sources = None if live is None else Sources(live, threshold=reading.threshold)
    gaps = [_gap(group, declared, sources, reading=reading) for group in often]
    said = [each for each in heard if isinstance(each, Said) and each.text]
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
        threshold=reading.threshold,
        min_count=reading.min_count,
        masked=reading.masked,
    )


def _sift(asked: Sequence[Asked], declared: Declared) -> tuple[Tally, list[Asked]]:
    """Count what is declared or no question, and keep the rest. Each wording is looked up once, however often it came."""
    kinds = {text: _kind(text, declared) for text in {each.text for each in asked}}
    counts = Counter(kinds[each.text] for each in asked)
    tally = Tally(
        exact=counts[Match.EXACT],
        form=counts[Match.FORM],
        similar=counts[Match.SIMILAR],
        unanswered=counts[Match.NONE],
        wordless=counts["wordless"],
        lengthy=counts["lengthy"],
    )
    return tally, [each for each in asked if kinds[each.text] == Match.NONE]


def _kind(text: str, declared: Declared) -> str:
    found = declared.match(text) if len(text) <= LONGEST else "lengthy"
    return "wordless" if found == Match.NONE and not _has_words(text) else found


def _has_words(text: str) -> bool:
    """Whether anything is asked beside figures, addresses and signs, which are answers to somebody's question."""
    return any(sign.isalpha() for sign in MARKS.sub("", mask(text)))


def _gap(group: Group, declared: Declared, sources: Sources | None, *, reading: Reading) -> Gap:
    wordings = group.wordings()
    reply = min(group.replies, key=lambda text: (-group.replies[text], text), default="")
    nearest = declared.nearest(wordings[0])
    return Gap(
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
    """The wordings after the first, without those that differ in form alone or stand in some file."""
    seen = {reduced(wordings[0])}
    for text in wordings:
        if reduced(text) not in seen and not declared.takes(text):
            seen.add(reduced(text))
            yield text


def _served(said: Sequence[Said], sources: Sources | None, *, shown: Callable[[str], str], min_count: int) -> tuple[Served, ...]:
    spoken: dict[str, list[Said]] = {}
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
