"""Tables as files: CSV, TSV and workbooks, written and read. Whatever a file holds, it costs bounded time and memory."""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from kbsync.diagnostics import Diagnostic, Location, Rule, Severity
from kbsync.errors import InvalidInput, UnusableFile
from kbsync.messages import Message, message
from kbsync.model import MAX_FILE_BYTES, Knowledge, to_lf
from kbsync.sheets.rows import COLUMNS, HEADINGS, KEY, column_named, rows

if TYPE_CHECKING:
    from openpyxl.reader.excel import ExcelReader

__all__ = ["Odd", "SheetTable", "read_table", "written", "written_workbook"]

SEPARATORS = {"csv": ",", "tsv": "\t"}

UNPACKED = 2 * MAX_FILE_BYTES
"""How large the parts of a workbook may be together."""

ROWS, WIDTH = 1_048_576, 100
"""The rows of a workbook, and the columns that are looked at."""

OLE = b"\xd0\xcf\x11\xe0"
"""How an encrypted workbook begins, and one of the format before 2007."""

ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
TO_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)|[\ufffe\uffff]")
"""A workbook writes what XML cannot hold as ``_x0001_`` (ECMA-376, 22.9.2.19), and so the first sign of a text that looks so."""

MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)([0-9]+):')


@dataclass(frozen=True, slots=True)
class Odd:
    """A cell that holds no text; ``text`` is a whole number's."""

    said: Message
    text: str = ""


Cells = list[str | Odd]


@dataclass(frozen=True, slots=True)
class SheetTable:
    """The rows of a table that hold anything, by their numbers; ``taken`` says how the file was read."""

    path: str
    sheet: str
    rows: tuple[tuple[int, Cells], ...]
    taken: Message
    faults: tuple[Diagnostic, ...] = ()

    def place(self, row: int, column: int) -> Location:
        """A cell, both counted from 1 and 0."""
        return _place(self.path, self.sheet, row, column)


def letters(column: int) -> str:
    """What spreadsheets call a column, counted from 0."""
    high, low = divmod(column, 26)
    return (letters(high - 1) if high else "") + chr(ord("A") + low)


def _place(path: str, sheet: str, row: int, column: int) -> Location:
    return Location(path, row, column + 1, f"{sheet}!{letters(column)}{row}" if sheet else f"{letters(column)}{row}")


def written(knowledge: Knowledge, commit: str | None, *, kind: str, language: str) -> bytes:
    """A library as a table, with headings in a language; a byte order mark tells Excel that it is UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=SEPARATORS[kind], lineterminator="\n")
    writer.writerows(_lines(knowledge, commit, language))
    return text.getvalue().encode("utf-8-sig")


def _lines(knowledge: Knowledge, commit: str | None, language: str) -> Iterator[list[str]]:
    yield [HEADINGS[name][language.startswith("zh")] for name in COLUMNS]
    yield from ([row[name] for name in COLUMNS] for row in rows(knowledge, commit))


def written_workbook(knowledge: Knowledge, commit: str | None, *, language: str) -> bytes:
    """A library as a workbook: every cell a text that stays one, the key column hidden."""
    _demand()
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.styles import Alignment  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet("kbsync")
    sheet.freeze_panes = "A2"
    for column, name in enumerate(COLUMNS):
        sheet.column_dimensions[letters(column)].width = 50 if name in COLUMNS[:3] else 20
        sheet.column_dimensions[letters(column)].hidden = name == KEY
    for line in _lines(knowledge, commit, language):
        cells = []
        for text in line:
            cell = WriteOnlyCell(sheet, TO_ESCAPE.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
            cell.data_type, cell.number_format, cell.alignment = "s", "@", Alignment(wrap_text=True, vertical="top")
            cells.append(cell)
        sheet.append(cells)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _demand() -> None:
    try:
        import openpyxl  # noqa: F401, PLC0415
    except ImportError:
        hint = message("install it with: pip install 'kbsync[sheets]'; CSV and TSV need nothing")
        raise UnusableFile(message("workbooks need openpyxl, which is not installed"), hint=hint) from None


def read_table(path: str, data: bytes, *, sheet: str | None) -> SheetTable:
    """What a file holds. Raises InvalidInput where that cannot be told, UnusableFile for a workbook without its library."""
    _check_size(path, len(data), MAX_FILE_BYTES)
    if data.startswith(OLE):
        hint = message("take its password away, or save it as .xlsx or CSV")
        raise _unreadable(path, message("it is encrypted, or of an old format"), hint=hint)
    if data.startswith(b"PK"):
        return _read_workbook(path, data, sheet)
    return _read_text(path, data)


def _check_size(path: str, size: int, limit: int) -> None:
    if size > limit:
        raise _unreadable(path, message("it is larger than {limit} MiB, or would be unpacked", limit=limit >> 20))


def _unreadable(path: str, said: Message, *, hint: Message | None = None, rule: Rule = Rule.KB502) -> InvalidInput:
    found = Diagnostic(rule, Severity.ERROR, said, Location(path), hint=hint)
    return InvalidInput(message("the table cannot be read; nothing was changed"), [found])


def _read_text(path: str, data: bytes) -> SheetTable:
    text, encoding = _decoded(path, data)
    best = max(",;\t|", key=lambda each: (_known(text, each), each == "\t" and path.lower().endswith((".tsv", ".txt"))))
    found: list[tuple[int, Cells]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=best, strict=True)
    try:
        for number, line in enumerate(reader, 1):
            if any(cell.strip() for cell in line):
                found.append((number, [to_lf(cell) for cell in line]))
    except csv.Error as problem:
        said = message("line {line} is no line of a table: {reason}", line=reader.line_num, reason=problem)
        raise _unreadable(path, said) from None
    name = {",": message("commas"), ";": message("semicolons"), "\t": message("tabs"), "|": message("bars")}[best]
    taken = message("{path} is read as {encoding}, separated by {separator}.", path=path, encoding=encoding, separator=name)
    return SheetTable(path, "", tuple(found), taken)


def _decoded(path: str, data: bytes) -> tuple[str, str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        order = ["utf-16"]
    elif b"\0" in data[:200]:
        order = ["utf-16-be" if data[:1] == b"\0" else "utf-16-le"]
    else:
        order = ["utf-8-sig", "gb18030"]
    for encoding in order:
        try:
            return data.decode(encoding), encoding.upper().removesuffix("-SIG")
        except UnicodeDecodeError:
            continue
    raise _unreadable(path, message("it is neither UTF-8 nor UTF-16 nor GB18030"), hint=message("save it as CSV UTF-8"))


def _known(text: str, separator: str) -> tuple[int, int]:
    """How many headings the first line has with a separator, and how many cells."""
    try:
        first = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
    except csv.Error:
        return 0, 0
    return sum(column_named(cell) is not None for cell in first), len(first)


def _read_workbook(path: str, data: bytes, sheet: str | None) -> SheetTable:
    _demand()
    damaged = message("it is damaged, or no workbook")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                size = sum(part.file_size for part in archive.infolist())
            _check_size(path, size, UNPACKED)
            return _from_book(path, data, sheet)
        except InvalidInput:
            raise
        except Exception as problem:  # noqa: BLE001  (a damaged workbook fails anywhere in the library)
            hint = message("{kind}: {reason}", kind=type(problem).__name__, reason=problem)
            raise _unreadable(path, damaged, hint=hint) from None


def _from_book(path: str, data: bytes, wanted: str | None) -> SheetTable:
    from openpyxl.cell.read_only import EmptyCell  # noqa: PLC0415

    reader = _exact_reader(data)
    reader.read()
    book = reader.wb
    names = [each.title for each in book.worksheets if each.sheet_state == "visible"]
    if wanted is None and len(names) != 1:
        said = message("which sheet is meant? It has {names}", names=", ".join(names))
        raise _unreadable(path, said, hint=message("name it with --sheet"), rule=Rule.KB503)
    chosen: Any = next((each for each in book.worksheets if each.title == (wanted or names[0])), None)
    if chosen is None:
        said = message("it has no sheet {name}; it has {names}", name=wanted, names=", ".join(names))
        raise _unreadable(path, said, rule=Rule.KB503)
    found: list[tuple[int, Cells]] = []
    for number, line in enumerate(chosen.iter_rows(min_row=1, max_row=ROWS, min_col=1, max_col=WIDTH), 1):
        if {*map(type, line)} <= {EmptyCell}:  # the fast way: there may be a million such rows
            continue
        cells = [_cell(each) for each in line]
        if any(isinstance(cell, Odd) or cell.strip() for cell in cells):
            found.append((number, cells))
    taken = message("{path} is read as a workbook, sheet {sheet}.", path=path, sheet=chosen.title)
    table = SheetTable(path, chosen.title, tuple(found), taken)
    return replace(table, faults=tuple(_merged(table, data, chosen._worksheet_path)))  # noqa: SLF001


def _merged(table: SheetTable, data: bytes, part: str) -> Iterator[Diagnostic]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for found in islice(MERGED.finditer(archive.read(part)), WIDTH):
            column = 0
            for letter in found[1].decode()[:3]:
                column = column * 26 + ord(letter) - ord("A") + 1
            yield Diagnostic(
                Rule.KB505,
                Severity.ERROR,
                message("merged cells: only the first of them has the text"),
                table.place(int(found[2][:7]), column - 1),
                hint=message("unmerge them, and write the text into each"),
            )


def _cell(cell: Any) -> str | Odd:
    value, kind = cell.value, cell.data_type
    if value is None:
        return ""
    if kind == "s":
        return to_lf(ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value)))
    if kind == "n" and isinstance(value, int):
        return Odd(message("a number where a text is due: {value}", value=value), str(value))
    words = {
        "f": message("a formula where a text is due"),
        "d": message("a date where a text is due: {value}", value=value),
        "b": message("a truth value where a text is due: {value}", value=str(value).upper()),
        "e": message("an error where a text is due: {value}", value=value),
    }
    return Odd(words.get(kind, message("a number where a text is due: {value}", value=value)))


def _exact_reader(data: bytes) -> "ExcelReader":
    from xml.etree.ElementTree import iterparse  # noqa: PLC0415

    from openpyxl.cell.text import Text  # noqa: PLC0415
    from openpyxl.reader.excel import ExcelReader  # noqa: PLC0415
    from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS  # noqa: PLC0415

    class ExactReader(ExcelReader):
        """Gives texts as they stand: the library drops the sign by which an escape is told from a text that looks like one."""

        def read_strings(self) -> None:
            """See ``ExcelReader``."""
            text, package = cast("Any", Text), cast("Any", self.package)
            part = package.find(SHARED_STRINGS)
            if part is not None:
                with self.archive.open(part.PartName[1:]) as source:
                    nodes = (node for _, node in iterparse(source) if node.tag == f"{{{SHEET_MAIN_NS}}}si")  # noqa: S314
                    self.shared_strings = [str(text.from_tree(node).content) for node in nodes]

    return ExactReader(io.BytesIO(data), read_only=True)
