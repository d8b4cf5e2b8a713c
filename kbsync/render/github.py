"""A plan or a receipt for a GitHub Actions step: annotations, the job summary and the step's outputs."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from kbsync.diagnostics import Location
from kbsync.display import cut, visible
from kbsync.guards import removal_count
from kbsync.messages import message
from kbsync.plan import Action, Plan, Problem, Purpose
from kbsync.render.formats import Level, Rendition, command, within_limit
from kbsync.render.markdown import plan_markdown, receipt_markdown
from kbsync.render.page import PlanWords
from kbsync.render.view import Outline, Section, action_of, is_conflict
from kbsync.render.words import RenderOptions
from kbsync.report import Receipt

SUMMARY_BYTES = 1_000_000
"""A step's summary above 1 MiB is dropped whole ("supports content up to a size of 1024k"); this leaves a margin."""
_BUDGETS = (900_000, 640_000, 480_000, 330_000)
"""Characters to try until the bytes fit; the last always does, because a UTF-16 unit takes three bytes at most."""
_LONGEST = 500
"""Characters of an annotation; more would not be read beside a line of code."""


def plan_github(plan: Plan, options: RenderOptions = RenderOptions(), *, digest: str) -> Rendition:
    """The output of a step about a plan, within the limits that GitHub enforces silently.

    The result are annotations, one workflow command a line; the summary is Markdown. The outputs are strings on one line:
    counts by action, ``changes``, ``removals`` (those because git stopped declaring the question), ``drift``, ``conflicts``,
    ``dangerous``, ``blocking``, ``unmanaged``, ``calls``, ``digest``, ``target``. Of a drift the actions are the console's, all
    changes are ``drift``, and it has neither ``removals`` nor ``calls``.
    """
    words = PlanWords(plan, options.language)
    return Rendition(
        "\n".join(_annotations(words)), summary=_summary(plan, digest, options), outputs=_outputs(plan, words.shown, digest)
    )


def receipt_github(receipt: Receipt, options: RenderOptions = RenderOptions()) -> Rendition:
    """What an apply did, as a step's summary."""
    return Rendition("", summary=receipt_markdown(receipt, options))


def _summary(plan: Plan, digest: str, options: RenderOptions) -> str:
    drawn = (plan_markdown(plan, options, digest=digest, budget=budget) for budget in _BUDGETS)
    return next(summary for summary in drawn if len(summary.encode("utf-8")) <= SUMMARY_BYTES)


def _annotations(words: PlanWords) -> Sequence[str]:
    """The most important first."""
    shown = words.shown
    diverged = [words.say(each.message) for each in shown.diverged]
    said: dict[Level, list[str]] = {
        Level.ERROR: [_problem(Level.ERROR, each, words) for each in shown.blocking],
        Level.WARNING: [*(_said(Level.WARNING, text, None) for text in diverged), *_dangers(words)],
        Level.NOTICE: [
            _said(Level.NOTICE, words.headline(words.clauses()), None),
            *(_problem(Level.NOTICE, each, words) for each in shown.notices),
        ],
    }
    if words.still_given():
        said[Level.WARNING].append(_said(Level.WARNING, words.still_given(), None))
    return within_limit(said, message("The summary of this step names them."), words)


def _problem(level: Level, found: Problem, words: PlanWords) -> str:
    return _said(level, words.say(found.message), found.location, is_here=words.plan.purpose is Purpose.SYNC)


def _dangers(words: PlanWords) -> Iterator[str]:
    """What an apply would take away or overwrite; of a drift everything, because it is what the step was asked for."""
    for group in words.shown.groups:
        if group.danger or words.is_drift:
            for change in group.changes:
                label = f"{words.heading(group.section)[0]}: {words.label(change)}: {change.title}"
                # Else the line is one of the base's files, and may have changed in those that are checked out.
                is_here = words.plan.purpose is Purpose.SYNC and not change.removal
                yield _said(Level.WARNING, label, change.location, is_here=is_here)


def _said(level: Level, text: str, location: Location | None, *, is_here: bool = True) -> str:
    place: dict[str, str | int] = {"file": location.path} if location else {}
    if location and is_here:
        place |= {"line": location.line, "col": location.column}
    return command(level, cut(visible(text, newlines=False), _LONGEST), {**place, "title": "kbsync"})


def _outputs(plan: Plan, shown: Outline, digest: str) -> Mapping[str, str]:
    actions = Counter(action_of(change) for change in shown.changes)
    is_drift = plan.purpose is Purpose.DRIFT
    overwritten = sum(len(group.changes) for group in shown.groups if group.section is Section.DRIFT)
    counts = {
        "changes": len(plan.changes),
        **{f"{action.value}s": actions[action] for action in Action},
        "removals": 0 if is_drift else removal_count(plan),
        "drift": len(plan.changes) if is_drift else overwritten,
        "conflicts": sum(is_conflict(change) for change in plan.changes),
        "dangerous": shown.danger,
        "blocking": len(shown.blocking),
        "unmanaged": shown.unmanaged,
        "calls": 0 if is_drift else sum(plan.cost.calls.values()),
    }
    texts = {"digest": digest, "target": plan.target.name}
    return {name: str(count) for name, count in counts.items()} | {
        name: visible(text, newlines=False) for name, text in texts.items()
    }
