"""Undeclared renames, found by comparing with the base: an old text that disappeared and a new one that appeared.

A rename in git has both texts in one file, a rename in the console both in one category. The same answer, or clearly the same
wording, makes a pair; where two pairs are equally likely, none is chosen. Where wording and answer change at once, nothing is
guessed: the plan asks, and an apply that would leave customers with both answers is refused until the author decides.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from kbsync.compare import likeness
from kbsync.diagnostics import Location
from kbsync.messages import message
from kbsync.model import CategoryPath, Content, Knowledge, Question, Status
from kbsync.plan import Match, Problem, ProblemKind

SURE = 85
"""Percent of likeness from which two wordings are clearly the same question."""

LIKELY = 60
"""Percent of likeness from which the plan notes that it may be a rename."""

LEAD = 10
"""Percentage points by which a pair must lead every other pair of either side."""

SHOWN = 20
"""Candidates of one doubt that are printed."""

ROOM = 8
"""Texts of the other side that one text is always compared with; where there are more, the likest, and a few more of many."""

PIECES, COMMON, RAREST = 24, 128, 1_000_000
"""How many of a text's rarest pieces find likely texts, how many texts one piece finds, and the weight of one that is unique."""


@dataclass(frozen=True, slots=True)
class Rename:
    """A declared question that live lacks, paired with the live question that it may be.

    ``confidence`` in percent counts every sign; ``wording`` counts the wording alone and ranks competing pairs. ``console``
    means that the text was changed in the console and not in git.
    """

    new: Question
    live: Question
    match: Match
    confidence: int
    wording: int
    console: bool = False
    doubles: bool = False
    """Whether both answers would be live."""


@dataclass(frozen=True, slots=True)
class Renames:
    """The renames found, what could not be decided, and the live ids that wait for a decision: they are not removed."""

    found: tuple[Rename, ...]
    problems: tuple[Problem, ...]
    withheld: frozenset[str | None]


def find_renames(
    new: Sequence[Question], rest: Sequence[Question], base: Knowledge, desired: Knowledge, *, keeps: bool
) -> Renames:
    """Pair old texts with new ones where exactly one pairing is likely; ``keeps`` means that what left git stays live."""
    if not (new and rest):
        return Renames((), (), frozenset())
    pairs, narrowed = _candidates(new, rest, base, desired)
    best = _Best(pairs)
    found: list[Rename] = []
    doubtful: list[Rename] = []
    likely: list[Rename] = []
    for pair in pairs:
        rival = best.rival(pair)
        contested = rival > pair.wording - LEAD
        if contested and pair.confidence >= SURE and rival <= pair.wording + LEAD:
            doubtful.append(pair)
        elif not contested and pair.confidence >= SURE:
            found.append(pair)
        elif not contested and pair.console:
            likely.append(pair)
    settled = {id(side) for pair in found for side in (pair.new, pair.live)}
    doubtful = [pair for pair in doubtful if id(pair.new) not in settled and id(pair.live) not in settled]
    withheld = {pair.live.id for pair in (*doubtful, *(pair for pair in likely if pair.console))}
    taken = settled | {id(side) for pair in doubtful for side in (pair.new, pair.live)}
    open_new = [one for one in new if id(one) not in taken and not (one.fresh or one.previously)]
    reworded = _reworded(open_new, [one for one in rest if id(one) not in taken], base, desired, pairs=pairs, keeps=keeps)
    unsure = {pair.new.content.answer for pair in doubtful} if narrowed else set()
    withheld |= {live.id for live in rest if live.content.answer in unsure and id(live) not in settled}
    return Renames(
        tuple(found),
        (
            *(_ambiguous(group) for group in _groups(doubtful)),
            *_once([_likely(pair) for pair in (*likely, *reworded)]),
            *(_narrowed(count) for count in narrowed if len(found) < len(new)),
        ),
        frozenset(withheld),
    )


def _reworded(
    new: Sequence[Question],
    rest: Sequence[Question],
    base: Knowledge,
    desired: Knowledge,
    *,
    pairs: Iterable[Rename],
    keeps: bool,
) -> list[Rename]:
    """The pairs that may be one entry with another wording and another answer, each side once, the likest first."""
    declared = {question.content.question for question in desired.questions}
    known = {question.content.question: question for question in base.questions}
    left = {one.content.question: one for one in rest if one.content.question in known.keys() - declared}
    came = {one.content.question: one for one in new if one.content.question not in known}
    owners = {wording: text for text in left for wording in (text, *known[text].content.similar)}
    signs: dict[tuple[str, str], int] = {}
    for text, one in came.items():
        signs |= {(text, owners[wording]): 100 for wording in (text, *one.content.similar) if wording in owners}
    for pair in pairs:
        both = pair.new.content.question, pair.live.content.question
        if not pair.console and both[0] in came and both[1] in left:
            signs[both] = max(signs.get(both, 0), pair.confidence)
    at_its_place = _in_one_place(base.questions, desired.questions, left, came)
    signs = dict.fromkeys(at_its_place, 0) | signs
    found: list[Rename] = []
    used: set[str] = set()
    for (text, old), sign in sorted(signs.items(), key=lambda item: (-item[1], item[0])):
        live = left[old]
        doubles = (keeps or known[old].protected) and live.content.status is Status.ENABLED
        if not used & {text, old} and (doubles or sign):
            used |= {text, old}
            wording = likeness(old, text)
            found.append(Rename(came[text], live, Match.WORDING, wording, wording, doubles=doubles))
    return found


def _in_one_place(
    base: Iterable[Question], desired: Iterable[Question], left: Collection[str], came: Collection[str]
) -> Iterator[tuple[str, str]]:
    """New and old texts that stand between the same neighbours, in one file, as many as before."""
    before, after = _ordered(base), _ordered(desired)
    shared = {question.content.question for question in before} & {question.content.question for question in after}
    old, new = (_gaps(side, shared, open_) for side, open_ in ((before, left), (after, came)))
    for place, texts in new.items():
        if len(texts) == len(old.get(place, ())):
            yield from zip(texts, old.get(place, ()), strict=True)


def _ordered(questions: Iterable[Question]) -> list[Question]:
    return sorted((one for one in questions if one.location is not None), key=lambda one: one.location or Location(""))


def _gaps(
    questions: Sequence[Question], shared: Collection[str], open_: Collection[str]
) -> dict[tuple[str, str | None, str | None], list[str]]:
    """The open texts by file and neighbours: the nearest shared texts before and behind them."""
    found: dict[tuple[str, str | None, str | None], list[str]] = {}
    waiting: list[str] = []
    file, above = "", None
    for question in (*questions, None):
        text = None if question is None else question.content.question
        path = "" if question is None else _file(question)
        ends = path != file
        if ends or text in shared:
            found[file, above, None if ends else text] = waiting
            waiting, above, file = [], text if text in shared else None, path
        if text is not None and text in open_:
            waiting.append(text)
    return found


class _Best:
    """The best and the second best wording of each side, by identity: two questions may be equal."""

    def __init__(self, pairs: Sequence[Rename]) -> None:
        self._ranked: dict[int, list[Rename]] = {}
        for pair in pairs:
            for side in (pair.new, pair.live):
                ranked = self._ranked.setdefault(id(side), [])
                ranked.append(pair)
                ranked.sort(key=lambda one: -one.wording)
                del ranked[2:]

    def rival(self, pair: Rename) -> int:
        """The best wording among the other pairs of either side; -100 without any."""
        others = (one for side in (pair.new, pair.live) for one in self._ranked[id(side)] if one is not pair)
        return max((one.wording for one in others), default=-100)


def _groups(pairs: Sequence[Rename]) -> list[list[Rename]]:
    """Pairs that share a side, directly or through others, are one doubt and not several: a union-find over the sides."""
    above: dict[int, int] = {}

    def root(side: int) -> int:
        while above.setdefault(side, side) != side:
            above[side] = side = above[above[side]]
        return side

    for pair in pairs:
        above[root(id(pair.new))] = root(id(pair.live))
    groups: dict[int, list[Rename]] = {}
    for pair in pairs:
        groups.setdefault(root(id(pair.new)), []).append(pair)
    return list(groups.values())


class _Nearby:
    """The questions of one side, found by what they share with a text: an answer, or pieces of the wording that few have."""

    def __init__(self, questions: Sequence[Question], texts: Sequence[str], answers: Sequence[str]) -> None:
        self._questions = questions
        self._room = ROOM + len(questions).bit_length()
        self._by_piece: dict[str, list[int]] = {}
        self._by_answer: dict[str, list[int]] = {}
        if self.narrows:
            for number, (text, answer) in enumerate(zip(texts, answers, strict=True)):
                self._by_answer.setdefault(answer, []).append(number)
                for piece in _pieces(text):
                    self._by_piece.setdefault(piece, []).append(number)

    @property
    def narrows(self) -> bool:
        """Whether there are too many to compare all."""
        return len(self._questions) > self._room

    def find(self, text: str, answer: str) -> Sequence[Question]:
        """The questions to compare with."""
        if not self.narrows:
            return self._questions
        known = sorted((len(self._by_piece[piece]), piece) for piece in _pieces(text) if piece in self._by_piece)
        shared: Counter[int] = Counter()
        for count, piece in known[:PIECES]:
            # What few have tells more.
            shared.update(dict.fromkeys(self._by_piece[piece][:COMMON], RAREST // count))
        near = sorted(shared, key=lambda number: (-shared[number], number))[: self._room]
        return [self._questions[number] for number in dict.fromkeys([*near, *self._by_answer.get(answer, ())[: self._room]])]


def _pieces(text: str) -> set[str]:
    """The runs of three characters in a wording, whatever its letter case."""
    padded = f" {text.strip().casefold()} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def _candidates(
    new: Sequence[Question], rest: Sequence[Question], base: Knowledge, desired: Knowledge
) -> tuple[list[Rename], list[int]]:
    """The pairs that may be renames, and how many texts there were where not all of them were compared."""
    known = {question.content.question: question for question in base.questions}
    declared = {question.content.question for question in desired.questions}
    live = {question.content.question: question for question in rest}
    left: dict[str, list[Question]] = {}
    for text, item in sorted(known.items()):
        if text not in declared and text in live and not item.protected and item.id in (None, live[text].id):
            left.setdefault(_file(item), []).append(live[text])
    came: dict[CategoryPath, list[Question]] = {}
    for question in rest:
        if question.content.question not in known:
            came.setdefault(question.content.category, []).append(question)
    alone = {answer for answer, count in Counter(item.content.answer for item in base.questions).items() if count == 1}
    gone = {file: _nearby(sides, [known[side.content.question] for side in sides]) for file, sides in left.items()}
    fresh = {path: _nearby(sides, sides) for path, sides in came.items()}
    nobody = _nearby((), ())
    pairs: list[Rename] = []
    for question in new:
        said = known.get(question.content.question)
        if said is None and question.fresh:
            continue
        if said is None:
            rivals = gone.get(_file(question), nobody).find(question.content.question, question.content.answer)
            pairs.extend(_judge(question, other, known[other.content.question].content) for other in rivals)
        else:
            rivals = fresh.get(said.content.category, nobody).find(said.content.question, said.content.answer)
            telling = said.content.answer in alone
            pairs.extend(
                _judge_console(question, other, said.content, telling=telling)
                for other in rivals
                if said.id in (None, other.id)  # An id outlives every text that the console gives.
            )
    narrowed = [len(left[file]) for file, near in gone.items() if near.narrows and any(_file(each) == file for each in new)]
    return [pair for pair in pairs if pair.confidence >= LIKELY], narrowed


def _nearby(questions: Sequence[Question], said: Sequence[Question]) -> _Nearby:
    return _Nearby(questions, [each.content.question for each in said], [each.content.answer for each in said])


def _judge(new: Question, live: Question, said: Content) -> Rename:
    """Rate one pair of a rename in git."""
    wording = likeness(said.question, new.content.question)
    if said.answer == new.content.answer:
        # The wording decides between several questions with one answer; alone, the answer is enough.
        return Rename(new, live, Match.SAME_ANSWER, max(wording, SURE), wording)
    return Rename(new, live, Match.WORDING, wording, wording)


def _judge_console(new: Question, live: Question, said: Content, *, telling: bool) -> Rename:
    """Rate one pair of a rename in the console: a declared text that is gone, and one that was never declared.

    Only the wording counts, because a wrong guess would overwrite a question that is not git's; an equal answer that no other
    question has (``telling``) is worth a note.
    """
    wording = likeness(said.question, live.content.question)
    same = telling and said.answer == live.content.answer
    return Rename(new, live, Match.WORDING, max(wording, LIKELY) if same else wording, wording, console=True)


def _ambiguous(pairs: Sequence[Rename]) -> Problem:
    everyone = sorted({f"{pair.live.content.question} → {pair.new.content.question}" for pair in pairs})
    more = [f"… (+{len(everyone) - SHOWN})"] if len(everyone) > SHOWN else []
    first = min((pair.new.location for pair in pairs if pair.new.location is not None), default=None)
    return Problem(
        ProblemKind.AMBIGUOUS,
        message(
            "these may all be renames and only some can be: {candidates}; beside each new text write previously: [old text], "
            "or previously: [] if it is no rename",
            candidates="; ".join([*everyone[:SHOWN], *more]),
        ),
        first,
    )


def _likely(pair: Rename) -> Problem:
    new, old = pair.new.content.question, pair.live.content.question
    line = json.dumps(old, ensure_ascii=False)  # as YAML reads it, whatever is in the text
    if pair.doubles:
        words = message(
            "{new} comes and {old} leaves the files but stays live, so customers would get both answers: beside the new text "
            "write previously: [{line}] if it is the same question, previously: [] if it is another; kbsync rename and kbsync "
            "remove write such lines",
            new=new,
            old=old,
            line=line,
        )
        return Problem(ProblemKind.AMBIGUOUS, words, pair.new.location)
    words = (
        message(
            "{new} is created again while {old} appeared in the console; they are {confidence} % alike: if it was renamed "
            "there, run kbsync pull, or write previously: [{line}] beside {new}",
            new=new,
            old=old,
            line=line,
            confidence=pair.confidence,
        )
        if pair.console
        else message(
            "{new} is created while {old} is no longer declared; they are {confidence} % alike: if it was renamed, "
            "write previously: [{line}] beside {new}, if not, previously: []",
            new=new,
            old=old,
            line=line,
            confidence=pair.confidence,
        )
    )
    return Problem(ProblemKind.WITHHELD, words, pair.new.location, blocking=False)


def _narrowed(count: int) -> Problem:
    words = message(
        "{count} questions left one file at once, so each new text was compared with the likest of them alone: where one is a "
        "rename, write previously: [old text] beside it",
        count=count,
    )
    return Problem(ProblemKind.WITHHELD, words, blocking=False)


def _once(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple({str(problem.message): problem for problem in problems}.values())


def _file(question: Question) -> str:
    return "" if question.location is None else question.location.path
