"""Conversations side by side: what a customer hears now and after the apply, with the differences marked in the text.

Nothing is escaped here except rich answers, which ``html_rich`` makes harmless; the template escapes everything else.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from kbsync.display import visible
from kbsync.model import AnswerType, Content
from kbsync.plan import QuestionChange
from kbsync.render.html_rich import addresses, heard, rich
from kbsync.render.outline import other_edit
from kbsync.render.prose import Mark, Piece, difference
from kbsync.render.serving import SWITCHES, UNSERVED, is_unserved
from kbsync.render.voices import Voice
from kbsync.render.words import Words

__all__ = ["Run", "Side", "Source", "links", "runs", "sides", "source"]


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text: ``mark`` is ``same``, ``removed`` or ``added``."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Side:
    """A conversation at one time, which ``when`` tells: the question, and the answer as text or as harmless HTML.

    Without a question there is no conversation, and ``note`` says why. ``off`` says that customers do not get the answer.
    """

    when: str
    question: tuple[Run, ...] = ()
    answer: tuple[Run, ...] = ()
    rich: str = ""
    note: str = ""
    off: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """The stored text of a rich answer, both versions in one; ``telling`` where the conversations do not show what differs."""

    runs: tuple[Run, ...] = ()
    telling: bool = False


def sides(change: QuestionChange, *, voice: Voice, words: Words, image: str) -> tuple[Side, ...]:
    """The conversation before and after, and what git applied last where both sides left it; one where nothing is said anew.

    ``image`` is the word that stands for an image of a rich answer.
    """
    drawing = _Drawing(image, words.say(UNSERVED))
    now, then = map(words.say, voice.sides)
    before, after, base = change.before, change.after, change.base
    edit = other_edit(change)
    if edit and _said(edit[0]) != _said(edit[1]):
        told = drawing.pair(edit[0], edit[1], whens=(words("Git applied last"), then if before is None else now))
        lost = (Side(then, note=words.say(voice.absent[1])),) if after is None else ()
        return (*told, *lost)
    if before is None and after is not None:
        return (Side(now, note=words.say(voice.absent[0])), drawing.plain(then, after))
    if before is not None and after is None:
        return (drawing.plain(now, before), Side(then, note=words.say(voice.absent[1])))
    if before is None or after is None or change.action in SWITCHES:
        return tuple(drawing.plain(words("Conversation"), content) for content in (after,) if content)
    told = drawing.pair(before, after, whens=(now, then))
    if base and base.answer not in (before.answer, after.answer):
        return (drawing.plain(words("Git applied last"), base), *told)
    return told


def source(change: QuestionChange) -> Source:
    """The text of a rich answer as it is stored, both versions in one with marks; nothing when no version is rich."""
    versions = _versions(change)
    if not any(content.answer_type is AnswerType.RICH for content in versions):
        return Source()
    before, after = versions[0], versions[-1]
    hidden = before.answer != after.answer and _heard(before).split() == _heard(after).split()
    return Source(runs(difference(before.answer, after.answer)), hidden)


def links(change: QuestionChange) -> tuple[Run, ...]:
    """The addresses of rich answers that go, then those that come; none where they stay as they are."""
    versions = _versions(change)
    if len(versions) == 1 and change.after is None:
        return ()
    was = _addresses(versions[0]) if len(versions) > 1 else Counter()
    will = _addresses(versions[-1])
    gone = (Run(Mark.REMOVED.value, _address(address)) for address in was - will)
    come = (Run(Mark.ADDED.value, _address(address)) for address in will - was)
    return (*gone, *come)


def runs(pieces: Iterable[Piece]) -> tuple[Run, ...]:
    """Pieces with everything hidden made visible; a blank that is added or removed too."""
    return tuple(Run(piece.mark.value, _shown(piece)) for piece in pieces)


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Draws sides: ``image`` stands for an image, ``off`` says that an answer is not given."""

    image: str
    off: str

    def pair(self, before: Content, after: Content, *, whens: tuple[str, str]) -> tuple[Side, ...]:
        """Two conversations, with what goes marked in the first and what comes in the second."""
        asked, said = difference(before.question, after.question), difference(_heard(before), _heard(after))
        return (
            self._side(whens[0], before, _without(Mark.ADDED, asked), _without(Mark.ADDED, said)),
            self._side(whens[1], after, _without(Mark.REMOVED, asked), _without(Mark.REMOVED, said)),
        )

    def plain(self, when: str, content: Content) -> Side:
        """One conversation without marks."""
        return self._side(when, content, (Piece(Mark.SAME, content.question),), (Piece(Mark.SAME, _heard(content)),))

    def _side(self, when: str, content: Content, asked: Iterable[Piece], said: tuple[Piece, ...]) -> Side:
        off = self.off if is_unserved(content) else ""
        if content.answer_type is AnswerType.RICH:
            return Side(when, runs(asked), rich=rich(content.answer, image=self.image, pieces=said), off=off)
        return Side(when, runs(asked), runs(said), off=off)


def _said(content: Content) -> tuple[str, str, AnswerType]:
    return content.question, content.answer, content.answer_type


def _heard(content: Content) -> str:
    """What a customer reads of an answer."""
    return heard(content.answer) if content.answer_type is AnswerType.RICH else content.answer


def _versions(change: QuestionChange) -> tuple[Content, ...]:
    """What is compared: both sides, or the base and what was made of it where one side took the question away."""
    edit = other_edit(change)
    return tuple(content for content in (edit[:2] if edit else (change.before, change.after)) if content)


def _addresses(content: Content) -> Counter[str]:
    return Counter(addresses(content.answer) if content.answer_type is AnswerType.RICH else ())


def _address(address: str) -> str:
    return visible(address, newlines=False)


def _without(mark: Mark, pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    return tuple(piece for piece in pieces if piece.mark is not mark)


def _shown(piece: Piece) -> str:
    if piece.mark is Mark.SAME or piece.text.strip():
        return visible(piece.text)
    return visible(piece.text).replace(" ", "␣").replace("\n", "↵\n")
