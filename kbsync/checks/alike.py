"""Rules about questions that a matcher can hardly distinguish: the chatbot would answer one for the other.

Nearly equal wordings are found without comparing every one with every other. Two texts that share most of their letters share
most of their pieces of a few letters; so each text is looked up by its rarest pieces only, as many as a partner cannot miss all
of ("prefix filtering" in the literature on similarity joins).
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from kbsync.checks.rules import CheckFinding, Options, number
from kbsync.diagnostics import Related
from kbsync.display import shorten
from kbsync.messages import Message, message
from kbsync.model import Content, Entry, Knowledge, Question, Status

THRESHOLD = 0.9
"""Share of the wording that two questions may have in common."""

FIGURES = re.compile(r"\d+")

MEANINGLESS_SPACE = re.compile(r"(?<!\d) +| +(?!\d)")
"""Space that separates no figures: ``1.5 kg`` is not ``15 kg``, but ``e mail`` is ``email``."""

WORK = 1_000_000
"""A bound of the work: in a library of N wordings a piece counts only if at most WORK / N of them have it.

A library of a thousand wordings is searched completely. In a large one, very frequent pieces are left out, which can hide a pair
that has no rarer one in common."""

FEWEST = 40
"""A piece in no more wordings than this always counts."""

LONGEST = 4
"""Letters in a piece at most. Longer ones would be rarer still, but a text has to be that long."""

EDGE = "\0"
"""Stands before and after a text, so that short texts have pieces too."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to ask, standard or similar, and the question that it belongs to.

    ``form`` is what a matcher compares: without case, width, punctuation and space.
    """

    text: str
    form: str
    owner: Question


def find_same_but_for_form(knowledge: Knowledge, _options: Options, *, known: Collection[Entry] = ()) -> Iterator[CheckFinding]:
    """Wordings of different questions that differ in case, width, punctuation or space alone; equal ones are an error anyway."""
    firsts: dict[str, Wording] = {}
    for wording in _wordings(knowledge, known):
        first = firsts.setdefault(wording.form, wording)
        if first.owner is not wording.owner and first.text != wording.text:
            said = message(
                "“{text}” differs from “{other}”, which belongs to another question, in capitals, width, punctuation "
                "or space alone",
                text=shorten(wording.text),
                other=shorten(first.text),
            )
            yield _finding(wording, first, said)


def find_near_duplicates(
    knowledge: Knowledge, options: Options, *, old: Collection[Content] = frozenset(), known: Collection[Entry] = ()
) -> Iterator[CheckFinding]:
    """Wordings of different questions that are nearly the same, the closest pair of two questions, not both of them ``old``.

    ``threshold`` is a share from 0.7 to 1. Texts with other figures in them are meant to differ.
    """
    threshold = number(options, "threshold", THRESHOLD, lowest=0.7, highest=1.0)
    wordings = tuple(_wordings(knowledge, known))
    new_owners = {id(question) for question in knowledge.questions if question.content not in old}
    fresh = [place for place, wording in enumerate(wordings) if id(wording.owner) in new_owners]
    closest: dict[tuple[int, int], tuple[float, Wording, Wording]] = {}
    for first, second, share in alike_to(fresh, [wording.form for wording in wordings], threshold):
        one, other = wordings[first], wordings[second]
        same_figures = FIGURES.findall(one.form) == FIGURES.findall(other.form)
        if one.owner is not other.owner and one.form != other.form and same_figures:
            pair = (id(one.owner), id(other.owner))
            if pair not in closest or closest[pair][0] < share:
                closest[pair] = (share, one, other)
    for share, one, other in closest.values():
        said = message(
            "“{text}” is {percent} % the same as “{other}”, which belongs to another question",
            text=shorten(other.text),
            percent=int(share * 100),
            other=shorten(one.text),
        )
        yield _finding(other, one, said)


def alike_to(fresh: Sequence[int], forms: Sequence[str], threshold: float) -> Iterator[tuple[int, int, float]]:
    """The pairs of ``alike`` of which one at least is ``fresh``; a few are compared with each, which misses none."""
    if len(fresh) * len(forms) > WORK:
        among = frozenset(fresh)
        yield from (pair for pair in alike(forms, threshold) if not among.isdisjoint(pair[:2]))
        return
    from rapidfuzz import fuzz, process  # noqa: PLC0415  (start-up should not wait for it)

    found = {
        (max(place, other), min(place, other)): share / 100
        for place in fresh
        for _, share, other in process.extract_iter(forms[place], forms, scorer=fuzz.ratio, score_cutoff=threshold * 100)
        if other != place
    }
    yield from ((earlier, later, found[later, earlier]) for later, earlier in sorted(found))


def alike(forms: Sequence[str], threshold: float) -> Iterator[tuple[int, int, float]]:
    """Pairs (earlier, later, share): ``share`` of the wording in common is at least ``threshold``, above 2/3 and at most 1."""
    from rapidfuzz import fuzz  # noqa: PLC0415  (start-up should not wait for it)

    size = _size(threshold)
    pieces = [_pieces(form, size) for form in forms]
    counts = Counter(piece for group in pieces for piece in group)
    most = max(FEWEST, WORK // max(1, len(forms)))
    index: dict[str, list[int]] = defaultdict(list)
    for later, (form, group) in enumerate(zip(forms, pieces, strict=True)):
        candidates: set[int] = set()
        telling = size * _spoilt(form, threshold) + 1
        for piece in sorted(group, key=lambda piece: (counts[piece], piece))[:telling]:
            if 1 < counts[piece] <= most:
                candidates.update(index[piece])
                index[piece].append(later)
        for earlier in sorted(candidates):
            share = fuzz.ratio(forms[earlier], form, score_cutoff=threshold * 100)
            if share:
                yield earlier, later, share / 100


def _finding(wording: Wording, first: Wording, said: Message) -> CheckFinding:
    place = first.owner.location
    related = () if place is None else (Related(place, message("the other question")),)
    hint = message("join them, one a similar question of the other; or word them so that customers can tell them apart")
    location = None if wording.text == wording.owner.content.question else wording.owner.similar_location
    return CheckFinding(wording.owner, said, hint, related, location)


def _wordings(knowledge: Knowledge, known: Collection[Entry]) -> list[Wording]:
    """Every wording that customers can hit, in the order of the files, new ones last; disabled questions are left out."""

    def is_new(wording: Wording) -> bool:
        place = wording.owner.location
        return place is None or (place.path, wording.owner.content.question, wording.text) not in known

    found = list(_read(knowledge))
    return sorted(found, key=is_new) if known else found


def _read(knowledge: Knowledge) -> Iterator[Wording]:
    separators = _Separators()
    for question in knowledge.questions:
        if question.content.status is Status.ENABLED:
            for text in (question.content.question, *question.content.similar):
                folded = unicodedata.normalize("NFKC", text).casefold().translate(separators)
                form = MEANINGLESS_SPACE.sub("", folded)
                if form:
                    yield Wording(text, form, question)


class _Separators(dict[int, str]):
    """A translation table that learns: punctuation, space and controls become a space, everything else stays."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        self[code] = " " if unicodedata.category(sign)[0] in "PZC" else sign
        return self[code]


def _size(threshold: float) -> int:
    """The longest piece of which the letters that may differ cannot spoil every one."""
    return max(1, min(LONGEST, int(threshold / (2 - 2 * threshold)))) if threshold < 1 else LONGEST


def _pieces(form: str, size: int) -> frozenset[str]:
    edge = EDGE * (size - 1)
    whole = f"{edge}{form}{edge}"
    return frozenset(whole[start : start + size] for start in range(len(whole) - size + 1))


def _spoilt(form: str, threshold: float) -> int:
    """How many letters a partner may have more or less; each of them can spoil as many pieces as a piece has letters."""
    return int((1 - threshold) * 2 * len(form) / threshold + 1e-9)
