"""Rules about questions that a matcher can hardly tell apart: the chatbot would answer one for the other."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kbsync.checks.finding import Finding, Options, number
from kbsync.diagnostics import Related
from kbsync.messages import Message, message
from kbsync.model import Knowledge, Question

__all__ = ["find_near_duplicates", "find_same_but_for_form"]

THRESHOLD = 0.9
"""Share of the wording that two questions of different entries may have in common."""

RARE = 40
"""A piece of text in more questions than this says nothing about any two of them."""

PIECES = 4
"""How many of its rarest pieces stand for a text when partners are looked for."""


@dataclass(frozen=True, slots=True)
class _Wording:
    """One way to ask, standard or similar, and the entry that it belongs to."""

    text: str
    form: str
    owner: Question


def find_same_but_for_form(knowledge: Knowledge, _options: Options) -> Iterator[Finding]:
    """Questions of different entries that differ in case, width, punctuation or space alone."""
    groups: dict[str, list[_Wording]] = defaultdict(list)
    for wording in _wordings(knowledge):
        groups[wording.form].append(wording)
    for group in groups.values():
        first = group[0]
        for other in group[1:]:
            if other.owner is not first.owner:
                yield _finding(
                    other, first, message("{text} differs from {other} in form only", text=other.text, other=first.text)
                )


def find_near_duplicates(knowledge: Knowledge, options: Options) -> Iterator[Finding]:
    """Questions of different entries whose wording is nearly the same; ``threshold`` is a share from 0 to 1."""
    from rapidfuzz import fuzz  # noqa: PLC0415  (a library without near partners never needs it)

    threshold = number(options, "threshold", THRESHOLD) * 100
    wordings = list(_wordings(knowledge))
    for one, other in _partners(wordings):
        score = fuzz.ratio(one.form, other.form, score_cutoff=threshold)
        if score and one.form != other.form:
            words = message(
                "{text} is {percent} % like {other}, which has another answer",
                text=other.text,
                percent=round(score),
                other=one.text,
            )
            yield _finding(other, one, words)


def _wordings(knowledge: Knowledge) -> Iterator[_Wording]:
    for question in knowledge.questions:
        for text in (question.content.question, *question.content.similar):
            form = _form(text)
            if form:
                yield _Wording(text, form, question)


def _form(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\W_]+", " ", folded).strip()


def _partners(wordings: Sequence[_Wording]) -> Iterator[tuple[_Wording, _Wording]]:
    """Pairs that share a rare piece: comparing every pair would grow with the square of the library."""
    pieces = [_pieces(wording.form) for wording in wordings]
    counts = Counter(piece for group in pieces for piece in group)
    index: dict[str, list[int]] = defaultdict(list)
    for number_, group in enumerate(pieces):
        rare = sorted((counts[piece], piece) for piece in group if counts[piece] <= RARE)[:PIECES]
        seen: set[int] = set()
        for _, piece in rare:
            for other in index[piece]:
                if other not in seen and wordings[other].owner is not wordings[number_].owner:
                    seen.add(other)
                    yield wordings[other], wordings[number_]
            index[piece].append(number_)


def _pieces(form: str) -> frozenset[str]:
    return frozenset(form[start : start + 3] for start in range(max(1, len(form) - 2)))


def _finding(wording: _Wording, first: _Wording, words: Message) -> Finding:
    return Finding(wording.owner, words, message("join them: make one a similar question of the other"), _related(first))


def _related(first: _Wording) -> tuple[Related, ...]:
    place = first.owner.location
    return () if place is None else (Related(place, message("the other one")),)
