"""The import of a table: a pure three-way merge of the export, the table and the files."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kbsync.diagnostics import Diagnostic, Location, Related, Rule, Severity
from kbsync.display import shorten
from kbsync.files.emit import can_be_written
from kbsync.files.schema import LEVELS
from kbsync.messages import Message, message
from kbsync.model import CategoryPath, Content, Knowledge, Question, bare
from kbsync.plan import FIELD_NAMES, Edit, Field, Merge, value_of
from kbsync.sheets.rows import HEADINGS, KEY, bared, column_named, digest, read
from kbsync.sheets.tables import Odd, SheetTable, letters

__all__ = ["Returned", "Wishes", "columns_of", "commits_of", "is_headed", "merge_rows", "rows_of", "told"]

MICROSOFT = {"question", "answer", "source", "metadata"}
"""The headings by which the tables of Microsoft's QnA Maker are known: rows with one answer are wordings of one question."""

TEXTS = (Field.QUESTION, Field.SIMILAR, Field.ANSWER, Field.CATEGORY)
"""What no row may end before."""

TITLES = 10
"""The number of rows searched for the headings."""

MAX_FAULTS = 1000
"""The number of findings shown for one table."""

KEYS = re.compile(r"([0-9a-f]{16})@([0-9a-f]{40,64})?")


@dataclass(frozen=True, slots=True)
class Row:
    """One question of a table: the value of each field, its cells, and the key that it was exported with."""

    number: int
    location: Location
    values: Mapping[Field, Any]
    cells: Mapping[Field, Location]
    key: str = ""
    commit: str | None = None

    @property
    def question(self) -> str:
        """Its text."""
        return str(self.values[Field.QUESTION])


@dataclass(frozen=True, slots=True)
class Wishes:
    """``removed``: rows that are missing are removals; ``theirs``: the table wins; ``category`` is for new rows without one."""

    removed: bool = False
    theirs: bool = False
    category: CategoryPath = ()


@dataclass(frozen=True, slots=True)
class Returned:
    """What the table changes, what both sides changed, and what is wrong in it; ``missing`` counts questions without a row.

    ``taken`` are, by the text of a question that changes, its row and the fields that come from there.
    """

    merge: Merge
    clashes: tuple[Message, ...]
    faults: tuple[Diagnostic, ...]
    missing: int
    taken: Mapping[str, tuple[Row, frozenset[Field]]]

    def placed(self, knowledge: Knowledge) -> Knowledge:
        """The library in which the cells are the places of what the table provided."""
        return replace(knowledge, questions=tuple(self._placed(one) for one in knowledge.questions))

    def _placed(self, one: Question) -> Question:
        row, fields = self.taken.get(one.content.question, (None, frozenset()))
        if row is None:
            return one
        cells = {name: place for name, place in row.cells.items() if name in fields}
        return replace(
            one,
            location=cells.get(Field.QUESTION, one.location),
            similar_location=cells.get(Field.SIMILAR),
            answer_location=cells.get(Field.ANSWER, one.answer_location),
            category_location=cells.get(Field.CATEGORY, one.category_location),
        )


def _fault(
    rule: Rule, said: Message, place: Location, *, hint: Message | None = None, other: Location | None = None
) -> Diagnostic:
    related = () if other is None else (Related(other, message("it stands here too")),)
    return Diagnostic(rule, Severity.ERROR, said, place, hint=hint, related=related)


def columns_of(table: SheetTable, named: Mapping[str, str]) -> tuple[dict[str, int], list[Diagnostic]]:
    """Which column of a table is which, by its first row, or as they are ``named``: a heading or a letter for each."""
    number, head = table.rows[0] if table.rows else (1, [])
    titles = ["" if isinstance(cell, Odd) else cell for cell in head]
    found: dict[str, int] = {}
    faults: list[Diagnostic] = []
    for column, title in enumerate(titles):
        name = None if named else column_named(title)
        if name is not None and found.setdefault(name, column) != column:
            said = message("two columns are headed as {name}", name=HEADINGS[name][0])
            hint = message("keep one, or name the columns with --map")
            faults.append(
                _fault(Rule.KB503, said, table.place(number, column), hint=hint, other=table.place(number, found[name]))
            )
    for name, wanted in named.items():
        headed = [at for at, title in enumerate(titles) if bare(wanted) == bare(title)]
        places = headed or [at for at in range(len(titles)) if wanted.upper() == letters(at)]
        if len(places) != 1:
            said = message("no column, or more than one, is {wanted}", wanted=shorten(wanted))
            faults.append(_fault(Rule.KB503, said, table.place(number, 0)))
        elif places[0] in found.values():
            said = message("one column is named twice: {column}", column=letters(places[0]))
            faults.append(_fault(Rule.KB503, said, table.place(number, places[0])))
        else:
            found[name] = places[0]
    if Field.QUESTION not in found and not faults:
        faults.append(_headless(table, number))
    return found, faults


def _headless(table: SheetTable, number: int) -> Diagnostic:
    hint = message("head one with question or 问题, or name it: --map question=B,answer=D")
    for row, cells in () if number != 1 else table.rows[1:TITLES]:
        if Field.QUESTION in {column_named(cell) for cell in cells if isinstance(cell, str)}:
            number, hint = row, message("the headings seem to stand here: take away the rows above")
            break
    return _fault(Rule.KB503, message("no column holds the questions"), table.place(number, 0), hint=hint)


def is_headed(table: SheetTable, named: Mapping[str, str]) -> bool:
    """Whether the first row holds headings: not where columns are named by letters alone, and it has none that is known."""
    titles = [cell for cell in table.rows[0][1] if isinstance(cell, str)]
    known = {bare(wanted) for wanted in named.values()}
    return not named or any(bare(title) in known or column_named(title) for title in titles)


def rows_of(table: SheetTable, columns: Mapping[str, int], *, headed: bool = True) -> tuple[list[Row], list[Diagnostic]]:
    """The rows of a table and everything that is wrong in them."""
    faults = list(table.faults)
    rows: list[Row] = []
    width = len(table.rows[0][1])
    others = {bare(cell): at for at, cell in enumerate(table.rows[0][1]) if isinstance(cell, str)}
    for number, cells in table.rows[headed:]:
        if len(faults) >= MAX_FAULTS:
            said = message("from here on nothing is told: there are too many faults")
            faults.append(_fault(Rule.KB506, said, table.place(number, 0)))
            break
        texts = {name: cells[at] for name, at in columns.items() if at < len(cells)}
        ragged = _ragged(table, number, cells, columns, width) if table.ragged else None
        if ragged is not None:
            faults.append(ragged)
        elif any(isinstance(text, Odd) or text.strip() for text in texts.values()):
            row, wrong = _row(table, number, columns, texts)
            rows += [row] if row is not None else []
            faults += wrong
    if not any(row.key and KEYS.fullmatch(f"{row.key}@") for row in rows):  # somebody else's keys say nothing
        rows = [replace(row, key="") for row in rows]
    if others.keys() >= MICROSOFT:
        rows = _grouped(rows, table, others)
    return rows, faults


def _ragged(
    table: SheetTable, number: int, cells: Sequence[str | Odd], columns: Mapping[str, int], width: int
) -> Diagnostic | None:
    """What is wrong about how many cells a row has: one too many, or none for a text; spreadsheets leave empty ones out."""
    said, at = message("the row has more cells than there are headings"), width
    while at < len(cells) and not str(cells[at]).strip():
        at += 1
    if at >= len(cells):
        at = len(cells)
        name = next((name for name in TEXTS if columns.get(name, -1) >= at), None)
        if name is None:
            return None
        said = message("the row ends before its {field}", field=FIELD_NAMES[name])
    hint = message("a text that holds a separator or a line end stands in quotes")
    return _fault(Rule.KB506, said, table.place(number, at), hint=hint)


def _row(
    table: SheetTable, number: int, columns: Mapping[str, int], texts: Mapping[str, str | Odd]
) -> tuple[Row | None, list[Diagnostic]]:
    values: dict[Field, Any] = {}
    cells = {Field(name): table.place(number, at) for name, at in columns.items() if name in set(Field)}
    faults: list[Diagnostic] = []
    for name, place in cells.items():
        cell = texts.get(name, "")
        if isinstance(cell, Odd) and not (cell.text and name in (Field.ANSWER_TYPE, Field.STATUS)):
            faults.append(_fault(Rule.KB504, cell.said, place, hint=message("format the cell as text and type it again")))
            continue
        text = bared(cell.text if isinstance(cell, Odd) else cell)
        if text.strip() or name in (Field.SIMILAR, Field.QUESTION, Field.ANSWER):
            values[name] = read(name, text)
            wrong = _wrong(name, values[name])
            faults += [] if wrong is None else [_fault(Rule.KB506, wrong, place)]
    kept = texts.get(KEY, "")
    key = None if isinstance(kept, Odd) else KEYS.fullmatch(kept.strip())
    if faults:
        return None, faults
    named = (key[1], key[2]) if key else ("?" if isinstance(kept, Odd) else kept.strip(), None)
    return Row(number, cells[Field.QUESTION], values, cells, *named), []


def _wrong(name: Field, value: Any) -> Message | None:
    """What is wrong with the value of a cell."""
    if value is None:
        return message("this is no {field} that kbsync knows", field=FIELD_NAMES[name])
    if name is Field.CATEGORY and not 0 < len(value) <= LEVELS:
        return message("a category is written as Parent / Child")
    texts = (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()
    if not all(map(can_be_written, texts)):
        return message("empty, or with a control character: the {field}", field=FIELD_NAMES[name])
    return None


def _grouped(rows: Sequence[Row], table: SheetTable, others: Mapping[str, int]) -> list[Row]:
    """The rows of Microsoft's table as questions: those with one answer are wordings, and its line ends are spelled out."""
    cells = dict(table.rows)
    groups: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        said = cells[row.number]
        marks = [said[others[name]] if others[name] < len(said) else "" for name in ("source", "metadata")]
        groups.setdefault((row.values.get(Field.ANSWER), *map(str, marks)), []).append(row)
    found = []
    for first, *rest in groups.values():
        similar = tuple(sorted({row.question for row in rest} - {first.question}))
        answer = str(first.values.get(Field.ANSWER, "")).replace("\\n", "\n")
        values = {**first.values, Field.SIMILAR: similar, Field.ANSWER: answer}
        found.append(replace(first, values=values, cells={Field.SIMILAR: first.location, **first.cells}))
    return found


def merge_rows(
    rows: Sequence[Row], desired: Knowledge, bases: Mapping[str, Knowledge | None], wishes: Wishes, *, path: str
) -> Returned:
    """Merge the rows into the files; ``bases`` are the files at the commits that the rows name."""
    work = _Sheet(desired, bases, wishes, frozenset(row.question for row in rows))
    firsts: dict[str, Row] = {}
    for row in work.without_copies(rows):
        if firsts.setdefault(row.question, row) is row:
            work.take(row)
        else:
            work.repeat(row, firsts[row.question].location)
    work.check_successors(firsts)
    missing = [one for one in desired.questions if one.location not in work.seen]
    if wishes.removed:
        for one in missing:
            work.remove(one, path)
    work.check()
    merge = Merge(
        tuple(work.edits.values()),
        tuple(work.removed),
        tuple(work.added),
        lines=work.removed,
        restored=work.gone.intersection(work.taken),
    )
    return Returned(merge, tuple(work.clashes), tuple(work.faults), 0 if wishes.removed else len(missing), work.taken)


@dataclass(slots=True)
class _Sheet:
    desired: Knowledge
    bases: Mapping[str, Knowledge | None]
    wishes: Wishes
    rows: frozenset[str]
    seen: dict[Location | None, Location] = field(default_factory=dict)
    edits: dict[Location, Edit] = field(default_factory=dict)
    added: list[Content] = field(default_factory=list)
    removed: dict[Location, tuple[str, ...]] = field(default_factory=dict)
    clashes: list[Message] = field(default_factory=list)
    faults: list[Diagnostic] = field(default_factory=list)
    result: list[tuple[Content, Location]] = field(default_factory=list)
    taken: dict[str, tuple[Row, frozenset[Field]]] = field(default_factory=dict)
    by_text: dict[str, Question] = field(init=False)
    by_digest: dict[str | None, dict[str, Question]] = field(init=False)
    gone: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.gone = frozenset(line.text for line in self.desired.removed)
        former = {text: one for one in self.desired.questions for text in one.previously}
        self.by_text = former | {one.content.question: one for one in self.desired.questions}
        known = [(None, self.desired), *self.bases.items()]
        self.by_digest = {
            commit: {digest(one.content): one for one in base.questions} for commit, base in known if base is not None
        }

    def base_of(self, row: Row) -> Content | None:
        """The content of a row when it was exported; no commit is read for one that the files still have.

        Of what only the files have, a row with another text is none where one row has that text: it may come from there.
        """
        exported = self.by_digest.get(row.commit, {}).get(row.key) if row.commit else None
        if exported is not None:
            return exported.content
        found = self.by_digest[None].get(row.key)
        if found is None or (found.content.question != row.question and found.content.question in self.rows):
            return None
        return found.content

    def without_copies(self, rows: Sequence[Row]) -> list[Row]:
        """The rows, of which one copied to make a new question of it loses the key: that stays with the old text."""
        groups: dict[tuple[str, str | None], list[Row]] = {}
        for row in rows:
            groups.setdefault((row.key, row.commit), []).append(row)
        copies: set[int] = set()
        for (key, _), same in groups.items():
            if len(same) > 1 and KEYS.fullmatch(f"{key}@"):
                base = self.base_of(same[0])
                old = self.by_text if base is None else {base.question}
                kept = next((row for row in same if row.question in old), None if base is None else same[0])
                copies |= {row.number for row in same if kept not in (None, row)}
        return [replace(row, key="", commit=None) if row.number in copies else row for row in rows]

    def take(self, row: Row) -> None:
        """Merge one row."""
        base = self.base_of(row)
        names = (row.question, row.question.strip()) if base is None else (base.question, row.question)
        found = next((self.by_text[text] for text in names if text in self.by_text), None)
        if found is None or found.location is None:
            self._new(row, base)
            return
        if found.location in self.seen:
            self.repeat(row, self.seen[found.location])
            return
        self.seen[found.location] = row.location
        old = found.content
        own = row.question if self._is_taken(row, Field.QUESTION, "", found, base) else old.question
        taken: dict[Field, Any] = {} if own == old.question else {Field.QUESTION: own}
        others = [name for name in row.values if name is not Field.QUESTION]
        taken |= {name: row.values[name] for name in others if self._is_taken(row, name, own, found, base)}
        values = {name.value: value for name, value in taken.items()}
        content = replace(old, **values)
        if taken and own in content.similar:
            content = replace(content, similar=tuple(text for text in content.similar if text != own))
            taken[Field.SIMILAR] = content.similar
        if taken:
            earlier = (old.question,) if Field.QUESTION in taken else ()
            self.taken[content.question] = row, frozenset(taken)
            self.edits[found.location] = Edit(found.location, content, tuple(name for name in Field if name in taken), earlier)
        self.result.append((content, row.location if taken else found.location))

    def _is_taken(self, row: Row, name: Field, own: str, found: Question, base: Content | None) -> bool:
        """Whether the table's value is taken into the files; a change on both sides is noted.

        ``own`` is the text of the question then, which its wordings do not repeat.
        """
        value: Any = row.values[name]
        ours = name.of(found.content)
        was = ours if base is None else name.of(base)
        value = tuple(sorted(set(value))) if name is Field.SIMILAR else value
        trimmed = value.strip() if name is Field.QUESTION else tuple(map(str.strip, value)) if name is Field.SIMILAR else value
        others = tuple(text for text in value if text != own) if name is Field.SIMILAR else value
        if not {value, trimmed, others}.isdisjoint({ours, was}):
            return False
        if name is Field.QUESTION and value in self.gone and not self.wishes.theirs:
            self._removed_in_git(row)
            return False
        if self.wishes.theirs or (base is not None and ours == was):
            return True
        theirs = replace(found.content, **{name.value: value})
        sides = {"field": FIELD_NAMES[name], "table": _said(theirs, name), "git": _said(found.content, name)}
        words = message("{cell} and {place}: {field} of {question}: the table says {table}, git {git}")
        self._clash(words, found.content.question, cell=row.cells[name], place=found.location, **sides)
        return False

    def _new(self, row: Row, base: Content | None) -> None:
        values = {name.value: value for name, value in row.values.items()}
        was = Content("", "", self.wishes.category) if base is None else base
        content = replace(was, **values)
        if base is not None and not any(name.differs(content, base) for name in row.values):
            return
        if not self.wishes.theirs and (base is not None or content.question in self.gone):
            self._removed_in_git(row)
        elif not self.wishes.theirs and row.key:
            words = message("{cell}: {question}: the table has it, git does not, and which question it was is not known")
            self._clash(words, row.question, cell=row.location)
        elif not content.answer or not content.category:
            hint = None if content.category else message("give new questions one with --category 'Parent / Child'")
            said = message("a new question needs an answer and a category")
            self.faults.append(_fault(Rule.KB506, said, row.location, hint=hint))
        else:
            self.added.append(content)
            self.taken[content.question] = row, frozenset(Field)
            self.result.append((content, row.location))

    def _removed_in_git(self, row: Row) -> None:
        self._clash(message("{cell}: {question}: the table has it, git removed it"), row.question, cell=row.location)

    def _clash(self, words: Message, question: str, **values: object) -> None:
        self.clashes.append(words.fill(question=shorten(question), **values))

    def remove(self, one: Question, path: str) -> None:
        """Remove a question without a row if the files still have the exported content."""
        assert one.location is not None  # noqa: S101  (whatever a file declares has a place)
        known = any(digest(one.content) in found for commit, found in self.by_digest.items() if commit)
        was = not self.bases or any(self._had(base, one) for base in self.bases.values())
        if (known or (was and self.wishes.theirs)) and not one.protected:
            self.removed[one.location] = (one.content.question, *one.previously)
            return
        self.result.append((one.content, one.location))
        words = message("{path} and {place}: {question}: the table has no row for it, and git may have changed it")
        if one.protected and (known or was):
            words = message("{path} and {place}: the table has no row for it, and {question} is protected: take that out first")
        if was or (one.protected and known):
            self._clash(words, one.content.question, path=path, place=one.location)

    def _had(self, base: Knowledge | None, one: Question) -> bool:
        names = {one.content.question, *one.previously}
        return base is None or any(each.content.question in names for each in base.questions)

    def check_successors(self, rows: Mapping[str, Row]) -> None:
        """Find rows with the exported text of another row, in files without it: a second import would take one for the other."""
        for row in rows.values():
            base = self.base_of(row)
            other = None if base is None or base.question in self.by_text else rows.get(base.question)
            if other not in (None, row):
                self.repeat(other, row.location)

    def check(self) -> None:
        """Find the texts that two questions would have, one of them by the table."""
        rest = [one for one in self.desired.questions if one.location not in self.seen and one.location not in self.removed]
        known = [(one.content, one.location or Location("")) for one in rest if not self.wishes.removed]
        owners: dict[str, tuple[Content, Location]] = {}
        for content, place in sorted([*known, *self.result], key=lambda each: bool(each[1].cell)):
            for text in (content.question, *content.similar):
                other = owners.setdefault(text, (content, place))
                if other[0] is not content and (place.cell or other[1].cell):
                    said = message("two questions would have the text {text}", text=shorten(text))
                    self.faults.append(_fault(Rule.KB507, said, place, other=other[1]))
            if content.question in content.similar:
                self.faults.append(_fault(Rule.KB507, message("a similar question repeats its own question"), place))
        places = {one.location: (one.content.question, one.previously) for one in self.desired.questions if one.location}
        for place, (text, former) in places.items():
            edit = self.edits.get(place)
            if edit is not None:
                self._check_former(
                    owners, edit.content.question, (*former, *edit.earlier), self.taken[edit.content.question][0].location
                )
            elif place not in self.removed:
                self._check_former(owners, text, former, place)
        for text in {text for texts in self.removed.values() for text in texts} & self.taken.keys():
            said = message("{text} is to be removed and is declared", text=shorten(text))
            self.faults.append(_fault(Rule.KB312, said, self.taken[text][0].location, hint=message("keep one of the two")))

    def _check_former(
        self, owners: Mapping[str, tuple[Content, Location]], text: str, formers: Sequence[str], place: Location
    ) -> None:
        for former in formers:
            if former != text and former in owners and owners[former][0].question == former:
                said = message("{text} is still declared, so nothing was renamed from it", text=shorten(former))
                first, other = sorted([place, owners[former][1]], key=lambda each: not each.cell)
                self.faults.append(_fault(Rule.KB305, said, first, other=other))

    def repeat(self, row: Row, other: Location) -> None:
        """Tell of a row for what has one."""
        said = message("another row is this question already")
        hint = message("keep one of them; other wordings belong under similar")
        self.faults.append(_fault(Rule.KB507, said, row.location, hint=hint, other=other))


def _said(content: Content, name: Field) -> Message | str:
    value = value_of(content, name)
    return shorten(value) if isinstance(value, str) else value


def commits_of(rows: Sequence[Row]) -> Iterator[str]:
    """The commits that rows were exported at."""
    return iter(dict.fromkeys(row.commit for row in rows if row.commit is not None))


def told(columns: Mapping[str, int]) -> str:
    """Which column was taken for what."""
    return ", ".join(f"{name}={letters(at)}" for name, at in columns.items())
