"""Content rules over valid files: what would embarrass in front of customers, or make plans repeat themselves.

A rule is a member of ``Rule`` and a function that finds what breaks it, joined in ``FINDERS``. Its options, where it has some,
are keys in ``files/schema``.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial

from kbsync.checks.alike import find_near_duplicates, find_same_but_for_form
from kbsync.checks.rules import (
    CheckFinding,
    Options,
    find_broken_markup,
    find_decomposed,
    find_doubtful_links,
    find_invisible,
    find_long_answers,
    find_markup_in_text,
    find_nearly_declared,
    find_no_markup_in_rich,
    find_pasted,
    find_placeholders,
    find_unsafe_markup,
    find_untrimmed,
)
from kbsync.diagnostics import Diagnostic, Location, Rule, Severity
from kbsync.model import Content, Entry, Knowledge
from kbsync.settings import Check

__all__ = ["check"]

Finder = Callable[[Knowledge, Options], Iterator[CheckFinding]]

FINDERS: Mapping[Rule, Finder] = {
    Rule.KB401: find_near_duplicates,
    Rule.KB402: find_same_but_for_form,
    Rule.KB403: find_placeholders,
    Rule.KB404: find_invisible,
    Rule.KB405: find_markup_in_text,
    Rule.KB406: find_no_markup_in_rich,
    Rule.KB407: find_long_answers,
    Rule.KB408: find_untrimmed,
    Rule.KB409: find_nearly_declared,
    Rule.KB410: find_unsafe_markup,
    Rule.KB411: find_decomposed,
    Rule.KB412: find_pasted,
    Rule.KB413: find_broken_markup,
    Rule.KB414: find_doubtful_links,
}
"""Every content rule and its finder; each is a warning unless the settings choose another severity."""


def check(
    knowledge: Knowledge,
    settings: Mapping[str, Check],
    *,
    rules: Collection[Rule] = frozenset(FINDERS),
    old: Collection[Content] = frozenset(),
    known: Collection[Entry] = (),
) -> tuple[Diagnostic, ...]:
    """Run those of the content rules that are not switched off.

    Near duplicates among ``old`` contents are not searched. Of two entries alike the one that is not ``known`` is reported.
    """
    finders: Mapping[Rule, Finder] = {
        **FINDERS,
        Rule.KB401: partial(find_near_duplicates, old=old, known=known),
        Rule.KB402: partial(find_same_but_for_form, known=known),
    }
    return tuple(
        _diagnostic(rule, how.severity, finding)
        for rule, finder in finders.items()
        if rule in rules
        if (how := settings.get(rule.value, Check())).severity is not None
        for finding in finder(knowledge, how.options)
    )


def _diagnostic(rule: Rule, severity: Severity, finding: CheckFinding) -> Diagnostic:
    return Diagnostic(
        rule=rule,
        severity=severity,
        message=finding.message,
        location=finding.location or finding.question.location or Location("?"),
        hint=finding.hint,
        related=finding.related,
    )
