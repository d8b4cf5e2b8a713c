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
from itertools import accumulate, chain, groupby, islice, product
from math import ceil
from typing import NamedTuple, TypeVar

from kbsync.compare import folded, forms
from kbsync.diagnostics import Location, Related
from kbsync.display import shorten
from kbsync.messages import Message, message
from kbsync.model import CategoryPath, Content, Entry, Knowledge, Question, Status, bare, show_path

Letters = TypeVar("Letters", bytes, str)

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

FIGURELESS = re.compile(r"[^\d\0]+")
"""What stands between figures."""

SIGN = re.compile(r"[^\w\0]|_")
"""What is no letter and no figure; all that a form leaves out is."""

FEW = 100
"""So few are compared with all sooner than all are looked up."""

TOGETHER = 1_000_000
"""About so many places are held at a time to be compared."""

LINE = 10
"""The byte of a line end."""

SIGNS = bytes(sign for sign in range(256) if sign != LINE)

MOST = 200_000
"""Pairs after which nothing further is looked for: in such a library nearly all is like all."""

SLACK = 1e-6
"""How far a share that is computed may be off."""


class Wording(NamedTuple):
    """One way to ask, standard or similar, and the question that it belongs to."""

    text: str
    owner: Question


def find_same_but_for_form(knowledge: Knowledge, _options: Options, *, known: Collection[Entry] = ()) -> Iterator[CheckFinding]:
    """Wordings of different questions that differ in case, width, punctuation or space alone; equal ones are an error anyway."""
    texts = [text for text, _ in _texts(knowledge)]
    letters = SIGN.sub("", folded(texts).replace(" ", "")).split("\0")
    counts = Counter(letters)
    # What two wordings have in common first are their letters and figures.
    shared = {text for text, own in zip(texts, letters, strict=False) if counts[own] > 1} if len(counts) < len(texts) else ()
    near = [one for one in _wordings(knowledge, known) if one.text in shared] if shared else []
    firsts: dict[str, Wording] = {}
    for wording, form in zip(near, forms(text for text, _ in near), strict=False):
        first = firsts.setdefault(form, wording) if form else wording
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
    wordings = _wordings(knowledge, known) if new_owners else []
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
    compared = forms(text for text, _ in wordings)
    figures = map(str.strip, FIGURELESS.sub(" ", "\0".join(compared)).split("\0"))
    for group in _equal(figures, range(len(compared)))[1].values():
        same: defaultdict[str, list[int]] = defaultdict(list)
        for place in group:
            same[compared[place]].append(place)
        same.pop("", None)
        texts, places = list(same), list(same.values())
        new = [at for at, held in enumerate(places) if not fresh.isdisjoint(held)]
        for one, other, share in alike_to(new, texts, threshold):
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

    order = sorted(range(len(forms)), key=[*map(len, forms)].__getitem__)
    texts = [forms[place] for place in order]
    lengths = [*map(len, texts)]
    ends = [end + line for line, end in enumerate(accumulate(lengths, initial=-1))]
    data = _encoded(texts, ends[1:-1])
    totals = range(2 * min(lengths, default=0), 2 * max(lengths, default=0) + 1)
    for parts, some in groupby(totals, key=lambda total: int((1 - threshold) * total + SLACK) // 2 + 1):
        least, *_, most = [*some] * 2
        first = bisect_left(lengths, ceil(least * threshold / 2 - SLACK))
        end = bisect_right(lengths, int(most * (1 - threshold / 2) + SLACK))
        if end <= first + 1:
            continue
        told: set[tuple[int, int]] = set()
        part = data[ends[first] + 1 : ends[end]]
        for partners in _partners(part, _classes(part, parts), first):
            for one, found in partners.items():
                length = lengths[one]
                low = max(least - length, length * threshold / (2 - threshold) - SLACK)
                high = min(most - length, length * (2 - threshold) / threshold + SLACK)
                near = [other for other in set(found) if low <= lengths[other] <= high]
                for _, share, at in process.extract(
                    texts[one], [texts[other] for other in near], scorer=fuzz.ratio, score_cutoff=threshold * 100, limit=None
                ):
                    pair = min(order[one], order[near[at]]), max(order[one], order[near[at]])
                    if pair not in told:
                        told.add(pair)
                        yield *pair, share / 100


def _encoded(texts: Sequence[str], ends: Iterable[int]) -> bytes:
    """The texts as lines that have these ends, a byte a letter.

    Letters that share a byte make texts more alike than they are, never less.
    """
    data = bytearray("\n".join(texts).encode("utf-32-le", "surrogatepass")[::4].replace(b"\n", b"\v"))
    for end in ends:
        data[end] = LINE
    return bytes(data)


def _classes(data: bytes, wanted: int) -> Iterable[bytes]:
    """The letters that do not belong to each of so many classes, which stand in the lines about equally often."""
    counts = Counter(data[:: len(data) // 10_000 + 1])  # so many tell how often each is used
    everything = SIGNS.translate(None, SIGNS.translate(None, data))
    ranked = sorted(everything, key=counts.__getitem__, reverse=True)
    dealt = (ranked[number :: 2 * wanted] + ranked[2 * wanted - 1 - number :: 2 * wanted] for number in range(wanted))
    return dict.fromkeys(everything.translate(None, bytes(members)) for members in dealt)


def _partners(data: bytes, classes: Iterable[bytes], first: int) -> Iterator[Mapping[int, Sequence[int]]]:
    """What lines, numbered from ``first``, are to be compared with, some ``TOGETHER`` at a time."""
    partners: defaultdict[int, list[int]] = defaultdict(list)
    size = 0
    for places, others in chain.from_iterable(_similar(data.translate(None, absent), first) for absent in classes):
        for place in places:
            partners[place] += others
            size += len(others)
            if size > TOGETHER:
                yield partners
                partners.clear()
                size = 0
    yield partners


def _similar(data: bytes, first: int) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
    """For lines, numbered from ``first``, others that are the same, or what is left when one letter is taken out.

    A letter is taken out of all lines of a length at once: what is left without the first differs by a column from that without
    the second, and so on. Of equal letters in a row the first stands for all.
    """
    lines = data.split(b"\n")
    heads, equal = _equal(lines, range(first, first + len(lines)))
    for group in equal.values():
        for at in range(1, len(group)):
            yield group[at - 1 : at], group[at:]
    shorter: set[bytes] = set()
    for length, some in groupby(sorted(heads, key=len), len):
        longer = list(some)
        block = b"\n".join(longer)
        left = bytearray(block)
        del left[:: length + 1]
        for at in range(length if shorter else 0):
            if at:
                left[at - 1 :: length] = block[at - 1 :: length + 1]
            rest = bytes(left).split(b"\n")
            found = shorter.intersection(rest)
            for line, other in zip(longer, rest, strict=True) if found else ():
                if other in found and line[at - 1 : at] != line[at : at + 1]:
                    one, two = heads[line], heads[other]
                    yield equal.get(one, (one,)), equal.get(two, (two,))
        shorter = {*longer}


def _equal(texts: Iterable[Letters], places: Sequence[int]) -> tuple[dict[Letters, int], dict[int, list[int]]]:
    """The first place of each text, and under it all the places of a text that has several."""
    heads: dict[Letters, int] = {}
    equal: dict[int, list[int]] = {}
    for place, head in zip(places, map(heads.setdefault, texts, places), strict=True):
        if place != head:
            equal.setdefault(head, [head]).append(place)
    return heads, equal


def _finding(wording: Wording, first: Wording, said: Message) -> CheckFinding:
    place = first.owner.location
    related = () if place is None else (Related(place, message("the other question")),)
    hint = message("join them, one a similar question of the other; or word them so that customers can tell them apart")
    location = None if wording.text == wording.owner.content.question else wording.owner.similar_location
    return CheckFinding(wording.owner, said, hint, related, location)


def _wordings(knowledge: Knowledge, known: Collection[Entry]) -> list[Wording]:
    """Every text that customers can hit, in the order of the files, new ones last; disabled questions are left out."""

    def is_new(wording: Wording) -> bool:
        place = wording.owner.location
        return place is None or (place.path, wording.owner.content.question, wording.text) not in known

    found = [Wording(text, question) for text, question in _texts(knowledge)]
    return sorted(found, key=is_new) if known else found


def _texts(knowledge: Knowledge) -> Iterator[tuple[str, Question]]:
    return (
        (text, question)
        for question in knowledge.questions
        if question.content.status is Status.ENABLED
        for text in (question.content.question, *question.content.similar)
    )


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
