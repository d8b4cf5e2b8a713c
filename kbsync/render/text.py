"""A plan as text for a terminal or a log: problems first, then danger, then the rest, then what it takes.

The order comes from ``outline``, one change is drawn by ``text_change``; nothing is decided or sorted here.
"""

from collections.abc import Iterator, Sequence

from kbsync.display import short_commit
from kbsync.model import show_path
from kbsync.plan import Kind, Plan, Problem, Purpose, Unmanaged
from kbsync.render.headline import headline, tallies
from kbsync.render.next_steps import Steps, next_steps
from kbsync.render.outline import DANGEROUS, Outline, outline
from kbsync.render.phrases import base_label, kept_note, nothing_to_do, still_given
from kbsync.render.text_change import draw_change
from kbsync.render.text_page import Page, Style
from kbsync.render.voices import Voice, title, voice
from kbsync.render.words import Words

__all__ = ["draw_calls", "named", "plan_text"]

_LISTED = 20
"""So many unmanaged objects are named; a library may hold thousands."""


def plan_text(plan: Plan, *, digest: str, width: int = 100, color: bool = False, language: str = "en", steps: bool = True) -> str:
    """Draw a plan for ``width`` columns; ``digest`` ties what is read to the bytes that will be applied.

    Without ``steps`` it does not end with what an apply will ask for: for an apply, which asks right after.
    """
    words = Words(language)
    page = Page(width=width, color=color)
    shown, spoken = outline(plan), voice(plan.purpose)
    _head(page, plan, digest, words)
    page.blank()
    _problems(page, shown, spoken, words)
    given = still_given(plan)
    if shown.empty and given:
        page.line((words.say(given), Style.DANGER))
    if shown.empty:
        page.line((_nothing(plan, shown, spoken, words), Style.TITLE))
    else:
        page.line((words.sentence(headline(plan, shown)), Style.DANGER if shown.danger or given else Style.TITLE))
    for group in shown.groups:
        style = Style.DANGER if group.section in DANGEROUS else Style.TITLE
        page.heading(f"{words.say(spoken.sections[group.section])} ({len(group.changes)})", style)
        if group.section in spoken.notes:
            page.line((words.say(spoken.notes[group.section]), Style.PLAIN))
        for change in group.changes:
            draw_change(page, change, voice=spoken, words=words)
    _left_alone(page, plan, shown, words)
    _foot(page, plan, shown, words)
    demanded = next_steps(plan) if steps else None
    if demanded:
        _steps(page, demanded, words)
    return page.text()


def draw_calls(page: Page, calls: Sequence[tuple[str, int]], end: str, words: Words) -> None:
    """Draw how many calls each command gets, with the time in ``end``."""
    each = ", ".join(f"{command} {count}" for command, count in calls)
    total = words("calls: {count}", count=sum(count for _, count in calls))
    page.line((" · ".join(part for part in (total, each, end) if part), Style.PLAIN), hang=2)


def _head(page: Page, plan: Plan, digest: str, words: Words) -> None:
    about = words.say(title(plan.purpose, plan.target.name))
    page.line((f"{about} (SDKAppID {plan.target.sdkappid})", Style.TITLE))
    for line in _origin(plan, digest, words):
        page.line((line, Style.QUIET))
    if plan.only is not None:
        page.line((words("Only what matches {pattern}", pattern=plan.only), Style.TITLE))
    if plan.offline:
        page.line((words("Offline: the base stands in for the live library. This plan is for reading only."), Style.TITLE))


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


def _problems(page: Page, shown: Outline, spoken: Voice, words: Words) -> None:
    if shown.blocking:
        page.line((words.say(spoken.stopped), Style.DANGER))
        _list_problems(page, shown.blocking, words)
    if shown.notices:
        page.line((words("Please note:"), Style.TITLE))
        _list_problems(page, shown.notices, words)


def _list_problems(page: Page, problems: Sequence[Problem], words: Words) -> None:
    for problem in problems:
        place = f"{problem.location.path}:{problem.location.line}: " if problem.location else ""
        page.line(("! ", Style.DANGER), (place, Style.QUIET), (words.say(problem.message), Style.PLAIN), indent=2, hang=2)
    page.blank()


def _nothing(plan: Plan, shown: Outline, spoken: Voice, words: Words) -> str:
    if shown.blocking:
        return words("There is nothing else to show.")
    if spoken.empty is not None:
        return words.say(spoken.empty)
    return words.say(nothing_to_do(plan))


def _left_alone(page: Page, plan: Plan, shown: Outline, words: Words) -> None:
    if shown.lapsed:
        page.heading(
            f"{words('No longer in git, kept live')} ({len(shown.lapsed)})", Style.DANGER if shown.outlived else Style.TITLE
        )
        note = kept_note(plan)
        if note:
            page.line((words.say(note), Style.PLAIN))
        page.blank()
        for item in shown.lapsed:
            page.line((named(item), Style.PLAIN), indent=2, hang=2)


def named(item: Unmanaged) -> str:
    """What is only named: a question with its category, or a category."""
    path = show_path(item.category)
    return path if item.title == path else f"{' '.join(item.title.split())} ({path})"


def _foot(page: Page, plan: Plan, shown: Outline, words: Words) -> None:
    if shown.empty:
        page.blank()
    else:
        page.heading(words("Summary"))
    for clause in tallies(shown):
        page.line((words.sentence((clause,)), Style.PLAIN))
    if plan.cost.calls and plan.purpose is not Purpose.DRIFT:
        seconds = words("about {seconds} s at the limit", seconds=f"{plan.cost.seconds:.1f}")
        draw_calls(page, sorted(plan.cost.calls.items()), seconds, words)
    if shown.undeclared:
        _undeclared(page, shown.undeclared, words)


def _undeclared(page: Page, items: Sequence[Unmanaged], words: Words) -> None:
    questions = sum(item.kind is Kind.QUESTION for item in items)
    counts = words(
        "Not declared in git, left as they are: questions {questions}, categories {categories}.",
        questions=questions,
        categories=len(items) - questions,
    )
    page.line((counts, Style.QUIET))
    for item in items[:_LISTED]:
        page.line((named(item), Style.QUIET), indent=2, hang=2)
    if len(items) > _LISTED:
        more = words("… and {count} more (kbsync plan --format json lists all)", count=len(items) - _LISTED)
        page.line((more, Style.QUIET), indent=2, hang=2)


def _steps(page: Page, steps: Steps, words: Words) -> None:
    page.heading(words.say(steps.title))
    for line in steps.lines:
        page.line(("- ", Style.PLAIN), (words.say(line), Style.PLAIN), hang=2)
