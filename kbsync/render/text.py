"""A plan as text for a terminal or a log: problems first, then danger, then the rest, then what it takes.

The order comes from ``outline``, one change is drawn by ``text_change``; nothing is decided or sorted here.
"""

from collections.abc import Sequence

from kbsync.model import show_path
from kbsync.plan import Plan, Problem, Unmanaged
from kbsync.render.outline import DANGEROUS, Outline, headline, outline, tallies
from kbsync.render.phrases import NOTES, SECTIONS, base_label
from kbsync.render.text_change import draw_change
from kbsync.render.text_page import Page, Style
from kbsync.render.words import Words

__all__ = ["draw_calls", "plan_text"]

_COMMIT = 12
"""The characters of a commit that are shown."""


def plan_text(plan: Plan, *, digest: str, width: int = 100, color: bool = False, language: str = "en") -> str:
    """Draw a plan for ``width`` columns; ``digest`` ties what is read to the bytes that will be applied."""
    words = Words(language)
    page = Page(width=width, color=color)
    shown = outline(plan)
    _head(page, plan, digest, words)
    page.blank()
    _problems(page, shown, words)
    if shown.empty:
        page.line((_nothing(plan, shown, words), Style.TITLE))
    else:
        page.line((words.sentence(headline(plan)), Style.DANGER if shown.danger else Style.TITLE))
    for group in shown.groups:
        danger = group.section in DANGEROUS
        title = f"{words.say(SECTIONS[group.section])} ({len(group.changes)})"
        page.heading(title, Style.DANGER if danger else Style.TITLE)
        if danger:
            page.line((words.say(NOTES[group.section]), Style.PLAIN))
        for change in group.changes:
            draw_change(page, change, words)
    _left_alone(page, shown, words)
    _foot(page, plan, shown, words)
    return page.text()


def draw_calls(page: Page, calls: Sequence[tuple[str, int]], end: str, words: Words) -> None:
    """Draw how many calls each command gets, with the time in ``end``."""
    each = ", ".join(f"{command} {count}" for command, count in calls)
    total = words("calls: {count}", count=sum(count for _, count in calls))
    page.line((" · ".join(part for part in (total, each, end) if part), Style.PLAIN), hang=2)


def _head(page: Page, plan: Plan, digest: str, words: Words) -> None:
    where = words("Plan for {target} (SDKAppID {sdkappid})", target=plan.target.name, sdkappid=plan.target.sdkappid)
    page.line((where, Style.TITLE))
    commit = plan.source.commit
    state = words("commit {commit}", commit=commit[:_COMMIT]) if commit else words("files that are not committed")
    page.line((f"{state} · {words.say(base_label(plan))}", Style.QUIET))
    page.line((words("digest {digest}", digest=digest), Style.QUIET))
    if plan.offline:
        page.line((words("Offline: the base stands in for the live library. This plan is for reading only."), Style.TITLE))


def _problems(page: Page, shown: Outline, words: Words) -> None:
    if shown.blocking:
        page.line((words("Problems that stop this plan from being applied:"), Style.DANGER))
        _list_problems(page, shown.blocking, words)
    if shown.notices:
        page.line((words("Please note:"), Style.TITLE))
        _list_problems(page, shown.notices, words)


def _list_problems(page: Page, problems: Sequence[Problem], words: Words) -> None:
    for problem in problems:
        place = f"{problem.location.path}:{problem.location.line}: " if problem.location else ""
        page.line(("! ", Style.DANGER), (place, Style.QUIET), (words.say(problem.message), Style.PLAIN), indent=2, hang=2)
    page.blank()


def _nothing(plan: Plan, shown: Outline, words: Words) -> str:
    if shown.blocking:
        return words("There is no change in this plan.")
    if plan.offline:
        return words("Nothing to do: what git declares is the same as in the base.")
    if not plan.unchanged:
        return words("Nothing to do: git declares no question, and none is to be removed.")
    return words("Nothing to do: whatever git declares is live as declared (questions: {count}).", count=plan.unchanged)


def _left_alone(page: Page, shown: Outline, words: Words) -> None:
    if shown.lapsed:
        page.heading(words("No longer in git, left as they are ({count})", count=len(shown.lapsed)))
        page.blank()
        for item in shown.lapsed:
            page.line((f"{item.title}{_home(item)}", Style.PLAIN), indent=2, hang=2)


def _home(item: Unmanaged) -> str:
    return f" ({show_path(item.category)})" if item.title != show_path(item.category) else ""


def _foot(page: Page, plan: Plan, shown: Outline, words: Words) -> None:
    if shown.empty:
        page.blank()
    else:
        page.heading(words("Summary"))
    for clause in tallies(shown):
        page.line((words.sentence((clause,)), Style.PLAIN))
    if shown.unmanaged or shown.unmanaged_categories:
        page.line((_unmanaged(shown, words), Style.PLAIN))
    if plan.cost.calls:
        seconds = words("about {seconds} s at the limit", seconds=f"{plan.cost.seconds:.1f}")
        draw_calls(page, sorted(plan.cost.calls.items()), seconds, words)


def _unmanaged(shown: Outline, words: Words) -> str:
    return words(
        "Not declared in git, left as they are: questions {questions}, categories {categories}.",
        questions=shown.unmanaged,
        categories=shown.unmanaged_categories,
    )
