"""Rules about questions that a matcher can hardly distinguish: the chatbot would answer one for the other; and slips in a path.

Nearly equal wordings are found without comparing every one with every other, and none is missed. A letter put in or taken out
changes a wording in one class of letters alone. So where the alphabet is cut into more than half as many classes as two wordings
may be such edits apart, in one class the letters of one are those of the other, or what is left when one letter is taken out (the
pigeonhole principle and symmetric deletion, in the literature on edit similarity joins). That is looked up, and then compared.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapreplace
from itertools import accumulate, chain, combinations, groupby, islice, product, repeat
from math import ceil
from typing import NamedTuple

from kbsync.compare import folded, forms
from kbsync.diagnostics import Location, Related
from kbsync.display import shorten
from kbsync.messages import Message, message
from kbsync.model import CategoryPath, Content, Entry, Knowledge, Question, Status, bare, show_path

Options = Mapping[str, float | int | str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """A finding about one question; ``location`` is the place to change if that is not its text."""

    question: Question
    message: Message
    hint: Message | None = None
    related: tuple[Related, ...] = ()
    location: Location | None = None


def number(options: Options, name: str, default: float, *, lowest: float, highest: float) -> float:
    """A number from the settings, kept within its bounds; the default for any other value."""
    value = options.get(name, default)
    return min(max(float(value), lowest), highest) if isinstance(value, int | float) else default


THRESHOLD = 0.9
"""Share of the wording that two questions may have in common."""

FIGURES = re.compile(r"\d+")

SIGN = re.compile(r"[^\w\0]|_")
"""What is no letter and no figure; all that a form leaves out is."""

FEW = 100
"""So few are compared with all sooner than all are looked up."""

TOGETHER = 1_000_000
"""About so many places are held at a time to be compared."""

LINE = 10
"""The byte of a line end."""

MOST = 200_000
"""Pairs after which nothing further is looked for: in such a library nearly all is like all."""

SLACK = 1e-6
"""How far a share that is computed may be off."""


class Wording(NamedTuple):
    """One way to ask, standard or similar, and the question that it belongs to.

    ``form`` is what a matcher compares: without case, width, punctuation and space.
    """

    text: str
    form: str
    owner: Question


def find_same_but_for_form(knowledge: Knowledge, _options: Options, *, known: Collection[Entry] = ()) -> Iterator[CheckFinding]:
    """Wordings of different questions that differ in case, width, punctuation or space alone; equal ones are an error anyway."""
    texts = _texts(knowledge)
    letters = SIGN.sub("", folded(text for text, _ in texts).replace(" ", "")).split("\0")
    counts = Counter(letters)
    # What two wordings have in common first are their letters and figures.
    near = [] if len(counts) == len(texts) else [one for one, own in zip(texts, letters, strict=False) if counts[own] > 1]
    firsts: dict[str, Wording] = {}
    for wording in _wordings(near, known):
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
    wordings = tuple(_wordings(_texts(knowledge), known)) if new_owners else ()
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

    Two wordings of ``total`` letters that have that share in common are ``(1 - threshold) * total`` edits apart at most, and so
    neither is shorter than ``threshold / 2`` of them.
    """
    from rapidfuzz import fuzz, process  # noqa: PLC0415  (start-up should not wait for it)

    order = sorted(range(len(forms)), key=lambda place: len(forms[place]))
    texts = [forms[place] for place in order]
    lengths = [len(text) for text in texts]
    starts = list(accumulate(lengths, lambda start, length: start + length + 1, initial=0))
    data, letters = _encoded(texts)
    totals = range(2 * min(lengths, default=0), 2 * max(lengths, default=0) + 1)
    for parts, some in groupby(totals, key=lambda total: int((1 - threshold) * total + SLACK) // 2 + 1):
        least, *_, most = [*some] * 2
        first = bisect_left(lengths, ceil(least * threshold / 2 - SLACK))
        end = bisect_right(lengths, int(most * (1 - threshold / 2) + SLACK))
        if end <= first + 1:
            continue
        told: set[tuple[int, int]] = set()
        for partners in _partners(data[starts[first] : starts[end] - 1], _classes(letters, parts), first):
            for one, found in partners.items():
                length = lengths[one]
                low = bisect_left(lengths, max(least - length, ceil(length * threshold / (2 - threshold) - SLACK)))
                high = bisect_right(lengths, min(most - length, int(length * (2 - threshold) / threshold + SLACK)))
                near = [other for other in set(found) if low <= other < high]
                for _, share, at in process.extract(
                    texts[one], [texts[other] for other in near], scorer=fuzz.ratio, score_cutoff=threshold * 100, limit=None
                ):
                    pair = min(order[one], order[near[at]]), max(order[one], order[near[at]])
                    if pair not in told:
                        told.add(pair)
                        yield *pair, share / 100


def _encoded(texts: Sequence[str]) -> tuple[bytes, list[tuple[int, int]]]:
    """The texts as lines of a byte a letter, and each byte with how often it stands there, frequent ones first.

    Where there are more letters than bytes some share one: that makes texts more alike than they are, never less.
    """
    joined = "\n".join(texts)
    counts = Counter(joined)
    del counts["\n"]
    signs = [sign for sign in range(256) if sign != LINE]
    table = {ord(letter): signs[rank % len(signs)] for rank, (letter, _often) in enumerate(counts.most_common())}
    used: Counter[int] = Counter()
    for letter, often in counts.items():
        used[table[ord(letter)]] += often
    return joined.translate(table).encode("latin-1"), used.most_common()


def _classes(letters: Sequence[tuple[int, int]], wanted: int) -> Iterator[bytes]:
    """The letters that do not belong to each of so many classes, which stand in the texts about equally often."""
    held = [(0, number, bytearray()) for number in range(wanted)]
    for letter, often in letters:
        load, number, members = held[0]
        members.append(letter)
        heapreplace(held, (load + often, number, members))
    everything = bytes(letter for letter, _ in letters)
    return (everything.translate(None, members) for _, _, members in held)


def _partners(data: bytes, classes: Iterable[bytes], first: int) -> Iterator[Mapping[int, Sequence[int]]]:
    """What lines, numbered from ``first``, are to be compared with, some ``TOGETHER`` at a time."""
    partners: defaultdict[int, list[int]] = defaultdict(list)
    size = 0
    for place, others in chain.from_iterable(_similar(data.translate(None, absent), first) for absent in classes):
        partners[place] += others
        size += len(others)
        if size > TOGETHER:
            yield partners
            partners.clear()
            size = 0
    yield partners


def _similar(data: bytes, first: int) -> Iterator[tuple[int, Sequence[int]]]:
    """For lines, numbered from ``first``, others that are the same, or what is left when one letter is taken out."""
    places: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for place, letters in enumerate(data.split(b"\n"), first):
        places[tuple(letters)].append(place)
    lengths: defaultdict[int, set[tuple[int, ...]]] = defaultdict(set)
    for line, equal in places.items():
        lengths[len(line)].add(line)
        for at in range(1, len(equal)):
            yield equal[at - 1], equal[at:]
    for length, longer in lengths.items():
        left = map(lengths.get(length - 1, frozenset()).intersection, map(combinations, longer, repeat(max(length - 1, 0))))
        for line, found in zip(longer, left, strict=True):
            for other in found:
                for place in places[line]:
                    yield place, places[other]


def _finding(wording: Wording, first: Wording, said: Message) -> CheckFinding:
    place = first.owner.location
    related = () if place is None else (Related(place, message("the other question")),)
    hint = message("join them, one a similar question of the other; or word them so that customers can tell them apart")
    location = None if wording.text == wording.owner.content.question else wording.owner.similar_location
    return CheckFinding(wording.owner, said, hint, related, location)


def _texts(knowledge: Knowledge) -> list[tuple[str, Question]]:
    """Every text that customers can hit, with its question, in the order of the files; disabled questions are left out."""
    return [
        (text, question)
        for question in knowledge.questions
        if question.content.status is Status.ENABLED
        for text in (question.content.question, *question.content.similar)
    ]


def _wordings(texts: Sequence[tuple[str, Question]], known: Collection[Entry]) -> list[Wording]:
    """The texts with their forms, new ones last."""

    def is_new(wording: Wording) -> bool:
        place = wording.owner.location
        return place is None or (place.path, wording.owner.content.question, wording.text) not in known

    read = zip(texts, forms(text for text, _ in texts), strict=False)
    found = [Wording(text, form, question) for (text, question), form in read if form]
    return sorted(found, key=is_new) if known else found


PRESETS = "system preset category"
"""The root of the service's own categories (the example of www.tencentcloud.com/document/product/1229/68847)."""

NEAR = 80
"""How much of a title, in percent, a slip of the pen leaves as it was."""


def find_nearly_declared(knowledge: Knowledge, _options: Options) -> Iterator[CheckFinding]:
    """Categories of questions that look like a misspelt declared one; each is reported once a file, where it is first written."""
    declared = {category.path: category.path for category in knowledge.categories}
    meant = declared | {
        (*category.path[:-1], title): category.path for category in knowledge.categories for title in category.previously
    }
    others: dict[CategoryPath, CategoryPath | None] = {}
    reported: set[tuple[str, CategoryPath]] = set()
    for question in knowledge.questions:
        path = question.content.category
        place = (question.location.path if question.location else "", path)
        if path in declared or bare(path[0]) == PRESETS or place in reported:
            continue
        reported.add(place)
        if path not in others:
            others[path] = _nearest(path, meant)
        other = others[path]
        if other is not None:
            said = message(
                "the category {path} is declared nowhere; did you mean {other}?",
                path=shorten(show_path(path)),
                other=shorten(show_path(other)),
            )
            hint = message("write it as it is declared; if the service has both, declare this one as well")
            yield CheckFinding(question, said, hint, location=question.category_location)


def _nearest(path: CategoryPath, meant: Mapping[CategoryPath, CategoryPath]) -> CategoryPath | None:
    """What was probably meant: a former name, the same signs, the same place with its parent left out, or a similar spelling."""
    if path in meant:
        return meant[path]
    for is_meant in (_same_letters, _without_parent, _near_spelling):
        for known, other in meant.items():
            if is_meant(path, known):
                return other
    return None


def _same_letters(path: CategoryPath, known: CategoryPath) -> bool:
    return _letters(path) == _letters(known) != ""


def _letters(path: CategoryPath) -> str:
    """Letters and figures alone: case, width, space and slashes are where slips happen."""
    folded = unicodedata.normalize("NFKC", "".join(path)).casefold()
    return "".join(sign for sign in folded if unicodedata.category(sign)[0] in "LMN")


def _without_parent(path: CategoryPath, known: CategoryPath) -> bool:
    return len(path) == 1 < len(known) and bare(path[0]) == bare(known[-1])


def _near_spelling(path: CategoryPath, known: CategoryPath) -> bool:
    """Title by title, so that two short titles under one long parent are not taken for each other; other figures are meant."""
    from rapidfuzz import fuzz  # noqa: PLC0415  (start-up should not wait for it)

    return len(path) == len(known) and all(
        FIGURES.findall(one) == FIGURES.findall(other) and fuzz.ratio(bare(one), bare(other)) >= NEAR
        for one, other in zip(path, known, strict=True)
    )
