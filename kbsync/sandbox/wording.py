"""How texts are stored: what the service may do to them, how long they may be, and which may not stand twice.

All of it is UNKNOWN, so all of it is switches.
"""

import unicodedata
from collections.abc import Sequence
from typing import assert_never

from kbsync.sandbox.readings import Duplicates, Normalise, SimilarOrder, SimilarRepeats, Verdict
from kbsync.sandbox.refusals import Code, Refusal
from kbsync.sandbox.scene import Scene

__all__ = ["refuse_taken", "stored_answer", "stored_question", "stored_similar", "stored_title"]


def stored_question(text: str, scene: Scene) -> str:
    """A standard question as it is kept."""
    return _stored(text, scene, limit=scene.switches.question_max)


def stored_answer(text: str, scene: Scene) -> str:
    """An answer as it is kept."""
    return _stored(text, scene, limit=scene.switches.answer_max)


def stored_title(text: str, scene: Scene) -> str:
    """A category's title as it is kept."""
    return _stored(text, scene, limit=scene.switches.title_max)


def stored_similar(texts: Sequence[str], scene: Scene) -> tuple[str, ...]:
    """Similar questions as they are kept: repeats and order follow the switches."""
    kept = [stored_question(text, scene) for text in texts]
    unique = list(dict.fromkeys(kept))
    if scene.switches.similar_repeats is SimilarRepeats.REFUSED and unique != kept:
        raise Refusal(Code.PARAMETERS, "SimilarQuestions repeats itself")
    if scene.switches.similar_repeats is SimilarRepeats.DROPPED:
        kept = unique
    if scene.switches.similar_max is not None and len(kept) > scene.switches.similar_max:
        raise Refusal(Code.PARAMETERS, "too many SimilarQuestions")
    if scene.switches.similar_order is SimilarOrder.SORTED:
        kept = sorted(kept)
    if scene.switches.similar_order is SimilarOrder.REVERSED:
        kept = kept[::-1]
    return tuple(kept)


def refuse_taken(scene: Scene, *, question: str = "", similar: Sequence[str] = (), own: str = "") -> None:
    """Refuse what another question than ``own`` already says, as far as the switches forbid it."""
    twins = scene.library.named(question) if scene.switches.duplicates is Duplicates.REFUSE else []
    if any(other.id != own for other in twins):
        raise Refusal(Code.PARAMETERS, "Question exists")
    if scene.switches.similar_duplicates is Verdict.REFUSE:
        for other in scene.library.questions():
            if other.id != own and (question in other.similar or {other.question, *other.similar} & set(similar)):
                raise Refusal(Code.PARAMETERS, "a text is a question or a similar question already")


def _stored(text: str, scene: Scene, *, limit: int | None) -> str:
    match scene.switches.normalise:
        case Normalise.TRIM:
            text = text.strip()
        case Normalise.LINE_ENDS:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        case Normalise.NFC:
            text = unicodedata.normalize("NFC", text)
        case Normalise.NONE:
            pass
        case never:
            assert_never(never)
    if limit is not None and len(text) > limit:
        raise Refusal(Code.PARAMETERS, "a text is too long")
    return text
