"""Tables as files: CSV, TSV and workbooks, written and read. Whatever a file holds, it costs bounded time and memory."""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Literal

from kbsync.diagnostics import Diagnostic, Location, Rule, Severity
from kbsync.errors import InvalidInput, UnusableFile
from kbsync.messages import Message, message
from kbsync.model import MAX_FILE_BYTES, Knowledge, to_lf
from kbsync.sheets.rows import COLUMNS, HEADINGS, KEY, LONGEST, column_named, rows

__all__ = ["read_table", "written", "written_workbook"]

SEPARATORS = {"csv": ",", "tsv": "\t"}

UNPACKED = 2 * MAX_FILE_BYTES
"""How large the parts of a workbook may be together, and the texts of a table."""

WIDTH = 100
"""The columns of a workbook that are looked at."""

FILLED, CELLS = 100_000, 1_000_000
"""The largest numbers of non-empty rows and cells of a table."""

WIDEST, TAGS, PARTS = 100_000, 4_000_000, 10_000
"""The cells of one row or the tags of one part of a workbook that is read as a whole; all tags of a part; the parts."""

LONG = 8 * LONGEST
"""The longest text that is taken out of a workbook, in which an escape may stand for each of its characters."""

PIECE, NEAR = 1 << 16, 4096
"""How much is unpacked at once, and the size of the sample from which an encoding is guessed."""

STREAMED = re.compile(r"worksheets/|sharedstrings", re.IGNORECASE)
STARTS = re.compile(rb"<(?:\w+:)?(?:row|si)[\s/>]")
"""The parts of a workbook that are read row by row and text by text, and with what those begin."""

BLANK = b"\xef\xbb\xbf\xff\xfe \t\r\n"
"""What may stand before the first tag of a part: a byte order mark and white space."""

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")

NAMED_SEPARATOR = re.compile(r"sep=([,;\t|])\r?\n", re.IGNORECASE)
"""The line that names the separator of a CSV file for Excel."""

SEPARATED = {",": message("commas"), ";": message("semicolons"), "\t": message("tabs"), "|": message("bars")}

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
    """The rows of a table that hold anything, by their numbers; ``taken`` is how the file was read.

    The rows of a ``ragged`` one may have more cells than the first, or fewer.
    """

    path: str
    sheet: str
    rows: tuple[tuple[int, Cells], ...]
    taken: Message
    faults: tuple[Diagnostic, ...] = ()
    ragged: bool = False

    def place(self, row: int, column: int) -> Location:
        """A cell, both counted from 1 and 0."""
        cell = f"{letters(column)}{row}"
        return Location(self.path, row, column + 1, f"{self.sheet}!{cell}" if self.sheet else cell)


def letters(column: int) -> str:
    """What spreadsheets call a column, counted from 0."""
    high, low = divmod(column, 26)
    return (letters(high - 1) if high else "") + chr(ord("A") + low)


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
    """The table in a file. Raises InvalidInput if it cannot be read, UnusableFile for a workbook without its library."""
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
    named = NAMED_SEPARATOR.match(text)
    best = named[1] if named else max(SEPARATED, key=lambda each: _known(path, text, each))
    separator = SEPARATED[best]
    try:
        rows = _text_rows(path, text, best, csv.QUOTE_MINIMAL)
    except csv.Error as problem:
        if best != "\t":
            said = message("line {line} is no line of a table: {reason}", line=problem.args[1], reason=problem.args[0])
            raise _unreadable(path, said) from None
        separator = message("tabs, quotes as they stand")  # as programs write that only put tabs between texts
        rows = _text_rows(path, text, best, csv.QUOTE_NONE)
    taken = message("{path} is read as {encoding}, separated by {separator}.", path=path, encoding=encoding, separator=separator)
    return SheetTable(path, "", tuple(rows[1:] if named else rows), taken, ragged=True)


def _text_rows(path: str, text: str, separator: str, quoting: Literal[0, 3]) -> list[tuple[int, Cells]]:
    rows = _Rows(path)
    for number, line in enumerate(_records(text, separator, quoting), 1):
        rows.add(number, [to_lf(cell) for cell in line])
    return rows.found


def _records(text: str, separator: str, quoting: Literal[0, 3] = csv.QUOTE_MINIMAL) -> Iterator[list[str]]:
    """The rows of a text; one that is too wide is refused before there is a list of its cells."""
    width = number = 0

    def lines() -> Iterator[str]:
        nonlocal width, number
        for number, found in enumerate(LINE.finditer(text), 1):  # noqa: B007  (read below)
            width += found[0].count(separator)
            if width > WIDEST:
                raise csv.Error(message("it has more than {limit} cells", limit=WIDEST))
            yield found[0]

    reader = csv.reader(lines(), delimiter=separator, quoting=quoting, strict=True)
    try:
        for line in reader:
            yield line
            width = 0
    except csv.Error as problem:
        raise csv.Error(problem.args[0], number) from None


def _decoded(path: str, data: bytes) -> tuple[str, str]:
    begin = data[:NEAR]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        order = ["utf-16"]
    elif b"\0" in begin:  # the separators and line ends of a table are ASCII
        order = ["utf-16-be" if begin[::2].count(0) > begin[1::2].count(0) else "utf-16-le"]
    else:
        order = ["utf-8-sig", "gb18030"]
    for encoding in order:
        try:
            return data.decode(encoding), encoding.upper().removesuffix("-SIG")
        except UnicodeDecodeError:
            continue
    raise _unreadable(path, message("it is neither UTF-8 nor UTF-16 nor GB18030"), hint=message("save it as CSV UTF-8"))


def _known(path: str, text: str, separator: str) -> tuple[int, int, bool]:
    """How many headings the first line has with a separator, how many cells, and whether the file name suggests the separator."""
    try:
        first = next(_records(text, separator), [])
    except csv.Error:
        first = []
    named = separator == "\t" and path.lower().endswith((".tsv", ".txt"))
    return sum(column_named(cell) is not None for cell in first), len(first), named


class _Rows:
    """The rows of a table that hold anything, as many as there may be."""

    def __init__(self, path: str) -> None:
        self.found: list[tuple[int, Cells]] = []
        self._path = path
        self._cells = self._signs = 0

    def add(self, number: int, cells: Cells) -> None:
        """One row. Raises InvalidInput where there are too many."""
        self._cells += len(cells)
        self._signs += sum(len(cell) for cell in cells if isinstance(cell, str))
        if any(isinstance(cell, Odd) or cell.strip() for cell in cells):
            self.found.append((number, cells))
        if len(self.found) > FILLED or self._cells > CELLS or self._signs > UNPACKED:
            said = message("it has more than {rows} rows, {cells} cells or {signs} characters")
            raise _unreadable(
                self._path, said.fill(rows=FILLED, cells=CELLS, signs=UNPACKED), hint=message("take it in by parts")
            )


def _read_workbook(path: str, data: bytes, sheet: str | None) -> SheetTable:
    _demand()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            _check_parts(path, data)
            return _from_book(path, data, sheet)
        except InvalidInput:
            raise
        except Exception as problem:  # noqa: BLE001  (a damaged workbook fails anywhere in the library)
            hint = message("save it anew as .xlsx or CSV ({kind}: {reason})", kind=type(problem).__name__, reason=problem)
            raise _unreadable(path, message("it is damaged, or no workbook"), hint=hint) from None


def _check_parts(path: str, data: bytes) -> None:
    """Unpack every part piece by piece before the library does: it may be larger than declared, or too much for a parser."""
    if data.count(b"PK\1\2") > PARTS:
        raise _unreadable(path, message("it has more than {limit} parts", limit=PARTS))
    size = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.infolist():
            end = size + part.file_size
            part.file_size = UNPACKED + 1
            markup = _Markup(STREAMED.search(part.filename) is not None)
            with archive.open(part) as stream:
                while piece := stream.read(PIECE):
                    size += len(piece)
                    _check_size(path, size, UNPACKED)
                    if markup.is_too_much(piece):
                        raise _unreadable(path, message("{part} in it is more than any table needs", part=part.filename))
            if size != end:
                raise zipfile.BadZipFile(f"{part.filename} is not as large as it says")


@dataclass(slots=True)
class _Markup:
    """Counts the tags of a part; where one row or text is read after the other, those of each."""

    streamed: bool
    text: bool | None = None
    total: int = 0
    run: int = 0
    before: bytes = b""

    def is_too_much(self, piece: bytes) -> bool:
        """Whether the tree would be too large with this piece."""
        plain = piece.replace(b"\0", b"")
        if self.text is None and (first := plain.lstrip(BLANK)[:1]):
            self.text = first == b"<"
        if not self.text:
            return False
        counts = [each.count(b"<") for each in (STARTS.split(plain) if self.streamed else [plain])]
        self.total += sum(counts) + len(counts) - 1
        counts[0] += self.run
        self.run, found = counts[-1], self.before + plain
        self.before = plain[-8:]
        return max(counts) > WIDEST or self.total > TAGS or b"<!ENTITY" in found


def _from_book(path: str, data: bytes, wanted: str | None) -> SheetTable:
    from openpyxl.reader.excel import ExcelReader  # noqa: PLC0415
    from openpyxl.styles.stylesheet import apply_stylesheet  # noqa: PLC0415
    from openpyxl.worksheet._reader import WorkSheetParser  # noqa: PLC0415

    reader: Any = ExcelReader(io.BytesIO(data), read_only=True, keep_links=False)
    reader.read_manifest()
    reader.read_workbook()
    apply_stylesheet(reader.archive, reader.wb)
    places = [(sheet, rel.target) for sheet, rel in reader.parser.find_sheets() if rel.target in reader.valid_files]
    names = [sheet.name for sheet, _ in places if sheet.state == "visible"]
    if wanted is None and len(names) != 1:
        said = message("which sheet is meant? It has {names}", names=", ".join(names))
        raise _unreadable(path, said, hint=message("name it with --sheet"), rule=Rule.KB503)
    title = wanted or names[0]
    part = next((part for sheet, part in places if sheet.name == title), None)
    if part is None:
        said = message("it has no sheet {name}; it has {names}", name=wanted, names=", ".join(names))
        raise _unreadable(path, said, rule=Rule.KB503)
    rows = _Rows(path)
    book, strings = reader.wb, _strings(reader)
    with reader.archive.open(part) as source:
        parser = WorkSheetParser(source, strings, False, book.epoch, book._date_formats, book._timedelta_formats)  # noqa: FBT003, SLF001
        for number, line in parser.parse():
            parser.row_dimensions.clear()  # there may be a million
            cells: Cells = []
            for cell in line:
                if len(str(cell["value"])) > LONG:
                    said = message("a text in row {row} is longer than any cell", row=number)
                    raise _unreadable(path, said)
                if cell["value"] is not None and cell["column"] <= WIDTH:
                    cells += [""] * (cell["column"] - len(cells))
                    cells[cell["column"] - 1] = _cell(cell["value"], cell["data_type"])
            rows.add(number, cells)
    taken = message("{path} is read as a workbook, sheet {sheet}.", path=path, sheet=title)
    table = SheetTable(path, title, tuple(rows.found), taken)
    return replace(table, faults=tuple(_merged(table, data, part)))


def _strings(reader: Any) -> list[str]:
    """The texts of a workbook as they stand: the library drops the sign that tells an escape from a text that looks like one."""
    from xml.etree.ElementTree import iterparse  # noqa: PLC0415

    from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS  # noqa: PLC0415

    part = reader.package.find(SHARED_STRINGS)
    found: list[str] = []
    if part is not None:
        item, text, piece = (f"{{{SHEET_MAIN_NS}}}{name}" for name in ("si", "t", "r"))
        with reader.archive.open(part.PartName[1:]) as source:
            nodes = iterparse(source, ("start", "end"))  # noqa: S314
            root = next(nodes)[1]
            for event, node in nodes:
                if event == "end" and node.tag == item:
                    found.append("".join(each.findtext(text, "") for each in (node, *node.iterfind(piece))))
                    root.clear()
    return found


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


def _cell(value: Any, kind: str) -> str | Odd:
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
