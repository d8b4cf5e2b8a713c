"""Conversations side by side: what a customer hears now and after the apply, with the differences marked in the text.

Nothing is escaped here except rich answers, which ``html_rich`` makes harmless; the template escapes everything else.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from kbsync.model import AnswerType, Content
from kbsync.plan import Action, QuestionChange
from kbsync.render.html_rich import rich
from kbsync.render.outline import other_edit
from kbsync.render.prose import Mark, Piece, difference
from kbsync.render.visible import visible
from kbsync.render.voices import Voice
from kbsync.render.words import Words

__all__ = ["Run", "Side", "runs", "sides", "source"]


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text: ``mark`` is ``same``, ``removed`` or ``added``."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Side:
    """A conversation at one time, which ``when`` tells: the question, and the answer as text or as harmless HTML.

    Without a question there is no conversation, and ``note`` says why.
    """

    when: str
    question: tuple[Run, ...] = ()
    answer: tuple[Run, ...] = ()
    rich: str = ""
    note: str = ""


def sides(change: QuestionChange, *, voice: Voice, words: Words, image: str) -> tuple[Side, ...]:
    """The conversation before and after, and what git applied last where both sides left it; one where nothing is said anew.

    ``image`` is the word that stands for an image of a rich answer.
    """
    now, then = map(words.say, voice.sides)
    before, after, base = change.before, change.after, change.base
    edit = other_edit(change)
    if edit and _said(edit[0]) != _said(edit[1]):
        told = _pair(edit[0], edit[1], whens=(words("Git applied last"), then if before is None else now), image=image)
        lost = (Side(then, note=words.say(voice.absent[1])),) if after is None else ()
        return (*told, *lost)
    if before is None and after is not None:
        return (Side(now, note=words.say(voice.absent[0])), _plain(then, after, image))
    if before is not None and after is None:
        return (_plain(now, before, image), Side(then, note=words.say(voice.absent[1])))
    if before is None or after is None or change.action in (Action.ENABLE, Action.DISABLE):
        return tuple(_plain(words("Conversation"), content, image) for content in (after,) if content)
    told = _pair(before, after, whens=(now, then), image=image)
    if base and base.answer not in (before.answer, after.answer):
        return (_plain(words("Git applied last"), base, image), *told)
    return told


def _said(content: Content) -> tuple[str, str, AnswerType]:
    return content.question, content.answer, content.answer_type


def _pair(before: Content, after: Content, *, whens: tuple[str, str], image: str) -> tuple[Side, ...]:
    """Two conversations, with what goes marked in the first and what comes in the second."""
    asked, said = difference(before.question, after.question), difference(before.answer, after.answer)
    return (
        _side(whens[0], before, image, (_without(Mark.ADDED, asked), _without(Mark.ADDED, said))),
        _side(whens[1], after, image, (_without(Mark.REMOVED, asked), _without(Mark.REMOVED, said))),
    )


def source(change: QuestionChange) -> tuple[Run, ...]:
    """The text of a rich answer as it is stored, both versions in one with marks; empty when no version is rich."""
    edit = other_edit(change)
    versions = [content for content in (edit[:2] if edit else (change.before, change.after)) if content]
    if not any(content.answer_type is AnswerType.RICH for content in versions):
        return ()
    return runs(difference(versions[0].answer, versions[-1].answer))


def runs(pieces: Iterable[Piece]) -> tuple[Run, ...]:
    """Pieces with everything hidden made visible; a blank that is added or removed too."""
    return tuple(Run(piece.mark.value, _shown(piece)) for piece in pieces)


def _shown(piece: Piece) -> str:
    if piece.mark is Mark.SAME or piece.text.strip():
        return visible(piece.text)
    return visible(piece.text).replace(" ", "␣").replace("\n", "↵\n")


def _without(mark: Mark, pieces: Iterable[Piece]) -> tuple[Run, ...]:
    return runs(piece for piece in pieces if piece.mark is not mark)


def _plain(when: str, content: Content, image: str) -> Side:
    said = (_same(content.question), _same(content.answer))
    return _side(when, content, image, said)


def _same(text: str) -> tuple[Run, ...]:
    return (Run(Mark.SAME.value, visible(text)),)


def _side(when: str, content: Content, image: str, said: tuple[tuple[Run, ...], tuple[Run, ...]]) -> Side:
    question, answer = said
    if content.answer_type is AnswerType.RICH:
        return Side(when, question, rich=rich(content.answer, image=image))
    return Side(when, question, answer)
