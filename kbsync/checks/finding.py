"""What a content rule finds: words about one question. Code and severity are added by the room's door."""

from collections.abc import Mapping
from dataclasses import dataclass

from kbsync.diagnostics import Related
from kbsync.messages import Message
from kbsync.model import Question

__all__ = ["Finding", "Options", "number"]

Options = Mapping[str, float | int | str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about one question."""

    question: Question
    message: Message
    hint: Message | None = None
    related: tuple[Related, ...] = ()


def number(options: Options, name: str, default: float) -> float:
    """A figure from the settings; the reader of the settings has checked that it is one."""
    value = options.get(name, default)
    return float(value) if isinstance(value, int | float) else default
