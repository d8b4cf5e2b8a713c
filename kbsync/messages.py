"""Words for people as values: a template and what fills it, so that a renderer can say the same thing in another language.

What a message means belongs to its producer; which language it is said in belongs to ``render/``.
"""

from dataclasses import dataclass, field

__all__ = ["Message", "message"]


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence: an English template (also its key in the catalogue) and the values for its ``{fields}``.

    ``parts`` are the values that were messages themselves, so that they can be said in the other language too. They say nothing
    that ``values`` does not say in English: a message that was saved and read again has none, and equals itself.
    """

    template: str
    values: tuple[tuple[str, str], ...] = ()
    parts: tuple[tuple[str, "Message | tuple[Message, ...]"], ...] = field(default=(), compare=False, repr=False)

    def __str__(self) -> str:
        return self.template.format_map(dict(self.values))


def message(template: str, **values: object) -> Message:
    """Make a message; the template must be a literal, because the catalogue test reads it from the source.

    A value may be a message, or a tuple of messages, which is said as a list.
    """
    ordered = sorted(values.items())
    parts = tuple((name, part) for name, value in ordered if (part := _part(value)))
    return Message(template, tuple((name, _english(value)) for name, value in ordered), parts)


def _part(value: object) -> Message | tuple[Message, ...]:
    if isinstance(value, tuple):
        return tuple(each for each in value if isinstance(each, Message))
    return value if isinstance(value, Message) else ()


def _english(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
