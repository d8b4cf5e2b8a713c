"""A plan for a GitHub Actions step: the job summary, the annotations and the step outputs, as values.

Writing them where the runner looks is the command line's business.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kbsync.locations import Location
from kbsync.plan import Action, Kind, Plan
from kbsync.render.github_commands import LIMIT, Level, command
from kbsync.render.markdown import plan_markdown
from kbsync.render.outline import DANGEROUS, Outline, Section, action_of, headline, outline
from kbsync.render.phrases import SECTIONS, action_label
from kbsync.render.visible import visible
from kbsync.render.words import Words

__all__ = ["GithubOutput", "plan_github"]

SUMMARY_BYTES = 1_000_000
"""A step's summary above 1 MiB is dropped whole ("supports content up to a size of 1024k"); this leaves a margin."""
_BUDGETS = (900_000, 640_000, 480_000, 330_000)
"""Characters to try until the bytes fit; the last always does, because a UTF-16 unit takes three bytes at most."""
_LONGEST = 500
"""Characters of an annotation; more would not be read beside a line of code."""


@dataclass(frozen=True, slots=True)
class GithubOutput:
    """What a step tells: ``summary`` is Markdown, ``annotations`` are workflow commands, one line each.

    ``outputs`` are strings on one line: counts by action, ``changes``, ``removals`` (what leaves because git stopped
    declaring it), ``drift``, ``conflicts``, ``dangerous``, ``blocking``, ``unmanaged``, ``calls``, ``digest``, ``target``.
    """

    summary: str
    annotations: tuple[str, ...]
    outputs: Mapping[str, str]


def plan_github(plan: Plan, *, digest: str, language: str = "en") -> GithubOutput:
    """Everything a step has to say about a plan, within the limits that GitHub enforces in silence."""
    shown = outline(plan)
    return GithubOutput(
        summary=_summary(plan, digest, language),
        annotations=_annotations(plan, shown, Words(language)),
        outputs=_outputs(plan, shown, digest),
    )


def _summary(plan: Plan, digest: str, language: str) -> str:
    drawn = (plan_markdown(plan, digest=digest, budget=budget, language=language) for budget in _BUDGETS)
    return next(summary for summary in drawn if len(summary.encode("utf-8")) <= SUMMARY_BYTES)


def _annotations(plan: Plan, shown: Outline, words: Words) -> tuple[str, ...]:
    """At most ten of each level, the most important first; the last notice says how many are withheld."""
    told = words.sentence(headline(plan))
    said: dict[Level, list[str]] = {
        Level.ERROR: [_said(Level.ERROR, words.say(each.message), each.location) for each in shown.blocking],
        Level.WARNING: list(_dangers(shown, words)),
        Level.NOTICE: [_said(Level.NOTICE, told[:1].upper() + told[1:], None)],
    }
    said[Level.NOTICE] += [_said(Level.NOTICE, words.say(each.message), each.location) for each in shown.notices]
    crowded = any(len(lines) > LIMIT for lines in said.values())
    limits = {level: LIMIT - (crowded and level is Level.NOTICE) for level in Level}
    lines = [line for level in Level for line in said[level][: limits[level]]]
    withheld = {level: max(0, len(said[level]) - limits[level]) for level in Level}
    if crowded:
        lines.append(_said(Level.NOTICE, _withheld(withheld, words), None))
    return tuple(lines)


def _dangers(shown: Outline, words: Words) -> Iterator[str]:
    for group in shown.groups:
        if group.section in DANGEROUS:
            for change in group.changes:
                label = f"{words.say(SECTIONS[group.section])}: {words.say(action_label(change))}: {change.title}"
                yield _said(Level.WARNING, label, change.location)


def _said(level: Level, text: str, location: Location | None) -> str:
    place: dict[str, str | int] = {"file": location.path, "line": location.line, "col": location.column} if location else {}
    shown = visible(text, newlines=False)
    return command(level, shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…", {**place, "title": "kbsync"})


def _withheld(counts: Mapping[Level, int], words: Words) -> str:
    return words(
        "GitHub shows ten annotations of a kind. Not shown: errors {errors}, warnings {warnings}, notices {notices}. "
        "The summary of this step names them.",
        errors=counts[Level.ERROR],
        warnings=counts[Level.WARNING],
        notices=counts[Level.NOTICE],
    )


def _outputs(plan: Plan, shown: Outline, digest: str) -> Mapping[str, str]:
    actions = Counter(action_of(change) for change in plan.changes)
    sections = Counter({group.section: len(group.changes) for group in shown.groups})
    counts = {
        "changes": len(plan.changes),
        **{f"{action.value}s": actions[action] for action in Action},
        "removals": sum(change.removal for change in plan.changes),
        "drift": sections[Section.DRIFT],
        "conflicts": sections[Section.CONFLICTS],
        "dangerous": shown.danger,
        "blocking": len(shown.blocking),
        "unmanaged": sum(item.kind is Kind.QUESTION for item in plan.unmanaged),
        "calls": sum(plan.cost.calls.values()),
    }
    texts = {"digest": digest, "target": plan.target.name}
    return {name: str(count) for name, count in counts.items()} | {
        name: visible(text, newlines=False) for name, text in texts.items()
    }
