"""A plan's changes as the HTML report shows them: plain values, already worded, that its template only has to lay out.

Nothing is escaped here except rich answers, which ``html_rich`` makes harmless; the template escapes everything else.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import regex

from kbsync.display import visible
from kbsync.messages import Message
from kbsync.model import AnswerType, CategoryPath, Content, show_path
from kbsync.plan import Action, Change, Field, QuestionChange, value_of
from kbsync.render.html_rich import addresses, heard, rich
from kbsync.render.phrases import FIELDS, Voice, place_of, recognition, told
from kbsync.render.prose import Mark, Piece, blanks, difference
from kbsync.render.view import Difference, QuestionView, Time, Version, is_unserved, view_of
from kbsync.render.words import Words

_SCRIPTS = (
    ("ja", regex.compile(r"[\p{Script=Hiragana}\p{Script=Katakana}]")),
    ("ko", regex.compile(r"\p{Script=Hangul}")),
    ("zh", regex.compile(r"\p{Script=Han}")),
)


@dataclass(frozen=True, slots=True)
class Side:
    """A conversation at one time, which ``when`` tells: the question, and the answer as text or as harmless HTML.

    Without a question there is no conversation, and ``note`` says why. ``off`` says that customers do not get the answer.
    """

    when: str
    question: tuple[Piece, ...] = ()
    answer: tuple[Piece, ...] = ()
    rich: str = ""
    note: str = ""
    off: str = ""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The stored text of a rich answer, both versions in one; ``telling`` where the conversations do not show what differs."""

    runs: tuple[Piece, ...] = ()
    telling: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One short property that changes."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Card:
    """One change. ``cause`` and ``categories`` are what the filters look at; ``notes`` are the small print of its title.

    ``remark`` is what there is to say of the difference of its ``similar`` questions.
    """

    title: str
    language: str
    action: str
    cause: str
    categories: tuple[str, ...]
    notes: tuple[str, ...]
    where: str = ""
    sides: tuple[Side, ...] = ()
    facts: tuple[Fact, ...] = ()
    similar: tuple[Piece, ...] = ()
    remark: str = ""
    links: tuple[Piece, ...] = ()
    source: StoredAnswer = StoredAnswer()


def card(change: Change, *, spoken: Voice, words: Words, image: str) -> Card:
    """A change as it is shown; ``image`` is the word that stands for an image of a rich answer."""
    place = place_of(change, spoken.purpose)
    is_gone = isinstance(place, Message)
    named = Card(
        title=change.title,
        language=language_of(change.title),
        action=words.say(spoken.label(change)),
        cause=change.cause.value,
        categories=_categories(change),
        notes=(*_notes(change, spoken, words), *((words.say(place),) if is_gone else ())),
        where="" if is_gone else words.say(place),
    )
    if not isinstance(change, QuestionChange):
        paths = (Fact(words.say(FIELDS[Field.CATEGORY]), _path(change.before), _path(change.after)),)
        return replace(named, facts=paths if change.before and change.after else ())
    view = view_of(change, spoken.purpose)
    return replace(
        named,
        sides=_Conversations(image, spoken, words).of(change, view),
        facts=tuple(_facts(view, spoken, words)),
        similar=tuple(_similar(view)),
        remark="".join(_remark(found, spoken, words) for found in view.differences if found.field is Field.SIMILAR),
        links=_links(change, view),
        source=_source(view),
    )


def language_of(text: str) -> str:
    """The language that the script of a text gives away, empty when it does not: voices and fonts go by it."""
    return next((tag for tag, script in _SCRIPTS if script.search(text)), "")


def _categories(change: Change) -> tuple[str, ...]:
    """The categories under which a change is found: for a move the old and the new one."""
    if isinstance(change, QuestionChange):
        paths = [content.category for content in (change.before, change.after) if content]
    else:
        paths = [path for path in (change.before, change.after) if path]
    return tuple(dict.fromkeys(map(_path, paths)))


def _notes(change: Change, spoken: Voice, words: Words) -> Iterator[str]:
    if isinstance(change, QuestionChange):
        yield _categories(change)[-1]
    yield words.say(spoken.causes[change.cause])
    if change.removal and change.action is Action.DISABLE:
        yield words("no longer in git")
    doubt = recognition(change)
    if doubt:
        yield words.say(doubt)


def _facts(view: QuestionView, spoken: Voice, words: Words) -> Iterator[Fact]:
    for found in view.differences:
        if found.field in (Field.CATEGORY, Field.ANSWER_TYPE, Field.STATUS):
            was, now = (words.say(value_of(version.content, found.field)) for version in found.versions[-2:])
            yield Fact(f"{words.say(FIELDS[found.field])}{_remark(found, spoken, words)}", was, now)


def _remark(found: Difference, spoken: Voice, words: Words) -> str:
    """Whose versions these are, why the field differs, or what it was before both sides changed it."""
    names = [words.say(spoken.sides[version.time]) for version in found.versions]
    if len(names) > _PAIR:
        return f" ({names[0]}: {words.say(value_of(found.versions[0].content, found.field))})"
    if found.named:
        return f" ({' → '.join(names)})"
    return f" ({words.say(spoken.causes[found.cause])})" if found.cause else ""


_PAIR = 2


def _similar(view: QuestionView) -> Iterator[Piece]:
    """Removed ones first, then added ones, then the rest."""
    found = next((found for found in view.differences if found.field is Field.SIMILAR), None)
    before, after = ({*version.content.similar} for version in found.versions[-2:]) if found else ({*view.content.similar},) * 2
    for mark, texts in ((Mark.REMOVED, before - after), (Mark.ADDED, after - before), (Mark.SAME, before & after)):
        yield from (Piece(mark, _line(text)) for text in sorted(texts))


@dataclass(frozen=True, slots=True)
class _Conversations:
    """Draws what a customer hears at each time, with the differences marked in the text.

    ``image`` is the word that stands for an image of a rich answer.
    """

    image: str
    spoken: Voice
    words: Words

    def of(self, change: QuestionChange, view: QuestionView) -> tuple[Side, ...]:
        """The conversations side by side; one where nothing is said anew, beside a note where there is none before or after."""
        if len(view.versions) > 1:
            *earlier, before, after = view.versions
            told = (*(self._plain(self._when(version), version) for version in earlier), *self._pair(before, after))
        elif change.before is not None and change.after is not None:
            told = (self._plain(self.words("Conversation"), view.versions[0]),)
        else:
            told = (self._plain(self._when(view.versions[0]), view.versions[0]),)
        if change.before is None and len(view.versions) == 1:
            return (self._absent(Time.BEFORE), *told)
        return (*told, self._absent(Time.AFTER)) if change.after is None else told

    def _when(self, version: Version) -> str:
        return self.words.say(self.spoken.sides[version.time])

    def _absent(self, time: Time) -> Side:
        return Side(self.words.say(self.spoken.sides[time]), note=self.words.say(self.spoken.absent[time]))

    def _pair(self, before: Version, after: Version) -> tuple[Side, Side]:
        """Two conversations, with what goes marked in the first and what comes in the second."""
        asked = difference(before.content.question, after.content.question)
        said = difference(_heard(before.content), _heard(after.content))
        return (
            self._side(self._when(before), before.content, _without(Mark.ADDED, asked), _without(Mark.ADDED, said)),
            self._side(self._when(after), after.content, _without(Mark.REMOVED, asked), _without(Mark.REMOVED, said)),
        )

    def _plain(self, when: str, version: Version) -> Side:
        """One conversation without marks."""
        content = version.content
        return self._side(when, content, (Piece(Mark.SAME, content.question),), (Piece(Mark.SAME, _heard(content)),))

    def _side(self, when: str, content: Content, asked: Iterable[Piece], said: tuple[Piece, ...]) -> Side:
        off = self.words.say(told(content, Field.STATUS)) if is_unserved(content) else ""
        if content.answer_type is AnswerType.RICH:
            return Side(when, _drawn(asked), rich=rich(content.answer, image=self.image, pieces=said), off=off)
        return Side(when, _drawn(asked), _drawn(said), off=off)


def _links(change: QuestionChange, view: QuestionView) -> tuple[Piece, ...]:
    """The addresses of rich answers that go, then those that come; none where they stay as they are."""
    if len(view.versions) == 1 and change.before is not None:
        return ()
    was, will = Counter[str](), _addresses(view.versions[-1].content)
    if len(view.versions) > 1:
        was = _addresses(view.versions[-2].content)
    gone = (Piece(Mark.REMOVED, _line(address)) for address in was - will)
    come = (Piece(Mark.ADDED, _line(address)) for address in will - was)
    return (*gone, *come)


def _source(view: QuestionView) -> StoredAnswer:
    """The text of a rich answer as it is stored, both versions in one with marks; nothing when no version is rich."""
    before, after = (version.content for version in (view.versions[-2:][0], view.versions[-1]))
    if AnswerType.RICH not in (before.answer_type, after.answer_type):
        return StoredAnswer()
    hidden = before.answer != after.answer and _heard(before).split() == _heard(after).split()
    return StoredAnswer(_drawn(difference(before.answer, after.answer)), hidden)


def _heard(content: Content) -> str:
    """What a customer reads of an answer."""
    return heard(content.answer) if content.answer_type is AnswerType.RICH else content.answer


def _addresses(content: Content) -> Counter[str]:
    return Counter(addresses(content.answer) if content.answer_type is AnswerType.RICH else ())


def _without(mark: Mark, pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    return tuple(piece for piece in pieces if piece.mark is not mark)


def _drawn(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """The pieces, with a blank that is added or removed drawn."""
    return tuple(
        piece if piece.mark is Mark.SAME or piece.text.strip() else replace(piece, text=blanks(piece.text)) for piece in pieces
    )


def _path(path: CategoryPath | None) -> str:
    return show_path(path or ())


def _line(text: str) -> str:
    return visible(text, newlines=False)
