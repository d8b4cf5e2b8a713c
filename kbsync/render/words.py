"""The language that people are spoken to: fixed words and messages are said in it, data is not.

What the words of one language are stands in that language's catalogue, such as ``chinese``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kbsync.messages import Message

__all__ = ["RenderOptions", "Words"]


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How people want a page: ``width`` in columns, ``color`` with escape codes, ``language`` a tag such as ``zh_CN.UTF-8``."""

    width: int = 100
    color: bool = False
    language: str = "en"


_ENGLISH: Mapping[str, str] = {}


class Words:
    """Says templates and messages in one language; what its catalogue lacks is said in English.

    ``language`` is a tag such as ``en``, ``zh`` or ``zh_CN.UTF-8``.
    """

    def __init__(self, language: str = "en") -> None:
        self._chinese = language.lower().startswith("zh")
        self._catalogue = _chinese() if self._chinese else _ENGLISH

    @property
    def tag(self) -> str:
        """The language as HTML's ``lang`` wants it."""
        return "zh-Hans" if self._chinese else "en"

    def __call__(self, template: str, /, **values: object) -> str:
        """Say a fixed phrase; the template must be a literal, because the catalogue test reads it from the source."""
        return self._catalogue.get(template, template).format_map(values)

    def say(self, message: Message | str) -> str:
        """Say what a producer meant, and what it is made of, in the same language; data stays as it is."""
        if isinstance(message, str):
            return message
        english = message.plural if message.plural and message.count != 1 else message.template
        parts = {name: self._part(part) for name, part in message.parts}
        return self._catalogue.get(message.template, english).format_map({**dict(message.values), **parts})

    def sentence(self, clauses: Iterable[Iterable[Message]]) -> str:
        """Join messages: commas inside a clause, semicolons between clauses."""
        comma, semicolon = ("，", "；") if self._chinese else (", ", "; ")
        return semicolon.join(comma.join(self.say(part) for part in clause) for clause in clauses)

    def _part(self, part: Message | tuple[Message, ...]) -> str:
        if isinstance(part, Message):
            return self.say(part)
        return ("、" if self._chinese else ", ").join(map(self.say, part))


def _chinese() -> Mapping[str, str]:
    from kbsync.render.chinese import CHINESE  # noqa: PLC0415  (people who read English do not wait for it)

    return CHINESE
