"""A plan's changes as the HTML report shows them: plain values, already worded, that its template only has to lay out.

How conversations are marked belongs to ``html_sides``; what a page consists of besides changes belongs to ``html``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import regex

from kbsync.display import visible
from kbsync.model import CategoryPath, Content, show_path
from kbsync.plan import Action, CategoryChange, Change, Field, Purpose, QuestionChange
from kbsync.render.html_sides import Run, Side, Source, links, sides, source
from kbsync.render.outline import other_edit
from kbsync.render.phrases import ANSWER_TYPES, FIELDS, STATUSES, place_of, recognition
from kbsync.render.voices import Voice
from kbsync.render.words import Words

__all__ = ["Card", "Fact", "card", "categories_of", "language_of"]

_SCRIPTS = (
    ("ja", regex.compile(r"[\p{Script=Hiragana}\p{Script=Katakana}]")),
    ("ko", regex.compile(r"\p{Script=Hangul}")),
    ("zh", regex.compile(r"\p{Script=Han}")),
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One short property that changes."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Card:
    """One change. ``cause`` and ``categories`` are what the filters look at; ``notes`` are the small print of its title."""

    title: str
    language: str
    action: str
    cause: str
    categories: tuple[str, ...]
    notes: tuple[str, ...]
    where: str = ""
    sides: tuple[Side, ...] = ()
    facts: tuple[Fact, ...] = ()
    similar: tuple[Run, ...] = ()
    links: tuple[Run, ...] = ()
    source: Source = Source()


def card(change: Change, *, voice: Voice, words: Words, image: str) -> Card:
    """A change as it is shown; ``image`` is the word that stands for an image of a rich answer."""
    title = visible(change.title, newlines=False)
    place = visible(place_of(change, voice.purpose, words), newlines=False)
    is_gone = change.removal and voice.purpose is Purpose.SYNC
    named = Card(
        title=title,
        language=language_of(title),
        action=words.say(voice.label(change)),
        cause=change.cause.value,
        categories=categories_of(change),
        notes=(*_notes(change, voice, words), *((place,) if place and is_gone else ())),
        where="" if is_gone else place,
    )
    if not isinstance(change, QuestionChange):
        return replace(named, facts=tuple(_renaming(change, words)))
    return replace(
        named,
        sides=sides(change, voice=voice, words=words, image=image),
        facts=tuple(_facts(change, voice, words)),
        similar=tuple(_similar(change)),
        links=links(change),
        source=source(change),
    )


def categories_of(change: Change) -> tuple[str, ...]:
    """The categories under which a change is found: for a move the old and the new one."""
    if isinstance(change, QuestionChange):
        paths = [content.category for content in (change.before, change.after) if content]
    else:
        paths = [path for path in (change.before, change.after) if path]
    return tuple(dict.fromkeys(_path(path) for path in paths))


def language_of(text: str) -> str:
    """The language that the script of a text gives away, empty when it does not: voices and fonts go by it."""
    return next((tag for tag, script in _SCRIPTS if script.search(text)), "")


def _notes(change: Change, voice: Voice, words: Words) -> Iterator[str]:
    if isinstance(change, QuestionChange):
        yield categories_of(change)[-1]
    yield words.say(voice.causes[change.cause])
    if change.removal and change.action is Action.DISABLE:
        yield words("no longer in git")
    doubt = recognition(change)
    if doubt:
        yield words.say(doubt)


def _facts(change: QuestionChange, voice: Voice, words: Words) -> Iterator[Fact]:
    edit = other_edit(change)
    before, after = _compared(change)
    if before is None or after is None:
        return
    causes = {found.field: found.cause for found in change.fields}
    values = {
        Field.CATEGORY: tuple(_path(side.category) for side in (before, after)),
        Field.ANSWER_TYPE: tuple(words.say(ANSWER_TYPES[side.answer_type]) for side in (before, after)),
        Field.STATUS: tuple(words.say(STATUSES[side.status]) for side in (before, after)),
    }
    for field, (was, now) in values.items():
        name = words.say(FIELDS[field])
        cause = edit[2] if edit else causes.get(field, change.cause)
        if voice.purpose is Purpose.DRIFT:
            name = f"{name} ({' → '.join(map(words.say, voice.sides))})"
        elif cause is not change.cause:
            name = f"{name} ({words.say(voice.causes[cause])})"
        if was != now:
            yield Fact(name, was, now)


def _compared(change: QuestionChange) -> tuple[Content | None, Content | None]:
    """What is compared: both sides, or the base and what was made of it where one side took the question away."""
    edit = other_edit(change)
    return (edit[0], edit[1]) if edit else (change.before, change.after)


def _renaming(change: CategoryChange, words: Words) -> Iterator[Fact]:
    if change.before and change.after:
        yield Fact(words.say(FIELDS[Field.CATEGORY]), _path(change.before), _path(change.after))


def _path(path: CategoryPath) -> str:
    return visible(show_path(path), newlines=False)


def _similar(change: QuestionChange) -> Iterator[Run]:
    """Removed ones first, then added ones, then the rest."""
    was, now = _compared(change)
    before = set(was.similar) if was else set()
    after = set(now.similar) if now else set()
    if was is None or now is None:
        before = after = before | after
    for mark, texts in (("removed", before - after), ("added", after - before), ("same", before & after)):
        yield from (Run(mark, visible(text, newlines=False)) for text in sorted(texts))
