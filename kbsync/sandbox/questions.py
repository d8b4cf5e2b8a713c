"""The commands that write questions (1229/68844, 1229/68839, 679/117573, 679/117570). They act on the live library (DOC)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kbsync.sandbox.library import ALL, DELETED, ENABLED, PRESET, StoredQuestion
from kbsync.sandbox.parameters import Parameters
from kbsync.sandbox.readings import BatchUnknown, Duplicates, EmptyText, OmittedSimilar, Verdict
from kbsync.sandbox.refusals import Code, Refusal
from kbsync.sandbox.scene import Scene
from kbsync.sandbox.wording import refuse_taken, stored_answer, stored_question, stored_similar

__all__ = ["add_question", "set_statuses", "update_question", "update_similar"]

ANSWER_TYPES = (0, 2)
"""0 plain text, 2 rich text (1229/68844, DOC)."""
STATUSES = (4, 5, 6)
"""4 enable, 5 disable, 6 delete (679/117570, DOC)."""


def add_question(scene: Scene, parameters: Parameters) -> Mapping[str, object]:
    """add_chitchat: no id comes back (DOC shows none; UNKNOWN), the question is live at once (INF)."""
    category = parameters.number("CategoryId")
    question = stored_question(parameters.text("Question"), scene)
    answer = stored_answer(parameters.text("Answer"), scene)
    answer_type = parameters.choice("AnswerType", ANSWER_TYPES, default=0)
    similar = stored_similar(parameters.texts("SimilarQuestions") if parameters.has("SimilarQuestions") else (), scene)
    _check_category(scene, category)
    twins = scene.library.named(question) if scene.switches.duplicates is Duplicates.MERGE else []
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
    old = _existing(scene, parameters.text("StandardQuestionId"))
    if old.preset and scene.switches.preset_update is Verdict.REFUSE:
        raise Refusal(Code.PRESET)
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
        question=old.question if question is None else stored_question(question, scene),
        answer=old.answer if answer is None else stored_answer(answer, scene),
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
    old = _existing(scene, parameters.text("StandardQuestionId"))
    if old.preset and scene.switches.preset_update is Verdict.REFUSE:
        raise Refusal(Code.PRESET)
    if not parameters.has("SimilarQuestions") and scene.switches.omitted_similar is not OmittedSimilar.REFUSED:
        similar = () if scene.switches.omitted_similar is OmittedSimilar.CLEARED else old.similar
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
    if not identifiers and switches.batch_empty is Verdict.REFUSE:
        raise Refusal(Code.PARAMETERS, "StandardQuestionIds is empty")
    if switches.batch_max is not None and len(identifiers) > switches.batch_max:
        raise Refusal(Code.PARAMETERS, "too many StandardQuestionIds")
    failed = _set_each(scene, identifiers, status)
    if failed is None or switches.batch_unknown is BatchUnknown.PARTIAL:
        return {}
    if switches.batch_unknown is BatchUnknown.ALL_OR_NOTHING:
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
    if question.preset and scene.switches.preset_status is Verdict.REFUSE:
        raise Refusal(Code.PRESET)
    if question.status == status and scene.switches.batch_repeat is Verdict.REFUSE:
        raise Refusal(Code.PARAMETERS, "the question has that status")
    comes_back = question.status == DELETED and status != DELETED
    if comes_back and (scene.switches.undelete is Verdict.REFUSE or scene.library.category(question.category) is None):
        raise scene.missing("StandardQuestionId")
    return question


def _existing(scene: Scene, identifier: str) -> StoredQuestion:
    question = scene.library.question(identifier)
    if question is None or question.status == DELETED:
        raise scene.missing("StandardQuestionId")
    return question


def _given(scene: Scene, parameters: Parameters, name: str) -> str | None:
    text = parameters.optional_text(name)
    if text == "" and scene.switches.empty_text is EmptyText.REFUSED:
        raise Refusal(Code.PARAMETERS, f"{name} is empty")
    return None if text == "" and scene.switches.empty_text is EmptyText.KEEPS else text


def _check_category(scene: Scene, identifier: int) -> None:
    categories = scene.library.categories()
    category = next((each for each in categories if each.id == identifier), None)
    if category is None:
        raise scene.missing("CategoryId")
    switches = scene.switches
    forbidden = (category.menu == ALL and switches.question_in_all is Verdict.REFUSE) or (
        category.menu == PRESET and switches.question_in_preset is Verdict.REFUSE
    )
    is_parent = any(each.parent == identifier for each in categories)
    if forbidden or (is_parent and switches.question_in_parent is Verdict.REFUSE):
        raise Refusal(Code.PARAMETERS, "the category takes no questions")


def _check_room(scene: Scene) -> None:
    limit = scene.switches.library_max
    if limit is not None and len(scene.library.questions()) >= limit:
        raise Refusal(Code.PARAMETERS, "the library is full")
