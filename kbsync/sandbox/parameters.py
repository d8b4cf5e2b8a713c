"""The fields of a request body, read by name and type; a field of the wrong type is −7 (every page's table, DOC).

What a value means to a command is not known here. Fields that nobody asks for are ignored (UNKNOWN).
"""

import json
from collections.abc import Mapping

from kbsync.sandbox.refusals import Code, Refusal

__all__ = ["Parameters"]

NUMBER_MAX = 2**63


class Parameters:
    """A JSON object's fields; each reader raises Refusal (−7) naming the field. A null is a wrong type."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._fields = fields

    @classmethod
    def parse(cls, body: bytes) -> "Parameters":
        """Read a request body: one JSON object, at least ``{}`` (1047/34620, DOC)."""
        try:
            fields = json.loads(body.decode("utf-8"))
        except (ValueError, RecursionError):
            raise Refusal(Code.PARAMETERS, "the body is not valid JSON") from None
        if not isinstance(fields, dict):
            raise Refusal(Code.PARAMETERS, "the body is not a JSON object")
        return cls(fields)

    def has(self, name: str) -> bool:
        """Whether the field was sent at all."""
        return name in self._fields

    def text(self, name: str) -> str:
        """A text that must be there and hold something."""
        value = self._text(name, self._required(name))
        if not value:
            raise Refusal(Code.PARAMETERS, f"{name} is empty")
        return value

    def optional_text(self, name: str) -> str | None:
        """A text, possibly empty; None when it was not sent."""
        return self._text(name, self._fields[name]) if name in self._fields else None

    def number(self, name: str) -> int:
        """A whole number that must be there."""
        return self._number(name, self._required(name))

    def optional_number(self, name: str) -> int | None:
        """A whole number; None when it was not sent."""
        return self._number(name, self._fields[name]) if name in self._fields else None

    def choice(self, name: str, allowed: tuple[int, ...], *, default: int | None = None) -> int:
        """One of a few numbers; without a default it must be there."""
        value = self.number(name) if default is None else self.optional_number(name)
        if value is None and default is not None:
            return default
        if value not in allowed:
            raise Refusal(Code.PARAMETERS, f"{name} is none of {', '.join(map(str, allowed))}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts that must be there; it may be empty, its items may not."""
        value = self._required(name)
        if not isinstance(value, list):
            raise Refusal(Code.PARAMETERS, f"{name} is not an array")
        texts = tuple(self._text(name, item) for item in value)
        if not all(texts):
            raise Refusal(Code.PARAMETERS, f"{name} holds an empty string")
        return texts

    def _required(self, name: str) -> object:
        if name not in self._fields:
            raise Refusal(Code.PARAMETERS, f"{name} is missing")
        return self._fields[name]

    @staticmethod
    def _text(name: str, value: object) -> str:
        if not isinstance(value, str):
            raise Refusal(Code.PARAMETERS, f"{name} is not a string")
        # JSON can spell half a surrogate pair, which no UTF-8 answer could repeat.
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            raise Refusal(Code.PARAMETERS, f"{name} is not valid Unicode")
        return value

    @staticmethod
    def _number(name: str, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not -NUMBER_MAX <= value < NUMBER_MAX:
            raise Refusal(Code.PARAMETERS, f"{name} is not an integer")
        return value
