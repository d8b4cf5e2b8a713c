"""What of the console's texts the files can hold: no text twice, none without anything to read, no control characters.

What cannot be held is left out and told, so that one odd entry in the console does not keep all the others out.
"""

from collections.abc import Iterable
from dataclasses import replace

from kbsync.files.merge import Edit, Merge
from kbsync.files.page import shorten
from kbsync.files.wording import can_be_written
from kbsync.messages import Message, message
from kbsync.model import Content, Knowledge
from kbsync.plan import FIELD_NAMES, Field

__all__ = ["fit"]


def fit(knowledge: Knowledge, merge: Merge) -> tuple[Merge, tuple[Message, ...]]:
    """The part of a merge that can be written beside what the files say, and a sentence for everything that cannot."""
    fitter = _Fitter(knowledge, merge)
    edits = tuple(edit for one in merge.edits if (edit := fitter.edit(one)).fields)
    accepted = [content for content in merge.added if fitter.accepts(content)]
    added = tuple(fitter.add(content) for content in accepted)
    return replace(merge, edits=edits, added=added), tuple(fitter.notes)


class _Fitter:
    """``_texts`` are all questions afterwards, ``_wordings`` the owner of every similar wording."""

    def __init__(self, knowledge: Knowledge, merge: Merge) -> None:
        self.notes: list[Message] = []
        edits = {edit.location: edit for edit in merge.edits}
        removed = frozenset(merge.removed)
        staying = [one for one in knowledge.questions if one.location not in removed]
        self._texts = set()
        self._wordings: dict[str, str] = {}
        for one in staying:
            edit = edits.get(one.location) if one.location else None
            renamed = edit is not None and Field.QUESTION in edit.fields and can_be_written(edit.content.question)
            text = edit.content.question if edit is not None and renamed else one.content.question
            self._texts.add(text)
            if edit is None or Field.SIMILAR not in edit.fields:
                self._wordings.update(dict.fromkeys(one.content.similar, text))

    def edit(self, edit: Edit) -> Edit:
        """An edit without the fields, and without the wordings, that cannot be written."""
        content = edit.content
        bad = {
            field
            for field, text in ((Field.QUESTION, content.question), (Field.ANSWER, content.answer))
            if field in edit.fields and not can_be_written(text)
        }
        for field in sorted(bad):
            self._note_unwritable(content, field)
        fields = tuple(field for field in edit.fields if field not in bad)
        return replace(edit, content=self.add(content) if Field.SIMILAR in fields else content, fields=fields)

    def accepts(self, content: Content) -> bool:
        """Whether a new question can be written; its text is then taken."""
        if not (can_be_written(content.answer) and all(map(can_be_written, content.category))):
            self._note_unwritable(content, Field.ANSWER)
        elif not can_be_written(content.question):
            self._note_unwritable(content, Field.QUESTION)
        elif content.question in self._texts:
            said = message("left out: a second question with the text {text}; the files hold one", text=shorten(content.question))
            self.notes.append(said)
        elif content.question in self._wordings:
            owner = self._wordings[content.question]
            said = message(
                "left out: {text}, because it is a similar wording of {owner}",
                text=shorten(content.question),
                owner=shorten(owner),
            )
            self.notes.append(said)
        else:
            self._texts.add(content.question)
            return True
        return False

    def add(self, content: Content) -> Content:
        """The content without the wordings that another question has."""
        return replace(content, similar=tuple(self._free(content.question, content.similar)))

    def _free(self, owner: str, wordings: Iterable[str]) -> Iterable[str]:
        for text in wordings:
            if can_be_written(text) and text not in self._texts and self._wordings.setdefault(text, owner) == owner:
                yield text
            else:
                self.notes.append(
                    message(
                        "left out: the wording {wording} of {text}: another question has it, or no file can hold it",
                        wording=shorten(text),
                        text=shorten(owner),
                    )
                )

    def _note_unwritable(self, content: Content, field: Field) -> None:
        self.notes.append(
            message(
                "left out: the {field} of {text}: it is empty or holds a control character, which no file can hold",
                field=FIELD_NAMES[field],
                text=shorten(content.question),
            )
        )
