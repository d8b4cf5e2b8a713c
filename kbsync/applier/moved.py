"""What to say about a live object that moved since the plan was reviewed. That it moved is found in ``preconditions``."""

from kbsync.messages import Message, message
from kbsync.model import CategoryPath, Content, Question, show_path
from kbsync.plan import FIELD_NAMES, Field, value_of

__all__ = ["category_gone", "category_moved", "field_edited", "field_moved", "question_gone", "text_taken", "title_edited"]

WIDTH = 60
"""Characters of a text that are enough to recognise it in a report."""

LEAD = 20
"""Characters shown before the first difference of two long texts."""


def field_moved(question: Question, field: Field, expected: Content) -> Message:
    """One field of a question holds neither what the plan found nor what it wants."""
    wanted, found = _excerpts(value_of(expected, field), value_of(question.content, field))
    return message(
        "question “{question}” ({id}), {field}: it is “{found}” now, the plan was made when it was “{expected}”",
        question=expected.question,
        id=question.id,
        field=FIELD_NAMES[field],
        found=found,
        expected=wanted,
    )


def field_edited(found: Content, field: Field) -> Message:
    """A field holds neither what the plan found nor what was sent; what was sent went without an answer."""
    return message(
        "its {field} is “{found}” now, neither as it was nor as it was sent: somebody edited it meanwhile, "
        "or the service stores it otherwise; it was not sent again, so look at it and plan again",
        field=FIELD_NAMES[field],
        found=_excerpts(value_of(found, field), "")[0],
    )


def title_edited(path: CategoryPath) -> Message:
    """A category has neither its old title nor the one that was sent; what was sent went without an answer."""
    return message(
        "it is called {category} now, neither as it was nor as it was sent: somebody renamed it meanwhile; "
        "it was not sent again, so look at it and plan again",
        category=show_path(path),
    )


def question_gone(identifier: str, expected: Content) -> Message:
    """A question that the plan changes is not in the library any more."""
    return message("question “{question}” ({id}) is gone", question=expected.question, id=identifier)


def text_taken(text: str, holder: Question, fields: tuple[Field, ...] = ()) -> Message:
    """A question that the plan did not know has a text that the plan gives to another."""
    if not fields:
        return message(
            "question “{question}” exists now ({id}), and the plan renames another question to it", question=text, id=holder.id
        )
    return message(
        "question “{question}”, which the plan creates, exists now ({id}) with another {fields}",
        question=text,
        id=holder.id,
        fields=tuple(FIELD_NAMES[field] for field in fields),
    )


def category_gone(path: CategoryPath, title: str) -> Message:
    """A category that the plan needs is not in the library any more."""
    return message("category {category}, which “{title}” needs, is gone", category=show_path(path), title=title)


def category_moved(identifier: int, expected: CategoryPath, found: CategoryPath | None) -> Message:
    """A category that the plan renames or deletes has another title, is gone, or its new title is taken."""
    if found is None:
        return message("category {category} ({id}) is gone", category=show_path(expected), id=identifier)
    return message(
        "category {id} is called {found} now, the plan was made when it was called {expected}",
        id=identifier,
        found=show_path(found),
        expected=show_path(expected),
    )


def _excerpts(one: Message | str, other: Message | str) -> tuple[Message | str, Message | str]:
    """The same part of two texts, around the first difference; names stay as they are."""
    if isinstance(one, Message) or isinstance(other, Message):
        return one, other
    pairs = enumerate(zip(one, other, strict=False))
    first = next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))
    start = 0 if max(len(one), len(other)) <= WIDTH else max(0, first - LEAD)
    return _cut(one, start), _cut(other, start)


def _cut(text: str, start: int) -> str:
    piece = " ".join(text[start : start + WIDTH].splitlines())
    return ("…" if start else "") + piece + ("…" if start + WIDTH < len(text) else "")
