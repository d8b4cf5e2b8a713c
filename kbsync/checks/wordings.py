"""The ways to ask, reduced to what a matcher goes by: no case, no width, no punctuation, no space.

Which of them are too much alike is for the rules to say.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from kbsync.model import Knowledge, Question, Status

__all__ = ["Wording", "wordings"]

MEANINGLESS_SPACE = re.compile(r"(?<!\d) +| +(?!\d)")
"""Space that separates no figures: ``1.5 kg`` is not ``15 kg``, but ``e mail`` is ``email``."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to ask, standard or similar, and the question that it belongs to."""

    text: str
    form: str
    owner: Question


def wordings(knowledge: Knowledge) -> tuple[Wording, ...]:
    """Every wording that customers can hit, in the order of the files; a disabled question answers nobody."""
    return tuple(_wordings(knowledge))


def _wordings(knowledge: Knowledge) -> Iterator[Wording]:
    separators = _Separators()
    for question in knowledge.questions:
        if question.content.status is Status.ENABLED:
            for text in (question.content.question, *question.content.similar):
                form = _form(text, separators)
                if form:
                    yield Wording(text, form, question)


class _Separators(dict[int, str]):
    """A translation table that learns: punctuation, space and controls become a space, everything else stays."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        self[code] = " " if unicodedata.category(sign)[0] in "PZC" else sign
        return self[code]


def _form(text: str, separators: _Separators) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().translate(separators)
    return MEANINGLESS_SPACE.sub("", folded)
