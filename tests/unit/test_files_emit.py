"""Any text becomes a scalar that both parsers read back as exactly that text."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kbsync.files.emit import can_be_written, is_ambiguous, one_line, scalar
from kbsync.files.parse import ListNode, MapNode, Scalar, documents, scalar_text, with_libyaml, without_libyaml
from kbsync.files.source import SourceFile
from tests.unit.yaml_texts import TEXTS

STYLES = st.sampled_from(["", "|", ">", "'", '"'])


def read(source: str, *, libyaml: bool) -> str:
    """The first value of a file."""
    page = SourceFile("a.yaml", "a.yaml", source.encode())
    (root,) = documents(page, parser=with_libyaml if libyaml else without_libyaml)
    assert page.faults == [], source
    assert isinstance(root, MapNode)
    value = root.children[1]
    value = value.children[0] if isinstance(value, ListNode) else value
    assert isinstance(value, Scalar)
    return scalar_text(value.value, value.style)


@given(text=TEXTS, style=STYLES, indent=st.sampled_from([0, 2, 5]), comment=st.sampled_from(["", "# c"]), libyaml=st.booleans())
@example(text="a\n b\n\n c", style="|", indent=2, comment="# c", libyaml=True)
@example(text="\n a", style="|", indent=0, comment="", libyaml=False)
@example(text="a\n b\n", style="", indent=2, comment="", libyaml=True)
def test_a_text_reads_back(text: str, style: str, indent: int, comment: str, *, libyaml: bool) -> None:
    """Under a key, in every style, with a comment beside it or none."""
    margin = " " * indent
    source = f"{margin}key: {scalar(text, indent=indent, style=style, comment=comment)}\n{margin}next: 1\n"
    assert read(source, libyaml=libyaml) == text


@given(text=TEXTS, style=STYLES, libyaml=st.booleans())
def test_a_text_reads_back_from_one_line(text: str, style: str, *, libyaml: bool) -> None:
    """Between brackets and commas too."""
    assert read(f"key: [{one_line(text, style=style, flow=True)}, next]\n", libyaml=libyaml) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How long?", "How long?"),
        ("你好: 世界", '"你好: 世界"'),
        ('say "hi": now', "'say \"hi\": now'"),
        ("it's: so", '"it\'s: so"'),
        ("1.10", '"1.10"'),
        ("1e3", '"1e3"'),
        ("no", '"no"'),
        ("2024-01-01", '"2024-01-01"'),
        ("<<", '"<<"'),
        (" space ", '" space "'),
        ("tab\there", '"tab\\there"'),
        ("zero\u2028width", '"zero\\u2028width"'),
        ("- dash", '"- dash"'),
        ("-dash", "-dash"),
    ],
)
def test_quotes_stand_where_they_are_needed(text: str, expected: str) -> None:
    """And nowhere else."""
    assert scalar(text, indent=0) == expected


@pytest.mark.parametrize("text", ["", " \n", "a\x00", "a\x7f", "a\rb", "\ud800"])
def test_what_no_file_can_hold_is_known(text: str) -> None:
    """Nothing to read, control characters and broken characters are left to the caller."""
    assert not can_be_written(text)
    assert can_be_written("a")


def test_words_of_older_yaml_are_ambiguous() -> None:
    """What any reader would take for something else than text stays in quotes."""
    assert [word for word in ("yes", "~", "0o17", "12:30", "=", "text", "1e3") if is_ambiguous(word)] == [
        "yes",
        "~",
        "0o17",
        "12:30",
        "=",
        "1e3",
    ]
