"""The chitchat calls of the service: categories, questions and their listing, and how texts are stored.

Each handler takes the call's scene and parameters and returns the fields of the answer; a refusal is raised.
"""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from kbsync.sandbox.gate import Scene
from kbsync.sandbox.library import ALL, DELETED, ENABLED, PRESET, StoredCategory, StoredQuestion
from kbsync.sandbox.replies import Code, Parameters, Refusal
from kbsync.sandbox.sessions import OTHER_ROBOT


def stored(text: str, scene: Scene, limit: int | None) -> str:
    """A text as it is kept."""
    match scene.switches.normalise:
        case "trim":
            text = text.strip()
        case "line-ends":
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        case "nfc":
            text = unicodedata.normalize("NFC", text)
        case "none":
            pass
        case never:
            assert_never(never)
    if limit is not None and len(text) > limit:
        raise Refusal(Code.PARAMETERS, "a text is too long")
    return text


def stored_similar(texts: Sequence[str], scene: Scene) -> tuple[str, ...]:
    """Similar questions as they are kept: repeats and order follow the switches."""
    kept = [stored(text, scene, scene.switches.question_max) for text in texts]
    unique = list(dict.fromkeys(kept))
    if scene.switches.similar_repeats == "refused" and unique != kept:
        raise Refusal(Code.PARAMETERS, "SimilarQuestions repeats itself")
    if scene.switches.similar_repeats == "dropped":
        kept = unique
    if scene.switches.similar_max is not None and len(kept) > scene.switches.similar_max:
        raise Refusal(Code.PARAMETERS, "too many SimilarQuestions")
    if scene.switches.similar_order == "sorted":
        kept = sorted(kept)
    if scene.switches.similar_order == "reversed":
        kept = kept[::-1]
    return tuple(kept)


def refuse_taken(scene: Scene, *, question: str = "", similar: Sequence[str] = (), own: str = "") -> None:
    """Refuse a text that another question than ``own`` has, as far as the switches forbid it."""
    twins = scene.library.named(question) if scene.switches.duplicates == "refuse" else []
    if any(other.id != own for other in twins):
        raise Refusal(Code.PARAMETERS, "Question exists")
    if scene.switches.similar_duplicates == "refuse":
        for other in scene.library.questions():
            if other.id != own and (question in other.similar or {other.question, *other.similar} & set(similar)):
                raise Refusal(Code.PARAMETERS, "a text is a question or a similar question already")


ECHO = 77524
"""The CategoryId that the sample of update_chitchat_category answers, whatever was asked (269/116728, EX)."""


def describe_categories(scene: Scene, _: Parameters) -> Mapping[str, object]:
    """desc_chitchat_category: every category at once (DOC); the order is UNKNOWN."""
    found = scene.library.categories(as_of=scene.seen_at)
    if scene.switches.newest_category_first:
        found.reverse()
    entries = [
        {"CategoryId": each.id, "ParentId": each.parent, "Title": each.title, "MenuType": each.menu, "Status": 1}
        for each in found
    ]
    return {"Total": str(len(entries)) if scene.switches.total_as_string else len(entries), "List": entries}


def add_category(scene: Scene, parameters: Parameters) -> Mapping[str, object]:
    """add_chitchat_category: answers the new CategoryId (DOC); two levels in the console, the API is UNKNOWN."""
    title = stored(parameters.text("Title"), scene, scene.switches.title_max)
    parent = parameters.optional_number("ParentId") or 0
    _check_parent(scene, parent)
    _check_title(scene, title, parent=parent)
    category = StoredCategory(scene.library.new_category(), parent, title)
    scene.library.put_category(category, now=scene.now)
    return {"CategoryId": category.id}


def update_category(scene: Scene, parameters: Parameters) -> Mapping[str, object]:
    """update_chitchat_category: another title and nothing else (DOC)."""
    category = _existing_category(scene, parameters.number("CategoryId"))
    title = stored(parameters.text("Title"), scene, scene.switches.title_max)
    if category.menu == ALL or (category.menu == PRESET and scene.switches.preset_rename == "refuse"):
        raise Refusal(Code.PRESET)
    _check_title(scene, title, parent=category.parent, own=category.id)
    scene.library.put_category(replace(category, title=title), now=scene.now)
    return {"CategoryId": ECHO} if scene.switches.update_category_echo else {}


def delete_category(scene: Scene, parameters: Parameters) -> Mapping[str, object]:
    """del_chitchat_category: its questions go with it, presets cannot go (DOC); its children are UNKNOWN."""
    category = _existing_category(scene, parameters.number("CategoryId"))
    if category.menu in (ALL, PRESET):
        raise Refusal(Code.PRESET)
    below = _below(scene, category.id)
    if below and scene.switches.delete_children == "refuse":
        raise Refusal(Code.PARAMETERS, "the category has sub-categories")
    taken_along = below if scene.switches.delete_children == "cascade" else []
    _remove(scene, [*taken_along, category.id])
    return {}


def _existing_category(scene: Scene, identifier: int) -> StoredCategory:
    category = scene.library.category(identifier)
    if category is None:
        raise scene.missing("CategoryId")
    return category


def _below(scene: Scene, parent: int) -> list[int]:
    children = [each.id for each in scene.library.categories() if each.parent == parent]
    return [identifier for child in children for identifier in (*_below(scene, child), child)]


def _remove(scene: Scene, identifiers: Sequence[int]) -> None:
    for question in scene.library.questions():
        if question.category in identifiers:
            scene.library.put_question(replace(question, status=DELETED), now=scene.now)
    for identifier in identifiers:
        scene.library.drop_category(identifier, now=scene.now)


def _check_parent(scene: Scene, identifier: int) -> None:
    if not identifier:
        return
    parent = _existing_category(scene, identifier)
    if parent.menu == ALL or (parent.menu == PRESET and scene.switches.preset_parent == "refuse"):
        raise Refusal(Code.PRESET)
    if parent.parent and scene.switches.third_level == "refuse":
        raise Refusal(Code.PARAMETERS, "categories have two levels")


def _check_title(scene: Scene, title: str, *, parent: int, own: int = 0) -> None:
    if scene.switches.category_titles == "allow":
        return
    if any(each.parent == parent and each.title == title and each.id != own for each in scene.library.categories()):
        raise Refusal(Code.PARAMETERS, "Title exists")


ANSWER_TYPES = (0, 2)
"""0 plain text, 2 rich text (1229/68844, DOC)."""

STATUSES = (4, 5, 6)
"""4 enable, 5 disable, 6 delete (679/117570, DOC)."""


def add_question(scene: Scene, parameters: Parameters) -> Mapping[str, object]:
    """add_chitchat: no id is returned (DOC shows none; UNKNOWN), the question is live at once (INF)."""
    category = parameters.number("CategoryId")
    question = stored(parameters.text("Question"), scene, scene.switches.question_max)
    answer = stored(parameters.text("Answer"), scene, scene.switches.answer_max)
    answer_type = parameters.choice("AnswerType", ANSWER_TYPES, default=0)
    similar = stored_similar(parameters.texts("SimilarQuestions") if parameters.has("SimilarQuestions") else (), scene)
    _check_category(scene, category)
    twins = scene.library.named(question) if scene.switches.duplicates == "merge" else []
    refuse_taken(scene, question=question, similar=similar, own=twins[0].id if twins else "")
    if twins:
        added = replace(twins[0], answer=answer, category=category, answer_type=answer_type, similar=similar)
    else:
        _check_room(scene)
        identifier, position = scene.library.new_question()
        added = StoredQuestion(identifier, position, question, answer, category, answer_type, int(scene.switches.add_status))
        added = replace(added, similar=similar)
    scene.library.put_question(added, now=scene.now)
    return {"StandardQuestionId": added.id} if scene.switches.add_returns_id else {}


def update_question(scene: Scene, parameters: Parameters) -> Mapping[str, object]:
    """update_chitchat: what is left out, or empty, stays as it is (DOC); AnswerType 0 may count as empty (UNKNOWN)."""
    old = _changeable_question(scene, parameters.text("StandardQuestionId"))
    question = _given(scene, parameters, "Question")
    answer = _given(scene, parameters, "Answer")
    category = parameters.optional_number("CategoryId") or old.category
    answer_type = parameters.choice("AnswerType", ANSWER_TYPES, default=old.answer_type)
    if answer_type == 0 and scene.switches.answer_type_zero_ignored:
        answer_type = old.answer_type
    if category != old.category:
        _check_category(scene, category)
    new = replace(
        old,
        question=old.question if question is None else stored(question, scene, scene.switches.question_max),
        answer=old.answer if answer is None else stored(answer, scene, scene.switches.answer_max),
        category=category,
        answer_type=answer_type,
        status=ENABLED if scene.switches.update_reenables else old.status,
    )
    if new.question != old.question:
        refuse_taken(scene, question=new.question, own=old.id)
    scene.library.put_question(new, now=scene.now)
    return {}


def update_similar(scene: Scene, parameters: Parameters) -> Mapping[str, object]:
    """update_similar_chitchat: the list afterwards, an empty one clears it (DOC); leaving it out is UNKNOWN."""
    old = _changeable_question(scene, parameters.text("StandardQuestionId"))
    if not parameters.has("SimilarQuestions") and scene.switches.omitted_similar != "refused":
        similar = () if scene.switches.omitted_similar == "cleared" else old.similar
    else:
        similar = stored_similar(parameters.texts("SimilarQuestions"), scene)
    refuse_taken(scene, similar=similar, own=old.id)
    scene.library.put_question(replace(old, similar=similar), now=scene.now)
    return {}


def set_statuses(scene: Scene, parameters: Parameters) -> Mapping[str, object]:
    """batch_set_chitchat: one status for many, no result for each (DOC); partial failure and repeats are UNKNOWN."""
    identifiers = tuple(dict.fromkeys(parameters.texts("StandardQuestionIds")))
    status = parameters.choice("Status", STATUSES)
    switches = scene.switches
    if not identifiers and switches.batch_empty == "refuse":
        raise Refusal(Code.PARAMETERS, "StandardQuestionIds is empty")
    if switches.batch_max is not None and len(identifiers) > switches.batch_max:
        raise Refusal(Code.PARAMETERS, "too many StandardQuestionIds")
    failed = _set_each(scene, identifiers, status)
    if failed is None or switches.batch_unknown == "partial":
        return {}
    if switches.batch_unknown == "all-or-nothing":
        raise failed
    # Answered and not raised: what could be done is to stay.
    return {"ActionStatus": "FAIL", "ErrorCode": int(failed.code), "ErrorInfo": failed.info}


def _set_each(scene: Scene, identifiers: Sequence[str], status: int) -> Refusal | None:
    first: Refusal | None = None
    for identifier in identifiers:
        try:
            question = _settable(scene, identifier, status)
        except Refusal as refusal:
            first = first or refusal
        else:
            scene.library.put_question(replace(question, status=status), now=scene.now)
    return first


def _settable(scene: Scene, identifier: str, status: int) -> StoredQuestion:
    question = scene.library.question(identifier)
    if question is None:
        raise scene.missing("StandardQuestionId")
    if question.preset and scene.switches.preset_status == "refuse":
        raise Refusal(Code.PRESET)
    if question.status == status and scene.switches.batch_repeat == "refuse":
        raise Refusal(Code.PARAMETERS, "the question has that status")
    comes_back = question.status == DELETED and status != DELETED
    if comes_back and (scene.switches.undelete == "refuse" or scene.library.category(question.category) is None):
        raise scene.missing("StandardQuestionId")
    return question


def _changeable_question(scene: Scene, identifier: str) -> StoredQuestion:
    question = scene.library.question(identifier)
    if question is None or question.status == DELETED:
        raise scene.missing("StandardQuestionId")
    if question.preset and scene.switches.preset_update == "refuse":
        raise Refusal(Code.PRESET)
    return question


def _given(scene: Scene, parameters: Parameters, name: str) -> str | None:
    text = parameters.optional_text(name)
    if text == "" and scene.switches.empty_text == "refused":
        raise Refusal(Code.PARAMETERS, f"{name} is empty")
    return None if text == "" and scene.switches.empty_text == "keeps" else text


def _check_category(scene: Scene, identifier: int) -> None:
    categories = scene.library.categories()
    category = next((each for each in categories if each.id == identifier), None)
    if category is None:
        raise scene.missing("CategoryId")
    switches = scene.switches
    forbidden = (category.menu == ALL and switches.question_in_all == "refuse") or (
        category.menu == PRESET and switches.question_in_preset == "refuse"
    )
    is_parent = any(each.parent == identifier for each in categories)
    if forbidden or (is_parent and switches.question_in_parent == "refuse"):
        raise Refusal(Code.PARAMETERS, "the category takes no questions")


def _check_room(scene: Scene) -> None:
    limit = scene.switches.library_max
    if limit is not None and len(scene.library.questions()) >= limit:
        raise Refusal(Code.PARAMETERS, "the library is full")


OF_ANOTHER = StoredQuestion("", 0, "Which robot are you?", "The second one.", 10508, preset=True)
"""A question of the second robot; no call can change it, because its id is in no table."""


LISTED_STATUSES = (4, 5)
"""4 effective, 5 disabled, any other value is illegal (269/116739, DOC)."""


def list_questions(scene: Scene, parameters: Parameters) -> Mapping[str, object]:
    """One page, counted from 1 (EX), of what is in effect live (DOC)."""
    index = _positive(parameters, "PageIndex")
    size = _page_size(scene, _positive(parameters, "PageSize"))
    # Without a tag, or with the default's empty one, the default language is listed; there is no other here (INF: empty).
    library = [] if parameters.optional_text("LanguageTag") else scene.library.questions(as_of=scene.seen_at)
    if scene.switches.second_robot == "listed":
        library = [*library, replace(OF_ANOTHER, id=f"{scene.account.sdkappid}-{OTHER_ROBOT}-dhoLfseT3tvxP4HB")]
    if not scene.switches.include_presets:
        library = [each for each in library if not each.preset]
    found = _ordered(scene, _passing(scene, parameters, library))
    page = _page(scene, found, index=index, size=size)
    counted = {"library": library, "filtered": found, "page": page}[scene.switches.totals]
    counts = {
        "AllQuestionCount": len(counted) + sum(len(each.similar) for each in counted),
        "StandardQuestionCount": len(counted),
    }
    if not page and scene.switches.empty_page == "absent":
        return counts
    empty: list[object] | None = None if scene.switches.empty_page == "null" else []
    return {**counts, "QuestionList": [_entry(each) for each in page] or empty}


def _positive(parameters: Parameters, name: str) -> int:
    number = parameters.number(name)
    if number <= 0:
        raise Refusal(Code.PARAMETERS, f"{name} is not above 0")
    return number


def _page_size(scene: Scene, wanted: int) -> int:
    cap = scene.switches.page_cap
    if cap is None or wanted <= cap:
        return wanted
    if scene.switches.page_refusal == "refuse":
        raise Refusal(Code.PARAMETERS, "PageSize is too large")
    return cap


def _passing(scene: Scene, parameters: Parameters, library: Sequence[StoredQuestion]) -> list[StoredQuestion]:
    """The questions that the filters of a call let through."""
    category = parameters.optional_number("CategoryId")
    status = parameters.choice("Status", LISTED_STATUSES, default=0)
    if not status and scene.switches.omitted_status == "enabled":
        status = ENABLED
    keyword = parameters.optional_text("Question") or ""
    categories = None if category is None else _wanted(scene, category)
    return [
        each
        for each in library
        if _matches(each.question, keyword, scene)
        and (categories is None or each.category in categories)
        and (not status or each.status == status)
    ]


def _matches(text: str, keyword: str, scene: Scene) -> bool:
    if scene.switches.keyword == "words":
        return set(keyword.casefold().split()) <= set(text.casefold().split())
    return keyword in text or scene.switches.keyword == "ignored"


def _wanted(scene: Scene, category: int) -> set[int]:
    if not scene.switches.recursive_filter:
        return {category}
    return _with_children(scene.library.categories(as_of=scene.seen_at), category)


def _with_children(categories: Sequence[StoredCategory], category: int) -> set[int]:
    children = {each.id for each in categories if each.parent == category}
    return {category}.union(*(_with_children(categories, child) for child in children))


def _ordered(scene: Scene, found: Sequence[StoredQuestion]) -> list[StoredQuestion]:
    match scene.switches.order:
        case "oldest":
            return sorted(found, key=lambda each: each.position)
        case "newest":
            return sorted(found, key=lambda each: -each.position)
        case "by-id":
            return sorted(found, key=lambda each: each.id)
        case "updated":
            return sorted(found, key=lambda each: -each.version)
        case "shuffled":
            turn = scene.database.count("shuffle")
            return sorted(found, key=lambda each: hashlib.sha256(f"{turn}/{each.id}".encode()).digest())
        case never:
            assert_never(never)


def _page(scene: Scene, found: Sequence[StoredQuestion], *, index: int, size: int) -> Sequence[StoredQuestion]:
    pages = max(1, -(-len(found) // size))
    if index > pages and scene.switches.past_end == "error":
        raise Refusal(Code.PARAMETERS, "PageIndex is past the end")
    if index > pages and scene.switches.past_end == "last-page":
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
