"""One change of a plan as Markdown: a line that names it, and a quotation that shows what differs.

How much of this fits into a comment is ``markdown_budget``'s business.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from kbsync.model import AnswerType, CategoryPath, Content, show_path
from kbsync.plan import Action, Cause, Change, Field, Purpose, QuestionChange
from kbsync.render.markdown_text import NARROW, lines, shortened, text
from kbsync.render.outline import Section, differing, other_edit
from kbsync.render.phrases import ANSWER_TYPES, FIELDS, STATUSES, place_of, recognition
from kbsync.render.prose import Gap, Mark, Piece, difference, fold
from kbsync.render.serving import SWITCHES, UNSERVED, is_unserved
from kbsync.render.voices import Voice
from kbsync.render.words import Words

__all__ = ["body", "line"]

_DETAIL = 80


def line(change: Change, section: Section, *, width: int, voice: Voice, words: Words) -> str:
    """The list item that names a change, its title cut to ``width`` characters; a narrow one is the title alone."""
    title = shortened(change.title, width)
    if width < NARROW:
        return f"- {title}\n"
    details = " · ".join(_details(change, section, voice=voice, words=words))
    return f"- **{words.say(voice.label(change))}** {title}" + (f"<br><sub>{details}</sub>" if details else "") + "\n"


def body(change: Change, *, limit: int, voice: Voice, words: Words) -> str:
    """What differs in a question or a renamed category, as a quotation inside the list item.

    Of each stretch of text at most ``limit`` characters are shown.
    """
    quotation = _Quotation(limit, voice, words)
    if isinstance(change, QuestionChange):
        paragraphs = quotation.question(change)
    else:
        paragraphs = quotation.paths(change.before, change.after)
    return "  >\n".join(f"  > {paragraph.rstrip()}\n" for paragraph in paragraphs)


def _details(change: Change, section: Section, *, voice: Voice, words: Words) -> Iterator[str]:
    content = isinstance(change, QuestionChange) and (change.after or change.before)
    if content:
        yield shortened(show_path(content.category), _DETAIL)
    told = voice.purpose is not Purpose.DRIFT and section in (Section.REMOVALS, Section.DISABLED)
    if told and change.cause in (Cause.DRIFT, Cause.CONFLICT):
        yield words.say(voice.causes[change.cause])
    if change.removal and change.action is Action.DISABLE:
        yield words("no longer in git")
    doubt = recognition(change)
    if doubt:
        yield words.say(doubt)
    place = place_of(change, voice.purpose, words)
    if place:
        yield shortened(place, _DETAIL)


@dataclass(frozen=True, slots=True)
class _Quotation:
    """Writes paragraphs, each on one line."""

    limit: int
    voice: Voice
    words: Words

    def paths(self, before: CategoryPath | None, after: CategoryPath | None) -> Iterator[str]:
        yield f"{_removed(text(show_path(before or ())))} → {_added(text(show_path(after or ())))}"

    def question(self, change: QuestionChange) -> Iterator[str]:
        before, after, edit = change.before, change.after, other_edit(change)
        fields = differing(change)
        if edit is not None:
            yield from self._edited(*edit)
            return
        if before is None or after is None or change.action in SWITCHES:
            yield from self._whole(after or before)
            return
        causes = {found.field: found.cause for found in change.fields}
        for field in fields:
            yield self._compared(field, before, after, note=self._note(causes.get(field)))
        if is_unserved(before) and is_unserved(after):
            yield f"**{self.words.say(FIELDS[Field.STATUS])}**<br>{self.words.say(UNSERVED)}"
        if change.base and change.base.answer not in (before.answer, after.answer):
            yield f"**{self.words('Answer that git applied last')}**<br>{self._clipped(change.base.answer.rstrip())}"

    def _note(self, cause: Cause | None) -> str:
        if self.voice.purpose is Purpose.DRIFT:
            return " → ".join(map(self.words.say, self.voice.sides))
        return self.words.say(self.voice.causes[cause]) if cause in (Cause.DRIFT, Cause.CONFLICT) else ""

    def _compared(self, field: Field, before: Content, after: Content, *, note: str) -> str:
        label = f"**{self.words.say(FIELDS[field])}**" + (f" ({note})" if note else "")
        return f"{label}<br>{self._field(field, before, after)}"

    def _edited(self, base: Content, content: Content, cause: Cause) -> Iterator[str]:
        """A question that one side took away: what the other made of it since the base, then the rest."""
        edited = tuple(field for field in Field if getattr(base, field.value) != getattr(content, field.value))
        for field in edited:
            yield self._compared(field, base, content, note=self.words.say(self.voice.causes[cause]))
        yield from self._whole(content, told=edited)

    def _whole(self, content: Content | None, told: tuple[Field, ...] = ()) -> Iterator[str]:
        assert content is not None  # noqa: S101  (a change has a before or an after)
        values = {Field.ANSWER: self._clipped(content.answer.rstrip())}
        if content.answer_type is not AnswerType.TEXT:
            values[Field.ANSWER_TYPE] = self.words.say(ANSWER_TYPES[content.answer_type])
        if is_unserved(content):
            values[Field.STATUS] = self.words.say(UNSERVED)
        if content.similar:
            values[Field.SIMILAR] = self._listed(content.similar)
        for field, value in values.items():
            if field not in told:
                yield f"**{self.words.say(FIELDS[field])}**<br>{value}"

    def _field(self, field: Field, before: Content, after: Content) -> str:
        match field:
            case Field.QUESTION:
                return self._prose(before.question, after.question)
            case Field.ANSWER:
                return self._prose(before.answer, after.answer)
            case Field.SIMILAR:
                return self._similar(set(before.similar), set(after.similar))
            case Field.CATEGORY:
                was, will = text(show_path(before.category)), text(show_path(after.category))
            case Field.ANSWER_TYPE:
                was, will = (self.words.say(ANSWER_TYPES[content.answer_type]) for content in (before, after))
            case Field.STATUS:
                was, will = (self.words.say(STATUSES[content.status]) for content in (before, after))
            case _:
                assert_never(field)
        return f"{_removed(was)} → {_added(will)}"

    def _prose(self, before: str, after: str) -> str:
        return "".join(self._piece(piece) for piece in fold(difference(before, after)))

    def _piece(self, piece: Piece | Gap) -> str:
        if isinstance(piece, Gap):
            return f" <sub>[… {self.words('{count} unchanged characters', count=piece.characters)} …]</sub> "
        if piece.mark is Mark.SAME:
            return self._clipped(piece.text)
        shown = self._clipped(piece.text if piece.text.strip() else _spaces(piece.text))
        return _removed(shown) if piece.mark is Mark.REMOVED else _added(shown)

    def _similar(self, before: set[str], after: set[str]) -> str:
        parts = []
        if before - after:
            parts.append(self._listed(tuple(sorted(before - after)), "<del>{}</del>"))
        if after - before:
            parts.append(self._listed(tuple(sorted(after - before)), "<ins><b>{}</b></ins>"))
        if before & after:
            parts.append(self.words("{count} unchanged", count=len(before & after)))
        return " · ".join(parts)

    def _listed(self, items: tuple[str, ...], form: str = "{}") -> str:
        """Items until the limit is used up, then how many more there are."""
        shown: list[str] = []
        left = self.limit
        for item in items:
            if left <= 0:
                break
            shown.append(form.format(shortened(item, left)))
            left -= len(item)
        if len(shown) < len(items):
            shown.append(self.words("and {count} more", count=len(items) - len(shown)))
        return " · ".join(shown)

    def _clipped(self, value: str) -> str:
        if len(value) <= self.limit:
            return lines(value)
        more = self.words("{count} more characters", count=len(value) - self.limit)
        return f"{lines(value[: self.limit])} <sub>[… {more}]</sub>"


def _spaces(blank: str) -> str:
    return blank.replace(" ", "␣").replace("\n", "↵\n")


def _removed(escaped: str) -> str:
    return f"<del>{escaped}</del>"


def _added(escaped: str) -> str:
    return f"<ins><b>{escaped}</b></ins>"
