"""Knowledge documents decoded: the questions and categories of one file, and answers in files of their own."""

import posixpath
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Final

from kbsync.diagnostics import Location, Rule, Severity
from kbsync.display import shorten, visible
from kbsync.files import schema
from kbsync.files.directory import FileRefused, FileTree, is_hidden
from kbsync.files.kinds import Key, Record, TextAt, closest, read_record
from kbsync.files.parse import ListNode, Node, Scalar
from kbsync.files.source import LINE_END, SourceFile, decode, report_link
from kbsync.messages import Message, message
from kbsync.model import AnswerType, CategoryPath, Content, Question, Status, to_lf

CUT_SHORT: Final = re.compile(r" #| +#[0-9]")
"""A ``#`` that is hardly meant as a comment: one space before it, or a digit right after it. Style guides, and ``kbsync fmt``,
put two spaces before a comment; ``fmt`` leaves these as they are."""


MEANT_AS_LINES: Final = re.compile(r".{0,50}|.*[.:;!?…。：；！？]")
"""A line of an answer that was probably meant to end there: it is short, or ends a sentence."""

BEGINS_ENTRY: Final = re.compile(r"\s*(?:[-*•·–—]|[0-9]+[.)])\s")


@dataclass(frozen=True, slots=True)
class QuestionDraft:
    """A question as written; ``question`` is None if a fault prevents it, while its texts still count as taken."""

    text: TextAt
    similar: tuple[TextAt, ...]
    previously: tuple[TextAt, ...]
    pins: tuple[schema.Pinned, ...]
    question: Question | None


@dataclass(frozen=True, slots=True)
class CategoryDraft:
    """A category as written. ``holder``: it only holds children and has no keys of its own."""

    path: CategoryPath
    title: TextAt
    authoritative: bool
    previously: tuple[TextAt, ...]
    holder: bool


class DocumentReader:
    """Collects drafts, in the order in which it is given documents.

    ``target`` picks the id where a question has one for each target; ``targets`` are the known ones, None without settings.
    """

    def __init__(self, answers: "AnswerFiles", *, target: str | None, targets: tuple[str, ...] | None) -> None:
        self.questions: list[QuestionDraft] = []
        self.categories: list[CategoryDraft] = []
        self.removed: list[TextAt] = []
        self._answers = answers
        self._target = target
        self._targets = targets

    def read(self, root: Node, source: SourceFile) -> None:
        """Read one document."""
        document = read_record(root, source, schema.DOCUMENT)
        if document is None:
            return
        for record in document.get(schema.DOCUMENT_CATEGORIES) or ():
            path = self._category(record, (), has_children=record.has(schema.CATEGORY_CHILDREN))
            for child in record.get(schema.CATEGORY_CHILDREN) or ():
                child.get(schema.CHILD_CHILDREN)
                self._category(child, path, has_children=False)
        removed = document.get(schema.DOCUMENT_REMOVED)
        self.removed.extend(removed or ())
        home = _category_of(document, schema.DOCUMENT_CATEGORY)
        for record in document.get(schema.DOCUMENT_QUESTIONS) or ():
            if record.has(schema.QUESTION_CATEGORY):
                self._question(record, *_category_of(record, schema.QUESTION_CATEGORY))
                continue
            if not document.has(schema.DOCUMENT_CATEGORY):
                hint = message("give it the key category, or give one to the whole document")
                source.fault(Rule.KB309, message("the question has no category"), record.node, hint=hint)
            self._question(record, *home)

    def _category(self, record: Record, above: CategoryPath | None, *, has_children: bool) -> CategoryPath | None:
        title = record.get(schema.CATEGORY_TITLE)
        previously = record.get(schema.CATEGORY_PREVIOUSLY) or ()
        authoritative = record.get(schema.CATEGORY_AUTHORITATIVE) or False
        if title is None or above is None:
            return None
        holder = has_children and not (record.has(schema.CATEGORY_PREVIOUSLY) or record.has(schema.CATEGORY_AUTHORITATIVE))
        path = (*above, title.text)
        self.categories.append(CategoryDraft(path, title, authoritative, previously, holder))
        return path

    def _question(self, record: Record, category: CategoryPath | None, category_location: Location | None) -> None:
        if record.source.commented:
            _warn_of_texts_cut_short(record)
        _note_joined_lines(record)
        text = record.get(schema.QUESTION_TEXT)
        answer = self._answer(record)
        similar = record.get(schema.QUESTION_SIMILAR) or ()
        previously = record.get(schema.QUESTION_PREVIOUSLY)
        pins = record.get(schema.QUESTION_ID) or ()
        answer_type = record.get(schema.QUESTION_ANSWER_TYPE) or AnswerType.TEXT
        status = record.get(schema.QUESTION_STATUS) or Status.ENABLED
        protected = record.get(schema.QUESTION_PROTECTED) or False
        if text is None:
            return
        question = None
        if answer is not None and category is not None:
            question = Question(
                Content(text.text, answer, category, answer_type, _plain(similar), status),
                self._pick(pins),
                _plain(previously or ()),
                protected,
                text.location,
                category_location,
                max(text.location, record.source.location(record.nodes[schema.QUESTION_ANSWER.name])),
                fresh=previously == (),
            )
        self.questions.append(QuestionDraft(text, similar, previously or (), pins, question))

    def _answer(self, record: Record) -> str | None:
        answer = record.get(schema.QUESTION_ANSWER)
        if isinstance(answer, schema.AnswerFile):
            return self._answers.text(answer.path)
        return answer.text if answer else None

    def _pick(self, pins: tuple[schema.Pinned, ...]) -> str | None:
        picked = None
        for pin in pins:
            name = pin.target.text if pin.target else None
            if name in (None, self._target):
                picked = pin.id.text
            if pin.target is not None and self._targets is not None and name not in self._targets:
                hint = closest(pin.target.text, self._targets)
                known = message("known targets: {names}", names=", ".join(self._targets))
                said = message("no target is called {name}", name=shorten(pin.target.text))
                pin.target.fault(Rule.KB311, said, hint=hint or known)
        return picked


class AnswerFiles:
    """The answer files, each read once; ``sources`` are those with faults.

    A path may not lead out of the knowledge directory, through a link, or to a hidden file.
    """

    def __init__(self, tree: FileTree, shown_as: str) -> None:
        self.sources: list[SourceFile] = []
        self._tree = tree
        self._shown_as = shown_as
        self._texts: dict[str, str | None] = {}

    @property
    def names(self) -> Collection[str]:
        """The files that were asked for."""
        return self._texts

    def text(self, path: TextAt) -> str | None:
        """The text of the file that a path names, normalised like any other; None and a fault where there is none."""
        name = posixpath.normpath(posixpath.join(posixpath.dirname(path.source.name), path.text))
        if path.text.startswith("/") or "\\" in path.text or name.split("/")[0] == ".." or is_hidden(name):
            said = message("the path leads out of the knowledge directory or to a hidden file")
            path.fault(Rule.KB310, said, hint=message("write a path relative to this file, with forward slashes"))
            return None
        if name not in self._texts:
            self._texts[name] = self._read(path, name)
        return self._texts[name]

    def _read(self, path: TextAt, name: str) -> str | None:
        data = self._tree.read(name)
        if isinstance(data, FileRefused):
            path.fault(Rule.KB310, data.said, hint=_near(path, data.near) if data.near else data.hint)
            return None
        own = SourceFile(str(PurePosixPath(self._shown_as, name)), name)
        text = decode(own, data)
        if text is not None and self._is_link(name, text):
            report_link(own)
            text = None
        if text is None:
            self.sources.append(own)
        elif not text.strip():
            path.fault(Rule.KB116, message("the file is empty"))
        else:
            return to_lf(text).removesuffix("\n")
        return None

    def _is_link(self, name: str, text: str) -> bool:
        """Whether a text is nothing but the name of another file here, as git writes a link where it may make none."""
        if not text or text.isspace() or text.startswith("/") or LINE_END.search(text):
            return False
        other = posixpath.normpath(posixpath.join(posixpath.dirname(name), text))
        return other != name and isinstance(self._tree.read(other), bytes)


def is_cut_short(text: str, place: int = 0) -> bool:
    """Whether the comment behind an unquoted text, at ``place``, is probably a part of the text."""
    return CUT_SHORT.match(text, place) is not None


def _category_of(record: Record, key: Key[CategoryPath]) -> tuple[CategoryPath | None, Location | None]:
    """A category and where it is written; None where there is none, or none that can be read."""
    path = record.get(key)
    return path, None if path is None else record.source.location(record.nodes[key.name])


def _plain(found: Iterable[TextAt]) -> tuple[str, ...]:
    return tuple([one.text for one in found])


def _near(path: TextAt, near: str) -> Message:
    """A hint with the file that was probably meant, as it is written from the file that names it."""
    name = visible(posixpath.relpath(near, posixpath.dirname(path.source.name)))
    if name != path.text and unicodedata.normalize("NFC", name) == unicodedata.normalize("NFC", path.text):
        return message(
            "{name} is there, with its letters in another Unicode form: rename the file to what stands here", name=name
        )
    return message("did you mean {name}?", name=name)


def _note_joined_lines(record: Record) -> None:
    """Report a note where YAML joins the lines of an answer that look as if they were meant to be separate."""
    node, source = record.nodes.get(schema.QUESTION_ANSWER.name), record.source
    if type(node) is not Scalar or node.style in ("|", ">") or node.start_mark.line >= node.end_mark.line:
        return
    numbers = range(node.start_mark.line, node.end_mark.line + 1)
    lines = [source.line(number).strip() for number in numbers if source.line(number).strip()]
    lines[0] = source.line(numbers[0])[node.start_mark.column :].strip()
    if node.style == '"' and lines[0].endswith("\\"):  # it says where its lines end
        return
    if any(MEANT_AS_LINES.fullmatch(one) or BEGINS_ENTRY.match(other) for one, other in pairwise(lines)):
        hint = message("to keep the lines, write | behind answer: and the text below it; to have one line, write it on one")
        place = (node.start_mark.line, node.start_mark.column)
        said = message("the lines of this answer are joined into one")
        source.fault_at(Rule.KB121, said, place, width=len(lines[0]), hint=hint, severity=Severity.NOTE)


def _warn_of_texts_cut_short(record: Record) -> None:
    """Warn of each unquoted text of a question that a ``#`` after a space, the sign of a comment, probably cuts off.

    Only what customers read or write is looked at, because beside other keys a comment is usual.
    """
    source = record.source
    for name in schema.CUSTOMER_TEXTS:
        node = record.nodes.get(name)
        for text in node.children if type(node) is ListNode else (node,):
            if type(text) is not Scalar or text.style or text.end_mark.line not in source.commented:
                continue
            line, column = text.end_mark.line, text.end_mark.column
            if is_cut_short(source.line(line), column):
                place = (line, source.line(line).index("#", column))
                # A text that an alias repeats was looked at before.
                if text.anchor is None or not source.has_fault(Rule.KB118, place):
                    hint = message(
                        "quote the text if it belongs to it; if the comment is meant, put two spaces before # and one behind it"
                    )
                    said = message("the text ends at #: what follows is a comment")
                    source.fault_at(Rule.KB118, said, place, hint=hint, severity=Severity.WARNING)
