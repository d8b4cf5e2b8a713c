"""A plan and what an apply did as text for a terminal or a log: problems first, then danger, then the rest, then the cost."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kbsync.display import short_commit
from kbsync.model import Content, show_path
from kbsync.plan import Action, Change, Field, Kind, Plan, Problem, Purpose, QuestionChange, Unmanaged, value_of
from kbsync.render.headline import headline, next_steps, tallies
from kbsync.render.outcomes import Entry, caveats, report_parts, report_title, tally, verdict
from kbsync.render.phrases import (
    FIELDS,
    Voice,
    base_label,
    cause_sentence,
    kept_note,
    nothing_to_do,
    place_of,
    recognition,
    still_given,
    told,
    voice,
)
from kbsync.render.prose import UNCHANGED, Mark, Omission, Piece, blanks, difference, fold
from kbsync.render.text_page import Span, Style, TextPage
from kbsync.render.view import DANGEROUS, Difference, Group, Outline, action_of, outline, view_of
from kbsync.render.words import RenderOptions, Words
from kbsync.report import ApplyReport, Receipt

__all__ = ["plan_text", "receipt_text", "report_text"]

_LISTED = 20
"""So many unmanaged objects are named; a library may hold thousands."""
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
    words, page = Words(options.language), TextPage(options)
    shown, spoken = outline(plan), voice(plan.purpose)
    _head(page, plan, digest, words)
    _problems(page, shown.blocking, (words.say(spoken.stopped), Style.DANGER), words)
    _problems(page, shown.notices, (words("Please note:"), Style.TITLE), words)
    given = still_given(plan)
    if shown.empty and given:
        page.line((words.say(given), Style.DANGER))
    if not shown.empty:
        page.line((words.sentence(headline(plan, shown)), Style.DANGER if shown.danger or given else Style.TITLE))
    else:
        nothing = words("There is nothing else to show.") if shown.blocking else words.say(nothing_to_do(plan))
        page.line((nothing, Style.TITLE))
    for group in shown.groups:
        _draw_group(page, group, spoken, words)
    _left_alone(page, plan, shown, words)
    _foot(page, plan, shown, words)
    demanded = next_steps(plan) if steps else None
    if demanded:
        page.heading(words.say(demanded.title))
        for line in demanded.lines:
            page.line(("- ", Style.PLAIN), (words.say(line), Style.PLAIN), hang=2)
    return page.text()


def report_text(report: ApplyReport, options: RenderOptions = RenderOptions()) -> str:
    """Draw a report."""
    page = TextPage(options)
    _draw_report(page, report, Words(options.language))
    return page.text()


def receipt_text(receipt: Receipt, options: RenderOptions = RenderOptions()) -> str:
    """Draw a receipt: who and when, then the report."""
    words = Words(options.language)
    page = TextPage(options)
    page.line((words("Applied by {actor}", actor=receipt.actor), Style.TITLE))
    page.line((words("from {started} to {finished}", started=receipt.started, finished=receipt.finished), Style.QUIET))
    page.blank()
    _draw_report(page, receipt.report, words)
    return page.text()


def _head(page: TextPage, plan: Plan, digest: str, words: Words) -> None:
    about = words.say(voice(plan.purpose).title.fill(target=plan.target.name))
    page.line((f"{about} (SDKAppID {plan.target.sdkappid})", Style.TITLE))
    for line in _origin(plan, digest, words):
        page.line((line, Style.QUIET))
    if plan.only is not None:
        page.line((words("Only what matches {pattern}", pattern=plan.only), Style.TITLE))
    if plan.offline:
        page.line((words("Offline: the base stands in for the live library. This plan is for reading only."), Style.TITLE))
    page.blank()


def _origin(plan: Plan, digest: str, words: Words) -> Iterator[str]:
    """What was compared, and the digest of what can be applied."""
    commit = plan.source.commit
    state = words("commit {commit}", commit=short_commit(commit)) if commit else words("files that are not committed")
    if plan.purpose is Purpose.SYNC:
        yield f"{state} · {words.say(base_label(plan))}"
    if plan.purpose is Purpose.DRIFT:
        yield words.say(base_label(plan))
    else:
        yield words("digest {digest}", digest=digest)


def _problems(page: TextPage, problems: Sequence[Problem], title: Span, words: Words) -> None:
    if problems:
        page.line(title)
        for problem in problems:
            place = f"{problem.location.path}:{problem.location.line}: " if problem.location else ""
            page.line(("! ", Style.DANGER), (place, Style.QUIET), (words.say(problem.message), Style.PLAIN), indent=2, hang=2)
        page.blank()


def _draw_group(page: TextPage, group: Group, spoken: Voice, words: Words) -> None:
    style = Style.DANGER if group.section in DANGEROUS else Style.TITLE
    page.heading(f"{words.say(spoken.sections[group.section])} ({len(group.changes)})", style)
    if group.section in spoken.notes:
        page.line((words.say(spoken.notes[group.section]), Style.PLAIN))
    for change in group.changes:
        _draw_change(page, change, spoken, words)


def _draw_change(page: TextPage, change: Change, spoken: Voice, words: Words) -> None:
    """One change, with a blank line before it: what happens to which object, where it is written, why, and what differs."""
    action = action_of(change)
    style = Style.DANGER if action in (Action.DELETE, Action.DISABLE) else Style.TITLE
    page.blank()
    label = f"{_SYMBOLS.get(action, '~')} {words.say(spoken.label(change))}: "
    page.line((label, style), (_title(change), Style.TITLE), hang=2)
    reasons = (place_of(change, spoken.purpose), cause_sentence(change, spoken.purpose), recognition(change))
    page.line((" · ".join(words.say(reason) for reason in reasons if reason), Style.QUIET), indent=4)
    if isinstance(change, QuestionChange):
        view = view_of(change, spoken.purpose)
        for found in view.differences:
            _draw_difference(page, found, spoken, words)
        for field in view.whole:
            value = "\n".join(view.content.similar) if field is Field.SIMILAR else words.say(told(view.content, field))
            page.row(words.say(FIELDS[field]), [(value, Style.PLAIN)])


def _title(change: Change) -> str:
    if not isinstance(change, QuestionChange) and change.before and change.after:
        return f"{show_path(change.before)} → {show_path(change.after)}"
    return " ".join(change.title.split("\n"))


def _draw_difference(page: TextPage, found: Difference, spoken: Voice, words: Words) -> None:
    """Before and after in one, or each version on its own where there are more or they have to be told apart."""
    label, (first, *others) = words.say(FIELDS[found.field]), found.versions
    if not found.named:
        note = [(f"({words.say(spoken.causes[found.cause])})\n", Style.QUIET)] if found.cause else []
        page.row(label, [*note, *_compared(found.field, first.content, others[0].content, words)])
        return
    page.row(label, [])
    page.row(f"  {words.say(spoken.sides[first.time])}", [(_quoted(found, words), Style.PLAIN)])
    for other in others:
        if found.field in _MARKED:
            spans = _compared(found.field, first.content, other.content, words)
        else:
            spans = [(_value(other.content, found.field, words), Style.PLAIN)]
        page.row(f"  {words.say(spoken.sides[other.time])}", spans)


_MARKED = (Field.QUESTION, Field.ANSWER, Field.SIMILAR)
"""The fields whose differences are marked inside the text; of the others the old value stands before the new one."""


def _compared(field: Field, before: Content, after: Content, words: Words) -> list[Span]:
    if field is Field.SIMILAR:
        return _set_difference(before.similar, after.similar, words)
    if field in _MARKED:
        return _prose(_value(before, field, words), _value(after, field, words), words)
    return [(_value(before, field, words), Style.OLD), (" → ", Style.PLAIN), (_value(after, field, words), Style.NEW)]


def _value(content: Content, field: Field, words: Words) -> str:
    return words.say(value_of(content, field))


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


def _quoted(found: Difference, words: Words) -> str:
    """The first version whole, or only what lies around the changes."""
    base = _value(found.versions[0].content, found.field, words)
    if len(base) <= _SHORT:
        return base
    wanted = _value(found.versions[-1].content, found.field, words)
    kept = fold([piece for piece in difference(base, wanted) if piece.mark is not Mark.ADDED], context=_CONTEXT)
    return "".join(_span(piece, words)[0] for piece in kept)


def _span(piece: Piece | Omission, words: Words) -> Span:
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


def _left_alone(page: TextPage, plan: Plan, shown: Outline, words: Words) -> None:
    if shown.lapsed:
        title = f"{words('No longer in git, kept live')} ({len(shown.lapsed)})"
        page.heading(title, Style.DANGER if shown.outlived else Style.TITLE)
        note = kept_note(plan)
        if note:
            page.line((words.say(note), Style.PLAIN))
        page.blank()
        for item in shown.lapsed:
            page.line((_named(item), Style.PLAIN), indent=2, hang=2)


def _named(item: Unmanaged) -> str:
    path = show_path(item.category)
    return path if item.title == path else f"{' '.join(item.title.split())} ({path})"


def _foot(page: TextPage, plan: Plan, shown: Outline, words: Words) -> None:
    if shown.empty:
        page.blank()
    else:
        page.heading(words("Summary"))
    for clause in tallies(shown):
        page.line((words.sentence((clause,)), Style.PLAIN))
    if plan.cost.calls and plan.purpose is not Purpose.DRIFT:
        seconds = words("about {seconds} s at the limit", seconds=f"{plan.cost.seconds:.1f}")
        _draw_calls(page, plan.cost.calls, seconds, words)
    if shown.undeclared:
        _undeclared(page, shown.undeclared, words)


def _undeclared(page: TextPage, items: Sequence[Unmanaged], words: Words) -> None:
    questions = sum(item.kind is Kind.QUESTION for item in items)
    counts = words(
        "Not declared in git, left as they are: questions {questions}, categories {categories}.",
        questions=questions,
        categories=len(items) - questions,
    )
    page.line((counts, Style.QUIET))
    for item in items[:_LISTED]:
        page.line((_named(item), Style.QUIET), indent=2, hang=2)
    if len(items) > _LISTED:
        more = words("… and {count} more (kbsync plan --format json lists all)", count=len(items) - _LISTED)
        page.line((more, Style.QUIET), indent=2, hang=2)


def _draw_calls(page: TextPage, calls: Mapping[str, int], end: str, words: Words) -> None:
    """How many calls each command gets, with the time in ``end``."""
    each = ", ".join(f"{command} {count}" for command, count in sorted(calls.items()))
    total = words("calls: {count}", count=sum(calls.values()))
    page.line((" · ".join(part for part in (total, each, end) if part), Style.PLAIN), hang=2)


def _draw_report(page: TextPage, report: ApplyReport, words: Words) -> None:
    target = report.plan.target
    about = words.say(report_title(report).fill(target=target.name))
    page.line((f"{about} (SDKAppID {target.sdkappid})", Style.TITLE))
    page.line((words.say(verdict(report)), Style.TITLE if report.finished else Style.DANGER))
    given = still_given(report.plan)
    if given:
        page.line((words.say(given), Style.DANGER))
    for part in report_parts(report, words):
        page.heading(f"{part.title} ({len(part.entries)})", Style.DANGER if part.danger else Style.TITLE)
        if part.note:
            page.line((part.note, Style.PLAIN))
        for entry in part.entries:
            _draw_entry(page, entry)
    page.heading(words("Summary"))
    counts = tally(report)
    page.line((" · ".join(f"{words.say(title)}: {count}" for title, count in counts), Style.PLAIN))
    for caveat in caveats(report):
        page.line((words.say(caveat), Style.PLAIN if report.verified else Style.DANGER))
    _draw_calls(page, report.calls, words("took {seconds} s", seconds=f"{report.seconds:.1f}"), words)
    if given:
        page.line((words.say(given), Style.DANGER))


def _draw_entry(page: TextPage, entry: Entry) -> None:
    name = " ".join(entry.title.split())
    where = f" ({entry.where})" if entry.where else ""
    page.line((f"{entry.action}: {name}{where}" if entry.action else f"{name}{where}", Style.PLAIN), indent=2, hang=2)
    if entry.reasons:
        page.line((" · ".join(entry.reasons), Style.PLAIN), indent=6)
    for (label, value), style in zip(entry.values, (Style.OLD, Style.NEW), strict=False):
        page.row(label, [(value, style)], indent=6)
