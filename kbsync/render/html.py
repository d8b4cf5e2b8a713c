"""A plan or a receipt as one HTML file that a content editor opens from a mail or an artifact: no network, nothing to install.

Changes become cards: plain values, already worded, which the templates in ``templates/`` lay out and escape. Rich answers alone
are HTML, sanitised by ``html_rich``.
"""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import regex
from jinja2 import DictLoader, Environment, StrictUndefined

from kbsync.display import visible
from kbsync.messages import Message
from kbsync.model import AnswerType, CategoryPath, Content, show_path
from kbsync.plan import Cause, Change, Field, Plan, Purpose, QuestionChange
from kbsync.render.html_rich import addresses, heard, rich
from kbsync.render.page import Named, PlanWords, ReportWords
from kbsync.render.prose import Mark, Piece, blanks, difference
from kbsync.render.view import PROSE, Difference, QuestionView, Time, Version, is_unserved, similar_sides, view_of
from kbsync.render.words import FIGURE, RenderOptions, Words
from kbsync.report import Receipt


@dataclass(frozen=True, slots=True)
class Side:
    """A conversation at the time ``when``: the question, and the answer as text or sanitised HTML.

    Without a question there is no conversation, and ``note`` is the reason. ``off`` is set where customers do not get the answer.
    """

    when: str
    question: tuple[Piece, ...] = ()
    answer: tuple[Piece, ...] = ()
    rich: str = ""
    note: str = ""
    off: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One change. ``cause`` and ``categories`` are what the filters look at; ``notes`` are the small print of its title.

    ``facts`` are short fields with their values before and after; ``remark`` belongs to the difference of its ``similar``
    questions. ``source`` is the stored text of a rich answer, both versions in one, ``telling`` where the conversations do not
    show what differs. ``names`` are the questions of many moves in one.
    """

    title: str
    language: str
    action: str
    cause: str
    categories: tuple[str, ...]
    notes: tuple[str, ...]
    where: str = ""
    sides: tuple[Side, ...] = ()
    facts: tuple[tuple[str, str, str], ...] = ()
    similar: tuple[Piece, ...] = ()
    remark: str = ""
    links: tuple[Piece, ...] = ()
    source: tuple[Piece, ...] = ()
    telling: bool = False
    names: tuple[str, ...] = ()


_OPTION = re.compile(r"(--[a-z-]+(?: [0-9]+)?)")
"""An option of the command line in a sentence, which no line may break."""

_NAME = "\ue000"
"""Stands for a name in a title; the character means nothing, so that no title holds it."""

_TEMPLATES = ("page.html.jinja", "report.html.jinja", "receipt.html.jinja", "library.html.jinja")


@dataclass(frozen=True, slots=True)
class _CardPart:
    """One section of changes."""

    id: str
    title: str
    note: str
    danger: bool
    count: int
    cards: tuple[Card, ...]


def plan_html(plan: Plan, options: RenderOptions = RenderOptions(), *, digest: str) -> str:
    """The whole report as one file: every change, nothing cut.

    Without scripts everything is shown; the script only adds the filters.
    """
    words = PlanWords(plan, options.language)
    parts, (steps, lines) = tuple(_parts(words)), words.steps()
    shown = {each.cause for part in parts for each in part.cards}
    categories = {name for part in parts for each in part.cards for name in each.categories}
    return page_from(
        "report.html.jinja",
        words,
        title=around(words.voice.title, words),
        target=plan.target.name,
        headline=words.headline(words.clauses()),
        notices=tuple(_notices(words)),
        problems=tuple(map(words.problem, words.shown.blocking)),
        parts=parts,
        categories={name: number for number, name in enumerate(sorted(categories))},
        causes=tuple((cause.value, words.cause(cause)) for cause in Cause if cause.value in shown),
        kept=words.kept(),
        listings=tuple(words.unmanaged()),
        record=tuple(_plan_record(digest, words, verbose=options.verbose)),
        steps=steps,
        lines=lines,
    )


def receipt_html(receipt: Receipt, options: RenderOptions = RenderOptions()) -> str:
    """The whole receipt as one file: every change, nothing cut."""
    report = receipt.report
    words = ReportWords(report, options.language)
    return page_from(
        "receipt.html.jinja",
        words,
        title=around(words.title(), words),
        target=report.plan.target.name,
        headline=words.verdict(),
        parts=tuple(words.parts()),
        record=tuple(_receipt_record(receipt, words, verbose=options.verbose)),
    )


def page_from(template: str, words: Words, *, own: Collection[str] = ("report.css", "report.js"), **values: object) -> str:
    """One file from a template, with everything in it escaped; ``own`` are the files of its styles and of its script.

    Its content security policy forbids every request and every script or style but these, by hash.
    """
    style, script = ("".join(map(_resource, (name for name in own if name.endswith(kind)))) for kind in (".css", ".js"))
    frame = {
        "words": words,
        "style": style,
        "script": script,
        "policy": _policy(style, script),
        "language": words.tag,
        "language_of": language_of,
    }
    return _templates().get_template(template).render({**frame, **values})


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=DictLoader({name: _resource(name) for name in _TEMPLATES}),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_on_one_line,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["block"] = lambda text: _Multiline(visible(text))
    environment.filters["options"] = _OPTION.split
    environment.filters["figures"] = lambda text: _Multiline(FIGURE.sub("\u00a0", visible(text, newlines=False)))
    return environment


class _Multiline(str):
    """A text that keeps its lines."""

    __slots__ = ()


def _on_one_line(value: object) -> object:
    """Whatever a template writes becomes visible, so that none can forget it; only blocks and safe HTML are left alone."""
    is_text = isinstance(value, str) and not isinstance(value, _Multiline) and not hasattr(value, "__html__")
    return visible(str(value), newlines=False) if is_text else value


def _policy(style: str, script: str) -> str:
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _resource(name: str) -> str:
    return files("kbsync.render").joinpath(name).read_text(encoding="utf-8")


def around(title: Message, words: Words) -> tuple[str, str]:
    """A title in two parts: before the name of its target and after it."""
    before, _, behind = words.say(title.fill(target=_NAME)).partition(_NAME)
    return before, behind


def _parts(words: PlanWords) -> Iterator[_CardPart]:
    for group in words.shown.groups:
        cards = tuple(card(*found, words) if len(found) == 1 else bundle(found, words) for found in group.bundles)
        yield _CardPart(group.section.value, *words.heading(group.section), group.danger, len(group.changes), cards)


def _notices(words: PlanWords) -> Iterator[Named]:
    if words.plan.only is not None:
        yield words("Only what matches {pattern}", pattern=words.plan.only), ""
    if words.plan.offline:
        yield words("Made without looking at the live library: it can be read, not applied."), ""
    yield from map(words.problem, (*words.shown.diverged, *words.shown.notices))


def _plan_record(digest: str, words: PlanWords, *, verbose: bool) -> Iterator[Named]:
    plan = words.plan
    if not words.is_drift:
        yield words("Digest"), digest
    yield words("Application"), str(plan.target.sdkappid)
    if plan.purpose is Purpose.SYNC:
        yield words("Knowledge at"), plan.source.commit or words("uncommitted changes")
    yield words("Undo") if plan.purpose is Purpose.UNDO else words("Compared with"), words.base()
    yield words("Managed questions"), str(plan.managed)
    yield from () if words.is_drift else _calls(words("Calls, at most"), plan.cost.calls, words, verbose=verbose)


def _receipt_record(receipt: Receipt, words: ReportWords, *, verbose: bool) -> Iterator[Named]:
    report = receipt.report
    yield words("Applied by"), receipt.actor
    yield words("Started"), receipt.started
    yield words("Ended"), receipt.finished
    yield words("Application"), str(report.plan.target.sdkappid)
    yield from ((words("Note"), caveat) for caveat in words.caveats())
    yield from _calls(words("Calls"), report.calls, words, verbose=verbose)
    yield words("Time"), words.time()


def _calls(label: str, calls: Mapping[str, int], words: Words, *, verbose: bool) -> Iterator[Named]:
    """How many calls; by the vendor's names on demand."""
    yield label, str(sum(calls.values()))
    yield from ((command, words("calls: {count}", count=count)) for command, count in sorted(calls.items()) if verbose)


_SCRIPTS = (
    ("ja", regex.compile(r"[\p{Script=Hiragana}\p{Script=Katakana}]")),
    ("ko", regex.compile(r"\p{Script=Hangul}")),
    ("zh", regex.compile(r"\p{Script=Han}")),
)


def card(change: Change, words: PlanWords) -> Card:
    """A change as shown; a place that is no longer in the files is one of its notes."""
    place = words.place(change)
    is_gone = change.location is not None and place != change.location.short
    named = Card(
        title=change.title,
        language=language_of(change.title),
        action=words.label(change),
        cause=change.cause.value,
        categories=_card_categories(change),
        notes=(*words.notes(change, cause=True), *([place] if is_gone else [])),
        where="" if is_gone else place,
    )
    if not isinstance(change, QuestionChange):
        paths = ((words.field(Field.CATEGORY), _path(change.before), _path(change.after)),)
        return replace(named, facts=paths if change.before and change.after else ())
    view = view_of(change, words.plan.purpose)
    source, is_hidden = _source(view)
    return replace(
        named,
        sides=_Conversations(words).of(change, view),
        facts=tuple(_facts(view, words)),
        similar=tuple(_similar(view)),
        remark="".join(_remark(found, words) for found in view.differences if found.field is Field.SIMILAR),
        links=_links(change, view),
        source=source,
        telling=is_hidden,
    )


def bundle(changes: Sequence[Change], words: PlanWords) -> Card:
    """Many moves from one category to one other, in one card."""
    first, (count, _) = card(changes[0], words), words.bundle(changes)
    names = tuple(change.title for change in changes)
    return replace(first, title=count, language="", notes=(), where="", sides=(), similar=(), source=(), names=names)


def language_of(text: str) -> str:
    """The language that the script of a text gives away, empty when it does not: voices and fonts go by it."""
    return next((tag for tag, script in _SCRIPTS if script.search(text)), "")


def _card_categories(change: Change) -> tuple[str, ...]:
    """The categories under which a change is found: for a move the old and the new one."""
    if isinstance(change, QuestionChange):
        paths = [content.category for content in (change.before, change.after) if content]
    else:
        paths = [path for path in (change.before, change.after) if path]
    return tuple(dict.fromkeys(map(_path, paths)))


def _facts(view: QuestionView, words: PlanWords) -> Iterator[tuple[str, str, str]]:
    for found in view.differences:
        if found.field not in (*PROSE, Field.SIMILAR):
            was, now = (words.value(version.content, found.field) for version in found.versions[-2:])
            yield f"{words.field(found.field)}{_remark(found, words)}", was, now


def _remark(found: Difference, words: PlanWords) -> str:
    """Whose versions these are, why the field differs, or what it was before both sides changed it."""
    *bases, _, _ = found.versions
    remark = f"{words.when(bases[0])}: {words.value(bases[0].content, found.field)}" if bases else words.remark(found)
    return f" ({remark})" if remark else ""


def _similar(view: QuestionView) -> Iterator[Piece]:
    """Removed ones first, then added ones, then the rest."""
    versions = next((found.versions[-2:] for found in view.differences if found.field is Field.SIMILAR), None)
    before, after = (version.content for version in versions) if versions else (view.content, view.content)
    for mark, texts in zip((Mark.REMOVED, Mark.ADDED, Mark.SAME), similar_sides(before, after), strict=True):
        yield from (Piece(mark, _line(text)) for text in texts)


@dataclass(frozen=True, slots=True)
class _Conversations:
    """Draws a customer's conversation at each time, with the differences marked in the text."""

    words: PlanWords

    def of(self, change: QuestionChange, view: QuestionView) -> tuple[Side, ...]:
        """The conversations side by side; one where its texts stay, with a note where there is none before or after."""
        if len(view.versions) > 1:
            *earlier, before, after = view.versions
            sides = (*(self._plain(self.words.when(version), version) for version in earlier), *self._pair(before, after))
        else:
            (only,) = view.versions
            both = change.before is not None and change.after is not None
            renamed = next((found.versions for found in view.differences if found.field is Field.QUESTION), (only,))
            sides = (self._plain(self.words("Conversation") if both else self.words.when(only), only, before=renamed[0]),)
        if change.before is None and len(view.versions) == 1:
            return (self._absent(Time.BEFORE), *sides)
        return (*sides, self._absent(Time.AFTER)) if change.after is None else sides

    def _absent(self, time: Time) -> Side:
        voice = self.words.voice
        return Side(self.words.say(voice.sides[time]), note=self.words.say(voice.absent[time]))

    def _pair(self, before: Version, after: Version) -> tuple[Side, Side]:
        """Two conversations, with removed text marked in the first and added text in the second."""
        asked = difference(before.content.question, after.content.question)
        said = difference(_heard(before.content), _heard(after.content))
        return (
            self._side(self.words.when(before), before.content, _without(Mark.ADDED, asked), _without(Mark.ADDED, said)),
            self._side(self.words.when(after), after.content, _without(Mark.REMOVED, asked), _without(Mark.REMOVED, said)),
        )

    def _plain(self, when: str, version: Version, *, before: Version | None = None) -> Side:
        """One conversation, without marks but for a question that was another one ``before``."""
        content = version.content
        asked = difference((before or version).content.question, content.question)
        return self._side(when, content, asked, (Piece(Mark.SAME, _heard(content)),))

    def _side(self, when: str, content: Content, asked: Iterable[Piece], said: tuple[Piece, ...]) -> Side:
        off = self.words.whole(content, Field.STATUS) if is_unserved(content) else ""
        if content.answer_type is AnswerType.RICH:
            return Side(
                when, _drawn(asked), rich=rich(content.answer, image=self.words("image not loaded:"), pieces=said), off=off
            )
        return Side(when, _drawn(asked), _drawn(said), off=off)


def _links(change: QuestionChange, view: QuestionView) -> tuple[Piece, ...]:
    """The addresses that leave the rich answers, then those that are added; none where they stay as they are."""
    if len(view.versions) == 1 and change.before is not None:
        return ()
    was, will = Counter[str](), _addresses(view.versions[-1].content)
    if len(view.versions) > 1:
        was = _addresses(view.versions[-2].content)
    gone = (Piece(Mark.REMOVED, _line(address)) for address in was - will)
    come = (Piece(Mark.ADDED, _line(address)) for address in will - was)
    return (*gone, *come)


def _source(view: QuestionView) -> tuple[tuple[Piece, ...], bool]:
    """The text of a rich answer as it is stored, both versions in one, and whether no conversation shows what differs."""
    before, after = (version.content for version in (view.versions[-2:][0], view.versions[-1]))
    if AnswerType.RICH not in (before.answer_type, after.answer_type):
        return (), False
    hidden = before.answer != after.answer and _heard(before).split() == _heard(after).split()
    return _drawn(difference(before.answer, after.answer)), hidden


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
