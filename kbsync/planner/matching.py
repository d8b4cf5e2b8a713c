"""Which live question and which question of the base each declared question corresponds to.

A live question is recognised by its pinned id, its text, an earlier text, a text that differs in spelling alone, or an
undeclared rename, in this order.
"""

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from kbsync.diagnostics import Location
from kbsync.messages import Message, message
from kbsync.model import CategoryPath, Content, Knowledge, Question, bare, is_same_but_for_form, show_path
from kbsync.plan import Match, Problem, ProblemKind
from kbsync.planner.categories import CategoryWork
from kbsync.planner.renames import find_renames


@dataclass(frozen=True, slots=True)
class Pair:
    """A declared question and its live counterpart, with how it was recognised; ``confidence`` in percent."""

    desired: Question
    live: Question
    match: Match
    confidence: int = 100


@dataclass(frozen=True, slots=True)
class Matches:
    """All pairs, the declared questions that live lacks, and the live ones that nothing declares.

    ``withheld`` holds live ids that take part in an undecided rename, or have a text that is in doubt: they are not removed.
    """

    pairs: tuple[Pair, ...]
    new: tuple[Question, ...]
    rest: tuple[Question, ...]
    problems: tuple[Problem, ...]
    withheld: frozenset[str | None]


def keep_wordings(matches: Matches, said: "BaseIndex") -> Matches:
    """The pairs, keeping those live similar questions that no file can hold, each with a note.

    Such a text holds a control character, repeats its own question, or is another declared question or a wording of one. If the
    base declared it here, git removed it, and it is not kept.
    """
    if all(pair.live.content == pair.desired.content for pair in matches.pairs):
        return matches
    elsewhere: dict[str, set[str | None]] = {}
    for pair in matches.pairs:
        texts = {pair.live.content.question} & {pair.desired.content.question}
        for text in texts | ({*pair.live.content.similar} & {*pair.desired.content.similar}):
            elsewhere.setdefault(text, set()).add(pair.live.id)
    declared = {question.content.question for question in (*matches.new, *(pair.desired for pair in matches.pairs))}
    pairs, problems = [], []
    for pair in matches.pairs:
        base = said.about(pair.desired, pair.live)
        wanted, own = pair.desired.content, {pair.live.content.question, pair.desired.content.question}
        loose = {*pair.live.content.similar} - {*wanted.similar} - {*(() if base is None else base.content.similar)}
        kept = [
            text for text in sorted(loose) if text in own or elsewhere.get(text, set()) - {pair.live.id} or _is_unwritable(text)
        ]
        if kept:
            words = message(
                "{text} keeps similar questions that no file can hold beside the others: {wordings}",
                text=wanted.question,
                wordings="; ".join(kept),
            )
            problems.append(Problem(ProblemKind.WITHHELD, words, pair.desired.location, blocking=False))
        content = replace(wanted, similar=(*wanted.similar, *kept)) if kept else wanted
        # Without any base nobody can tell what git changed: then too a text is left as the service stores it.
        before = content if not said.known else None if base is None else base.content
        stored = _as_stored(content, pair.live.content, before)
        if stored.question in declared:
            stored = replace(stored, question=wanted.question)
        if stored != content:
            words = message(
                "the service stores {text} in another Unicode form, which looks the same: it is left so, and the files may take "
                "that form (NFC)",
                text=wanted.question,
            )
            problems.append(Problem(ProblemKind.WITHHELD, words, pair.desired.location, blocking=False))
        pairs.append(replace(pair, desired=replace(pair.desired, content=stored)) if stored != wanted else pair)
    return replace(matches, pairs=tuple(pairs), problems=(*matches.problems, *problems))


def _as_stored(wanted: Content, live: Content, base: Content | None) -> Content:
    """What is declared, in the service's Unicode form where git did not change the text: sent again, it would not stay either."""

    def form(text: str, now: str, said: str | None) -> str:
        is_stored = text == said and now == unicodedata.normalize("NFC", now) and is_same_but_for_form(text, now)
        return now if is_stored else text

    if base is None:
        return wanted
    similar = {unicodedata.normalize("NFC", text): text for text in live.similar}
    return replace(
        wanted,
        question=form(wanted.question, live.question, base.question),
        answer=form(wanted.answer, live.answer, base.answer),
        similar=tuple(
            form(text, similar.get(unicodedata.normalize("NFC", text), text), text if text in base.similar else None)
            for text in wanted.similar
        ),
    )


def _is_unwritable(text: str) -> bool:
    return not text.strip() or any(unicodedata.category(character) == "Cc" and character not in "\t\n" for character in text)


class BaseIndex:
    """The knowledge last applied: questions by pinned id and by text, categories by path. ``known`` is False without a base.

    ``live`` has the present texts of questions.
    """

    def __init__(self, base: Knowledge | None, live: Knowledge) -> None:
        self._holders = cache(lambda: {question.content.question for question in live.questions})
        self.known = base is not None
        self.questions = () if base is None else base.questions
        self.removed = {line.text for line in (() if base is None else base.removed)}
        self.categories = {category.path: category for category in (() if base is None else base.categories)}
        self._by_text = {question.content.question: question for question in self.questions}
        self._by_id = {question.id: question for question in self.questions if question.id is not None}

    def pinned(self, identifier: str | None) -> Question | None:
        """The question that the base pinned to an id."""
        return None if identifier is None else self._by_id.get(identifier)

    def called(self, text: str) -> Question | None:
        """The question that had a text at the base."""
        return self._by_text.get(text)

    def about(self, desired: Question, live: Question | None = None) -> Question | None:
        """The base's version of a declared question: by its id, the text of its live question, its own, or an earlier text.

        Where a pin or an earlier text names the live question, earlier texts come before its own. A text that another live
        question has tells nothing: it was that one's at the base.
        """
        found = self.pinned(desired.id) or self.pinned(None if live is None else live.id)
        found = found or (None if live is None else self.called_unpinned(live.content.question, live))
        if found is not None:
            return found
        wanted, earlier = [desired.content.question], list(desired.previously)
        texts = wanted + earlier
        if live is not None:
            wanted, earlier = ([text for text in side if text not in self._holders()] for side in (wanted, earlier))
            is_named = live.id == desired.id or live.content.question in desired.previously
            texts = earlier + wanted if is_named else wanted + earlier
        return next(filter(None, (self.called_unpinned(text, live) for text in texts)), None)

    def called_unpinned(self, text: str, live: Question | None) -> Question | None:
        """The question that had a text at the base, unless the base pinned it to another one."""
        found = self.called(text)
        return None if found is not None and live is not None and found.id not in (None, live.id) else found


def match_questions(desired: Knowledge, live: Knowledge, base: Knowledge | None, *, work: CategoryWork, keeps: bool) -> Matches:
    """Pair declared and live questions, each at most once; surer signs are used first.

    ``keeps`` means that what left git stays live.
    """
    pairing = _Pairing(desired, live, work)
    if any(question.id is not None for question in desired.questions):
        pairing.by_pin(_Pins(desired.questions, live.questions, BaseIndex(base, live)))
    pairing.by_text()
    pairing.by_earlier_text()
    pairing.by_spelling()
    if base is not None:
        removed = {line.text for line in desired.removed}
        rest = [question for question in pairing.rest() if question.content.question not in removed]
        renames = find_renames(pairing.open, rest, base, desired, keeps=keeps)
        for found in renames.found:
            pairing.pair(found.new, found.live, found.match, found.confidence)
        pairing.problems.extend(problem for problem in renames.problems if problem.location not in pairing.doubtful_places)
        pairing.withheld |= renames.withheld
    pairing.settle_pins()
    if pairing.open and not live.complete:
        pairing.problems.append(_perhaps_there(len(pairing.open)))
    return Matches(
        pairs=tuple(pairing.pairs),
        new=tuple(pairing.open),
        rest=tuple(pairing.rest()),
        problems=tuple(pairing.problems),
        withheld=frozenset(pairing.withheld),
    )


class _Pairing:
    def __init__(self, desired: Knowledge, live: Knowledge, work: CategoryWork) -> None:
        self._final = work.final
        self._live = sorted(live.questions, key=lambda item: (item.content.question, item.id or ""))
        self._by_text: dict[str, list[Question]] = {}
        for question in self._live:
            self._by_text.setdefault(question.content.question, []).append(question)
        self._taken: set[int] = set()
        waiting = sorted(desired.questions, key=lambda item: (item.content.question, item.id or ""))
        self._entries = {question.content.question for question in waiting}
        self._declared = {*self._entries, *(line.text for line in desired.removed)}
        self._open = {id(question): question for question in waiting}
        self.pairs: list[Pair] = []
        self.problems: list[Problem] = []
        self.withheld: set[str | None] = set()
        self._doubted: list[tuple[Question, Question, Question]] = []

    def pair(self, desired: Question, live: Question, match: Match, confidence: int = 100) -> None:
        """Settle one declared question."""
        self._taken.add(id(live))
        del self._open[id(desired)]
        self.pairs.append(Pair(desired, live, match, confidence))

    @property
    def open(self) -> list[Question]:
        """The declared questions that nothing has been found for so far."""
        return list(self._open.values())

    def rest(self) -> list[Question]:
        """The live questions that nothing has claimed so far."""
        return [question for question in self._live if id(question) not in self._taken]

    @property
    def doubtful_places(self) -> set[Location | None]:
        """Where the questions stand whose pins are in doubt; each has one problem, of its pin."""
        return {plain.location for _, plain, _ in self._doubted}

    def by_pin(self, pins: "_Pins") -> None:
        """A pinned id wins over every text; one that nothing confirms is put aside, to see whom the text names."""
        for question in [question for question in self.open if question.id is not None]:
            found = pins.named(question)
            if found is None:
                words = message(
                    "no live question has the pinned id {id}: {text} is looked for by its text instead; "
                    "correct the id or take it out",
                    id=question.id,
                    text=question.content.question,
                )
                self.problems.append(Problem(ProblemKind.WITHHELD, words, question.location, blocking=False))
            elif pins.confirm(question, found):
                self.pair(question, found, Match.ID)
            else:
                plain = replace(question, id=None)
                del self._open[id(question)]
                self._open[id(plain)] = plain
                self._doubted.append((question, plain, found))
                before = pins.by_base(plain)
                if before is not None:
                    self.pair(plain, before, Match.ID)

    def settle_pins(self) -> None:
        """Refuse each pin in doubt, unless its question was recognised without it as the one that it names.

        A question whose text matches no live one is left out of the plan, and so is the one that the pin names.
        """
        texts = {id(pair.desired): number for number, pair in enumerate(self.pairs)}
        for question, plain, live in self._doubted:
            self._open.pop(id(plain), None)
            number = texts.get(id(plain))
            found = None if number is None else self.pairs[number].live
            if number is not None and found is live:
                self.pairs[number] = Pair(question, live, Match.ID)
                continue
            self.withheld.add(live.id)
            words = self._wrong_pin(question.content.question, live, found)
            self.problems.append(Problem(ProblemKind.WRONG_PIN, words, question.location))

    def _wrong_pin(self, text: str, live: Question, found: Question | None) -> Message:
        named = live.content.question
        line = json.dumps(named, ensure_ascii=False)
        candidates = "; ".join(f"{each.content.question}, id {each.id}" for each in (found, live) if each is not None)
        if named in self._entries:
            return message(
                "the pin of {text} names {named}, which is an entry of its own ({candidates}): correct the id or take it out",
                text=text,
                named=named,
                candidates=candidates,
            )
        if found is None:
            return message(
                "the pin of {text} names {candidates}, and neither the base nor previously says that it is this one: "
                "correct the id or take it out, or write previously: [{line}] beside {text} if the pin is right",
                text=text,
                candidates=candidates,
                line=line,
            )
        return message(
            "the pin of {text} names {named}, and its text another question ({candidates}): correct the id or take it "
            "out, or write previously: [{line}] beside {text} if the pin is right",
            text=text,
            named=named,
            line=line,
            candidates=candidates,
        )

    def by_text(self) -> None:
        """Equal texts are the same question; among live twins the one in the declared category is meant."""
        for question in self.open:
            found = self._choose(question, [question.content.question])
            if found is not None:
                self.pair(question, found, Match.TEXT)

    def by_earlier_text(self) -> None:
        """A live question that still has a text listed under ``previously`` is this one, not yet renamed."""
        for question in self.open:
            found = self._choose(question, question.previously)
            if found is not None:
                self.pair(question, found, Match.PREVIOUSLY)

    def by_spelling(self) -> None:
        """A live question of the same category whose text differs in blanks, case or Unicode form alone is this one.

        A service that stores a text in a spelling of its own would otherwise be given the question anew by every plan.
        """
        wanted = Counter(bare(question.content.question) for question in self.open)
        free: dict[tuple[str, CategoryPath], list[Question]] = {}
        for live in self.rest():
            if live.content.question in self._declared:
                continue  # It is what another declared question, or one to be removed, is called, to the letter.
            free.setdefault((bare(live.content.question), self._final(live.content.category)), []).append(live)
        for question in self.open:
            key = bare(question.content.question)
            found = free.get((key, question.content.category), ())
            if len(found) == wanted[key] == 1:
                self.pair(question, found[0], Match.WORDING)

    def _choose(self, question: Question, texts: Iterable[str]) -> Question | None:
        free = [live for text in texts for live in self._by_text.get(text, []) if id(live) not in self._taken]
        if len(free) > 1:
            here = [live for live in free if self._final(live.content.category) == question.content.category]
            if len(here) != 1:
                self._refuse(question, free)
                return free[0]
            return here[0]
        return free[0] if free else None

    def _refuse(self, question: Question, free: list[Question]) -> None:
        words = message(
            "{text} stands for {count} live questions ({candidates}): pin one with id:, or delete the others in the console",
            text=question.content.question,
            count=len(free),
            candidates="; ".join(f"{show_path(live.content.category)}, id {live.id}" for live in free),
        )
        self.problems.append(Problem(ProblemKind.AMBIGUOUS, words, question.location))
        self.withheld.update(live.id for live in free)


class _Pins:
    """Which live questions the pins name, and which of the pins the base or ``previously`` confirms."""

    def __init__(self, declared: Iterable[Question], live: Iterable[Question], said: BaseIndex) -> None:
        self._said = said
        self._by_id: dict[str, Question] = {}
        self._by_text: dict[str, list[Question]] = {}
        for each in live:
            self._by_text.setdefault(each.content.question, []).append(each)
            if each.id is not None:
                self._by_id[each.id] = each
        self._claimed: set[str | None] = set()
        self._staying: set[str] = set()
        for question in declared:
            text, named = question.content.question, self.named(question)
            self._claimed.add(question.id)
            is_renamed = any(earlier in self._by_text for earlier in question.previously)
            if named.content.question == text if named else not is_renamed:
                self._staying.add(text)

    def named(self, question: Question) -> Question | None:
        """The live question that a pin names."""
        return None if question.id is None else self._by_id.get(question.id)

    def by_base(self, question: Question) -> Question | None:
        """The live question, wanted by no pin, that the base pinned under this text."""
        before = self._said.called(question.content.question)
        found = None if before is None else self.named(before)
        return None if found is None or found.id in self._claimed else found

    def confirm(self, question: Question, live: Question) -> bool:
        """Whether a pin is right by what the live question was at the base.

        It was this one; or one whose text git gave up, while no question had this text or its question got a new text by a pin.
        """
        text, named = question.content.question, live.content.question
        if named in (text, *question.previously):
            return True
        pinned = self._said.pinned(live.id)
        before = pinned or self._said.called_unpinned(named, live)
        if before is None or before.content.question in self._staying:
            return False
        other = self._said.called(text)
        if before.content.question == text or (pinned is not None and other is None):
            return True
        own = None if other is None else self.named(other)
        theirs = [*self._by_text.get(text, ()), *([] if own is None else [own])]
        return (other is None or bool(theirs)) and all(each.id in self._claimed for each in theirs)


def _perhaps_there(count: int) -> Problem:
    words = message(
        "the live listing is incomplete, and questions that seem to be missing may be there already ({count}): plan again",
        count=count,
    )
    return Problem(ProblemKind.INCOMPLETE, words)
