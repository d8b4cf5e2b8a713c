"""A plan or what an apply did as a comment on a pull request, right on GitHub and on GitLab: danger first, never too long."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kbsync.messages import plural
from kbsync.model import Content, show_path
from kbsync.plan import Cause, Change, Field, Plan, Problem, Purpose, QuestionChange
from kbsync.render.markdown_frame import NARROW, Block, Item, alert, code, comment_safe, compose, lines, shortened, text
from kbsync.render.page import Entry, Named, PlanWords, ReportWords
from kbsync.render.prose import UNCHANGED, Mark, Omission, Piece, blanks, difference, fold
from kbsync.render.view import PROSE, Difference, Group, QuestionView, Section, similar_sides, view_of
from kbsync.render.words import FIGURE, RenderOptions
from kbsync.report import Receipt

_MARKS = {Purpose.SYNC: "plan", Purpose.DRIFT: "drift", Purpose.UNDO: "undo"}
_BUDGET = 60_000
"""Characters; GitHub refuses more than 65,536."""
_STEP = 400
"""Characters of one line about what to do; none of ours is that long."""
_DETAIL = 80
_VALUE = 600
"""Characters that are shown of a value that reads back differently."""


def plan_markdown(plan: Plan, options: RenderOptions = RenderOptions(), *, digest: str, budget: int = _BUDGET) -> str:
    """The comment, at most ``budget`` characters long; its first line is its marker.

    Dangerous changes are first and not folded. When not all fits, the details of harmless changes are left out first, then
    their names; dangerous titles get shorter before one of them is only counted. What is missing is counted at the top, with
    the plan artifact as the place to find it. A budget under 30,000 is a ValueError.
    """
    words = PlanWords(plan, options.language)
    return compose(
        "".join(_head(words)),
        tuple(_blocks(words)),
        _foot(digest, words),
        budget=budget,
        rest=words("the plan artifact"),
        words=words,
    )


def receipt_markdown(receipt: Receipt, options: RenderOptions = RenderOptions()) -> str:
    """The outcome of an apply, as long as a comment may be; its first line is its marker.

    Changes that did not end in their goal state are named before all others. Who ran it and when is beside the comment.
    """
    report, words = receipt.report, ReportWords(receipt.report, options.language)
    target, given = report.plan.target.name, words.still_given()
    told = " ".join(filter(None, (words.verdict(), given)))
    counts = " · ".join(f"{title}: **{count}**" for title, count in words.tally())
    head = (
        f"<!-- kbsync apply: {comment_safe(target)} -->\n"
        f"## {words.say(words.title().fill(target=code(target)))}\n\n"
        f"{alert('CAUTION' if given or not report.finished else 'NOTE', f'**{told}**')}"
        f"{counts}\n\n"
    )
    calls = words("calls: {count}", count=sum(report.calls.values()))
    cost = (calls, words.time(), *words.caveats())
    return compose(
        head,
        tuple(
            Block(each.title, tuple(map(_outcome, each.entries)), note=each.note, danger=each.danger) for each in words.parts()
        ),
        f"<sub>{' · '.join(cost)}</sub>\n",
        budget=_BUDGET,
        rest=words("the receipt"),
        words=words,
    )


def marker(plan: Plan) -> str:
    """The hidden first line by which a later run finds the comment of the same target and purpose, to replace it."""
    return f"<!-- kbsync {_MARKS[plan.purpose]}: {comment_safe(plan.target.name)} -->"


def _head(words: PlanWords) -> Iterator[str]:
    plan, shown = words.plan, words.shown
    yield f"{marker(plan)}\n"
    yield f"## {words.say(words.voice.title.fill(target=code(plan.target.name)))}\n\n"
    if plan.only is not None:
        yield f"{words('Only what matches {pattern}', pattern=code(plan.only))}\n\n"
    headline = FIGURE.sub("\u00a0", words.headline(words.clauses()))
    yield f"**{headline}**\n\n"
    if plan.offline:
        yield alert("NOTE", words("Made without looking at the live library: it can be read, not applied."))
    for problem in shown.diverged:
        yield alert("WARNING", shortened(words.say(problem.message), _STEP))
    if shown.danger and not words.is_drift:
        said = plural(
            "{count} change takes an answer from customers or overwrites somebody's work.",
            "{count} changes take answers from customers or overwrite somebody's work.",
            count=shown.danger,
        )
        yield alert("CAUTION", words.say(said))
    given = words.still_given()
    if given:
        yield alert("CAUTION", given)
    yield from _steps(words)
    if shown.empty and not shown.blocking:
        yield words.nothing_to_do() + "\n\n"


def _blocks(words: PlanWords) -> Iterator[Block]:
    """From the most important to the least; the names in dangerous blocks are kept whatever happens."""
    shown = words.shown
    if shown.blocking:
        yield Block(words.say(words.voice.stopped), tuple(_problem(problem, words) for problem in shown.blocking), danger=True)
    for group in shown.groups:
        title, note = words.heading(group.section)
        items = tuple(_bundle(bundle, words) if len(bundle) > 1 else _item(bundle[0], group, words) for bundle in group.bundles)
        yield Block(title, items, len(group.changes), note=note, danger=group.danger, opened=words.is_drift)
    if shown.notices:
        yield Block(words("Notices"), tuple(_problem(problem, words) for problem in shown.notices))
    title, note, kept = words.kept()
    if kept:
        yield Block(title, tuple(map(_untouched, kept)), note=note, opened=True)
    for _, title, others in words.unmanaged():
        yield Block(title, tuple(map(_untouched, others)))


def _item(change: Change, group: Group, words: PlanWords) -> Item:
    def line(width: int) -> str:
        """The list item that names a change, its title cut to ``width`` characters; a narrow one is the title alone."""
        title = shortened(change.title, width)
        if width < NARROW:
            return f"- {title}\n"
        details = " · ".join(shortened(note, _DETAIL) for note in _notes(change, group, words))
        return f"- **{words.label(change)}** {title}" + (f"<br><sub>{details}</sub>" if details else "") + "\n"

    if isinstance(change, QuestionChange):
        view = view_of(change, words.plan.purpose)
        return Item(line, lambda limit: _quoted(_Details(limit, words).of(view)), group=next(words.notes(change, cause=False)))
    if change.before and change.after:
        paths = f"{_removed(text(show_path(change.before)))} → {_added(text(show_path(change.after)))}"
        return Item(line, lambda _limit: _quoted((paths,)), group=words("Categories"))
    return Item(line, group=words("Categories"))


def _bundle(changes: Sequence[Change], words: PlanWords) -> Item:
    """One line for many moves, with their names below it."""
    count, route = words.bundle(changes)
    titles = [change.title for change in changes]
    return Item(
        lambda width: f"- **{words.label(changes[0])}** {count}: {shortened(route, width)}\n",
        lambda limit: _quoted((_Details(limit, words).listed(titles),)),
    )


def _notes(change: Change, group: Group, words: PlanWords) -> Iterator[str]:
    """The small print of a change; its cause only where a console edit is lost and the heading does not show that."""
    taken = not words.is_drift and group.section in (Section.REMOVALS, Section.DISABLED)
    yield from words.notes(change, cause=taken and change.cause in (Cause.DRIFT, Cause.CONFLICT))
    place = words.place(change)
    if place:
        yield place


def _quoted(paragraphs: Iterable[str]) -> str:
    """A quotation inside a list item; each paragraph is one line."""
    return "  >\n".join(f"  > {paragraph.rstrip()}\n" for paragraph in paragraphs)


@dataclass(frozen=True, slots=True)
class _Details:
    """Writes what differs in a question as paragraphs; of each stretch of text at most ``limit`` characters are shown."""

    limit: int
    words: PlanWords

    def of(self, view: QuestionView) -> Iterator[str]:
        for found in view.differences:
            yield self._difference(found)
        for field in view.whole:
            if field is not Field.CATEGORY:  # it stands beside the title
                value = self.listed(view.content.similar) if field is Field.SIMILAR and view.content.similar else ""
                yield f"**{self.words.field(field)}**<br>{value or self._clipped(self.words.whole(view.content, field).rstrip())}"
        if sources := self.words.sources(view):
            *was, now = sources
            shown = self._prose(was[0], now) if was else self._clipped(now)
            yield f"<details><summary>{self.words('Source')}</summary>{shown}</details>"

    def _difference(self, found: Difference) -> str:
        label = f"**{self.words.field(found.field)}**"
        first, *others = found.versions
        compared = [self._compared(found.field, first.content, other.content) for other in others]
        if len(others) > 1:
            sides = [self._clipped(self.words.value(first.content, found.field).rstrip()), *compared]
            return "<br>".join(
                (label, *(f"{self.words.when(of)}: {side}" for of, side in zip(found.versions, sides, strict=True)))
            )
        remark = self.words.remark(found)
        return f"{label} ({remark})<br>{compared[0]}" if remark else f"{label}<br>{compared[0]}"

    def _compared(self, field: Field, before: Content, after: Content) -> str:
        if field is Field.SIMILAR:
            return self._similar(before, after)
        was, will = self.words.sides(before, after, field)
        if field in PROSE:
            return self._prose(was, will)
        return f"{_removed(text(was))} → {_added(text(will))}"

    def _prose(self, was: str, will: str) -> str:
        return "".join(self._piece(piece) for piece in fold(difference(was, will))).replace("</del><ins>", "</del> <ins>")

    def _piece(self, piece: Piece | Omission) -> str:
        if isinstance(piece, Omission):
            return f" <sub>[… {self.words.say(UNCHANGED.fill(count=piece.characters))} …]</sub> "
        if piece.mark is Mark.SAME:
            return self._clipped(piece.text)
        shown = self._clipped(piece.text if piece.text.strip() else blanks(piece.text))
        return _removed(shown) if piece.mark is Mark.REMOVED else _added(shown)

    def _similar(self, before: Content, after: Content) -> str:
        gone, new, same = similar_sides(before, after)
        count = self.words("{count} unchanged", count=len(same)) if same else ""
        listed = (self.listed(gone, "<del>{}</del>"), self.listed(new, "<ins><b>{}</b></ins>"), count)
        return " · ".join(filter(None, listed))

    def listed(self, items: Sequence[str], form: str = "{}") -> str:
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
        more = self.words.say(plural("{count} more character", "{count} more characters", count=len(value) - self.limit))
        return f"{lines(value[: self.limit])} <sub>[… {more}]</sub>"


def _removed(escaped: str) -> str:
    return f"<del>{escaped}</del>"


def _added(escaped: str) -> str:
    return f"<ins><b>{escaped}</b></ins>"


def _problem(problem: Problem, words: PlanWords) -> Item:
    said, place = words.problem(problem)
    return Item(lambda width: f"- {shortened(said, 2 * width)}{_place(place)}\n", group=words("Problems"))


def _untouched(item: Named) -> Item:
    name, where = item
    return Item(lambda width: f"- {shortened(name, width)}{_place(where)}\n")


def _place(where: str) -> str:
    return f" <sub>{shortened(where, _DETAIL)}</sub>" if where else ""


def _steps(words: PlanWords) -> Iterator[str]:
    title, steps = words.steps(commented=True)
    if steps:
        yield f"### {title}\n\n"
        yield from (f"- {shortened(line, _STEP)}\n" for line in steps)
        yield "\n"


def _foot(digest: str, words: PlanWords) -> str:
    commit = words.plan.source.commit or words("uncommitted changes")
    parts = []
    if not words.is_drift:
        parts.append(f"{words('Digest')} {code(digest)}")
    if words.plan.purpose is Purpose.SYNC:
        parts.append(f"{words('knowledge at')} {code(commit)}")
    parts.append(shortened(words.base(), 120))
    if words.shown.presets:
        parts.append(words.presets())
    return f"<sub>{' · '.join(parts)}</sub>\n"


def _outcome(entry: Entry) -> Item:
    action = f"**{entry.action}** " if entry.action else ""
    why = " · ".join(shortened(reason, 300) for reason in entry.reasons)
    body = _quoted((why, *(f"{name}: {lines(value[:_VALUE])}" for name, value in entry.values))) if why else ""
    return Item(
        lambda width: f"- {action}{shortened(entry.title, width)}{_place(entry.where)}\n",
        (lambda _limit: body) if body else None,
    )
