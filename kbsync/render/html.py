"""A plan as one HTML file that a content editor opens from a mail or an artifact: no network, no server, nothing to install.

What a change consists of belongs to ``html_view``, what it looks like to ``report.html.jinja``, its frame to ``html_page``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from kbsync.display import visible
from kbsync.model import show_path
from kbsync.plan import Cause, Kind, Plan, Problem, Purpose, Unmanaged
from kbsync.render.headline import headline
from kbsync.render.html_labels import labels
from kbsync.render.html_page import around, page
from kbsync.render.html_view import Card, card, language_of
from kbsync.render.next_steps import next_steps
from kbsync.render.outline import DANGEROUS, Outline, outline
from kbsync.render.phrases import alien, base_label, kept_note, nothing_to_do
from kbsync.render.voices import title, voice
from kbsync.render.words import Words

__all__ = ["plan_html"]


@dataclass(frozen=True, slots=True)
class _Part:
    """One section of changes."""

    id: str
    title: str
    note: str
    danger: bool
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class _Listing:
    """A list of what is only named."""

    id: str
    title: str
    items: tuple[tuple[str, str], ...]
    note: str = ""
    danger: bool = False


def plan_html(plan: Plan, *, digest: str, language: str = "en") -> str:
    """The whole report as one file: every change, nothing cut.

    Without scripts everything is shown; the script only adds the filters.
    """
    words = Words(language)
    shown, spoken = outline(plan), voice(plan.purpose)
    parts = tuple(_parts(shown, words))
    steps = next_steps(plan)
    told = words.sentence(headline(plan, shown))
    return page(
        "report.html.jinja",
        words,
        label={**labels(words), "stopped": words.say(spoken.stopped)},
        title=around(partial(title, plan.purpose), words),
        target=visible(plan.target.name, newlines=False),
        headline=told[:1].upper() + told[1:],
        notices=tuple(_notices(plan, shown, words)),
        problems=tuple(_problem(problem, words) for problem in shown.blocking),
        parts=parts,
        categories={name: number for number, name in enumerate(_categories(parts))},
        causes=tuple((cause.value, words.say(spoken.causes[cause])) for cause in Cause if _has(parts, cause)),
        kept=_kept(plan, shown, words),
        listings=tuple(_listings(shown, words)),
        record=tuple(_record(plan, digest, words)),
        empty=words.say(spoken.nothing) if shown.empty else "",
        unchanged=words.say(spoken.empty or nothing_to_do(plan)),
        steps=words.say(steps.title) if steps else "",
        lines=tuple(visible(words.say(line), newlines=False) for line in steps.lines) if steps else (),
        language_of=language_of,
    )


def _parts(shown: Outline, words: Words) -> Iterator[_Part]:
    image, spoken = labels(words)["image"], voice(shown.purpose)
    for group in shown.groups:
        yield _Part(
            group.section.value,
            words.say(spoken.sections[group.section]),
            words.say(spoken.notes[group.section]) if group.section in spoken.notes else "",
            group.section in DANGEROUS,
            tuple(card(change, voice=spoken, words=words, image=image) for change in group.changes),
        )


def _notices(plan: Plan, shown: Outline, words: Words) -> Iterator[tuple[str, str]]:
    if plan.only is not None:
        yield visible(words("Only what matches {pattern}", pattern=plan.only), newlines=False), ""
    if plan.offline:
        yield words("Made without looking at the live library: it can be read, not applied."), ""
    yield from (_problem(problem, words) for problem in shown.notices)


def _problem(problem: Problem, words: Words) -> tuple[str, str]:
    where = f"{problem.location.path}:{problem.location.line}" if problem.location else ""
    return visible(words.say(problem.message), newlines=False), visible(where, newlines=False)


def _categories(parts: tuple[_Part, ...]) -> list[str]:
    return sorted({name for part in parts for shown in part.cards for name in shown.categories})


def _has(parts: tuple[_Part, ...], cause: Cause) -> bool:
    return any(shown.cause == cause.value for part in parts for shown in part.cards)


def _kept(plan: Plan, shown: Outline, words: Words) -> _Listing | None:
    """What git gave up and customers still get: it stands open, because it may not be meant."""
    if not shown.lapsed:
        return None
    note = kept_note(plan)
    items = tuple(_named(item) for item in shown.lapsed)
    return _Listing(
        "lapsed", words("No longer in git, kept live"), items, words.say(note) if note else "", danger=shown.outlived > 0
    )


def _listings(shown: Outline, words: Words) -> Iterator[_Listing]:
    for told, items in alien(shown):
        yield _Listing(f"unmanaged-{items[0].kind.value}", words.say(told), tuple(_named(item) for item in items))


def _named(item: Unmanaged) -> tuple[str, str]:
    category = visible(show_path(item.category), newlines=False)
    return (category, "") if item.kind is Kind.CATEGORY else (visible(item.title, newlines=False), category)


def _record(plan: Plan, digest: str, words: Words) -> Iterator[tuple[str, str]]:
    is_drift = plan.purpose is Purpose.DRIFT
    if not is_drift:
        yield words("Digest"), digest
    yield words("Application"), str(plan.target.sdkappid)
    if plan.purpose is Purpose.SYNC:
        yield words("Knowledge at"), plan.source.commit or words("uncommitted changes")
    if plan.purpose is not Purpose.UNDO:
        yield words("Compared with"), words.say(base_label(plan))
    yield words("Managed questions"), str(plan.managed)
    for command, calls in () if is_drift else sorted(plan.cost.calls.items()):
        yield command, words("calls: {count}", count=calls)
