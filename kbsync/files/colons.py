"""Keys whose colon YAML does not see: a full-width one, or one without a space after it.

Whether such a line can be anything else than a slip is the caller's to know.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kbsync.messages import Message, message


@dataclass(frozen=True, slots=True)
class Glued:
    """A known key at the beginning of a text; ``column`` is where its colon stands in it."""

    key: str
    column: int

    @property
    def hint(self) -> Message:
        """What to do about it."""
        return message("write a Latin colon and a space after {key}", key=self.key)


def glued(text: str, keys: Iterable[str]) -> Glued | None:
    """The known key that a line, or the text of a value, begins with, if its colon is not one to YAML; after a dash too."""
    words = "|".join(sorted(map(re.escape, keys), key=len, reverse=True))
    found = re.match(rf"\s*(?:- +)?({words})\s*(?:：|:(?=\S))", text)
    return Glued(found[1], found.end() - 1) if found and words else None
