"""Rules about where questions are put: a category that no file declares and that is nearly one that is.

A category may live in the service alone, so that being undeclared is no fault by itself.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping

from kbsync.checks.finding import CheckFinding, Options
from kbsync.display import shorten
from kbsync.messages import message
from kbsync.model import CategoryPath, Knowledge, bare, show_path

PRESETS = "system preset category"
"""The root of the service's own categories (the example of www.tencentcloud.com/document/product/1229/68847)."""

NEAR = 80
"""How much of a title, in percent, a slip of the pen leaves as it was."""

FIGURES = re.compile(r"\d+")


def find_nearly_declared(knowledge: Knowledge, _options: Options) -> Iterator[CheckFinding]:
    """Categories of questions that look like a misspelt declared one; each is reported once a file, where it is first written."""
    declared = {category.path: category.path for category in knowledge.categories}
    meant = declared | {
        (*category.path[:-1], title): category.path for category in knowledge.categories for title in category.previously
    }
    others: dict[CategoryPath, CategoryPath | None] = {}
    reported: set[tuple[str, CategoryPath]] = set()
    for question in knowledge.questions:
        path = question.content.category
        place = (question.location.path if question.location else "", path)
        if path in declared or bare(path[0]) == PRESETS or place in reported:
            continue
        reported.add(place)
        if path not in others:
            others[path] = _nearest(path, meant)
        other = others[path]
        if other is not None:
            said = message(
                "the category {path} is declared nowhere; did you mean {other}?",
                path=shorten(show_path(path)),
                other=shorten(show_path(other)),
            )
            hint = message("write it as it is declared; if the service has both, declare this one as well")
            yield CheckFinding(question, said, hint, location=question.category_location)


def _nearest(path: CategoryPath, meant: Mapping[CategoryPath, CategoryPath]) -> CategoryPath | None:
    """What was probably meant: a former name, the same signs, the same place with its parent left out, or a similar spelling."""
    if path in meant:
        return meant[path]
    for alike in (_same_letters, _without_parent, _near):
        for known, other in meant.items():
            if alike(path, known):
                return other
    return None


def _same_letters(path: CategoryPath, known: CategoryPath) -> bool:
    return _letters(path) == _letters(known) != ""


def _letters(path: CategoryPath) -> str:
    """Letters and figures alone: case, width, space and slashes are where slips happen."""
    folded = unicodedata.normalize("NFKC", "".join(path)).casefold()
    return "".join(sign for sign in folded if unicodedata.category(sign)[0] in "LMN")


def _without_parent(path: CategoryPath, known: CategoryPath) -> bool:
    return len(path) == 1 < len(known) and bare(path[0]) == bare(known[-1])


def _near(path: CategoryPath, known: CategoryPath) -> bool:
    """Title by title, so that two short titles under one long parent are not taken for each other; other figures are meant."""
    from rapidfuzz import fuzz  # noqa: PLC0415  (start-up should not wait for it)

    return len(path) == len(known) and all(
        FIGURES.findall(one) == FIGURES.findall(other) and fuzz.ratio(bare(one), bare(other)) >= NEAR
        for one, other in zip(path, known, strict=True)
    )
