"""The texts that peers' users have hit, through every door and in front of every reader: kept as they are, shown without harm."""

import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser

import pytest

from kbsync.desk.chitchat import DeskReader, DeskWriter
from kbsync.diagnostics import Rule
from kbsync.files import load_tree
from kbsync.files.emit import new_file
from kbsync.messages import message
from kbsync.model import AnswerType, Content, Knowledge, Question
from kbsync.planfile import decode, encode_plan, encode_receipt
from kbsync.render.findings import diagnostics_github, diagnostics_text
from kbsync.render.github import plan_github
from kbsync.render.html import plan_html
from kbsync.render.markdown import plan_markdown, receipt_markdown
from kbsync.render.text import plan_text, receipt_text
from kbsync.render.words import RenderOptions
from kbsync.report import ApplyReport, ChangeOutcome, Mismatch, Outcome, Receipt
from tests.endurance.bench import Bench
from tests.fakes.naughty import BROKEN, NAUGHTY
from tests.shares import one_in
from tests.unit.hostile_plans import hostile_everywhere

pytestmark = pytest.mark.no_cover

COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)
"""What a GitHub runner takes for an order: it trims a line first, and finds the older form anywhere in it."""

CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""Whatever drives a terminal, hides, or reorders; the joiners of emoji and of Persian spelling have their own rules."""

DOORS = 3


def texts(door: int) -> pytest.MarkDecorator:
    """All texts for one door; a push takes a third of them through each, others for the next one."""
    numbers = [str(number) for number in range(len(NAUGHTY))]
    return pytest.mark.parametrize("text", one_in(DOORS, NAUGHTY, first=door % DOORS), ids=numbers)


def receipt(text: str) -> Receipt:
    """A receipt with the text in every field that can hold somebody else's."""
    plan = hostile_everywhere(text)
    said = message("{said}", said=text)
    outcomes = tuple(ChangeOutcome(index, list(Outcome)[index % 5], said, -7) for index in range(len(plan.changes)))
    mismatches = tuple(Mismatch(index, text, text, text, said) for index in range(len(plan.changes)))
    return Receipt(ApplyReport(plan, outcomes, mismatches, verified=False), text, text, text)


@texts(0)
def test_a_file_says_what_was_meant(text: str) -> None:
    """Quoted as JSON, a text is read from YAML as it stands, or a finding says which character no file may hold."""
    quoted = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\x7F")
    quoted = re.sub("[\x80-\x9f\u2028\u2029\ufeff]", lambda found: f"\\u{ord(found[0]):04X}", quoted)
    page = f"category: A\nquestions:\n- question: q\n  answer: {quoted}\n"
    loaded = load_tree({"a.yaml": page.encode()}, shown_as="knowledge", settings=False)
    if loaded.diagnostics:
        assert {found.rule for found in loaded.diagnostics} <= {Rule.KB103, Rule.KB116}
    else:
        assert loaded.knowledge.questions[0].content.answer == text.replace("\r\n", "\n").replace("\r", "\n")


@texts(1)
def test_a_pulled_file_reads_back(text: str) -> None:
    """What the service holds is written to a file that says the same; what no file may hold is refused before that."""
    settled = text.replace("\r\n", "\n")  # as the service's door settles line ends
    content = Content("q", settled.strip() or "a", ("A",), similar=(f"s {settled}",))
    loaded = load_tree({"a.yaml": new_file([content], category=("A",), declared=[("A",)])}, shown_as="k", settings=False)
    faults = {found.rule for found in loaded.diagnostics}
    assert faults <= {Rule.KB103}
    assert faults or loaded.knowledge.questions[0].content == content


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_text_is_a_finding(text: str) -> None:
    """What is no text is refused with a sentence."""
    page = f"category: A\nquestions:\n- question: q\n  answer: {text}\n"
    loaded = load_tree({"a.yaml": page.encode("utf-8", "surrogatepass")}, shown_as="knowledge", settings=False)
    assert {found.rule for found in loaded.diagnostics} & {Rule.KB102, Rule.KB103}


def test_the_service_gives_back_what_it_was_given() -> None:
    """Created, listed, updated and listed again, every text is the one that was sent."""
    bench = Bench.make(Knowledge())
    with bench._client() as transport:
        reader, writer = DeskReader(transport), DeskWriter(transport)
        place = writer.add_category("A", parent=None)
        for text in NAUGHTY:
            writer.add_question(question=text, answer=text, answer_type=AnswerType.RICH, category=place, similar=[text])
        found = _ours(reader.read())
        assert [each.content for each in found] == [_content(text) for text in NAUGHTY]
        for each, text in zip(found, reversed(NAUGHTY), strict=True):
            writer.update_question(each.id or "", question=f"{text}.", answer=f"{text}.")
            writer.set_similar(each.id or "", [f"{text}."])
        assert [each.content for each in _ours(reader.read())] == [_content(f"{text}.") for text in reversed(NAUGHTY)]


@texts(2)
def test_a_plan_file_keeps_it(text: str) -> None:
    """A plan and a receipt read back as they were written."""
    plan, done = hostile_everywhere(text), receipt(text)
    assert decode(encode_plan(plan), name="plan.json") == plan
    assert decode(encode_receipt(done), name="receipt.json") == done


@texts(3)
def test_a_terminal_is_told_nothing(text: str) -> None:
    """Of a field no control, hidden or reordering character reaches a terminal: colours are sent, all of them ours."""
    for drawn in (
        plan_text(hostile_everywhere(text), RenderOptions(color=True), digest=text),
        receipt_text(receipt(text), RenderOptions(color=True)),
    ):
        plain = re.sub(r"\x1b\[[0-9;]*m", "", drawn)
        assert CONTROLS.search(plain) is None
        assert COMMAND.search(plain) is None


def test_a_colour_of_theirs_is_shown_and_not_sent() -> None:
    """A field's own escape sequence is there to be read."""
    drawn = plan_text(hostile_everywhere("\x1b[31mred"), RenderOptions(color=False), digest="d")
    assert "␛[31mred" in drawn
    assert "\x1b" not in drawn


@texts(4)
def test_a_comment_stays_text(text: str) -> None:
    """In Markdown no field opens a tag that acts, fetches or hides, and none orders a runner about."""
    for drawn in (plan_markdown(hostile_everywhere(text), digest="d"), receipt_markdown(receipt(text))):
        assert CONTROLS.search(drawn) is None
        assert re.search(r"<(script|img|svg|textarea|a\b|/details>\S|!\[)", drawn) is None
        assert COMMAND.search(drawn) is None


class Tags(HTMLParser):
    """Keeps the tags of a page with their attributes, and the text that a reader sees."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """One more."""
        self.tags.append((tag, dict(attrs)))

    def scripts(self) -> int:
        """How many scripts there are."""
        return sum(tag == "script" for tag, _ in self.tags)

    def dangers(self) -> list[str]:
        """Whatever could run or call home."""
        return [
            f"{tag} {name}={value}"
            for tag, attributes in self.tags
            for name, value in attributes.items()
            if name.startswith("on") or re.match(r"\s*(javascript|data|https?):", value or "", re.IGNORECASE)
        ] + [
            tag for tag, _ in self.tags if tag in ("img", "svg", "iframe", "object", "embed", "form", "base", "link", "textarea")
        ]


PLAIN = Tags(plan_html(hostile_everywhere("plain"), digest="d"))


@texts(5)
def test_a_page_runs_nothing(text: str) -> None:
    """In HTML no field adds a script, an event, an address or a picture to what a harmless plan has."""
    page = plan_html(hostile_everywhere(text), digest="d")
    tags = Tags(page)
    assert tags.scripts() == PLAIN.scripts()
    assert tags.dangers() == PLAIN.dangers()
    # The bubble shows a rich answer as customers get it, in a block of its own; everywhere else, what hides is visible.
    outside = re.sub('<div class="bubble robot rich".*?</div>', "", page, flags=re.DOTALL)
    assert CONTROLS.search(outside) is None


@texts(6)
def test_a_runner_gets_our_orders_alone(text: str) -> None:
    """Each annotation is one line with one order of ours in front, and no output spans lines."""
    output = plan_github(hostile_everywhere(text), digest="d")
    assert all(re.fullmatch(r"::(error|warning|notice) [^\r\n]*", line) for line in output.result.splitlines())
    assert all(len(value.splitlines()) <= 1 for value in output.outputs.values())


@texts(7)
def test_a_finding_is_shown_without_harm(text: str) -> None:
    """A finding quotes the line that it is about: in a terminal and in a runner's log it stays a quotation."""
    page = f"category: A\nquestions:\n- question: q\n  answer: {text}\n  nonsense {text}: 1\n"
    found = load_tree({"a.yaml": page.encode()}, shown_as="knowledge", settings=False).diagnostics
    drawn = diagnostics_text(found)
    assert CONTROLS.search(drawn) is None
    assert COMMAND.search(drawn) is None
    lines = [line for line in diagnostics_github(found).split("\n") if line]
    assert all(re.fullmatch(r"::(error|warning|notice) [^\r\n]*", line) for line in lines)


def _ours(knowledge: Knowledge) -> list[Question]:
    return [each for each in knowledge.questions if each.content.category == ("A",)]


def _content(text: str) -> Content:
    kept = text.replace("\r\n", "\n")
    return Content(kept, kept, ("A",), AnswerType.RICH, (kept,))
