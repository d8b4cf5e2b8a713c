"""A plan and what an apply did as text for a terminal or a log: problems first, then danger, then the rest, then the cost."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from kbsync.display import short_commit
from kbsync.messages import Message, message
from kbsync.model import Content, show_path
from kbsync.plan import Action, Change, Field, Kind, Plan, Problem, Purpose, QuestionChange, Unmanaged
from kbsync.render.page import Entry, PlanWords, ReportWords, named
from kbsync.render.prose import UNCHANGED, Mark, Omission, Piece, blanks, difference, fold
from kbsync.render.text_page import Span, Style, TextPage
from kbsync.render.view import PROSE, Difference, Group, Section, action_of, similar_sides, view_of
from kbsync.render.words import RenderOptions
from kbsync.report import Receipt

__all__ = ["plan_text"]

_LISTED = 20
"""So many unmanaged objects are named; a library may hold thousands."""
_SCREEN = 22
"""Lines of a terminal that hold what is read last together with what was read first."""
_REPEATED = 8
"""So many dangers are named once more beside the question."""
_WHY = {
    Section.CONFLICTS: message("conflict"),
    Section.DRIFT: message("console edit"),
    Section.UNDONE: message("undone"),
}
"""Why a change is repeated as a danger that neither deletes nor disables."""
_SYMBOLS = {Action.CREATE: "+", Action.ENABLE: "+", Action.DELETE: "-", Action.DISABLE: "-"}
_STYLES = {Mark.SAME: Style.PLAIN, Mark.REMOVED: Style.REMOVED, Mark.ADDED: Style.ADDED}
_CONTEXT = 60
"""Unchanged characters shown on either side of a change."""
_SHORT = 300
"""Characters up to which a base is quoted whole; a longer one is folded around what changed."""


def plan_text(plan: Plan, options: RenderOptions = RenderOptions(), *, digest: str, steps: bool = True) -> str:
    """Draw a plan; ``digest`` ties what is read to the bytes that will be applied.

    Without ``steps`` it does not end with what an apply will ask for: for an apply, which asks right after.
    """
    words, page = PlanWords(plan, options.language), TextPage(options)
    shown = words.shown
    _head(page, digest, words)
    _problems(page, shown.blocking, (words.say(words.voice.stopped), Style.DANGER), words)
    _problems(page, (*shown.diverged, *shown.notices), (words("Please note:"), Style.TITLE), words)
    for group in shown.groups:
        _draw_group(page, group, words, verbose=options.verbose)
    _left_alone(page, words)
    _undeclared(page, words, verbose=options.verbose)
    _foot(page, words, verbose=options.verbose)
    title, lines = words.steps() if steps else ("", ())
    if lines:
        page.heading(title)
    for line in lines:
        page.line(("- ", Style.PLAIN), (line, Style.PLAIN), hang=2)
    return page.text()


def receipt_text(receipt: Receipt, options: RenderOptions = RenderOptions()) -> str:
    """Draw a receipt: who and when, then the report."""
    report, words, page = receipt.report, ReportWords(receipt.report, options.language), TextPage(options)
    page.line((words("Applied by {actor}", actor=receipt.actor), Style.TITLE))
    page.line((words("from {started} to {finished}", started=receipt.started, finished=receipt.finished), Style.QUIET))
    page.blank()
    target, given = report.plan.target, words.still_given()
    about = words.say(words.title().fill(target=target.name))
    page.line((f"{about} (SDKAppID {target.sdkappid})", Style.TITLE))
    page.line((words.verdict(), Style.TITLE if report.finished else Style.DANGER))
    if given:
        page.line((given, Style.DANGER))
    for part in words.parts():
        page.heading(f"{part.title} ({len(part.entries)})", Style.DANGER if part.danger else Style.TITLE)
        if part.note:
            page.line((part.note, Style.PLAIN))
        for entry in part.entries:
            _draw_entry(page, entry)
    page.heading(words("Summary"))
    page.line((" · ".join(f"{title}: {count}" for title, count in words.tally()), Style.PLAIN))
    for caveat in words.caveats():
        page.line((caveat, Style.PLAIN if report.verified else Style.DANGER))
    total = words("calls: {count}", count=sum(report.calls.values()))
    calls = (total, _by_command(report.calls) if options.verbose else "", words.time())
    page.line((" · ".join(filter(None, calls)), Style.PLAIN), hang=2)
    if given:
        page.line((given, Style.DANGER))
    return page.text()


def _head(page: TextPage, digest: str, words: PlanWords) -> None:
    plan = words.plan
    about = words.say(words.voice.title.fill(target=plan.target.name))
    page.line((f"{about} (SDKAppID {plan.target.sdkappid})", Style.TITLE))
    _headline(page, words)
    for line in _origin(digest, words):
        page.line((line, Style.QUIET))
    if plan.only is not None:
        page.line((words("Only what matches {pattern}", pattern=plan.only), Style.TITLE))
    if plan.offline:
        page.line((words("Offline: the base stands in for the live library. This plan is for reading only."), Style.TITLE))


def _headline(page: TextPage, words: PlanWords) -> None:
    """The plan in a sentence, with its dangers first."""
    shown, given = words.shown, words.still_given()
    if shown.blocking or not shown.empty:
        page.line((words.headline(words.clauses()), Style.DANGER if shown.danger or given else Style.TITLE))
        return
    if given:
        page.line((given, Style.DANGER))
    page.line((words.nothing_to_do(), Style.TITLE))


def _origin(digest: str, words: PlanWords) -> Iterator[str]:
    """What was compared, and the digest of what can be applied."""
    commit = words.plan.source.commit
    state = words("commit {commit}", commit=short_commit(commit)) if commit else words("files that are not committed")
    yield f"{state} · {words.base()}" if words.plan.purpose is Purpose.SYNC else words.base()
    if not words.is_drift:
        yield words("digest {digest}", digest=digest)


def _problems(page: TextPage, problems: Sequence[Problem], title: Span, words: PlanWords) -> None:
    if problems:
        page.blank()
        page.line(title)
        for said, where in map(words.problem, problems):
            place = f"{where}: " if where else ""
            page.line(("! ", Style.DANGER), (place, Style.QUIET), (said, Style.PLAIN), indent=2, hang=2)


def _draw_group(page: TextPage, group: Group, words: PlanWords, *, verbose: bool) -> None:
    title, note = words.heading(group.section)
    page.heading(f"{title} ({len(group.changes)})", Style.DANGER if group.danger else Style.TITLE)
    if note:
        page.line((note, Style.PLAIN))
    for first, *others in group.bundles:
        if others and not verbose:
            count, route = words.bundle((first, *others))
            page.blank()
            page.line((f"~ {words.label(first)}: {count} ", Style.TITLE), (words("(-v names them)"), Style.QUIET), hang=2)
            page.line((route, Style.PLAIN), indent=4)
        else:
            for change in (first, *others):
                _draw_change(page, change, words, verbose=verbose)


def _draw_change(page: TextPage, change: Change, words: PlanWords, *, verbose: bool) -> None:
    """One change, with a blank line before it: what happens to which object, where it is written, why, and what differs.

    A verbose one ends with the source of a rich answer.
    """
    page.blank()
    page.line(*_name(change, words), hang=2)
    reasons = (words.place(change), words.reason(change), words.recognition(change))
    page.line((" · ".join(filter(None, reasons)), Style.QUIET), indent=4)
    if isinstance(change, QuestionChange):
        view = view_of(change, words.plan.purpose)
        for found in view.differences:
            _draw_difference(page, found, words)
        for field in view.whole:
            value = "\n".join(view.content.similar) if field is Field.SIMILAR else words.whole(view.content, field)
            page.row(words.field(field), [(value, Style.PLAIN)])
        if verbose and (sources := words.sources(view)):
            *was, now = sources
            page.row(words("Source"), _prose(was[0], now, words) if was else [(now, Style.PLAIN)])


def _name(change: Change, words: PlanWords, why: Message | None = None) -> tuple[Span, Span]:
    """What happens to which object; ``why`` that is a danger where the deed alone does not tell."""
    action = action_of(change)
    style = Style.DANGER if why is not None or action in (Action.DELETE, Action.DISABLE) else Style.TITLE
    label = words.label(change) if why is None else f"{words.label(change)} ({words.say(why)})"
    return (f"{_SYMBOLS.get(action, '~')} {label}: ", style), (_title(change), Style.TITLE)


def _title(change: Change) -> str:
    if not isinstance(change, QuestionChange) and change.before and change.after:
        return f"{show_path(change.before)} → {show_path(change.after)}"
    return " ".join(change.title.split("\n"))


def _draw_difference(page: TextPage, found: Difference, words: PlanWords) -> None:
    """Before and after in one, or each version on its own where there are more or a reader has to know whose they are."""
    label, (first, *others) = words.field(found.field), found.versions
    if not found.named:
        remark = words.remark(found)
        note = [(f"({remark})\n", Style.QUIET)] if remark else []
        page.row(label, [*note, *_compared(found.field, first.content, others[0].content, words)])
        return
    page.row(label, [])
    page.row(f"  {words.when(first)}", [(_quoted(found, words), Style.PLAIN)])
    for other in others:
        if found.field in (*PROSE, Field.SIMILAR):
            spans = _compared(found.field, first.content, other.content, words)
        else:
            spans = [(words.value(other.content, found.field), Style.PLAIN)]
        page.row(f"  {words.when(other)}", spans)


def _compared(field: Field, before: Content, after: Content, words: PlanWords) -> list[Span]:
    """Differences marked inside a text or a set; of other fields the old value before the new one."""
    if field is Field.SIMILAR:
        gone, new, same = similar_sides(before, after)
        count = [(words("{count} unchanged", count=len(same)), Style.QUIET)] if same else []
        return _joined([*((f"- {text}", Style.OLD) for text in gone), *((f"+ {text}", Style.NEW) for text in new), *count])
    was, will = words.sides(before, after, field)
    if field in PROSE:
        return _prose(was, will, words)
    return [(was, Style.OLD), (" → ", Style.PLAIN), (will, Style.NEW)]


def _prose(before: str, after: str, words: PlanWords) -> list[Span]:
    """Marks inside the text, or the old above the new where they have little in common."""
    pieces = difference(before, after)
    if not any(piece.mark is Mark.SAME and piece.text.strip() for piece in pieces):
        old = [(f"- {line}", Style.OLD) for line in before.split("\n")] if before else []
        new = [(f"+ {line}", Style.NEW) for line in after.split("\n")] if after else []
        return _joined([*old, *new])
    return list(_apart([_span(piece, words) for piece in fold(pieces, context=_CONTEXT)]))


def _apart(spans: Iterable[Span]) -> Iterator[Span]:
    """The spans, with an arrow between a deletion and the insertion that follows it."""
    for before, span in pairwise((("", Style.PLAIN), *spans)):
        if (before[1], span[1]) == (Style.REMOVED, Style.ADDED):
            yield "→", Style.TURN
        yield span


def _quoted(found: Difference, words: PlanWords) -> str:
    """The first version whole, or only what lies around the changes."""
    base, wanted = words.sides(found.versions[0].content, found.versions[-1].content, found.field)
    if len(base) <= _SHORT:
        return base
    kept = fold([piece for piece in difference(base, wanted) if piece.mark is not Mark.ADDED], context=_CONTEXT)
    return "".join(_span(piece, words)[0] for piece in kept)


def _span(piece: Piece | Omission, words: PlanWords) -> Span:
    if isinstance(piece, Omission):
        gap = words.say(UNCHANGED.fill(count=piece.characters))
        return (f"\n[… {gap} …]\n" if piece.lines else f" [… {gap} …] "), Style.QUIET
    if piece.mark is not Mark.SAME and not piece.text.strip():
        return blanks(piece.text), _STYLES[piece.mark]
    return piece.text, _STYLES[piece.mark]


def _joined(lines: Iterable[Span]) -> list[Span]:
    spans: list[Span] = []
    for line in lines:
        spans += [("\n", Style.PLAIN), line]
    return spans[1:]


def _left_alone(page: TextPage, words: PlanWords) -> None:
    title, note, items = words.kept()
    if items:
        page.heading(f"{title} ({len(items)})", Style.DANGER if words.shown.outlived else Style.TITLE)
        if note:
            page.line((note, Style.PLAIN))
        page.blank()
    for item in items:
        page.line((_in_place(*item), Style.PLAIN), indent=2, hang=2)


def _in_place(name: str, where: str) -> str:
    return " ".join(name.split()) + (f" ({where})" if where else "")


def _foot(page: TextPage, words: PlanWords, *, verbose: bool) -> None:
    """What is read last, right above the question whether to apply: the dangers, by name where they are out of sight."""
    plan, shown = words.plan, words.shown
    if shown.empty:
        return
    far = page.height > _SCREEN
    page.heading(words("Summary"))
    dangers = [(change, group.section) for group in shown.groups if group.danger for change in group.changes] if far else []
    for change, section in dangers[:_REPEATED]:
        page.line(*_name(change, words, _WHY.get(section)), cut=True)
    if len(dangers) > _REPEATED:
        page.line((words("… and {count} more above", count=len(dangers) - _REPEATED), Style.DANGER))
    if verbose and plan.cost.calls and not words.is_drift:
        seconds = words("about {seconds} s at the limit", seconds=f"{plan.cost.seconds:.1f}")
        most = words("calls: at most {count}", count=sum(plan.cost.calls.values()))
        page.line((" · ".join((most, _by_command(plan.cost.calls), seconds)), Style.PLAIN), hang=2)
    _headline(page, words)


def _undeclared(page: TextPage, words: PlanWords, *, verbose: bool) -> None:
    """What git never declared: the console's, named up to a number, and the service's own, counted; all of them on demand."""
    items, presets = words.shown.undeclared, words.presets()
    if items or presets:
        page.blank()
    if items:
        questions = sum(item.kind is Kind.QUESTION for item in items)
        counts = words(
            "Not declared in git, left as they are: questions {questions}, categories {categories}.",
            questions=questions,
            categories=len(items) - questions,
        )
        page.line((counts, Style.QUIET))
        _listed(page, items if verbose else items[:_LISTED])
    if len(items) > _LISTED and not verbose:
        more = words("… and {count} more (-v names all)", count=len(items) - _LISTED)
        page.line((more, Style.QUIET), indent=2, hang=2)
    if presets:
        page.line((presets, Style.QUIET))
        _listed(page, words.shown.presets if verbose else ())


def _listed(page: TextPage, items: Iterable[Unmanaged]) -> None:
    for item in items:
        page.line((_in_place(*named(item)), Style.QUIET), indent=2, hang=2)


def _by_command(calls: Mapping[str, int]) -> str:
    return ", ".join(f"{command} {count}" for command, count in sorted(calls.items()))


def _draw_entry(page: TextPage, entry: Entry) -> None:
    name = _in_place(entry.title, entry.where)
    page.line((f"{entry.action}: {name}" if entry.action else name, Style.PLAIN), indent=2, hang=2)
    if entry.reasons:
        page.line((" · ".join(entry.reasons), Style.PLAIN), indent=6)
    for (label, value), style in zip(entry.values, (Style.OLD, Style.NEW), strict=False):
        page.row(label, [(value, style)], indent=6)
