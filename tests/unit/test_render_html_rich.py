"""Rich answers in the report: what customers see stays, what acts or reaches outside goes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbsync.render.html_rich import heard, rich, spoken
from kbsync.render.prose import Mark, Piece, difference
from tests.unit.hostile_plans import PAYLOADS

FRAGMENTS = st.sampled_from(
    (
        *PAYLOADS,
        "<p>",
        "</p>",
        "<table><tr><td colspan=9>",
        "<h2>",
        "</h2>",
        "<ul><li>",
        "<svg><style>",
        "<math><mtext>",
        "<!--",
        "x",
    ),
)


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("<p>Pay <b>now</b><br>or later</p>", "<p>Pay <b>now</b><br>or later</p>"),
        ("<h2>Returns</h2>", '<p class="heading">Returns</p>'),
        ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("1 &lt; 2 &amp;amp;", "1 &lt; 2 &amp;amp;"),
        ("<p style='position:fixed' class='skip' id='filter' onclick='x()'>a</p>", "<p>a</p>"),
        (
            "<table><tr><td colspan=2>a<td colspan=99999999999>b",
            '<table><tbody><tr><td colspan="2">a</td><td>b</td></tr></tbody></table>',
        ),
        ("<span class='image-address'>a</span>", "<span>a</span>"),
        ("<form><input><button>go</button></form><iframe srcdoc=x></iframe>", "go"),
        ("<script>alert(1)</script><style>*{}</style>a", "a"),
        ("half \ud800", "half ?"),
    ],
)
def test_markup_is_kept_and_behaviour_is_not(answer: str, shown: str) -> None:
    """The tags of prose stay; scripts, styles, forms, frames, names and handlers go."""
    assert rich(answer) == shown


@pytest.mark.parametrize(
    ("address", "kept"),
    [("https://shop.example/a?b=c", True), ("mailto:a@b.example", True), ("tel:+49", True), ("HTTP://x.example", True)]
    + [
        (address, False)
        for address in ("javascript:alert(1)", "data:text/html,x", "//x.example", "/etc/passwd", "file:///etc", "#a")
    ],
)
def test_links_lead_to_the_web_or_nowhere(address: str, *, kept: bool) -> None:
    """A link keeps an address of the web, mail or telephone, and tells the other side nothing about the reader."""
    shown = rich(f'<a href="{address}" target=_top ping=https://x.example>go</a>')
    assert ("href=" in shown) is kept
    assert 'rel="noopener noreferrer nofollow"' in shown
    assert "target" not in shown
    assert "ping" not in shown


def test_an_image_becomes_its_address() -> None:
    """What would be loaded is named instead, with the words given, and an embedded image is cut short."""
    assert rich('<img src="https://x.example/a.png" alt="A <b>" srcset="y 2x">', image="not loaded:") == (
        '<span class="image-address">not loaded: A &lt;b&gt; https://x.example/a.png</span>'
    )
    assert len(rich(f'<img src="data:image/png;base64,{"A" * 5000}">')) < 200


def test_deep_nesting_is_flattened() -> None:
    """Markup nested without end loses its levels, never its text."""
    shown = rich("<div>" * 500 + "deep" + "</div>" * 500 + "<b>after</b>")
    assert shown.count("<div>") == 64
    assert "deep" in shown
    assert shown.endswith("<b>after</b>")


@given(st.lists(FRAGMENTS, max_size=6).map("".join))
def test_nothing_that_acts_survives(answer: str) -> None:
    """However markup is broken, only harmless tags with harmless attributes come out."""
    shown = rich(answer)
    tags = re.findall(r"<[^>]*>", shown)
    names = "script|style|img|svg|math|iframe|form|input|textarea|title|article|details"
    assert not [tag for tag in tags if re.match(rf"</?({names})\b", tag)]
    assert not [tag for tag in tags if re.search(r"\s(on\w+|style|id|src|srcset|name)\s*=", tag)]
    assert not re.search(r'href="(?!https?:|mailto:|tel:)', shown, re.IGNORECASE)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            '<p>Mostly <b>3 days</b>. See <a href="https://shop.example/a?b=1&amp;c">the table</a>.</p>\n<p>Or<br>ask</p>',
            "Mostly 3 days. See the table (https://shop.example/a?b=1&c).\nOr\nask",
        ),
        ("<ol><li>one<ul><li>deeper</li></ul></li> <li>two</li></ol>", "1. one\n  - deeper\n2. two"),
        ("<table><tr><th>To</th><td>Days</td></tr><tr><td>DE</td></tr></table>", "To | Days\nDE"),
        ('<img src="https://x.example/y.png" alt="Map">', "[image Map https://x.example/y.png]"),
        ('<a href="https://x.example">https://x.example</a> <a>anchor</a> &lt;3', "https://x.example anchor <3"),
        ("a < b<!-- not said --></a></ul><li>lone", "a < b\n- lone"),
        ("<p>so <b", "so <b"),
        ('<b onclick="x()">Press</b><script>y()</script>', '<b onclick="x()">Press<script>y()</script>'),
    ],
)
def test_a_rich_answer_is_said_as_text(answer: str, said: str) -> None:
    """Lines, list items and cells are told apart, addresses stand behind their links, and a tag that acts stays in sight."""
    assert spoken(answer) == said


@pytest.mark.no_cover
def test_text_made_to_be_slow_is_said_at_once() -> None:
    """Nesting that no author writes makes no line longer than its text."""
    assert len(spoken("<ul><li>" * 20_000)) < 20_000 * 200


def test_what_is_heard_has_lines_where_a_reader_sees_them() -> None:
    """Paragraphs, items and breaks are lines, inline markup is none, and what is hidden is not heard."""
    assert (
        heard("<h2>More</h2>\n<p>Pay <b>n</b>ow<br>or <a href=x>later</a></p><script>no</script>")
        == "More\n\n\nPay now\nor later"
    )


def test_marks_stand_where_the_words_are() -> None:
    """Across tags each stretch has a mark of its own; an author's own mark cannot pass for one."""
    before, after = (
        '<p>In <b>14</b> days</p><ins class="edit">x</ins>',
        '<p>In <b>30 working</b> days</p><ins class="edit">x</ins>',
    )
    pieces = [piece for piece in difference(heard(before), heard(after)) if piece.mark is not Mark.REMOVED]
    assert rich(after, pieces=pieces) == '<p>In <b><ins class="edit">30 working</ins></b> days</p><ins>x</ins>'


def test_added_blanks_are_not_marked() -> None:
    """A mark around nothing would only disturb the markup."""
    assert rich("<ul> <li>a</li></ul>", pieces=[Piece(Mark.ADDED, " "), Piece(Mark.SAME, "\na")]) == "<ul> <li>a</li></ul>"


@given(st.lists(FRAGMENTS, max_size=6).map("".join), st.lists(FRAGMENTS, max_size=6).map("".join))
def test_marks_change_no_word(before: str, after: str) -> None:
    """However markup is broken, marking adds marks of ours and nothing else, and uses every piece up."""
    pieces = [piece for piece in difference(heard(before), heard(after)) if piece.mark is not Mark.REMOVED]
    assert "".join(piece.text for piece in pieces) == heard(after)
    assert re.sub(r"</?(?:ins|del)\b[^>]*>", "", rich(after, pieces=pieces)) == re.sub(r"</?(?:ins|del)\b[^>]*>", "", rich(after))
