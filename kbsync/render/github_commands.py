"""Workflow commands, the lines by which a step talks to GitHub's runner, escaped so that no text can begin another one.

Which lines are worth saying belongs to their callers.
"""

from collections.abc import Mapping
from enum import StrEnum

from kbsync.display import visible

__all__ = ["LIMIT", "Level", "command"]

LIMIT = 10
"""Annotations of each level that a step can show (actions/toolkit, docs/problem-matchers.md, "Limitations")."""


class Level(StrEnum):
    """How an annotation looks; each level has a limit of its own."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


def command(level: Level, said: str, properties: Mapping[str, str | int]) -> str:
    """One annotation, without a line end; empty properties are left out."""
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value != "")
    return f"::{level} {listed}::{_data(said)}"


def _data(text: str) -> str:
    """Escape a message (actions/toolkit, packages/core/src/command.ts, ``escapeData``)."""
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape a property (the same file, ``escapeProperty``)."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
