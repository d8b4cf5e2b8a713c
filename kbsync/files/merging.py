"""A merge carried out on a whole directory, in memory: what the files can hold of it, their new content, and the proof of it.

What no file can hold is left out with a note, so that one odd entry in the console does not keep all the others out.
"""

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from kbsync.diagnostics import Location, has_errors
from kbsync.display import shorten, visible
from kbsync.errors import InvalidInput, UnusableFile
from kbsync.files.directory import SETTINGS_FILE, is_yaml, meant
from kbsync.files.emit import can_be_written
from kbsync.files.layout import laid_out
from kbsync.files.loading import load_tree
from kbsync.files.rewrite import EditedFile, add_questions, change_categories, change_questions, homes_of, relocate, restore
from kbsync.files.source import FORBIDDEN, UTF8_MARK
from kbsync.messages import Message, message
from kbsync.model import Category, CategoryPath, Content, Knowledge, Question, path_after, show_path
from kbsync.plan import FIELD_NAMES, Edit, Field, Merge

__all__ = ["Merged", "merge_files"]


@dataclass(frozen=True, slots=True)
class Touched:
    """How many questions of one file were changed."""

    updated: int = 0
    added: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class Merged:
    """The new content of each file that changes, by its name, and what changed in it.

    ``gone`` are answer files that are no longer used, ``created`` new files, ``notes`` messages about what was left out,
    ``knowledge`` what the files then declare.
    """

    files: Mapping[str, bytes]
    touched: Mapping[str, Touched]
    created: frozenset[str]
    notes: tuple[Message, ...]
    gone: tuple[str, ...] = ()
    knowledge: Knowledge = Knowledge()

    @property
    def changes(self) -> Mapping[str, bytes | None]:
        """All files that are not as they were, as ``store`` takes them."""
        return {**self.files, **dict.fromkeys(self.gone)}

    def leaving(self, shown_as: str) -> Iterator[Message]:
        """Messages about the answer files that are deleted."""
        words = message("{path} goes too: no question uses it any more.")
        return (words.fill(path=visible(f"{shown_as}/{name}")) for name in self.gone)


def merge_files(files: Mapping[str, bytes], merge: Merge, *, shown_as: str, target: str | None) -> Merged:
    """Carry out a merge on files that are free of faults.

    Raises InvalidInput if the result breaks a rule of the files, UnusableFile if its meaning is not the intended one.
    """
    before = load_tree(files, shown_as=shown_as, target=target).knowledge
    fitted, notes = fit(before, merge)
    for relocating in (True, False):
        work = _Work(files, shown_as, before, fitted)
        changed, gone = work.run(relocating=relocating)
        left = {name: data for name, data in {**files, **changed}.items() if name not in gone}
        after = load_tree(left, shown_as=shown_as, target=target)
        if _meaning(after.knowledge) == _expected(before, fitted):
            break
    if has_errors(after.diagnostics):
        raise InvalidInput(
            message("with this change the files would break the rules above; nothing was written"), after.diagnostics
        )
    if _meaning(after.knowledge) != _expected(before, fitted):
        raise UnusableFile(
            message("the files could not be edited as meant; nothing was written: {names}", names=", ".join(sorted(changed))),
            hint=message("this is a fault of kbsync: report it with these files, and edit them by hand meanwhile"),
        )
    created = frozenset(changed.keys() - files.keys())
    return Merged(changed, work.touched(after.knowledge), created, notes, gone, after.knowledge)


def fit(knowledge: Knowledge, merge: Merge) -> tuple[Merge, tuple[Message, ...]]:
    """The part of a merge that agrees with the rest of the files, and a message for each part that does not."""
    fitter = _Fitter(knowledge, merge)
    edits = tuple(edit for one in merge.edits if (edit := fitter.edit(one)).fields)
    accepted = [content for content in merge.added if fitter.accepts(content)]
    added = tuple(fitter.without_taken(content) for content in accepted)
    declared = tuple(path for path in merge.declared if fitter.names(path))
    renamed = {old: new for old, new in merge.renamed.items() if fitter.names(new)}
    return replace(merge, edits=edits, added=added, declared=declared, renamed=renamed), tuple(fitter.notes)


class _Fitter:
    """``_texts`` are all questions afterwards, ``_wordings`` the owner of every similar wording."""

    def __init__(self, knowledge: Knowledge, merge: Merge) -> None:
        self.notes: list[Message] = []
        edits = {edit.location: edit for edit in merge.edits}
        removed = frozenset(merge.removed)
        self._texts = set()
        self._wordings: dict[str, str] = {}
        for one in knowledge.questions:
            if one.location in removed:
                continue
            edit = edits.get(one.location) if one.location else None
            renamed = edit is not None and Field.QUESTION in edit.fields and can_be_written(edit.content.question)
            text = edit.content.question if edit is not None and renamed else one.content.question
            self._texts.add(text)
            if edit is None or Field.SIMILAR not in edit.fields:
                self._wordings.update(dict.fromkeys(one.content.similar, text))

    def edit(self, edit: Edit) -> Edit:
        """An edit without the fields, and without the wordings, that cannot be written."""
        content = edit.content
        texts = {Field.QUESTION: content.question, Field.ANSWER: content.answer}
        bad = sorted(field for field in texts if field in edit.fields and not can_be_written(texts[field]))
        bad += [Field.CATEGORY] if Field.CATEGORY in edit.fields and not _is_writable(content.category) else []
        for field in bad:
            self._note_unwritable(content, field)
        fields = tuple(field for field in edit.fields if field not in bad)
        return replace(edit, content=self.without_taken(content) if Field.SIMILAR in fields else content, fields=fields)

    def names(self, path: CategoryPath) -> bool:
        """Whether a category of the service can be named in a file."""
        if not _is_writable(path):
            self.notes.append(
                message(
                    "left out: the category {category}: it is empty or holds a control character, which no file can hold",
                    category=shorten(show_path(path)),
                )
            )
        return _is_writable(path)

    def accepts(self, content: Content) -> bool:
        """Whether a new question can be written; its text is then taken."""
        text = shorten(content.question)
        if not can_be_written(content.answer):
            self._note_unwritable(content, Field.ANSWER)
        elif not _is_writable(content.category):
            self._note_unwritable(content, Field.CATEGORY)
        elif not can_be_written(content.question):
            self._note_unwritable(content, Field.QUESTION)
        elif content.question in self._texts:
            self.notes.append(message("left out: a second question with the text {text}; the files hold one", text=text))
        elif content.question in self._wordings:
            owner = shorten(self._wordings[content.question])
            self.notes.append(message("left out: {text}, because it is a similar wording of {owner}", text=text, owner=owner))
        else:
            self._texts.add(content.question)
            return True
        return False

    def without_taken(self, content: Content) -> Content:
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


def _is_writable(path: CategoryPath) -> bool:
    return all(map(can_be_written, path))


class _Work:
    """``_edits`` and ``_removed`` name each question by its file and its text, because places do not last."""

    def __init__(self, files: Mapping[str, bytes], shown_as: str, before: Knowledge, merge: Merge) -> None:
        self._files = files
        self._shown_as = shown_as
        self._before = before
        self._merge = merge
        self._edited = {name: EditedFile(files[name]) for name in filter(is_yaml, files) if name != SETTINGS_FILE}
        self._answers: dict[str, bytes] = {}
        self._edits: dict[str, dict[str, Edit]] = {}
        self._removed: dict[str, dict[str, tuple[str, ...]]] = {}
        texts = {question.location: question.content.question for question in before.questions}
        for edit in merge.edits:
            self._edits.setdefault(self._name(edit.location), {})[texts[edit.location]] = edit
        for place in merge.removed:
            self._removed.setdefault(self._name(place), {})[texts[place]] = merge.lines.get(place, ())

    def run(self, *, relocating: bool) -> tuple[dict[str, bytes], tuple[str, ...]]:
        """The content of every file that changes, and the answer files that no question uses any more.

        With ``relocating``, files that receive moved questions are included.
        """
        used = self._uses()
        self._write_answers(used)
        for file in self._edited.values():
            if self._merge.restored:
                restore(file, self._merge.restored)
            if self._merge.renamed or self._merge.dropped:
                change_categories(file, self._merge.renamed, self._merge.dropped)
        leaving = {
            name: [text for text, edit in edits.items() if Field.CATEGORY in edit.fields] for name, edits in self._edits.items()
        }
        homes = homes_of(self._edited, leaving=leaving) if relocating and any(leaving.values()) else ()
        for name in {**self._edits, **self._removed}:
            change_questions(self._edited[name], self._edits.get(name, {}), self._removed.get(name, {}), homes)
        if relocating:
            relocate(self._edited, self._moved())
        new = add_questions(self._edited, self._merge.added, self._merge.declared)
        old = {name: file.data for name, file in self._edited.items() if file.data != self._files[name]}
        changed = {**{name: self._tidy(name, data) for name, data in {**old, **new}.items()}, **self._answers}
        kept = {meant(name) for name in self._uses().values()} if used else ()
        gone = {name for name in used.values() if meant(name) not in kept and not is_yaml(name)}
        return changed, tuple(sorted(gone))

    def _moved(self) -> dict[str, set[str]]:
        """The texts, as they are now, of the questions that got another category."""
        moved = {
            name: {
                edit.content.question if Field.QUESTION in edit.fields else text
                for text, edit in edits.items()
                if Field.CATEGORY in edit.fields
            }
            for name, edits in self._edits.items()
        }
        return {name: texts for name, texts in moved.items() if texts}

    def _tidy(self, name: str, data: bytes) -> bytes:
        """A file in the canonical layout where it was in that before, or is new; the layout of others is their author's."""
        was = self._files.get(name)
        return laid_out(data) if was is None or laid_out(was) == was else data

    def touched(self, after: Knowledge) -> dict[str, Touched]:
        """Counts by the name of the file."""
        old = {question.content.question for question in self._before.questions}
        old |= {edit.content.question for edit in self._merge.edits}
        new = (question.location for question in after.questions if question.content.question not in old)
        added = Counter(self._name(place) for place in new if place)
        return {
            name: Touched(len(self._edits.get(name, ())), added[name], len(self._removed.get(name, ())))
            for name in sorted({*self._edits, *self._removed, *added})
        }

    def _name(self, place: Location) -> str:
        return str(PurePosixPath(place.path).relative_to(self._shown_as))

    def _uses(self) -> dict[tuple[str, str], str]:
        """The answer files as the files stand, by the file that names them and the question there."""
        return {
            (name, one.text): posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
            for name, file in self._edited.items()
            for one in file.questions()
            if (path := one.answer_file) is not None
        }

    def _write_answers(self, uses: Mapping[tuple[str, str], str]) -> None:
        """Write changed answers into their answer files, except files that several questions share."""
        shared = Counter(uses.values())
        for (name, text), place in uses.items():
            edit = self._edits.get(name, {}).get(text)
            if edit is None or Field.ANSWER not in edit.fields or shared[place] > 1 or FORBIDDEN.search(edit.content.answer):
                continue
            self._answers[place] = _answer_data(self._files[place], edit.content.answer)
            rest = tuple(field for field in edit.fields if field is not Field.ANSWER)
            self._edits[name][text] = replace(edit, fields=rest)


def _answer_data(old: bytes, text: str) -> bytes:
    """The content of an answer file, with the old one's byte order mark and line ends, and its final line end if it has one."""
    mark = UTF8_MARK if old.startswith(UTF8_MARK) else b""
    newline = "\r\n" if b"\r\n" in old else "\n"
    end = "\n" if old.endswith(b"\n") or text.endswith("\n") else ""
    return mark + f"{text}{end}".replace("\n", newline).encode()


def _meaning(knowledge: Knowledge) -> tuple[object, ...]:
    """The content of the files without source locations."""
    questions = {replace(question, location=None) for question in knowledge.questions}
    categories = {replace(category, location=None) for category in knowledge.categories}
    return questions, categories, {line.text for line in knowledge.removed}


def _expected(before: Knowledge, merge: Merge) -> tuple[object, ...]:
    edits = {edit.location: edit for edit in merge.edits}
    removed = frozenset(merge.removed)
    questions = {Question(content) for content in merge.added}
    for one in before.questions:
        if one.location not in removed:
            content = replace(one.content, category=path_after(one.content.category, merge.renamed))
            edit = None if one.location is None else edits.get(one.location)
            questions.add(_edited(replace(one, content=content, location=None), edit))
    lines = {*(line.text for line in before.removed), *(text for texts in merge.lines.values() for text in texts)}
    return questions, set(_expected_categories(before, merge)), lines - merge.restored


def _edited(question: Question, edit: Edit | None) -> Question:
    if edit is None:
        return question
    content = replace(question.content, **{field.value: field.of(edit.content) for field in edit.fields})
    names = (*(name for name in question.previously if name != content.question), *edit.earlier)
    return replace(question, content=content, previously=names, fresh=question.fresh and not names)


def _expected_categories(before: Knowledge, merge: Merge) -> Iterator[Category]:
    kept = [one for one in before.categories if not {one.path, one.path[:1]} & merge.dropped]
    for one in kept:
        path = path_after(one.path, merge.renamed)
        yield replace(one, path=path, previously=tuple(name for name in one.previously if name != path[-1]), location=None)
    known = {one.path for one in kept}
    yield from (Category(path) for path in {path[:size] for path in merge.declared for size in (1, 2)} - known)
