"""One change as rows of text: which question, where it is written, why it changes, and what readers will see differ.

Which changes come first and how a page is laid out belongs to ``outline`` and ``text_page``.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from kbsync.model import AnswerType, Content, show_path
from kbsync.plan import Action, Cause, Change, Field, FieldChange, Purpose, QuestionChange
from kbsync.render.outline import action_of, differing, other_edit
from kbsync.render.phrases import ANSWER_TYPES, FIELDS, STATUSES, place_of, recognition
from kbsync.render.prose import Gap, Mark, Piece, difference, fold
from kbsync.render.serving import SWITCHES, UNSERVED, is_unserved
from kbsync.render.text_cause import cause_sentence
from kbsync.render.text_page import Page, Span, Style
from kbsync.render.voices import Voice
from kbsync.render.words import Words

__all__ = ["draw_change"]

_SYMBOLS = {Action.CREATE: "+", Action.ENABLE: "+", Action.DELETE: "-", Action.DISABLE: "-"}
_STYLES = {Mark.SAME: Style.PLAIN, Mark.REMOVED: Style.REMOVED, Mark.ADDED: Style.ADDED}
_CONTEXT = 60
"""Unchanged characters shown on either side of a change."""
_SHORT = 300
"""Characters up to which a base is quoted whole; a longer one is folded around what changed."""


def draw_change(page: Page, change: Change, *, voice: Voice, words: Words) -> None:
    """Draw one change, with a blank line before it."""
    action = action_of(change)
    style = Style.DANGER if action in (Action.DELETE, Action.DISABLE) else Style.TITLE
    page.blank()
    page.line((f"{_SYMBOLS.get(action, '~')} {words.say(voice.label(change))}: ", style), (_title(change), Style.TITLE), hang=2)
    found = recognition(change)
    reasons = (
        place_of(change, voice.purpose, words),
        cause_sentence(change, voice.purpose, words),
        words.say(found) if found else "",
    )
    page.line((" · ".join(reason for reason in reasons if reason), Style.QUIET), indent=4)
    if isinstance(change, QuestionChange):
        for label, spans in _rows(change, voice, words):
            page.row(label, spans)


def _title(change: Change) -> str:
    if not isinstance(change, QuestionChange) and change.before and change.after:
        return f"{show_path(change.before)} → {show_path(change.after)}"
    return " ".join(change.title.split("\n"))


Row = tuple[str, list[Span]]


def _rows(change: QuestionChange, voice: Voice, words: Words) -> Iterator[Row]:
    before, after, edit = change.before, change.after, other_edit(change)
    if edit is not None:
        base, kept, cause = edit
        label = words("console says") if cause is Cause.DRIFT else words("git wants")
        for field in _unlike(base, kept):
            yield from _sides(field, ((words("base said"), base), (label, kept)), words)
        yield from _whole(kept, _unlike(base, kept), words)
    elif before is None or after is None:
        for content in (before, after):
            if content is not None:
                yield from _whole(content, (), words)
    else:
        yield from _changed(change, before, after, voice=voice, words=words)


def _unlike(one: Content, other: Content) -> tuple[Field, ...]:
    return tuple(field for field in Field if getattr(one, field.value) != getattr(other, field.value))


def _changed(change: QuestionChange, before: Content, after: Content, *, voice: Voice, words: Words) -> Iterator[Row]:
    causes = {field.field: field for field in change.fields}
    for field in differing(change):
        cause = causes.get(field, FieldChange(field, change.cause)).cause
        if voice.purpose is Purpose.DRIFT:
            yield from _sides(field, tuple(zip(map(words.say, voice.sides), (before, after), strict=True)), words)
        elif cause is Cause.CONFLICT and change.base is not None:
            sides = ((words("base said"), change.base), (words("console says"), before), (words("git wants"), after))
            yield from _sides(field, sides, words)
        else:
            note = [(f"({words.say(voice.causes[cause])})\n", Style.QUIET)] if cause is not change.cause else []
            yield words.say(FIELDS[field]), [*note, *_compared(field, before, after, words=words)]
    if is_unserved(before) and is_unserved(after):
        yield words.say(FIELDS[Field.STATUS]), [(words.say(UNSERVED), Style.PLAIN)]
    if change.action in SWITCHES and Field.ANSWER not in differing(change):
        yield words.say(FIELDS[Field.ANSWER]), [(_value(Field.ANSWER, before, words), Style.PLAIN)]


def _whole(content: Content, told: tuple[Field, ...], words: Words) -> Iterator[Row]:
    """All of a question that comes or goes, but for what is ``told`` already; what is as usual goes without saying."""
    values = {Field.ANSWER: content.answer}
    if content.answer_type is not AnswerType.TEXT:
        values[Field.ANSWER_TYPE] = words.say(ANSWER_TYPES[content.answer_type])
    values[Field.CATEGORY] = show_path(content.category)
    if content.similar:
        values[Field.SIMILAR] = "\n".join(content.similar)
    if is_unserved(content):
        values[Field.STATUS] = words.say(UNSERVED)
    for field, value in values.items():
        if field not in told:
            yield words.say(FIELDS[field]), [(value, Style.PLAIN)]


def _compared(field: Field, before: Content, after: Content, *, words: Words) -> list[Span]:
    if field is Field.SIMILAR:
        return _set_difference(before.similar, after.similar, words)
    if field is Field.ANSWER:
        return _prose(before.answer, after.answer, words)
    return [
        (_value(field, before, words), Style.OLD),
        (" → ", Style.PLAIN),
        (_value(field, after, words), Style.NEW),
    ]


def _sides(field: Field, sides: Sequence[tuple[str, Content]], words: Words) -> Iterator[Row]:
    """A field as the first side had it, and what the others made of it; longer texts are marked against the first."""
    (origin, base), *others = sides
    yield words.say(FIELDS[field]), []
    quoted = _quoted(base.answer, others[-1][1].answer, words) if field is Field.ANSWER else _value(field, base, words)
    yield f"  {origin}", [(quoted, Style.PLAIN)]
    for label, side in others:
        if field in (Field.ANSWER, Field.SIMILAR):
            yield f"  {label}", _compared(field, base, side, words=words)
        else:
            yield f"  {label}", [(_value(field, side, words), Style.PLAIN)]


def _value(field: Field, content: Content, words: Words) -> str:
    match field:
        case Field.ANSWER_TYPE:
            return words.say(ANSWER_TYPES[content.answer_type])
        case Field.STATUS:
            return words.say(STATUSES[content.status])
        case Field.CATEGORY:
            return show_path(content.category)
        case Field.SIMILAR:
            return " | ".join(content.similar) or "—"
        case Field.ANSWER:
            return content.answer
        case Field.QUESTION:
            return " ".join(content.question.split("\n"))
        case _:
            assert_never(field)


def _set_difference(before: tuple[str, ...], after: tuple[str, ...], words: Words) -> list[Span]:
    lines: list[Span] = [(f"- {text}", Style.OLD) for text in before if text not in after]
    lines += [(f"+ {text}", Style.NEW) for text in after if text not in before]
    same = len(set(before) & set(after))
    if same:
        lines.append((words("{count} unchanged", count=same), Style.QUIET))
    return _joined(lines)


def _prose(before: str, after: str, words: Words) -> list[Span]:
    """Marks inside the text, or the old above the new where they have little in common."""
    pieces = difference(before, after)
    if not any(piece.mark is Mark.SAME and piece.text.strip() for piece in pieces):
        old = [(f"- {line}", Style.OLD) for line in before.split("\n")] if before else []
        new = [(f"+ {line}", Style.NEW) for line in after.split("\n")] if after else []
        return _joined([*old, *new])
    return [_span(piece, words) for piece in fold(pieces, context=_CONTEXT)]


def _quoted(base: str, wanted: str, words: Words) -> str:
    if len(base) <= _SHORT:
        return base
    kept = fold([piece for piece in difference(base, wanted) if piece.mark is not Mark.ADDED], context=_CONTEXT)
    return "".join(_span(piece, words)[0] for piece in kept)


def _span(piece: Piece | Gap, words: Words) -> Span:
    if isinstance(piece, Gap):
        gap = words("{count} unchanged characters", count=piece.characters)
        return (f"\n[… {gap} …]\n" if piece.lines else f" [… {gap} …] "), Style.QUIET
    if piece.mark is not Mark.SAME and not piece.text.strip():
        return piece.text.replace(" ", "·").replace("\n", "↵\n"), _STYLES[piece.mark]
    return piece.text, _STYLES[piece.mark]


def _joined(lines: Iterable[Span]) -> list[Span]:
    spans: list[Span] = []
    for line in lines:
        spans += [("\n", Style.PLAIN), line]
    return spans[1:]
