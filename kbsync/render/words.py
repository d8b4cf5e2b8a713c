"""The language of a page: fixed words and messages are put into it, data is not."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files

from kbsync.messages import Message

__all__ = ["RenderOptions", "Words"]

FIGURE = re.compile(r"(?<=\d) (?=[^\W\d]|%)")
"""The space between a number and what it counts, at which no line may end."""


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How people want a page: ``width`` in columns, ``color`` with escape codes, ``language`` a tag such as ``zh_CN.UTF-8``.

    A ``verbose`` page names what is only counted otherwise.
    """

    width: int = 100
    color: bool = False
    language: str = "en"
    verbose: bool = False


class Words:
    """Puts templates and messages into one language; what its catalogue lacks stays English.

    ``language`` is a tag such as ``en``, ``zh`` or ``zh_CN.UTF-8``.
    """

    def __init__(self, language: str = "en") -> None:
        self._chinese = language.lower().startswith("zh")
        self._catalogue = _catalogue("zh_CN") if self._chinese else NullTranslations()

    @property
    def tag(self) -> str:
        """The language as HTML's ``lang`` wants it."""
        return "zh-Hans" if self._chinese else "en"

    def __call__(self, template: str, /, **values: object) -> str:
        """Translate a fixed phrase; the template must be a literal, because the catalogue is extracted from the source."""
        return self._catalogue.gettext(template).format_map(values)

    def say(self, message: Message | str) -> str:
        """A message, and the messages inside it, in this language; data stays as it is."""
        if isinstance(message, str):
            return message
        if message.plural:
            template = self._catalogue.ngettext(message.template, message.plural, message.count)
        else:
            template = self._catalogue.gettext(message.template)
        parts = {name: self._part(part) for name, part in message.parts}
        return template.format_map({**dict(message.values), **parts})

    def sentence(self, clauses: Iterable[Iterable[Message]]) -> str:
        """Join messages: commas inside a clause, semicolons between clauses."""
        comma, semicolon = ("，", "；") if self._chinese else (", ", "; ")
        return semicolon.join(comma.join(self.say(part) for part in clause) for clause in clauses)

    def headline(self, clauses: Iterable[Iterable[Message]]) -> str:
        """The sentence with a capital letter."""
        said = self.sentence(clauses)
        return f"{said[:1].upper()}{said[1:]}"

    def _part(self, part: Message | tuple[Message, ...]) -> str:
        if isinstance(part, Message):
            return self.say(part)
        return ("、" if self._chinese else ", ").join(map(self.say, part))


@cache
def _catalogue(locale: str) -> NullTranslations:
    """The catalogue of a language, as gettext compiled it."""
    with files("kbsync").joinpath("locale", locale, "LC_MESSAGES", "kbsync.mo").open("rb") as file:
        return GNUTranslations(file)
