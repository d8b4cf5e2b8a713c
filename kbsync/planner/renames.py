"""Undeclared renames, found by comparing with the base: an old text that disappeared and a new one that appeared.

A rename in git has both texts in one file, a rename in the console both in one category. The same answer, or clearly the same
wording, makes a pair; where two pairs are equally likely, none is chosen.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kbsync.compare import likeness
from kbsync.messages import message
from kbsync.model import CategoryPath, Content, Knowledge, Question
from kbsync.plan import Match, Problem, ProblemKind

SURE = 85
"""Percent of likeness from which two wordings are clearly the same question."""

LIKELY = 60
"""Percent of likeness from which the plan notes that it may be a rename."""

LEAD = 10
"""Percentage points by which a pair must lead every other pair of either side."""

WIDEST = 400
"""Texts on one side of one file beyond which wordings are not compared pair by pair: the work grows with the square."""


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


@dataclass(frozen=True, slots=True)
class Renames:
    """The renames found, what could not be decided, and the live ids that wait for a decision: they are not removed."""

    found: tuple[Rename, ...]
    problems: tuple[Problem, ...]
    withheld: frozenset[str | None]


def find_renames(new: Sequence[Question], rest: Sequence[Question], base: Knowledge, desired: Knowledge) -> Renames:
    """Pair old texts with new ones where exactly one pairing is likely."""
    pairs = _candidates(new, rest, base, desired)
    # By identity: two questions may be equal, and comparing every pair with every other would grow with the square.
    sides: dict[int, list[Rename]] = {}
    for pair in pairs:
        sides.setdefault(id(pair.new), []).append(pair)
        sides.setdefault(id(pair.live), []).append(pair)
    found: list[Rename] = []
    doubtful: list[Rename] = []
    likely: list[Rename] = []
    for pair in pairs:
        rivals = [other for side in (pair.new, pair.live) for other in sides[id(side)] if other is not pair]
        contested = any(rival.wording > pair.wording - LEAD for rival in rivals)
        if contested and pair.confidence >= SURE and all(rival.wording <= pair.wording + LEAD for rival in rivals):
            doubtful.append(pair)
        elif not contested:
            (found if pair.confidence >= SURE else likely).append(pair)
    settled = {id(side) for pair in found for side in (pair.new, pair.live)}
    doubtful = [pair for pair in doubtful if id(pair.new) not in settled and id(pair.live) not in settled]
    return Renames(
        tuple(found),
        (*(_ambiguous(group) for group in _groups(doubtful)), *_once([_likely(pair) for pair in likely])),
        frozenset(pair.live.id for pair in (*doubtful, *(pair for pair in likely if pair.console))),
    )


def _groups(pairs: Sequence[Rename]) -> list[list[Rename]]:
    """Pairs that share a side, directly or through others, are one doubt and not several."""
    groups: list[list[Rename]] = []
    for pair in pairs:
        sides = {id(pair.new), id(pair.live)}
        touching = [group for group in groups if any({id(one.new), id(one.live)} & sides for one in group)]
        groups = [group for group in groups if group not in touching]
        groups.append([*(one for group in touching for one in group), pair])
    return groups


def _candidates(new: Sequence[Question], rest: Sequence[Question], base: Knowledge, desired: Knowledge) -> list[Rename]:
    known = {question.content.question: question for question in base.questions}
    declared = {question.content.question for question in desired.questions}
    live = {question.content.question: question for question in rest}
    left: dict[str, list[Question]] = {}
    for text, item in known.items():
        if text not in declared and text in live and not item.protected and item.id in (None, live[text].id):
            left.setdefault(_file(item), []).append(live[text])
    came: dict[CategoryPath, list[Question]] = {}
    for question in rest:
        if question.content.question not in known:
            came.setdefault(question.content.category, []).append(question)
    alone = {answer for answer, count in Counter(item.content.answer for item in base.questions).items() if count == 1}
    pairs: list[Rename] = []
    for question in new:
        said = known.get(question.content.question)
        if said is None and question.fresh:
            continue
        if said is None:
            rivals = left.get(_file(question), ())
            pairs.extend(_judge(question, other, known[other.content.question].content) for other in rivals[:WIDEST])
        else:
            rivals = came.get(said.content.category, ())
            telling = said.content.answer in alone
            pairs.extend(_judge_console(question, other, said.content, telling=telling) for other in rivals[:WIDEST])
    return [pair for pair in pairs if pair.confidence >= LIKELY]


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
    first = min((pair.new.location for pair in pairs if pair.new.location is not None), default=None)
    return Problem(
        ProblemKind.AMBIGUOUS,
        message(
            "these may all be renames and only some can be: {candidates}; beside each new text write previously: [old text], "
            "or previously: [] if it is no rename",
            candidates="; ".join(everyone),
        ),
        first,
    )


def _likely(pair: Rename) -> Problem:
    words = (
        message(
            "{new} is created again while {old} appeared in the console; they are {confidence} % alike: if it was renamed "
            "there, run kbsync pull, or write previously: [{old}] beside {new}",
            new=pair.new.content.question,
            old=pair.live.content.question,
            confidence=pair.confidence,
        )
        if pair.console
        else message(
            "{new} is created while {old} is no longer declared; they are {confidence} % alike: if it was renamed, "
            "write previously: [{old}] beside {new}, if not, previously: []",
            new=pair.new.content.question,
            old=pair.live.content.question,
            confidence=pair.confidence,
        )
    )
    return Problem(ProblemKind.WITHHELD, words, pair.new.location, blocking=False)


def _once(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple({str(problem.message): problem for problem in problems}.values())


def _file(question: Question) -> str:
    return "" if question.location is None else question.location.path
