"""list_chitchat: pages of the live library (269/116739). Sizes, order, totals and the end of the list are UNKNOWN."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from kbsync.sandbox.library import ENABLED, StoredCategory, StoredQuestion
from kbsync.sandbox.parameters import Parameters
from kbsync.sandbox.readings import Keyword, OmittedStatus, Order, PageRefusal, PastEnd, Totals
from kbsync.sandbox.refusals import Code, Refusal
from kbsync.sandbox.scene import Scene

__all__ = ["list_questions"]

STATUSES = (4, 5)
"""4 effective, 5 disabled, any other value is illegal (269/116739, DOC)."""


@dataclass(frozen=True, slots=True)
class _Filter:
    keyword: str
    categories: Collection[int] | None
    status: int
    how: Keyword

    def passes(self, question: StoredQuestion) -> bool:
        return (
            _matches(question.question, self.keyword, self.how)
            and (self.categories is None or question.category in self.categories)
            and (not self.status or question.status == self.status)
        )


def list_questions(scene: Scene, parameters: Parameters) -> Mapping[str, object]:
    """One page, counted from 1 (EX), of what is in effect live (DOC)."""
    index = _positive(parameters, "PageIndex")
    size = _page_size(scene, _positive(parameters, "PageSize"))
    wanted = _filter(scene, parameters)
    # Without a tag, or with the default's empty one, the default language is listed; there is no other here (INF: empty).
    library = [] if parameters.optional_text("LanguageTag") else scene.library.questions(as_of=scene.seen_at)
    if not scene.switches.include_presets:
        library = [each for each in library if not each.preset]
    found = _ordered(scene, [each for each in library if wanted.passes(each)])
    page = _page(scene, found, index=index, size=size)
    counted = {Totals.LIBRARY: library, Totals.FILTERED: found, Totals.PAGE: page}[scene.switches.totals]
    return {
        "AllQuestionCount": len(counted) + sum(len(each.similar) for each in counted),
        "StandardQuestionCount": len(counted),
        "QuestionList": [_entry(each) for each in page],
    }


def _positive(parameters: Parameters, name: str) -> int:
    number = parameters.number(name)
    if number <= 0:
        raise Refusal(Code.PARAMETERS, f"{name} is not above 0")
    return number


def _page_size(scene: Scene, wanted: int) -> int:
    cap = scene.switches.page_cap
    if cap is None or wanted <= cap:
        return wanted
    if scene.switches.page_refusal is PageRefusal.REFUSE:
        raise Refusal(Code.PARAMETERS, "PageSize is too large")
    return cap


def _filter(scene: Scene, parameters: Parameters) -> _Filter:
    category = parameters.optional_number("CategoryId")
    status = parameters.choice("Status", STATUSES, default=0)
    if not status and scene.switches.omitted_status is OmittedStatus.ENABLED:
        status = ENABLED
    return _Filter(
        keyword=parameters.optional_text("Question") or "",
        categories=None if category is None else _wanted(scene, category),
        status=status,
        how=scene.switches.keyword,
    )


def _matches(text: str, keyword: str, how: Keyword) -> bool:
    if how is Keyword.SUBSTRING:
        return keyword in text
    return set(keyword.casefold().split()) <= set(text.casefold().split())


def _wanted(scene: Scene, category: int) -> set[int]:
    if not scene.switches.recursive_filter:
        return {category}
    return _with_children(scene.library.categories(as_of=scene.seen_at), category)


def _with_children(categories: Sequence[StoredCategory], category: int) -> set[int]:
    children = {each.id for each in categories if each.parent == category}
    return {category}.union(*(_with_children(categories, child) for child in children))


def _ordered(scene: Scene, found: Sequence[StoredQuestion]) -> list[StoredQuestion]:
    match scene.switches.order:
        case Order.OLDEST:
            return sorted(found, key=lambda each: each.position)
        case Order.NEWEST:
            return sorted(found, key=lambda each: -each.position)
        case Order.BY_ID:
            return sorted(found, key=lambda each: each.id)
        case Order.UPDATED:
            return sorted(found, key=lambda each: -each.version)
        case Order.SHUFFLED:
            turn = scene.database.count("shuffle")
            return sorted(found, key=lambda each: hashlib.sha256(f"{turn}/{each.id}".encode()).digest())
        case never:
            assert_never(never)


def _page(scene: Scene, found: Sequence[StoredQuestion], *, index: int, size: int) -> Sequence[StoredQuestion]:
    pages = max(1, -(-len(found) // size))
    if index > pages and scene.switches.past_end is PastEnd.ERROR:
        raise Refusal(Code.PARAMETERS, "PageIndex is past the end")
    if index > pages and scene.switches.past_end is PastEnd.LAST_PAGE:
        index = pages
    return found[(index - 1) * size : index * size]


def _entry(question: StoredQuestion) -> Mapping[str, object]:
    return {
        "StandardQuestionId": question.id,
        "StandardQuestion": question.question,
        "Status": question.status,
        "CategoryId": question.category,
        "Answer": question.answer,
        "AnswerType": question.answer_type,
        "QuestionType": 1,
        "SimilarQuestions": list(question.similar),
    }
