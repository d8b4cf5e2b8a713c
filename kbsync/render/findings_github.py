"""Findings as GitHub workflow commands, which show as annotations beside the lines of a pull request."""

from collections import Counter
from collections.abc import Sequence

from kbsync.diagnostics import Diagnostic, Severity
from kbsync.messages import message
from kbsync.render.words import RenderOptions, Words
from kbsync.render.workflow_commands import Level, command, within_limit

_LEVELS = {Severity.ERROR: Level.ERROR, Severity.WARNING: Level.WARNING, Severity.NOTE: Level.NOTICE}


def diagnostics_github(diagnostics: Sequence[Diagnostic], options: RenderOptions = RenderOptions()) -> str:
    """Write the most important findings as commands; where some are withheld, a last notice says how many.

    Important is an error before a warning before a note, and the first finding of each rule before repetitions.
    """
    words = Words(options.language)
    said = {
        _LEVELS[severity]: [_command(found, words) for found in _by_importance(diagnostics, severity)] for severity in Severity
    }
    return "".join(f"{line}\n" for line in within_limit(said, message("Run kbsync validate to see all."), words))


def _by_importance(diagnostics: Sequence[Diagnostic], severity: Severity) -> list[Diagnostic]:
    seen: Counter[str] = Counter()
    ranked: list[tuple[int, Diagnostic]] = []
    for found in diagnostics:
        if found.severity is severity:
            ranked.append((seen[found.rule.name], found))
            seen[found.rule.name] += 1
    return [found for _, found in sorted(ranked, key=lambda pair: pair[0])]


def _command(found: Diagnostic, words: Words) -> str:
    place = found.location
    properties: dict[str, str | int] = {
        "file": place.path,
        "line": place.line,
        "col": place.column,
        "endColumn": place.column + max(found.width, 1) - 1,
        "title": f"{found.rule.name} {found.rule.value}",
    }
    said = words.say(found.message) + (f"\n{words.say(found.hint)}" if found.hint else "")
    return command(_LEVELS[found.severity], said, properties)
