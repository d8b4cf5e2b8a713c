"""Rules about questions that a matcher can hardly tell apart: the chatbot would answer one for the other."""

import re
from collections.abc import Iterator

from kbsync.checks.finding import Finding, Options, number, shorten
from kbsync.checks.partners import alike
from kbsync.checks.wordings import Wording, wordings
from kbsync.diagnostics import Related
from kbsync.messages import Message, message
from kbsync.model import Knowledge

__all__ = ["find_near_duplicates", "find_same_but_for_form"]

THRESHOLD = 0.9
"""Share of the wording that two questions may have in common."""

FIGURES = re.compile(r"\d+")


def find_same_but_for_form(knowledge: Knowledge, _options: Options) -> Iterator[Finding]:
    """Wordings of different questions that differ in case, width, punctuation or space alone; equal ones are an error anyway."""
    firsts: dict[str, Wording] = {}
    for wording in wordings(knowledge):
        first = firsts.setdefault(wording.form, wording)
        if first.owner is not wording.owner and first.text != wording.text:
            said = message(
                "“{text}” differs from “{other}”, which belongs to another question, in capitals, width, punctuation "
                "or space alone",
                text=shorten(wording.text),
                other=shorten(first.text),
            )
            yield _finding(wording, first, said)


def find_near_duplicates(knowledge: Knowledge, options: Options) -> Iterator[Finding]:
    """Wordings of different questions that are nearly the same, the closest pair of two questions.

    ``threshold`` is a share from 0.7 to 1. Texts with other figures in them are meant to differ.
    """
    threshold = number(options, "threshold", THRESHOLD, lowest=0.7, highest=1.0)
    known = wordings(knowledge)
    closest: dict[tuple[int, int], tuple[float, Wording, Wording]] = {}
    for first, second, share in alike([wording.form for wording in known], threshold):
        one, other = known[first], known[second]
        if one.owner is not other.owner and one.form != other.form and _figures(one) == _figures(other):
            pair = (id(one.owner), id(other.owner))
            if pair not in closest or closest[pair][0] < share:
                closest[pair] = (share, one, other)
    for share, one, other in closest.values():
        said = message(
            "“{text}” is {percent} % the same as “{other}”, which belongs to another question",
            text=shorten(other.text),
            percent=int(share * 100),
            other=shorten(one.text),
        )
        yield _finding(other, one, said)


def _figures(wording: Wording) -> list[str]:
    return FIGURES.findall(wording.form)


def _finding(wording: Wording, first: Wording, said: Message) -> Finding:
    place = first.owner.location
    related = () if place is None else (Related(place, message("the other question")),)
    hint = message("join them, one a similar question of the other; or word them so that customers can tell them apart")
    return Finding(wording.owner, said, hint, related)
