"""A plan as one HTML file that a content editor opens from a mail or an artifact: no network, no server, nothing to install.

What a change consists of belongs to ``html_view``, what it looks like to ``report.html.jinja`` and its style sheet.
"""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from kbsync.model import show_path
from kbsync.plan import Cause, Kind, Plan, Problem, Unmanaged
from kbsync.render.html_labels import labels
from kbsync.render.html_view import Card, card, language_of
from kbsync.render.outline import DANGEROUS, Outline, headline, outline
from kbsync.render.phrases import CAUSES, NOTES, SECTIONS, base_label
from kbsync.render.visible import visible
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
    """A folded list of what is only named."""

    id: str
    title: str
    items: tuple[tuple[str, str], ...]


def plan_html(plan: Plan, *, digest: str, language: str = "en") -> str:
    """The whole report as one file: every change, nothing cut.

    Its content security policy forbids every request and every script or style but its own, by hash. Without scripts
    everything is shown; the script only adds the filters.
    """
    words = Words(language)
    shown = outline(plan)
    parts = tuple(_parts(shown, words))
    style, script = _resource("report.css"), _resource("report.js")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_resource("report.html.jinja")).render(
        label=labels(words),
        language=words.tag,
        style=style,
        script=script,
        policy=_policy(style, script),
        target=visible(plan.target.name, newlines=False),
        digest=digest,
        headline=_headline(plan, words),
        notices=tuple(_notices(plan, shown, words)),
        problems=tuple(_problem(problem, words) for problem in shown.blocking),
        parts=parts,
        categories={name: number for number, name in enumerate(_categories(parts))},
        causes=tuple((cause.value, words.say(CAUSES[cause])) for cause in Cause if _has(parts, cause)),
        listings=tuple(_listings(plan, shown, words)),
        record=tuple(_record(plan, digest, words)),
        empty=words("Nothing to change") if shown.empty else "",
        unchanged=words("{count} questions in git; the live library holds them as declared.", count=plan.unchanged),
        language_of=language_of,
    )


def _parts(shown: Outline, words: Words) -> Iterator[_Part]:
    image = labels(words)["image"]
    for group in shown.groups:
        yield _Part(
            group.section.value,
            words.say(SECTIONS[group.section]),
            words.say(NOTES[group.section]) if group.section in NOTES else "",
            group.section in DANGEROUS,
            tuple(card(change, words=words, image=image) for change in group.changes),
        )


def _headline(plan: Plan, words: Words) -> str:
    told = words.sentence(headline(plan))
    return told[:1].upper() + told[1:]


def _notices(plan: Plan, shown: Outline, words: Words) -> Iterator[tuple[str, str]]:
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


def _listings(plan: Plan, shown: Outline, words: Words) -> Iterator[_Listing]:
    others = tuple(item for item in plan.unmanaged if not item.lapsed)
    if shown.lapsed:
        yield _Listing("lapsed", words("No longer in git, kept live"), tuple(_named(item) for item in shown.lapsed))
    if others:
        yield _Listing("unmanaged", words("Unmanaged, not touched"), tuple(_named(item) for item in others))


def _named(item: Unmanaged) -> tuple[str, str]:
    category = visible(show_path(item.category), newlines=False)
    return (category, "") if item.kind is Kind.CATEGORY else (visible(item.title, newlines=False), category)


def _record(plan: Plan, digest: str, words: Words) -> Iterator[tuple[str, str]]:
    yield words("Digest"), digest
    yield words("Application"), str(plan.target.sdkappid)
    yield words("Knowledge at"), plan.source.commit or words("uncommitted changes")
    yield words("Compared with"), words.say(base_label(plan))
    yield words("Managed questions"), str(plan.managed)
    for command, calls in sorted(plan.cost.calls.items()):
        yield command, words("{count} calls", count=calls)


def _policy(style: str, script: str) -> str:
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _resource(name: str) -> str:
    return files("kbsync.render").joinpath(name).read_text(encoding="utf-8")
