"""Words for people as values: a template and what fills it, so that a renderer can say the same thing in another language.

What a message means belongs to its producer; which language it is said in belongs to ``render/``.
"""

from dataclasses import dataclass

__all__ = ["Message", "message"]


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence: an English template (also its key in the catalogue) and the values for its ``{fields}``."""

    template: str
    values: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.template.format_map(dict(self.values))


def message(template: str, **values: object) -> Message:
    """Make a message; the template must be a literal, because the catalogue test reads it from the source."""
    return Message(template, tuple(sorted((name, str(value)) for name, value in values.items())))
