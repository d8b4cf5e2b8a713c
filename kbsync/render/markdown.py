"""A plan or what an apply did as a comment on a pull request, right on GitHub and on GitLab: danger first, never too long."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kbsync.messages import plural
from kbsync.model import CategoryPath, Content, show_path
from kbsync.plan import (
    Action,
    Cause,
    Change,
    Field,
    Kind,
    Plan,
    Problem,
    ProblemKind,
    Purpose,
    QuestionChange,
    Unmanaged,
    value_of,
)
from kbsync.render.headline import headline, next_steps
from kbsync.render.markdown_frame import Block, Item, alert, compose, whole
from kbsync.render.markdown_text import NARROW, code, comment_safe, lines, shortened, text
from kbsync.render.outcomes import Entry, OutcomePart, caveats, report_parts, report_title, tally, verdict
from kbsync.render.phrases import (
    FIELDS,
    Voice,
    alien,
    base_label,
    kept_note,
    nothing_to_do,
    place_of,
    recognition,
    still_given,
    told,
    voice,
)
from kbsync.render.prose import UNCHANGED, Mark, Omission, Piece, blanks, difference, fold
from kbsync.render.view import DANGEROUS, Difference, Group, Outline, QuestionView, Section, outline, view_of
from kbsync.render.words import RenderOptions, Words
from kbsync.report import ApplyReport, Receipt

_MARKS = {Purpose.SYNC: "plan", Purpose.DRIFT: "drift", Purpose.UNDO: "undo"}
_STEP = 400
"""Characters of one line about what to do; none of ours is that long."""
_DETAIL = 80
_VALUE = 600
"""Characters that are shown of a value that reads back differently."""


def plan_markdown(
    plan: Plan, options: RenderOptions = RenderOptions(), *, digest: str, budget: int = 60_000, link: str | None = None
) -> str:
    """The comment, at most ``budget`` characters long (GitHub refuses more than 65,536); its first line is its marker.

    Dangerous changes stand open and first. When not all fits, the details of harmless changes go first, then their
    names; dangerous titles get shorter before one of them is only counted. What is missing is said at the top, with
    ``link`` (an address of the whole plan) or the plan artifact as the place to find it. A budget under 30,000 is a
    ValueError.
    """
    words = Words(options.language)
    shown = outline(plan)
    return compose(
        "".join(_head(plan, shown, words)),
        tuple(_blocks(plan, shown, words)),
        "".join((*_steps(plan, words), _foot(plan, digest, words))),
        budget=budget,
        rest=whole(link, words("the plan artifact"), words),
        words=words,
    )


def report_markdown(
    report: ApplyReport, options: RenderOptions = RenderOptions(), *, budget: int = 60_000, link: str | None = None
) -> str:
    """The outcome of an apply, at most ``budget`` characters long (not under 30,000); its first line is its marker.

    Changes that did not end in their goal state are named before all others; ``link`` is where the receipt is.
    """
    words = Words(options.language)
    target = report.plan.target.name
    given = still_given(report.plan)
    told = " ".join(words.say(part) for part in (verdict(report), given) if part)
    counts = " · ".join(f"{words.say(title)}: **{count}**" for title, count in tally(report))
    head = (
        f"<!-- kbsync apply: {comment_safe(target)} -->\n"
        f"## {words.say(report_title(report).fill(target=code(target)))}\n\n"
        f"{alert('CAUTION' if given or not report.finished else 'NOTE', f'**{told}**')}"
        f"{counts}\n\n"
    )
    calls = words("calls: {count}", count=sum(report.calls.values()))
    cost = (calls, words("took {seconds} s", seconds=f"{report.seconds:.1f}"), *map(words.say, caveats(report)))
    return compose(
        head,
        tuple(map(_outcomes, report_parts(report, words))),
        f"<sub>{' · '.join(cost)}</sub>\n",
        budget=budget,
        rest=whole(link, words("the receipt"), words),
        words=words,
    )


def receipt_markdown(receipt: Receipt, options: RenderOptions = RenderOptions()) -> str:
    """The outcome of an apply; who ran it and when stands beside the comment anyway."""
    return report_markdown(receipt.report, options)


def marker(plan: Plan) -> str:
    """The hidden first line by which a later run finds the comment of the same target and purpose, to replace it."""
    return f"<!-- kbsync {_MARKS[plan.purpose]}: {comment_safe(plan.target.name)} -->"


def _head(plan: Plan, shown: Outline, words: Words) -> Iterator[str]:
    yield f"{marker(plan)}\n"
    yield f"## {words.say(voice(plan.purpose).title.fill(target=code(plan.target.name)))}\n\n"
    if plan.only is not None:
        yield f"{words('Only what matches {pattern}', pattern=code(plan.only))}\n\n"
    yield f"**{words.headline(headline(plan, shown))}**\n\n"
    if plan.offline:
        yield alert("NOTE", words("Made without looking at the live library: it can be read, not applied."))
    for problem in shown.notices:
        if problem.kind is ProblemKind.DIVERGED:  # it changes what every line below means
            yield alert("WARNING", shortened(words.say(problem.message), _STEP))
    if shown.danger and plan.purpose is not Purpose.DRIFT:
        said = plural(
            "{count} change takes an answer from customers or overwrites somebody's work.",
            "{count} changes take answers from customers or overwrite somebody's work.",
            count=shown.danger,
        )
        yield alert("CAUTION", words.say(said))
    given = still_given(plan)
    if given:
        yield alert("CAUTION", words.say(given))
    if shown.empty and not shown.blocking:
        yield words.say(nothing_to_do(plan)) + "\n\n"


def _blocks(plan: Plan, shown: Outline, words: Words) -> Iterator[Block]:
    """From the most important to the least; the names in dangerous blocks are kept whatever happens."""
    spoken = voice(plan.purpose)
    if shown.blocking:
        items = tuple(_problem(problem, words) for problem in shown.blocking)
        yield Block(words.say(spoken.stopped), items, danger=True)
    for group in shown.groups:
        yield _section(group, spoken, words)
    notices = [problem for problem in shown.notices if problem.kind is not ProblemKind.DIVERGED]
    if notices:
        yield Block(words("Notices"), tuple(_problem(problem, words) for problem in notices))
    if shown.lapsed:
        note = kept_note(plan)
        kept = tuple(_untouched(item) for item in shown.lapsed)
        yield Block(words("No longer in git, kept live"), kept, note=words.say(note) if note else "", opened=True)
    for title, others in alien(shown):
        yield Block(words.say(title), tuple(_untouched(item) for item in others))


def _section(group: Group, spoken: Voice, words: Words) -> Block:
    return Block(
        words.say(spoken.sections[group.section]),
        tuple(_item(change, group.section, spoken, words) for change in group.changes),
        note=words.say(spoken.notes.get(group.section, "")),
        danger=group.section in DANGEROUS,
        opened=spoken.purpose is Purpose.DRIFT,
    )


def _item(change: Change, section: Section, spoken: Voice, words: Words) -> Item:
    def line(width: int) -> str:
        return _line(change, section, width, spoken=spoken, words=words)

    if isinstance(change, QuestionChange):
        view = view_of(change, spoken.purpose)
        return Item(line, lambda limit: _quoted(_Details(limit, spoken, words).of(view)), group=show_path(_home(change)))
    if change.before and change.after:
        paths = f"{_removed(text(show_path(change.before)))} → {_added(text(show_path(change.after)))}"
        return Item(line, lambda _limit: _quoted((paths,)), group=words("Categories"))
    return Item(line, group=words("Categories"))


def _line(change: Change, section: Section, width: int, *, spoken: Voice, words: Words) -> str:
    """The list item that names a change, its title cut to ``width`` characters; a narrow one is the title alone."""
    title = shortened(change.title, width)
    if width < NARROW:
        return f"- {title}\n"
    details = " · ".join(_details(change, section, spoken, words))
    return f"- **{words.say(spoken.label(change))}** {title}" + (f"<br><sub>{details}</sub>" if details else "") + "\n"


def _details(change: Change, section: Section, spoken: Voice, words: Words) -> Iterator[str]:
    if isinstance(change, QuestionChange):
        yield shortened(show_path(_home(change)), _DETAIL)
    taken = spoken.purpose is not Purpose.DRIFT and section in (Section.REMOVALS, Section.DISABLED)
    if taken and change.cause in (Cause.DRIFT, Cause.CONFLICT):
        yield words.say(spoken.causes[change.cause])
    if change.removal and change.action is Action.DISABLE:
        yield words("no longer in git")
    doubt = recognition(change)
    if doubt:
        yield words.say(doubt)
    place = words.say(place_of(change, spoken.purpose))
    if place:
        yield shortened(place, _DETAIL)


def _home(change: QuestionChange) -> CategoryPath:
    content = change.after or change.before
    return content.category if content else ()


def _quoted(paragraphs: Iterable[str]) -> str:
    """A quotation inside a list item; each paragraph is one line."""
    return "  >\n".join(f"  > {paragraph.rstrip()}\n" for paragraph in paragraphs)


@dataclass(frozen=True, slots=True)
class _Details:
    """Writes what differs in a question as paragraphs; of each stretch of text at most ``limit`` characters are shown."""

    limit: int
    spoken: Voice
    words: Words

    def of(self, view: QuestionView) -> Iterator[str]:
        for found in view.differences:
            yield self._difference(found)
        for field in view.whole:
            if field is not Field.CATEGORY:  # it stands beside the title
                value = view.content.similar if field is Field.SIMILAR else ()
                told_as = self._listed(value) if value else self._clipped(self.words.say(told(view.content, field)).rstrip())
                yield f"**{self.words.say(FIELDS[field])}**<br>{told_as}"

    def _difference(self, found: Difference) -> str:
        label = f"**{self.words.say(FIELDS[found.field])}**"
        first, *others = found.versions
        names = [self.words.say(self.spoken.sides[version.time]) for version in found.versions]
        if len(others) > 1:
            sides = [
                self._value(first.content, found.field),
                *(self._compared(found.field, first.content, other.content) for other in others),
            ]
            return "<br>".join((label, *(f"{name}: {side}" for name, side in zip(names, sides, strict=True))))
        note = " → ".join(names) if found.named else self.words.say(self.spoken.causes[found.cause]) if found.cause else ""
        compared = self._compared(found.field, first.content, others[0].content)
        return f"{label} ({note})<br>{compared}" if note else f"{label}<br>{compared}"

    def _value(self, content: Content, field: Field) -> str:
        return self._clipped(self.words.say(value_of(content, field)).rstrip())

    def _compared(self, field: Field, before: Content, after: Content) -> str:
        if field is Field.SIMILAR:
            return self._similar({*before.similar}, {*after.similar})
        was, will = (self.words.say(value_of(content, field)) for content in (before, after))
        if field in (Field.QUESTION, Field.ANSWER):
            return "".join(self._piece(piece) for piece in fold(difference(was, will)))
        return f"{_removed(text(was))} → {_added(text(will))}"

    def _piece(self, piece: Piece | Omission) -> str:
        if isinstance(piece, Omission):
            return f" <sub>[… {self.words.say(UNCHANGED.fill(count=piece.characters))} …]</sub> "
        if piece.mark is Mark.SAME:
            return self._clipped(piece.text)
        shown = self._clipped(piece.text if piece.text.strip() else blanks(piece.text))
        return _removed(shown) if piece.mark is Mark.REMOVED else _added(shown)

    def _similar(self, before: set[str], after: set[str]) -> str:
        parts = []
        if before - after:
            parts.append(self._listed(sorted(before - after), "<del>{}</del>"))
        if after - before:
            parts.append(self._listed(sorted(after - before), "<ins><b>{}</b></ins>"))
        if before & after:
            parts.append(self.words("{count} unchanged", count=len(before & after)))
        return " · ".join(parts)

    def _listed(self, items: Sequence[str], form: str = "{}") -> str:
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


def _problem(problem: Problem, words: Words) -> Item:
    where = f" <sub>{shortened(f'{problem.location.path}:{problem.location.line}', _DETAIL)}</sub>" if problem.location else ""
    return Item(lambda width: f"- {shortened(words.say(problem.message), 2 * width)}{where}\n", group=words("Problems"))


def _untouched(item: Unmanaged) -> Item:
    where = f" <sub>{shortened(show_path(item.category), _DETAIL)}</sub>" if item.kind is Kind.QUESTION else ""
    title = item.title if item.kind is Kind.QUESTION else show_path(item.category)
    return Item(lambda width: f"- {shortened(title, width)}{where}\n")


def _steps(plan: Plan, words: Words) -> Iterator[str]:
    steps = next_steps(plan)
    if steps:
        yield f"### {words.say(steps.title)}\n\n"
        yield from (f"- {shortened(words.say(line), _STEP)}\n" for line in steps.lines)
        yield "\n"


def _foot(plan: Plan, digest: str, words: Words) -> str:
    commit = plan.source.commit or words("uncommitted changes")
    parts = []
    if plan.purpose is not Purpose.DRIFT:
        parts.append(f"{words('Digest')} {code(digest)}")
    if plan.purpose is Purpose.SYNC:
        parts.append(f"{words('knowledge at')} {code(commit)}")
    if plan.purpose is not Purpose.UNDO:
        parts.append(shortened(words.say(base_label(plan)), 120))
    return f"<sub>{' · '.join(parts)}</sub>\n"


def _outcomes(part: OutcomePart) -> Block:
    return Block(part.title, tuple(map(_outcome, part.entries)), note=part.note, danger=part.danger)


def _outcome(entry: Entry) -> Item:
    where = f" <sub>{shortened(entry.where, _DETAIL)}</sub>" if entry.where else ""
    action = f"**{entry.action}** " if entry.action else ""
    why = " · ".join(shortened(reason, 300) for reason in entry.reasons)
    body = _quoted((why, *(f"{name}: {lines(value[:_VALUE])}" for name, value in entry.values))) if why else ""
    return Item(
        lambda width: f"- {action}{shortened(entry.title, width)}{where}\n",
        (lambda _limit: body) if body else None,
    )
