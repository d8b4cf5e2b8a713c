"""Where a target stands, on one screen: files, base, what waits, what the console did, the lock, and what to do next."""

from collections.abc import Iterator
from dataclasses import dataclass

from kbsync.display import day, short_commit
from kbsync.errors import KbsyncError
from kbsync.history.lease import LockInfo, show_time
from kbsync.messages import Message, message, plural
from kbsync.plan import Plan
from kbsync.render.page import PlanWords
from kbsync.render.text_page import Style, TextPage
from kbsync.render.words import RenderOptions, Words
from kbsync.settings import Target

__all__ = ["TargetStatus", "status_text"]

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class TargetStatus:
    """Where a target stands at the moment ``now``.

    ``commit`` is that of the files, None where they are of none; ``base`` was applied last, and made at ``base_date``. Without
    ``plan`` the library could not be read, because of the ``problem``; without ``drift`` there is nothing to compare it with.
    """

    target: Target
    now: float
    questions: int
    commit: str | None
    base: str | None
    base_date: int | None
    lock: LockInfo | None
    next: Message
    plan: Plan | None = None
    drift: Plan | None = None
    problem: KbsyncError | None = None


def status_text(found: TargetStatus, options: RenderOptions = RenderOptions()) -> str:
    """A row for each part, the next step last."""
    words, page = Words(options.language), TextPage(options)
    for label, value, style in _rows(found, words):
        page.row(label, [(value, style)], indent=0)
    return page.text()


def _rows(found: TargetStatus, words: Words) -> Iterator[tuple[str, str, Style]]:
    target = found.target
    yield words("Target"), f"{target.name} (SDKAppID {target.sdkappid})", Style.TITLE
    files = words("commit {commit}", commit=short_commit(found.commit)) if found.commit else words("files that are not committed")
    count = words.say(plural("{count} question", "{count} questions", count=found.questions))
    yield words("Files"), f"{files} · {count}", Style.PLAIN
    yield words("Applied last"), words.say(_base(found)), Style.PLAIN
    if found.problem is not None:
        yield words("Library"), words("not read: {reason}", reason=words.say(found.problem.message)), Style.DANGER
    if found.plan is not None:
        plan = PlanWords(found.plan, words.tag)
        said = plan.nothing_to_do() if plan.shown.empty else plan.headline(plan.tallies())
        yield words("Pending"), said, Style.DANGER if plan.shown.danger else Style.PLAIN
        for problem in plan.shown.blocking:
            yield words("Stopped by"), words.say(problem.message), Style.DANGER
    if found.drift is not None:
        drift = PlanWords(found.drift, words.tag)
        said = drift.headline(drift.tallies() or ((drift.voice.no_changes,),))
        yield words("Console"), said, Style.PLAIN if drift.shown.empty else Style.DANGER
    yield words("Lock"), words.say(_lock(found.lock)), Style.PLAIN if found.lock is None else Style.DANGER
    yield words("Next"), words.say(found.next), Style.TITLE


def _base(found: TargetStatus) -> Message:
    if found.base is None or found.base_date is None:
        return message("nothing from these files yet")
    commit = short_commit(found.base)
    days = max(0, int(found.now - found.base_date) // _DAY)
    made = {"commit": commit, "day": day(found.base_date)}
    return plural("commit {commit} of {day}, {count} day old", "commit {commit} of {day}, {count} days old", count=days, **made)


def _lock(lock: LockInfo | None) -> Message:
    if lock is None:
        return message("nobody applies")
    return message("held by {who} on {where} since {since}", who=lock.who, where=lock.where, since=show_time(lock.since))
