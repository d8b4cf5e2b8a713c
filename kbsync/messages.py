"""Sentences for people as values: a template and the values that fill it, so that a renderer can translate it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Message", "message", "plural"]


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence: an English template (also its key in the catalogue) and the values for its ``{fields}``.

    ``plural`` is the template for any other number than one, where the sentence depends on ``{count}``. ``parts`` are the values
    that were messages themselves, so that they can be translated too. ``values`` holds them in English: a message that was saved
    and read again has no parts, and equals the original.
    """

    template: str
    values: tuple[tuple[str, str], ...] = ()
    parts: tuple[tuple[str, "Message | tuple[Message, ...]"], ...] = field(default=(), compare=False, repr=False)
    plural: str = ""

    def __str__(self) -> str:
        template = self.template if not self.plural or self.count == 1 else self.plural
        return template.format_map(dict(self.values))

    @property
    def count(self) -> int:
        """The number that the sentence depends on."""
        return int(dict(self.values)["count"])

    def fill(self, **values: object) -> "Message":
        """The same sentence with these values, for templates kept in tables."""
        return _filled(self.template, self.plural, values)


def message(template: str, **values: object) -> Message:
    """Make a message; the template must be a literal, because the catalogue is extracted from the source.

    A value may be a message, or a tuple of messages, which becomes a list.
    """
    return _filled(template, "", values)


def plural(one: str, other: str, **values: object) -> Message:
    """Make a message that depends on the value ``count``: two literals, for one and for any other number, as in gettext."""
    return _filled(one, other, values)


def _filled(template: str, other: str, values: Mapping[str, object]) -> Message:
    ordered = sorted(values.items())
    parts = tuple((name, part) for name, value in ordered if (part := _part(value)))
    return Message(template, tuple((name, _english(value)) for name, value in ordered), parts, other)


def _part(value: object) -> Message | tuple[Message, ...]:
    if isinstance(value, tuple):
        return tuple(each for each in value if isinstance(each, Message))
    return value if isinstance(value, Message) else ()


def _english(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
