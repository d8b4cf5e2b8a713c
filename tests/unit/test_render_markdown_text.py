"""Escaping for comments, as properties of any text."""

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kbsync.display import visible
from kbsync.render.markdown_frame import code, comment_safe, lines, shortened, size, text

NASTY = st.text(st.sampled_from("\\`*_[]()<>&|~^\"'#@!$%:/.-+= \n\t19aws") | st.characters(), max_size=60)


def read_back(markdown: str) -> str:
    """What a reader sees of one paragraph; anything but text, line breaks and spans shows as ``�``."""
    inline = MarkdownIt("commonmark", {"html": True}).enable("strikethrough").parseInline(f"x{markdown}x")[0]
    shown = ""
    for token in inline.children or ():
        if token.type in ("text", "text_special"):
            shown += token.content
        elif token.content not in ("<span>", "</span>", "<code>", "</code>"):
            shown += "\n" if token.content == "<br>" else "\N{REPLACEMENT CHARACTER}"
    return shown[1:-1]


@given(NASTY)
def test_a_reader_sees_the_text_as_it_is(value: str) -> None:
    """Escaping loses nothing and adds nothing: the parser gives back what is visible of the text."""
    assert read_back(text(value)) == visible(value, newlines=False)
    assert read_back(code(value, width=1000)) == visible(value, newlines=False)
    assert read_back(lines(value)) == visible(value)


@given(st.text("#>-+*=1.) `~|\n\tx[]<!", max_size=20))
def test_no_text_begins_a_block(value: str) -> None:
    """In a list item or a quotation a text stays one paragraph, whatever it begins with."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(f"- {text(value)}\n\n> x<br>{lines(value)}\n")
    assert {token.type.split("_")[0] for token in tokens} <= {"bullet", "list", "paragraph", "inline", "blockquote"}
    assert sum(token.type == "list_item_open" for token in tokens) == 1


@given(NASTY, st.integers(min_value=5, max_value=80))
def test_a_cut_text_is_no_wider_than_asked(value: str, width: int) -> None:
    """A shortened text fits its width, says that it is cut, and begins as the text does."""
    shown, cut = visible(value, newlines=False), read_back(shortened(value, width))
    assert len(cut) <= width
    assert (cut == shown) if len(shown) <= width else ("…" in cut and shown.startswith(cut.split("…")[0]))


@given(st.text())
def test_a_comment_cannot_be_closed(value: str) -> None:
    """What stands in a hidden comment holds nothing that ends it."""
    assert not set(comment_safe(value)) & set("-><! \n")


def test_emoji_count_twice() -> None:
    """The length is what the sites count: UTF-16 units."""
    assert size("a中\U0001f600") == 4


def test_narrow_titles_keep_their_ends() -> None:
    """Questions that begin alike are told apart by their ends."""
    assert shortened("How do I return a parcel from Spain?", 20) == "How do I ret…Spain?"
    assert code("x" * 200, 10) == "<code>xxxxxxxxx…</code>"
