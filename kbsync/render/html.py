"""A plan or a receipt as one HTML file that a content editor opens from a mail or an artifact: no network, nothing to install.

What it looks like stands in the templates beside this module.
"""

import base64
import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import DictLoader, Environment, StrictUndefined

from kbsync.display import visible
from kbsync.messages import Message
from kbsync.plan import Cause, Plan, Purpose
from kbsync.render.html_cards import Card, bundle, card, language_of
from kbsync.render.outcomes import ReportWords
from kbsync.render.page import Named, PlanWords
from kbsync.render.words import FIGURE, RenderOptions, Words
from kbsync.report import Receipt

_OPTION = re.compile(r"(--[a-z-]+(?: [0-9]+)?)")
"""An option of the command line in a sentence, which no line may break."""
_NAME = "\ue000"
"""Stands for a name in a title; the character means nothing, so that no title holds it."""
_TEMPLATES = ("page.html.jinja", "report.html.jinja", "receipt.html.jinja", "library.html.jinja")


@dataclass(frozen=True, slots=True)
class _CardPart:
    """One section of changes."""

    id: str
    title: str
    note: str
    danger: bool
    count: int
    cards: tuple[Card, ...]


def plan_html(plan: Plan, options: RenderOptions = RenderOptions(), *, digest: str) -> str:
    """The whole report as one file: every change, nothing cut.

    Without scripts everything is shown; the script only adds the filters.
    """
    words = PlanWords(plan, options.language)
    parts, (steps, lines) = tuple(_parts(words)), words.steps()
    return page_from(
        "report.html.jinja",
        words,
        title=around(words.voice.title, words),
        target=plan.target.name,
        headline=words.headline(words.clauses()),
        notices=tuple(_notices(words)),
        problems=tuple(map(words.problem, words.shown.blocking)),
        parts=parts,
        categories={name: number for number, name in enumerate(_categories(parts))},
        causes=tuple((cause.value, words.cause(cause)) for cause in Cause if _has(parts, cause)),
        kept=words.kept(),
        listings=tuple(words.unmanaged()),
        record=tuple(_plan_record(digest, words, verbose=options.verbose)),
        steps=steps,
        lines=lines,
    )


def receipt_html(receipt: Receipt, options: RenderOptions = RenderOptions()) -> str:
    """The whole receipt as one file: every change, nothing cut."""
    report = receipt.report
    words = ReportWords(report, options.language)
    return page_from(
        "receipt.html.jinja",
        words,
        title=around(words.title(), words),
        target=report.plan.target.name,
        headline=words.verdict(),
        parts=tuple(words.parts()),
        record=tuple(_receipt_record(receipt, words, verbose=options.verbose)),
    )


def page_from(template: str, words: Words, *, own: Collection[str] = ("report.css", "report.js"), **values: object) -> str:
    """One file from a template, with everything in it escaped; ``own`` are the files of its styles and of its script.

    Its content security policy forbids every request and every script or style but these, by hash.
    """
    style, script = ("".join(map(_resource, (name for name in own if name.endswith(kind)))) for kind in (".css", ".js"))
    environment = Environment(
        loader=DictLoader({name: _resource(name) for name in _TEMPLATES}),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_on_one_line,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["block"] = lambda text: _Multiline(visible(text))
    environment.filters["options"] = _OPTION.split
    environment.filters["figures"] = lambda text: _Multiline(FIGURE.sub("\u00a0", visible(text, newlines=False)))
    frame = {
        "words": words,
        "style": style,
        "script": script,
        "policy": _policy(style, script),
        "language": words.tag,
        "language_of": language_of,
    }
    return environment.get_template(template).render({**frame, **values})


class _Multiline(str):
    """A text that keeps its lines."""

    __slots__ = ()


def _on_one_line(value: object) -> object:
    """Whatever a template writes becomes visible, so that none can forget it; only blocks and safe HTML are left alone."""
    is_text = isinstance(value, str) and not isinstance(value, _Multiline) and not hasattr(value, "__html__")
    return visible(str(value), newlines=False) if is_text else value


def _policy(style: str, script: str) -> str:
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _resource(name: str) -> str:
    return files("kbsync.render").joinpath(name).read_text(encoding="utf-8")


def around(title: Message, words: Words) -> tuple[str, str]:
    """A title in two parts: before the name of its target and after it."""
    before, _, behind = words.say(title.fill(target=_NAME)).partition(_NAME)
    return before, behind


def _parts(words: PlanWords) -> Iterator[_CardPart]:
    for group in words.shown.groups:
        cards = tuple(card(*found, words) if len(found) == 1 else bundle(found, words) for found in group.bundles)
        yield _CardPart(group.section.value, *words.heading(group.section), group.danger, len(group.changes), cards)


def _notices(words: PlanWords) -> Iterator[Named]:
    if words.plan.only is not None:
        yield words("Only what matches {pattern}", pattern=words.plan.only), ""
    if words.plan.offline:
        yield words("Made without looking at the live library: it can be read, not applied."), ""
    yield from map(words.problem, (*words.shown.diverged, *words.shown.notices))


def _categories(parts: tuple[_CardPart, ...]) -> list[str]:
    return sorted({name for part in parts for shown in part.cards for name in shown.categories})


def _has(parts: tuple[_CardPart, ...], cause: Cause) -> bool:
    return any(shown.cause == cause.value for part in parts for shown in part.cards)


def _plan_record(digest: str, words: PlanWords, *, verbose: bool) -> Iterator[Named]:
    plan = words.plan
    if not words.is_drift:
        yield words("Digest"), digest
    yield words("Application"), str(plan.target.sdkappid)
    if plan.purpose is Purpose.SYNC:
        yield words("Knowledge at"), plan.source.commit or words("uncommitted changes")
    yield words("Undo") if plan.purpose is Purpose.UNDO else words("Compared with"), words.base()
    yield words("Managed questions"), str(plan.managed)
    yield from () if words.is_drift else _calls(plan.cost.calls, words, verbose=verbose)


def _receipt_record(receipt: Receipt, words: ReportWords, *, verbose: bool) -> Iterator[Named]:
    report = receipt.report
    yield words("Applied by"), receipt.actor
    yield words("Started"), receipt.started
    yield words("Ended"), receipt.finished
    yield words("Application"), str(report.plan.target.sdkappid)
    yield from ((words("Note"), caveat) for caveat in words.caveats())
    yield from _calls(report.calls, words, verbose=verbose)
    yield words("Time"), words.time()


def _calls(calls: Mapping[str, int], words: Words, *, verbose: bool) -> Iterator[Named]:
    """How many calls; by the vendor's names on demand."""
    yield words("Calls"), str(sum(calls.values()))
    yield from ((command, words("calls: {count}", count=count)) for command, count in sorted(calls.items()) if verbose)
