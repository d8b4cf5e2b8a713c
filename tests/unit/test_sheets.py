"""Tables there and back: exact texts, bad files, other people's columns, and the merge by its definition."""

import csv
import io
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from kbsync.diagnostics import Diagnostic, Location, Rule
from kbsync.errors import InvalidInput, UnusableFile
from kbsync.files.emit import can_be_written
from kbsync.files.loading import load_tree
from kbsync.files.merging import merge_files
from kbsync.model import MAX_FILE_BYTES, AnswerType, Content, Knowledge, Question, Status
from kbsync.plan import Field, Merge
from kbsync.sheets import tables
from kbsync.sheets.returning import MAX_FAULTS, Returned, Wishes, columns_of, is_headed, merge_rows, rows_of
from kbsync.sheets.rows import ACTIVE, COLUMNS, digest
from kbsync.sheets.tables import FILLED, PARTS, PIECE, TAGS, WIDEST, read_table, written, written_workbook
from tests.unit.merges import SETTINGS

COMMIT = "c" * 40
ODD = [
    "=1",
    "'=1",
    "''",
    "'",
    "+",
    "-",
    "@x",
    "\tx",
    "007",
    "_x0041_",
    "x005F_",
    '"a\\nb"',
    "a\nb",
    "[x]",
    "🙂",
    "#N/A",
    "a / b",
    "\ufffe",
]
TEXTS = st.one_of(st.sampled_from(ODD), st.text(max_size=6)).map(lambda it: it.replace("\r", "\n")).filter(can_be_written)
CONTENTS = st.builds(
    Content,
    TEXTS,
    TEXTS,
    st.lists(TEXTS, min_size=1, max_size=2).map(tuple),
    st.sampled_from(AnswerType),
    st.lists(TEXTS, max_size=2).map(tuple),
    st.sampled_from(Status),
)
WRITERS: Mapping[str, Callable[[Knowledge], bytes]] = {
    "csv": lambda library: written(library, COMMIT, kind="csv", language="en"),
    "tsv": lambda library: written(library, COMMIT, kind="tsv", language="zh_CN"),
    "xlsx": lambda library: written_workbook(library, COMMIT, language="zh"),
}


def library(*contents: Content) -> Knowledge:
    """Questions as files have them."""
    return Knowledge(questions=tuple(Question(each, location=Location("k/a.yaml", at)) for at, each in enumerate(contents, 1)))


def returned(
    data: bytes,
    desired: Knowledge,
    bases: Mapping[str, Knowledge | None] | None = None,
    wishes: Wishes | None = None,
    named: Mapping[str, str] | None = None,
) -> tuple[Returned, list[Diagnostic]]:
    """What a table changes, and its faults."""
    table = read_table("a", data, sheet=None)
    columns, faults = columns_of(table, named or {})
    rows, more = rows_of(table, columns, headed=is_headed(table, named or {}))
    return merge_rows(rows, desired, bases or {}, wishes or Wishes(), path="a"), [*faults, *more]


@pytest.mark.parametrize("kind", WRITERS)
@given(contents=st.lists(CONTENTS, max_size=3, unique_by=lambda it: it.question))
def test_what_was_exported_is_nothing_to_do(kind: str, contents: list[Content]) -> None:
    """Every text survives, and no cell begins as a formula does; without a key too, and as new questions of an empty library."""
    known = library(*contents)
    data = WRITERS[kind](known)
    table = read_table("a", data, sheet=None)
    assert all(not str(cell).startswith(ACTIVE) for _, cells in table.rows for cell in cells)
    for commit in (None, known):
        found, faults = returned(data, known, {COMMIT: commit})
        assert (faults, found.merge.edits, found.merge.added, found.clashes) == ([], (), (), ())
    columns, _ = columns_of(table, {})
    rows, _ = rows_of(table, {name: at for name, at in columns.items() if name != "key"})
    assert merge_rows(rows, Knowledge(), {}, Wishes(), path="a").merge.added == tuple(contents)


FIELDS = [Field.ANSWER, Field.STATUS, Field.CATEGORY, Field.QUESTION, Field.SIMILAR]
BASE = Content("q", "a", ("C",))
CHANGED = {
    side: Content(f"q {side}", f"a {side}", (f"C {side}",), AnswerType.TEXT, (f"s {side}",), Status.DISABLED)
    for side in ("table", "git")
}


@given(ours=st.sets(st.sampled_from(FIELDS)), theirs=st.sets(st.sampled_from(FIELDS)))
def test_edits_on_both_sides_are_the_merge_that_was_meant(ours: set[Field], theirs: set[Field]) -> None:
    """A field that one side changed is that side's; one that both changed to different values is a conflict."""
    git = replace(BASE, **{field.value: field.of(CHANGED["git"]) for field in ours})
    sheet = replace(BASE, **{field.value: field.of(CHANGED["table"]) for field in theirs})
    desired = Knowledge(
        questions=(Question(git, previously=("q",) if Field.QUESTION in ours else (), location=Location("k", 1)),)
    )
    data = written(library(BASE), COMMIT, kind="csv", language="en")
    changed = dict(
        zip(
            COLUMNS,
            next(
                csv.reader(
                    io.StringIO(written(library(sheet), None, kind="csv", language="en").decode("utf-8-sig").split("\n", 1)[1])
                )
            ),
            strict=True,
        )
    )
    head, line = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    changed["key"] = line[-1]
    text = io.StringIO()
    csv.writer(text).writerows([head, list(changed.values())])
    found, _ = returned(text.getvalue().encode(), desired, {COMMIT: library(BASE)})
    both = {field for field in ours & theirs if field is not Field.STATUS}
    assert len(found.clashes) == len(both)
    edits = found.merge.edits
    assert {field for edit in edits for field in edit.fields} == theirs - ours
    assert all(field.of(edits[0].content) == field.of(sheet) for field in theirs - ours)


def test_a_copied_row_is_a_new_question() -> None:
    """The key stays with the row that has the old text; a new question that was a wording is one no more."""
    known = library(replace(BASE, similar=("p", "r")))
    lines = written(known, None, kind="csv", language="en").decode("utf-8-sig").replace('"p\nr"', "").splitlines()
    copied = "\n".join([lines[0], lines[1].replace("q,", "z,", 1), lines[1]])
    found, faults = returned(copied.encode(), known)
    assert (faults, [each.question for each in found.merge.added], found.merge.edits[0].fields) == ([], ["z"], (Field.SIMILAR,))
    renamed = "\n".join([lines[0].replace("similar questions", "x"), lines[1].replace("q,", "p,", 1)])
    (edit,) = returned(renamed.encode(), known)[0].merge.edits
    assert (edit.fields, edit.earlier, edit.content.similar) == ((Field.QUESTION, Field.SIMILAR), ("q",), ("r",))


def table(known: Knowledge, **texts: str) -> bytes:
    """A table of questions, some of which have another text by now; a text of two lines is a row copied."""
    lines = written(known, COMMIT, kind="csv", language="en").decode("utf-8-sig").splitlines()
    found = [lines[0]]
    for line in lines[1:]:
        old, rest = line.split(",", 1)
        found += [f"{new},{rest}" for new in texts.get(old, old).split("\n") if new]
    return "\n".join(found).encode()


ABC = library(*(Content(text, text.upper(), ("C",)) for text in "abc"))


@pytest.mark.parametrize(
    ("texts", "wishes", "told"),
    [
        ({"b": "a"}, Wishes(), ["KB507 a:A3 a:A2"]),
        ({"b": "a", "a": ""}, Wishes(removed=True), ["KB312 a:A2"]),
        ({"a": "b", "b": "a"}, Wishes(), ["KB305 a:A2 a:A3", "KB305 a:A3 a:A2"]),
        ({"a": "x", "b": "x"}, Wishes(), ["KB507 a:A3 a:A2"]),
        ({"a": "a\na "}, Wishes(), ["KB507 a:A3 a:A2"]),
    ],
)
def test_texts_that_do_not_go_together_are_told_before_a_file_is_edited(
    texts: dict[str, str], wishes: Wishes, told: list[str]
) -> None:
    """Two rows with one text, a removed text that another question takes over, two that change places."""
    found, _ = returned(table(ABC, **texts), ABC, {COMMIT: ABC}, wishes)
    assert [
        " ".join([it.rule.name, str(it.location), *(str(each.location) for each in it.related)]) for it in found.faults
    ] == told


def test_a_text_that_git_renamed_away_is_taken_again_by_nobody_else() -> None:
    """What git calls a former text of one question becomes no other one's; the question itself can have it back."""
    one, *others = ABC.questions
    renamed = replace(one, content=replace(one.content, question="z"), previously=("a",))
    git = Knowledge(questions=(renamed, *others))
    found, _ = returned(table(ABC, a="", b="a"), git, {COMMIT: ABC})
    assert [f"{it.rule.name} {it.location} {it.related[0].location}" for it in found.faults] == ["KB305 a:A2 k/a.yaml:1:1"]
    back, _ = returned(table(git, z="a"), git, {COMMIT: git})
    assert (back.faults, back.merge.edits[0].content.question) == ((), "a")


def test_a_copy_is_new_only_where_its_original_is_known() -> None:
    """Else neither of the two is unasked, and rows with the same spoilt key are no copies."""
    git = Knowledge(questions=ABC.questions[1:])
    found, _ = returned(table(ABC, a="a\nx"), git, {COMMIT: None})
    assert (len(found.clashes), found.merge.added) == (2, ())
    copied, _ = returned(table(ABC, a="x\na"), ABC, {COMMIT: None})
    assert [each.question for each in copied.merge.added] == ["x"]
    lines = table(ABC, a="x", b="y").decode().splitlines()
    spoilt = "\n".join([*(line.rpartition(",")[0] + ",?" if line[0] in "xy" else line for line in lines)])
    assert len(returned(spoilt.encode(), ABC)[0].clashes) == 2


def test_blanks_around_a_wording_make_no_other_question() -> None:
    """With a key and without one; what git itself has with a blank can lose it, and both sides may have found the same words."""
    known = library(Content("q", "a", ("C",), similar=("s",)), Content("r ", "a", ("C",)))
    text = written(known, COMMIT, kind="csv", language="en").decode("utf-8-sig")
    for named in (text, text.replace(",key (do not edit)", ",x")):
        found, _ = returned(named.replace("q,s", " q\u3000,s ").encode(), known, {COMMIT: known})
        assert (found.merge, found.clashes) == (Merge(), ())
    (edit,) = returned(text.replace("r ,", "r,").encode(), known, {COMMIT: known})[0].merge.edits
    assert (edit.content.question, edit.earlier) == ("r", ("r ",))
    renamed = library(Content("z", "a", ("C",), similar=("s",)), Content("r ", "a", ("C",)))
    assert returned(text.replace("q,s", "z,s").encode(), renamed, {COMMIT: known})[0].merge == Merge()


def lines(*rows: str) -> bytes:
    """A table of such rows, each with a question, its similar ones, the answer and the key of a question."""
    return "\n".join(["question,similar,answer,category,key", *rows]).encode()


def key(content: Content, commit: str = COMMIT) -> str:
    """The key that a question was exported with."""
    return f"{digest(content)}@{commit}"


A, B, D = Content("a", "x", ("C",)), Content("b", "x", ("C",), similar=("w",)), Content("d", "x", ("C",))
TWICE = {
    "a text that git gave up is another row's": (
        "questions: [{question: b, category: C, answer: x, similar: [w]}]\n",
        lines(f"d,,x,C,{key(A)}", "a,,x,C,"),
        Wishes(),
    ),
    "a wording became the question": (
        "questions: [{question: b, category: C, answer: x, similar: [w]}]\n",
        lines(f"w,w,x,C,{key(B, '')}"),
        Wishes(theirs=True),
    ),
    "and git has other wordings": (
        "questions: [{question: b, category: C, answer: x, similar: [v]}]\n",
        lines(f"w,w,x,C,{key(B)}"),
        Wishes(),
    ),
    "the former text stays as a wording": (
        "questions: [{question: a, category: C, answer: x}]\n",
        lines(f"d,a,x,C,{key(A)}"),
        Wishes(),
    ),
    "a wording is the text that git has by now": (
        "questions: [{question: z, category: C, answer: x, similar: [w], previously: [b]}]\n",
        lines(f"b,z,x,C,{key(B)}"),
        Wishes(),
    ),
    "its own text is the only wording": (
        "questions: [{question: a, category: C, answer: x}]\n",
        lines(f"a,a,x,C,{key(A)}"),
        Wishes(),
    ),
    "a row with the key of what another one adds": (
        "removed: [a]\n",
        lines("a,,x,C,", f"d,,x,C,{key(A, '')}"),
        Wishes(theirs=True),
    ),
}


@pytest.mark.parametrize("name", TWICE)
def test_the_same_table_twice_is_the_same_as_once(name: str) -> None:
    """Whatever both sides did, the second time there is nothing to do, or the same refusal."""
    git, data, wishes = TWICE[name]
    files = {**SETTINGS, "a.yaml": git.encode()}
    told = []
    for _ in range(2):
        known = load_tree(files, shown_as="k", settings=False).knowledge
        found, faults = returned(data, known, {COMMIT: library(A, B, D)}, wishes)
        told.append(sorted([str(it.message) for it in (*faults, *found.faults)]))
        if not told[-1]:
            changes = merge_files(files, found.merge, shown_as="k", target=None).changes
            assert len(told) == 1 or changes == {}
            files |= {file: data for file, data in changes.items() if data is not None}
    assert told[0] == told[1]


def test_somebody_elses_keys_say_nothing() -> None:
    """They are no keys of kbsync; a number beside such keys is one that was spoilt."""
    rows = "question,answer,category,key\nnew,a,C,7\n"
    assert [each.question for each in returned(rows.encode(), Knowledge())[0].merge.added] == ["new"]
    book = Workbook()
    for row in (["question", "answer", "category", "key"], ["new", "a", "C", 7], ["q", "a", "C", "0" * 16 + "@"]):
        book["Sheet"].append(row)
    data = io.BytesIO()
    book.save(data)
    assert [str(it)[-43:] for it in returned(data.getvalue(), library(BASE))[0].clashes] == [
        "git does not, and which question it was is not known"[-43:]
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_encodings(encoding: str) -> None:
    """What it was read as is said."""
    table = read_table("a.tsv", "问题\t答案\n你好\t多少钱\n".encode(encoding), sheet=None)
    assert (table.rows[1][1], "separated by tabs" in str(table.taken)) == (["你好", "多少钱"], True)
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_table("a", b"\xff\xff\xff", sheet=None)


def test_columns_are_named() -> None:
    """By letter or by heading; what is not there, and a table without questions, is told."""
    data = b"x,Frage,Antwort\n1,wo?,hier\n2,wann?\n3,,\n\n"
    found, faults = returned(data, Knowledge(), wishes=Wishes(category=("C",)), named={"question": "b", "answer": "Antwort"})
    assert ([each.question for each in found.merge.added], [str(it.location) for it in faults]) == (["wo?"], ["a:C3"])
    table = read_table("a", data, sheet=None)
    assert [each.rule for each in columns_of(table, {"question": "ZZ"})[1]] == [Rule.KB503]
    assert [each.rule for each in columns_of(read_table("a", b"", sheet=None), {})[1]] == [Rule.KB503]


def test_microsofts_table_is_taken() -> None:
    """Rows with one answer are one question, and twice the same file is nothing to do."""
    head = "Question\tAnswer\tSource\tMetadata\n"
    data = (head + "Hi\tHello\\nyou\te\tm\nHey\tHello\\nyou\te\tm\nBye\tSee you\te\n").encode()
    found, faults = returned(data, Knowledge(), wishes=Wishes(category=("C",)))
    assert (faults, found.merge.added) == (
        [],
        (Content("Hi", "Hello\nyou", ("C",), similar=("Hey",)), Content("Bye", "See you", ("C",))),
    )
    assert returned(data, library(*found.merge.added))[0].merge.edits == ()


def test_faults_are_told_up_to_a_number() -> None:
    """A table of nothing but faults costs no more than that."""
    found, faults = returned(("question,answer\n" + ",x\n" * (MAX_FAULTS + 9)).encode(), Knowledge())
    assert (len(faults), found.merge.added) == (MAX_FAULTS + 1, ())


def book(*names: str, rows: int = 0, hidden: bool = False) -> bytes:
    """A workbook with sheets."""
    made = Workbook()
    for name in names:
        made.create_sheet(name).append(["问题", "答案", "状态", "key"])
        made[name].append(["一", "x", 5, 7])
        for _ in range(rows):
            made[name].append([""])
    made["Sheet"].sheet_state = "hidden" if hidden else "visible"
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


def packed(name: str, data: bytes | str) -> bytes:
    """A workbook of one part."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return made.getvalue()


def sheet(rows: bytes, head: bytes = b"") -> bytes:
    """A part of a workbook by its content."""
    return packed("xl/worksheets/sheet1.xml", head + b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>")


def liar() -> bytes:
    """A workbook with a part that is larger than it says, in both places that say it."""
    data = packed("xl/a.xml", b"x" * 5000)
    return data.replace((5000).to_bytes(4, "little"), (10).to_bytes(4, "little"))


def swollen() -> bytes:
    """A workbook with a text that no spreadsheet can have written, which all of its cells may share."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book("A", hidden=True))) as parts, zipfile.ZipFile(made, "w") as archive:
        for name in parts.namelist():
            archive.writestr(name, parts.read(name).replace("一".encode(), b"_x0041_" * 40_000))
    return made.getvalue()


BAD = {
    "encrypted": (b"\xd0\xcf\x11\xe0", "encrypted"),
    "damaged": (book("A")[:-99], "damaged"),
    "no workbook": (packed("a", b"x"), "damaged"),
    "bomb": (packed("xl/a.xml", b"\0" * (2 * MAX_FILE_BYTES + 1)), "unpacked"),
    "huge": (b"x" * (MAX_FILE_BYTES + 1), "larger"),
    "long text": (swollen(), "a text in row 2 is longer than any cell"),
    "liar": (liar(), "damaged"),
    "one row": (sheet(b"<row>" + b"<c/>" * (WIDEST + 1) + b"</row>"), "xl/worksheets/sheet1.xml in it is more than"),
    "tags": (sheet(b"<row/>" * (TAGS + 1)), "xl/worksheets/sheet1.xml in it is more than"),
    "styles": (packed("xl/styles.xml", "<a>" + "<row/>" * WIDEST + "</a>"), "xl/styles.xml in it is more than"),
    "in two bytes": (packed("a", ("<a>" + "<b/>" * WIDEST).encode("utf-16")), "more than any table needs"),
    "entities": (packed("a", b" " * (PIECE - 3) + b"<!ENTITY a 'b'>"), "more than any table needs"),
    "picture": (packed("a", b"\x89PNG" + b"<" * (WIDEST + 1)), "damaged"),
    "parts": (b"PK" + b"PK\1\2" * (PARTS + 1), "more than 10000 parts"),
    "wide": (b"question,answer\n" + b"," * (WIDEST + 1), "line 2 is no line of a table: it has more than 100000 cells"),
    "tall": (b"a\n" * (FILLED + 1), "more than 100000 rows, "),
    "long cell": (b"x" * 200_000, "line 1 is no line of a table"),
    "two sheets": (book("A"), "which sheet is meant? It has Sheet, A"),
}


def test_ragged_rows_are_findings() -> None:
    """A cell beyond the headings, and a row that ends before its texts do, as where a line end or separator stands unquoted."""
    rows = b"question,answer,category,status\na,b,C,,x\nd,e\nf\ng,h,C\ni,j,C,,,\n"
    found, faults = returned(b"sep=,\n" + rows, Knowledge())
    assert [f"{it.location} {it.message}" for it in faults] == [
        "a:E3 the row has more cells than there are headings",
        "a:C4 the row ends before its category",
        "a:B5 the row ends before its answer",
    ]
    assert [each.question for each in found.merge.added] == ["g", "i"]


def test_quotes_that_only_stand_in_a_text() -> None:
    """Programs put tabs between texts and quote nothing; a comma needs quotes, so there it is a fault."""
    table = read_table("a", b'question\tanswer\n"Hi" you\tHello\n', sheet=None)
    assert (table.rows[1][1], "tabs, quotes as they stand" in str(table.taken)) == (['"Hi" you', "Hello"], True)
    with pytest.raises(InvalidInput):
        read_table("a", b'question,answer\n"Hi" you,Hello\n', sheet=None)


def test_the_first_row_is_a_question_where_nothing_is_a_heading() -> None:
    """Letters tell of none; a heading that is known, or named, does, and before a letter it wins."""
    for head, named, number in (
        ("Wo?,hier", {"question": "A", "answer": "b"}, 2),
        ("Frage,answer", {"question": "A", "answer": "B"}, 1),
        ("Q,A", {"question": "Q", "answer": "A"}, 1),
    ):
        found, faults = returned(f"{head}\nWann?,jetzt\n".encode(), Knowledge(), wishes=Wishes(category=("C",)), named=named)
        assert (faults, len(found.merge.added), found.merge.added[-1].answer) == ([], number, "jetzt")
    for named, said in (
        ({"question": "A", "answer": "A"}, "one column is named twice: A"),
        ({"question": "x"}, "no column, or more than one, is x"),
    ):
        assert [str(it.message) for it in returned(b"a,x,x\n", Knowledge(), named=named)[1]][:1] == [said]


def test_headings_further_down_are_pointed_at() -> None:
    """A title above them is to be taken away."""
    (fault,) = columns_of(read_table("a", "常见问题\n,\n问题,答案\n".encode(), sheet=None), {})[1]
    assert (fault.rule, str(fault.location), str(fault.hint)) == (
        Rule.KB503,
        "a:A3",
        "the headings seem to stand here: take away the rows above",
    )


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_a_finding(name: str) -> None:
    """It costs bounded time and memory, and nothing is taken."""
    data, said = BAD[name]
    with pytest.raises(InvalidInput) as found:
        read_table("a.xlsx", data, sheet=None)
    assert said in f"{found.value.diagnostics[0].message}"


def test_a_sheet_is_chosen_and_empty_rows_are_passed_over() -> None:
    """A hidden sheet is not asked about; a number is a status, and text alone otherwise."""
    data = book("A", rows=50, hidden=True)
    assert [number for number, _ in read_table("a", data, sheet=None).rows] == [1, 2]
    found, _ = returned(data, Knowledge(), wishes=Wishes(category=("C",)))
    assert found.merge.added[0].status is Status.DISABLED
    assert read_table("a", data, sheet="Sheet").rows == ()
    with pytest.raises(InvalidInput) as missing:
        read_table("a", data, sheet="B")
    assert str(missing.value.diagnostics[0].message) == "it has no sheet B; it has A"


def test_what_a_spreadsheet_saved_anew_is_the_same() -> None:
    """It puts the texts into a part of their own, where an escape has to be told from a text that looks like one."""
    known = library(Content("_x0041_ x005F_", "=1", ("C",)))
    book = load_workbook(io.BytesIO(written_workbook(known, None, language="en")))
    assert book["kbsync"].column_dimensions["H"].hidden
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    entry = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode()
    strings = "<si><t>question</t></si><si><t>_x005F_x0041_ x005F_</t></si>"
    plain, made = io.BytesIO(), io.BytesIO()
    fresh = Workbook()
    fresh["Sheet"].append([0, 1])
    fresh.save(plain)
    with zipfile.ZipFile(plain) as parts, zipfile.ZipFile(made, "w") as archive:
        for name in parts.namelist():
            archive.writestr(name, parts.read(name).replace(b't="n"', b't="s"').replace(b"</Types>", entry))
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{namespace}">{strings}</sst>')
    assert read_table("a", made.getvalue(), sheet=None).rows[0][1][:2] == ["question", "_x0041_ x005F_"]


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """What to install is said."""
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(UnusableFile, match="openpyxl"):
        tables.read_table("a", b"PK", sheet=None)
