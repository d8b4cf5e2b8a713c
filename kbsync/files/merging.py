"""A merge carried out on a whole directory, in memory: the new content of each file, proven by reading it all again.

Which changes are made is decided above; how one file is edited belongs to ``rewriting``, ``retitling`` and ``additions``.
"""

import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from kbsync.diagnostics import has_errors
from kbsync.errors import InvalidInput, UnusableFile
from kbsync.files.additions import add_questions
from kbsync.files.fitting import fit
from kbsync.files.loading import SETTINGS_FILE, load_tree
from kbsync.files.merge import Edit, Merge
from kbsync.files.overlay import Layered
from kbsync.files.page import FORBIDDEN
from kbsync.files.retitling import rename_categories
from kbsync.files.rewriting import rewrite
from kbsync.files.sheets import UTF8_MARK, Sheet, answer_file
from kbsync.messages import Message, message
from kbsync.model import Category, Knowledge, Question, path_after
from kbsync.plan import Field

__all__ = ["Merged", "Touched", "merge_files"]


@dataclass(frozen=True, slots=True)
class Touched:
    """How many questions of one file were changed."""

    updated: int = 0
    added: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class Merged:
    """The new content of each file that changes, by its name, and what happened in it; ``notes`` tell what was left out."""

    files: Mapping[str, bytes]
    touched: Mapping[str, Touched]
    notes: tuple[Message, ...]


def merge_files(files: Mapping[str, bytes], merge: Merge, *, shown_as: str, target: str | None) -> Merged:
    """Carry out a merge on files that are free of faults.

    Raises InvalidInput where the result breaks a rule of the files, UnusableFile where it would not say what it should.
    """
    before = load_tree(files, shown_as=shown_as, target=target).knowledge
    fitted, notes = fit(before, merge)
    work = _Work(files, shown_as, fitted)
    changed = work.run()
    after = load_tree(Layered(files, changed), shown_as=shown_as, target=target)
    if has_errors(after.diagnostics):
        raise InvalidInput(
            message("with the console's changes the files would break the rules above; nothing was written"), after.diagnostics
        )
    if _said(after.knowledge) != _expected(before, fitted):
        raise UnusableFile(
            message("the files could not be edited as meant; nothing was written: {names}", names=", ".join(sorted(changed))),
            hint=message("this is a fault of kbsync: report it with these files, and edit them by hand meanwhile"),
        )
    return Merged(changed, work.touched(before, after.knowledge), notes)


class _Work:
    def __init__(self, files: Mapping[str, bytes], shown_as: str, merge: Merge) -> None:
        self._files = files
        self._shown_as = shown_as
        self._merge = merge
        self._sheets = {name: Sheet(files[name]) for name in files if name != SETTINGS_FILE}
        self._edits: dict[str, dict[str, Edit]] = {}
        self._removed: dict[str, set[str]] = {}
        self._answers: dict[str, bytes] = {}

    def run(self) -> dict[str, bytes]:
        """The content of every file that changes."""
        self._find()
        self._write_answers()
        for name, sheet in self._sheets.items():
            if self._merge.renamed or self._merge.dropped:
                rename_categories(sheet, self._merge.renamed, self._merge.dropped)
            if name in self._edits or name in self._removed:
                rewrite(sheet, self._edits.get(name, {}), self._removed.get(name, set()))
        new = add_questions(self._sheets, self._merge.added, self._merge.declared)
        old = {name: sheet.data for name, sheet in self._sheets.items() if sheet.data != self._files[name]}
        return {**old, **self._answers, **new}

    def touched(self, before: Knowledge, after: Knowledge) -> dict[str, Touched]:
        """Counts by the name of the file."""
        updated = Counter(name for name, edits in self._edits.items() for _ in edits)
        removed = Counter(name for name, texts in self._removed.items() for _ in texts)
        old = {question.content.question for question in before.questions}
        old |= {edit.content.question for edit in self._merge.edits}
        added = Counter(
            str(PurePosixPath(question.location.path).relative_to(self._shown_as))
            for question in after.questions
            if question.content.question not in old and question.location
        )
        names = sorted({*updated, *removed, *added})
        return {name: Touched(updated[name], added[name], removed[name]) for name in names}

    def _find(self) -> None:
        """Name each question by its file and its text instead of by its place."""
        names = {str(PurePosixPath(self._shown_as, name)): name for name in self._sheets}
        texts = {
            path: self._sheets[names[path]].texts()
            for path in {one.path for one in (*self._merge.removed, *(edit.location for edit in self._merge.edits))}
        }
        for edit in self._merge.edits:
            place = edit.location
            self._edits.setdefault(names[place.path], {})[texts[place.path][place.line, place.column]] = edit
        for place in self._merge.removed:
            self._removed.setdefault(names[place.path], set()).add(texts[place.path][place.line, place.column])

    def _write_answers(self) -> None:
        """Put answers that stand in files of their own there, where no other question has its answer from the same file."""
        uses = self._answer_files()
        shared = Counter(uses.values())
        for (name, text), place in uses.items():
            edit = self._edits.get(name, {}).get(text)
            if edit is None or Field.ANSWER not in edit.fields or shared[place] > 1 or FORBIDDEN.search(edit.content.answer):
                continue
            self._answers[place] = _answer_data(self._files[place], edit.content.answer)
            rest = tuple(field for field in edit.fields if field is not Field.ANSWER)
            self._edits[name][text] = replace(edit, fields=rest)

    def _answer_files(self) -> dict[tuple[str, str], str]:
        found = {}
        for name, sheet in self._sheets.items():
            for item in sheet.items():
                path = answer_file(item)
                if path is not None:
                    found[name, item.text] = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
        return found


def _answer_data(old: bytes, text: str) -> bytes:
    """The content of an answer file, with the old one's byte order mark and line ends, and its final line end if it has one."""
    mark = UTF8_MARK if old.startswith(UTF8_MARK) else b""
    newline = "\r\n" if b"\r\n" in old else "\n"
    end = "\n" if old.endswith(b"\n") or text.endswith("\n") else ""
    return mark + f"{text}{end}".replace("\n", newline).encode()


def _said(knowledge: Knowledge) -> tuple[object, ...]:
    """What files say, wherever it stands."""
    questions = {replace(question, location=None) for question in knowledge.questions}
    return questions, {replace(category, location=None) for category in knowledge.categories}


def _expected(before: Knowledge, merge: Merge) -> tuple[object, ...]:
    edits = {edit.location: edit for edit in merge.edits}
    removed = frozenset(merge.removed)
    questions = {Question(content) for content in merge.added}
    for one in before.questions:
        if one.location not in removed:
            content = replace(one.content, category=path_after(one.content.category, merge.renamed))
            edit = None if one.location is None else edits.get(one.location)
            questions.add(_edited(replace(one, content=content, location=None), edit))
    return questions, set(_expected_categories(before, merge))


def _edited(question: Question, edit: Edit | None) -> Question:
    if edit is None:
        return question
    content = replace(question.content, **{field.value: getattr(edit.content, field.value) for field in edit.fields})
    names = tuple(name for name in question.previously if name != content.question)
    return replace(question, content=content, previously=names)


def _expected_categories(before: Knowledge, merge: Merge) -> Iterator[Category]:
    kept = [one for one in before.categories if not {one.path, one.path[:1]} & merge.dropped]
    for one in kept:
        path = path_after(one.path, merge.renamed)
        yield replace(one, path=path, previously=tuple(name for name in one.previously if name != path[-1]), location=None)
    known = {one.path for one in kept}
    yield from (Category(path) for path in {path[:size] for path in merge.declared for size in (1, 2)} - known)
