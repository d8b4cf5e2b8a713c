"""Findings as GitHub workflow commands, which show as annotations beside the lines of a pull request.

GitHub shows 10 errors, 10 warnings and 10 notices of a step and drops the rest without a word; here nothing is dropped silently.
"""

from collections import Counter
from collections.abc import Sequence

from kbsync.diagnostics import Diagnostic, Severity
from kbsync.render.words import RenderOptions, Words
from kbsync.render.workflow_commands import LIMIT, Level, command

_LEVELS = {Severity.ERROR: Level.ERROR, Severity.WARNING: Level.WARNING, Severity.NOTE: Level.NOTICE}


def diagnostics_github(diagnostics: Sequence[Diagnostic], options: RenderOptions = RenderOptions()) -> str:
    """Write the most important findings as commands; where some are withheld, a last notice says how many.

    Important is an error before a warning before a note, and the first finding of each rule before repetitions.
    """
    words = Words(options.language)
    groups = {severity: _by_importance(diagnostics, severity) for severity in Severity}
    crowded = any(len(found) > LIMIT for found in groups.values())
    limits = {severity: LIMIT - (crowded and severity is Severity.NOTE) for severity in Severity}
    lines = [_command(found, words) for severity, group in groups.items() for found in group[: limits[severity]]]
    withheld = {severity: max(0, len(group) - limits[severity]) for severity, group in groups.items()}
    if any(withheld.values()):
        lines.append(command(Level.NOTICE, _withheld(withheld, words), {"title": "kbsync"}))
    return "".join(f"{line}\n" for line in lines)


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


def _withheld(counts: dict[Severity, int], words: Words) -> str:
    return words(
        "Not shown as annotations, because GitHub shows ten of a kind: errors {errors}, warnings {warnings}, notes {notes}. "
        "Run kbsync validate to see all.",
        errors=counts[Severity.ERROR],
        warnings=counts[Severity.WARNING],
        notes=counts[Severity.NOTE],
    )
