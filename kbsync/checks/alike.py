"""Rules about questions that a matcher can hardly distinguish: the chatbot would answer one for the other.

Nearly equal wordings are found without comparing every one with every other, and none is missed. Each is a set of letters, a
repeated one counted on; of two that share so many, the rarest few of both hold common ones, so each is looked up by these, three
at a time ("prefix filtering" in the literature on set similarity joins). Whose letters fit is compared in order.
"""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, islice, product
from math import ceil

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

FEW = 100
"""So few are compared with all sooner than all are looked up."""

TOGETHER = 3
"""Rare letters that are looked up together: more find fewer in vain, and make more to look up."""

MOST = 200_000
"""Pairs after which nothing further is looked for: in such a library nearly all is like all."""

SLACK = 1e-6
"""How far a share that is computed may be off."""


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
    new_owners = {id(question) for question in knowledge.questions if question.content not in old}
    wordings = tuple(_wordings(knowledge, known)) if new_owners else ()
    fresh = frozenset(place for place, wording in enumerate(wordings) if id(wording.owner) in new_owners)
    closest: dict[tuple[int, int], tuple[float, Wording, Wording]] = {}
    for second, first, share in sorted(islice(_near(wordings, fresh, threshold), MOST)):
        one, other = wordings[first], wordings[second]
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


def _near(wordings: Sequence[Wording], fresh: frozenset[int], threshold: float) -> Iterator[tuple[int, int, float]]:
    """Pairs (later, earlier, share) of wordings of different questions with the same figures in them, one at least ``fresh``."""
    groups: dict[tuple[str, ...], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for place, wording in enumerate(wordings):
        groups[tuple(FIGURES.findall(wording.form))][wording.form].append(place)
    for group in groups.values():
        forms, places = list(group), list(group.values())
        new = [at for at, held in enumerate(places) if not fresh.isdisjoint(held)] if len(forms) > 1 else []
        for one, other, share in alike_to(new, forms, threshold) if new else ():
            for first, second in product(places[one], places[other]):
                if wordings[first].owner is not wordings[second].owner and (first in fresh or second in fresh):
                    yield max(first, second), min(first, second), share


def alike_to(fresh: Sequence[int], forms: Sequence[str], threshold: float) -> Iterator[tuple[int, int, float]]:
    """The pairs of ``alike`` of which one at least is ``fresh``; a few are compared with each."""
    among = frozenset(fresh)
    if len(fresh) > FEW:
        yield from (pair for pair in alike(forms, threshold) if not among.isdisjoint(pair[:2]))
        return
    from rapidfuzz import fuzz, process  # noqa: PLC0415  (start-up should not wait for it)

    for place in fresh:
        for _, share, other in process.extract_iter(forms[place], forms, scorer=fuzz.ratio, score_cutoff=threshold * 100):
            if other != place and not (other < place and other in among):
                yield min(place, other), max(place, other), share / 100


def alike(forms: Sequence[str], threshold: float) -> Iterator[tuple[int, int, float]]:
    """Pairs (earlier, later, share): ``share`` of the wording in common is at least ``threshold``, above 2/3 and at most 1.

    Of n and m letters, n the fewer, a pair that has that share in common has ``threshold * (n + m) / 2`` letters in common,
    whatever their order, and so m is at most ``n * (2 - threshold) / threshold``.
    """
    from rapidfuzz import fuzz  # noqa: PLC0415  (start-up should not wait for it)

    order = sorted(range(len(forms)), key=lambda place: len(forms[place]))
    lengths = [len(forms[place]) for place in order]
    bags = [_bag(forms[place]) for place in order]
    counts = Counter(chain.from_iterable(bags))
    ranks = {sign: number for number, (_, sign) in enumerate(sorted((count, sign) for sign, count in counts.items()))}
    everywhere = range(len(ranks), len(ranks) + TOGETHER - 1)
    index: dict[tuple[int, ...], list[int]] = {}
    masks: list[int] = []
    for later, bag in enumerate(bags):
        length, signs = len(bag), sorted(map(ranks.__getitem__, bag))
        mask = 0
        for sign in signs:
            mask |= 1 << sign
        masks.append(mask)
        signs += everywhere
        shortest = ceil(length * threshold / (2 - threshold) - SLACK)
        start = bisect_left(lengths, shortest)
        found: set[int] = set()
        for key in combinations(signs[: length - shortest + TOGETHER], TOGETHER):
            held = index.get(key)
            if held is not None and held[-1] >= start:
                found.update(held[bisect_left(held, start) :])
        for key in combinations(signs[: length - ceil(length * threshold - SLACK) + TOGETHER], TOGETHER):
            index.setdefault(key, []).append(later)
        most = int((1 - threshold) * 2 * length + SLACK)
        place = order[later]
        for earlier in [earlier for earlier in found if (mask ^ masks[earlier]).bit_count() <= most]:
            other = order[earlier]
            share = fuzz.ratio(forms[other], forms[place], score_cutoff=threshold * 100)
            if share:
                yield min(place, other), max(place, other), share / 100


def _bag(form: str) -> list[str]:
    """Each letter with how often it stood before."""
    seen: Counter[str] = Counter()
    signs = []
    for letter in form:
        signs.append(f"{letter}{seen[letter]}")
        seen[letter] += 1
    return signs


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
