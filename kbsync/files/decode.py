"""Knowledge documents decoded: the questions and categories of one file, and answers in files of their own."""

import posixpath
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Final

from kbsync.diagnostics import Location, Rule, Severity
from kbsync.display import shorten, visible
from kbsync.files import schema
from kbsync.files.directory import FileRefused, FileTree, is_hidden
from kbsync.files.kinds import Key, Record, TextAt, closest, read_record
from kbsync.files.parse import ListNode, MapNode, Node, Scalar, documents
from kbsync.files.source import LINE_END, SourceFile, decode, report_link
from kbsync.messages import Message, message
from kbsync.model import AnswerType, CategoryPath, Content, Question, Status, to_lf

CUT_SHORT: Final = re.compile(r" #| +#[0-9]")
"""A ``#`` that is hardly meant as a comment: one space before it, or a digit right after it. Style guides, and ``kbsync fmt``,
put two spaces before a comment; ``fmt`` leaves these as they are."""


MEANT_AS_LINES: Final = re.compile(r".{0,50}|.*[.:;!?…。：；！？]")
"""A line of an answer that was probably meant to end there: it is short, or ends a sentence."""

BEGINS_ENTRY: Final = re.compile(r"\s*(?:[-*•·–—]|[0-9]+[.)])\s")


_PLAIN = r"(?!(?:null|Null|NULL)\n)[^\s#&*!|>'\"%@`\[\]{},?:.~-][^\n\t:#]*+(?:(?::(?=\S)|(?<=\S)#)[^\n\t:#]*+)*+(?<! )"
_SCALAR = rf"""(?:{_PLAIN}|'(?= *+[^\s'])(?:[^'\n]++|'')*+'|"(?= *+[^\s"])[^"\\\n]*+")\n"""
_GAP = r"(?: *+#[^\n]*+\n|\n)*+"

USUAL: Final = re.compile(
    rf"{_GAP}  - question: (?P<question>{_SCALAR}){_GAP}(?P<key>    answer: )(?:"
    r"\|-?\n(?P<lines> {6}\S[^\n]*+\n(?: {6}[^\n]++\n|\n)*+)|>-?\n(?P<folded>(?: {6}\S[^\n]*+\n)++)\n*+(?! {6})|"
    rf"(?P<answer>{_SCALAR}))"
    rf"(?:{_GAP}    answer_type: (?P<type>{'|'.join(each.word for each in AnswerType)})\n)?"
    rf"(?:{_GAP}    similar:\n(?P<similar>(?:{_GAP}      - {_SCALAR})++))?"
    rf"(?:{_GAP}    status: (?P<status>{'|'.join(each.word for each in Status)})\n)?"
    rf"(?:{_GAP}    protected: (?P<protected>true|false)\n)?{_GAP}"
)
"""A question as ``fmt`` lays it out, with the keys that most have, each text on one line, or a block as the answer."""

USUAL_HEAD: Final = re.compile(r"^questions:\n", re.MULTILINE)


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
    ``found`` are the questions without faults; of those read at once there is no draft, ``said`` are their texts. ``homes`` are
    the categories of the documents that have questions.
    """

    def __init__(self, answers: "AnswerFiles", *, target: str | None, targets: tuple[str, ...] | None) -> None:
        self.questions: list[QuestionDraft] = []
        self.found: list[Question] = []
        self.categories: list[CategoryDraft] = []
        self.removed: list[TextAt] = []
        self.said: list[str] = []
        self.homes: list[tuple[CategoryPath | None, Location | None]] = []
        self._answers = answers
        self._target = target
        self._targets = targets

    def read_at_once(self, source: SourceFile, text: str) -> bool:
        """Read a file whose questions are all ``USUAL`` without a node for each text; for any other nothing is read.

        What stands above the questions of a document is left to the parser.
        """
        parts = None if source.faults or b"\r" in source.data else _usual(text)
        if parts is None:
            return False
        rest, sections = parts
        aside = SourceFile(source.path, source.name, rest.encode())
        heads = DocumentReader(self._answers, target=self._target, targets=self._targets)
        places: list[int] = []
        for root in documents(aside, keys=schema.KEYS):
            heads.read(root, source)
            places += _empty_lists(root)
        homes = [(path, place) for path, place in heads.homes if path is not None and place is not None]
        if aside.faults or source.faults or len(homes) < len(heads.homes) or places != [line for line, _ in sections]:
            source.forget_faults()  # the parser finds them again
            return False
        self.categories += heads.categories
        self.removed += heads.removed
        for (category, place), (_, section) in zip(homes, sections, strict=True):
            for line, found in section:
                self._take(line, found, category, place, source.path)
        return True

    @property
    def is_distinct(self) -> bool:
        """Whether no text of a question that was read at once is claimed by anything else."""
        drafts = (text.text for one in self.questions for text in (one.text, *one.similar, *one.previously))
        claims = [*self.said, *drafts, *(line.text for line in self.removed)] if self.said else []
        return len({*claims}) == len(claims)

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
        self.homes += [home] if document.has(schema.DOCUMENT_QUESTIONS) else []
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
            self.found.append(question)
        self.questions.append(QuestionDraft(text, similar, previously or (), pins, question))

    def _take(self, line: int, found: re.Match[str], category: CategoryPath, place: Location, path: str) -> None:
        """A question that was read at once; ``line`` is where the match begins."""
        text, key, lines, folded, answer, kind, similar, status, protected = found.groups()
        above = line + found.string.count("\n", found.start(), found.start("question"))
        behind = above + found.string.count("\n", found.start("question"), found.start("key"))
        if lines:
            answer = lines[6:].replace("\n      ", "\n").rstrip("\n")
        else:
            answer = folded[6:-1].replace("\n      ", " ") if folded else _usual_text(answer)
        question = _usual_text(text)
        items = f"\n{similar}"[:-1].split("\n      - ")[1:] if similar else ()
        wordings = [one if one[0] not in "'\"" and "\n" not in one else _usual_text(one) for one in items]
        self.said += (question, *wordings)
        content = Content(
            question,
            answer,
            category,
            AnswerType.named(kind) if kind else AnswerType.TEXT,
            tuple(wordings),
            Status.named(status) if status else Status.ENABLED,
        )
        self.found.append(
            Question(
                content,
                protected=protected == "true",
                location=Location(path, above, len("  - question: ") + 1),
                category_location=place,
                answer_location=Location(path, behind, len(key) + 1),
            )
        )

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


_Section = tuple[int, list[tuple[int, re.Match[str]]]]
"""The line of the key ``questions``, and each question behind it with the line it begins on."""


def _usual(text: str) -> tuple[str, list[_Section]] | None:
    """A file with an empty list for all questions of a document, on its lines, and these questions; None if unusual."""
    text = text if text.endswith("\n") else f"{text}\n"
    rest: list[str] = []
    sections: list[_Section] = []
    at, line = 0, 1
    while head := USUAL_HEAD.search(text, at):
        line += text.count("\n", at, head.end())
        rest.append(f"{text[at : head.end() - 1]} []\n")
        at, above, section = head.end(), line, []
        while found := USUAL.match(text, at):
            section.append((line, found))
            line += text.count("\n", at, found.end())
            at = found.end()
        if not section or text[at : at + 1] in (" ", "\t"):
            return None
        rest.append("\n" * (line - above))
        sections.append((above - 1, section))
    return ("".join((*rest, text[at:])), sections) if sections else None


def _empty_lists(root: Node) -> Iterator[int]:
    """The line of the list that stands for the questions of a document; 0 between braces, where a list as theirs is a fault."""
    if type(root) is MapNode and root.children:
        begun, first = root.start_mark, root.children[0].start_mark
        is_block = (begun.line, begun.column) == (first.line, first.column)
        for key, value in root.pairs():
            if type(key) is Scalar and key.value == schema.DOCUMENT_QUESTIONS.name:
                yield value.start_mark.line + 1 if is_block else 0


def _usual_text(scalar: str) -> str:
    """The text of a scalar on one line; comments may follow."""
    text = scalar.partition("\n")[0]
    if text[0] == "'":
        return text[1:-1].replace("''", "'")
    return text[1:-1] if text[0] == '"' else text


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
