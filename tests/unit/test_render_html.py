"""The HTML report as text: what it holds, what it forbids, and what no text in it can do. A browser looks at it elsewhere."""

import base64
import hashlib
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import pytest

from kbsync.model import AnswerType, Content
from kbsync.plan import Action, Cause, Field, FieldChange, Match, Plan, Purpose, QuestionChange
from kbsync.render.html import language_of, plan_html
from kbsync.render.words import RenderOptions
from kbsync.settings import Policy, Prune
from tests.unit import plan_purposes, plans
from tests.unit.hostile_plans import PAYLOADS, hostile_everywhere
from tests.unit.large_plans import large, removed_titles

VOID = {"meta", "br", "hr", "input", "wbr", "circle", "path"}


class Page(HTMLParser):
    """Reads a page: the tags with their attributes, the texts by tag, and what is not closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.broken: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self.open.pop() != tag:
            self.broken.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data.replace("\u00a0", " ")))

    def text(self, tag: str) -> list[str]:
        """The texts directly inside a kind of tag."""
        return [data for inside, data in self.texts if inside == tag]


def page_of(plan: Plan, language: str = "en") -> Page:
    """The report of a plan, read."""
    return Page(plan_html(plan, RenderOptions(language=language), digest=plans.DIGEST))


def test_every_change_is_there() -> None:
    """Each change has an article, each section a heading with its number, and the summary links to all sections."""
    page = page_of(plans.everything())
    assert sum(tag == "article" for tag, _ in page.tags) == len(plans.everything().changes)
    sections = [
        attributes["id"] for tag, attributes in page.tags if tag == "section" and "part" in (attributes.get("class") or "")
    ]
    assert sections[:3] == ["removals", "disabled", "drift"]
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"][1:]
    assert links == [f"#{section}" for section in (*sections[:3], "lapsed", *sections[3:])]
    unserved = tuple(replace(item, enabled=False) for item in plans.everything().unmanaged)
    links = [
        attributes["href"] for tag, attributes in page_of(replace(plans.everything(), unmanaged=unserved)).tags if tag == "a"
    ]
    assert links[-1] == "#lapsed"


def test_the_policy_allows_its_own_style_and_script_only() -> None:
    """The hashes in the policy are those of the two inline texts, and nothing else is allowed at all."""
    page = page_of(plans.everything())
    policy = next(values["content"] for tag, values in page.tags if values.get("http-equiv") == "Content-Security-Policy")
    hashes = [base64.b64encode(hashlib.sha256("".join(page.text(tag)).encode()).digest()).decode() for tag in ("style", "script")]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def hostile_page(text: str, language: str, purpose: Purpose) -> Page:
    """The page of a plan with the text in every field."""
    return page_of(replace(hostile_everywhere(text), purpose=purpose), language)


@pytest.mark.no_cover
@pytest.mark.parametrize(("language", "purpose"), [("en", Purpose.SYNC), ("zh", Purpose.SYNC), ("en", Purpose.DRIFT)])
@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_becomes_markup(payload: str, language: str, purpose: Purpose) -> None:
    """With a hostile text in every field the page is well formed and has the tags and attributes of a page without it."""
    page, plain = (hostile_page(text, language, purpose) for text in (payload, "plain"))
    assert page.broken == page.open == []
    assert sum(tag == "script" for tag, _ in page.tags) == sum(tag == "style" for tag, _ in page.tags) == 1
    assert page.text("script") == plain.text("script")
    attributes = {name for _, values in page.tags for name in values}
    assert attributes <= {name for _, values in plain.tags for name in values} | {"rel", "href", "colspan"}
    assert not {"src", "style", "onerror", "onload"} & attributes
    assert "49" not in "".join(data for _, data in page.texts if "7 *" in data)


def test_an_empty_plan_says_so() -> None:
    """Nothing to do is a calm page of its own, with the record of the plan."""
    page = page_of(plans.empty())
    assert "Nothing to change" in page.text("h2")
    assert "form" not in {tag for tag, _ in page.tags}
    assert plans.DIGEST in page.text("dd")


def test_texts_are_marked_in_place() -> None:
    """The answer before holds what is removed, the answer after what is added, and around them nothing is touched."""
    html = plan_html(plans.offline(), digest="d")
    said = re.findall(r'<p class="bubble robot".*?</span>(.*?)</p>', html, re.DOTALL)
    tail = " working days. Weekends and public holidays do not count.\n\nYou get a tracking number by e-mail.\n"
    assert said == [f"Usually within <del>3</del>{tail}", f"Usually within <ins>2</ins>{tail}"]
    assert "Made without looking at the live library" in html


def test_rich_answers_are_shown_and_their_source_too() -> None:
    """A rich answer is drawn as customers see it; its text with marks is one click away."""
    before = replace(plans.RETURNS, answer="<p>In <b>14</b> days</p>", answer_type=AnswerType.RICH)
    html = plan_html(plans.plan_of(plans.update(before, replace(before, answer="<p>In <b>30</b> days</p>"))), digest="d")
    assert '<p>In <b><del class="edit">14</del></b> days</p>' in html
    assert '<p>In <b><ins class="edit">30</ins></b> days</p>' in html
    assert '<details class="source">' in html
    assert "&lt;p&gt;In &lt;b&gt;<del>14</del><ins>30</ins>&lt;/b&gt; days&lt;/p&gt;" in html


RICH = replace(plans.RETURNS, answer='<p>Pay <a href="https://shop.example/pay">here</a>.</p>', answer_type=AnswerType.RICH)


def linked(before: Content | None, after: Content | None) -> list[tuple[str, str]]:
    """The signs and addresses that a page lists under the conversations of a change."""
    action = Action.CREATE if before is None else Action.DELETE
    change = plans.update(before, after) if before and after else QuestionChange(action, "1", before, after, Cause.DECLARED)
    html = plan_html(plans.plan_of(change), digest="d")
    listed = re.search(r'<div class="links">.*?</div>', html, re.DOTALL)
    return re.findall(r">([-+])</span> <code[^>]*><(?:del|ins)>(.*?)</", listed[0]) if listed else []


def test_a_link_that_leads_elsewhere_is_told() -> None:
    """Two conversations that look alike: the addresses stand below, and the source with its marks is open."""
    after = replace(RICH, answer=RICH.answer.replace("shop", "sh0p"))
    assert linked(RICH, after) == [("-", "https://shop.example/pay"), ("+", "https://sh0p.example/pay")]
    assert '<details class="source" open>' in plan_html(plans.plan_of(plans.update(RICH, after)), digest="d")


def test_whatever_leads_or_loads_is_an_address() -> None:
    """An image, a form and an order to the browser are listed as they are written, also where the report drops their tags."""
    answer = '<img src="https://i.example/a.png"><form action="//f.example"><a href=" javascript:alert(1)">x</a></form>'
    addresses = ["https://i.example/a.png", "//f.example", "javascript:alert(1)"]
    assert linked(None, replace(RICH, answer=answer)) == [("+", address) for address in addresses]


def test_links_that_stay_are_not_listed() -> None:
    """Nor are those of an answer that goes."""
    assert linked(RICH, replace(RICH, question="Where?")) == linked(RICH, None) == linked(None, plans.RETURNS) == []


def test_swapped_links_open_the_source() -> None:
    """The same words and the same addresses in another order: only the source tells."""
    answer = '<a href="https://a.example">A</a> <a href="https://b.example">B</a>'
    before = replace(RICH, answer=answer)
    after = replace(RICH, answer=answer.replace("a.ex", "c.ex").replace("b.ex", "a.ex").replace("c.ex", "b.ex"))
    assert linked(before, after) == []
    assert '<details class="source" open>' in plan_html(plans.plan_of(plans.update(before, after)), digest="d")


def test_what_git_gave_up_stands_open() -> None:
    """Headline, summary and a section of its own say that customers still get it, and what to do."""
    page = page_of(replace(plans.empty(), unmanaged=plans.everything().unmanaged))
    assert "1 answer still given that git no longer declares; no changes; 1 unmanaged question" in page.text("p")
    assert [text for text in page.text("p") if text.startswith("Customers still get these answers. To remove one")]
    assert page.text("summary") == ["Unmanaged questions, not touched "]
    assert "The service's own (presets), left as they are: questions 1, categories 1." in page.text("p")
    pruned = replace(plans.everything(), policy=Policy(prune=Prune.DELETE))
    assert "Customers still get" not in plan_html(pruned, digest="d")


def test_the_answer_of_a_rename_or_a_move_is_shown_once() -> None:
    """Where the answer stays, there is one conversation, in which the old wording is struck beside the new one."""
    renamed = plans.update(plans.RETURNS, replace(plans.RETURNS, question="How do I send something?"), Field.QUESTION)
    moved = plans.update(plans.RETURNS, replace(plans.RETURNS, category=("B",)), Field.CATEGORY)
    asked = plans.update(plans.RETURNS, replace(plans.RETURNS, similar=("Back?",)), Field.SIMILAR)
    for change in (replace(renamed, action=Action.RENAME), replace(moved, action=Action.MOVE), asked):
        page = plan_html(plans.plan_of(change), digest="d")
        assert page.count("Send it back within 14 days.") == 1
        assert "<h4>Conversation</h4>" in page
    assert "How do I <del>return</del><ins>send</ins> something?" in plan_html(plans.plan_of(renamed), digest="d")


def test_many_moves_are_one_card() -> None:
    """Moves from one category to one other are counted in one card, which unfolds to their names."""
    page = page_of(plans.plan_of(*plans.moves(40)))
    assert page.text("h3") == ["40 questions"]
    assert page.text("strong") == ["40"]
    assert "Question 39?" in page.text("li")


def test_a_figure_stays_with_its_unit() -> None:
    """No line of the headline ends between a number and what it counts."""
    assert "12\u00a0calls, about 3\u00a0s</p>" in plan_html(plans.everything(), digest="d")


def test_what_an_apply_asks_for_and_what_it_calls() -> None:
    """What is asked for stands before the changes; the vendor's names of the calls are there on demand."""
    page = plan_html(plans.everything(), digest="d")
    assert page.index(">To apply<") < page.index("<main")
    assert "batch_set_chitchat" not in page
    assert "batch_set_chitchat" in plan_html(plans.everything(), RenderOptions(verbose=True), digest="d")
    assert "Who are you?" not in page


def test_a_conflict_shows_three_conversations() -> None:
    """What git applied last stands beside both later versions, and a field with another cause says so."""
    html = plan_html(plans.conflicts(), digest="d")
    assert re.findall("<h4>(.*?)</h4>", html)[:3] == ["Git applied last", "Live now", "After the apply"]
    mixed = plans.conflicts().changes[0]
    assert isinstance(mixed, QuestionChange)
    assert mixed.after is not None
    moved = replace(
        mixed,
        fields=(*mixed.fields, FieldChange(Field.CATEGORY, Cause.DRIFT)),
        after=replace(mixed.after, category=("B",)),
    )
    assert "Category (changed in the console)" in plan_html(plans.plan_of(moved), digest="d")


def test_added_blanks_are_seen() -> None:
    """A blank or a line end that comes or goes is drawn, because its mark alone could be overlooked."""
    before = replace(plans.RETURNS, answer="One two")
    html = plan_html(plans.plan_of(plans.update(before, replace(before, answer="One two\n"), Field.ANSWER)), digest="d")
    assert "One two<ins>↵\n</ins>" in html


def test_a_drift_is_told_from_the_console() -> None:
    """Title, verbs and both sides are the console's, what is compared with is named, and the ways out stand at the top."""
    page = page_of(plan_purposes.drift())
    assert page.text("title") == ["Drift of production"]
    assert page.text("p").count("Deleted") == 1
    assert page.text("h4")[:2] == ["git said", "the console holds"]
    assert "Category (git said → the console holds)" in page.text("dt")
    assert [text for text in page.text("li") if text.startswith("kbsync pull")]
    assert {"Digest", "Knowledge at", "update_chitchat"} & set(page.text("dt")) == set()
    assert "The console holds what git said." in page_of(plan_purposes.no_drift()).text("p")


def test_an_undo_says_that_it_takes_back() -> None:
    """It has a title of its own and no base, and begins with what an apply asks for."""
    page = page_of(plan_purposes.undo())
    assert page.text("title") == ["Undo for production"]
    assert "takes back what was applied" in page.text("span")
    assert "Compared with" not in page.text("dt")
    assert "To apply" in page.text("h2")
    assert "the plan removes 2: look at the removals and, if they are meant, add " in page.text("li")
    assert "--allow-remove 2" in page.text("code")


def test_a_part_of_a_plan_says_so() -> None:
    """The pattern stands at the top."""
    assert "Only what matches *card*" in page_of(plan_purposes.narrowed()).text("li")


def test_a_removal_that_meets_an_edit_shows_the_base() -> None:
    """What git applied last stands beside what the other side made of it; a removal's line is told as the base's."""
    page = page_of(plan_purposes.edited_removals())
    assert page.text("h4") == [
        *("Git applied last", "Live now", "After the apply", "Similar questions (Git applied last → Live now)"),
        *("Conversation", "Similar questions (Git applied last → Live now)"),
        *("Git applied last", "After the apply", "Similar questions"),
    ]
    assert page.text("span").count("was in knowledge/shipping.yaml:12") == 2
    assert "Category (Git applied last → Live now)" in page.text("dt")


def test_the_source_of_a_removed_rich_answer_is_compared_with_the_base() -> None:
    """Who edited a rich answer that git dropped sees what would be lost."""
    base = replace(plans.RETURNS, answer="<p>14</p>", answer_type=AnswerType.RICH)
    live = replace(base, answer="<p>30</p>")
    gone = QuestionChange(Action.DELETE, "1", live, None, Cause.CONFLICT, base=base)
    assert "&lt;p&gt;<del>14</del><ins>30</ins>&lt;/p&gt;" in plan_html(plans.plan_of(gone), digest="d")


@pytest.mark.parametrize(("match", "told"), [(Match.SAME_ANSWER, "recognised by its answer"), (Match.WORDING, "wording, 87 %")])
def test_a_doubtful_recognition_is_told(match: Match, told: str) -> None:
    """Who approves a rename sees how it was recognised."""
    renamed = plans.chinese().changes[1]
    assert isinstance(renamed, QuestionChange)
    assert told in plan_html(plans.plan_of(replace(renamed, match=match, confidence=87)), digest="d")


def test_a_disabling_because_of_git_is_told() -> None:
    """A question that is disabled because git stopped declaring it says so."""
    (disabled,) = (change for change in plans.everything().changes if change.action is Action.DISABLE)
    assert isinstance(disabled, QuestionChange)
    assert "no longer in git" in plan_html(plans.plan_of(replace(disabled, removal=True)), digest="d")


@pytest.mark.parametrize(("text", "tag"), [("Hello", ""), ("你好", "zh"), ("お元気ですか", "ja"), ("안녕", "ko")])
def test_the_script_gives_the_language_away(text: str, tag: str) -> None:
    """Screen readers and fonts are told the language where the script tells it."""
    assert language_of(text) == tag


def test_the_page_speaks_chinese() -> None:
    """The page's language is declared, and its fixed words are said in it."""
    page = page_of(plans.everything(), "zh_CN")
    assert page.tags[0] == ("html", {"lang": "zh-Hans"})
    assert "没有需要变更的内容" in page_of(plans.empty(), "zh").text("h2")


@pytest.mark.no_cover
def test_a_huge_plan_is_whole() -> None:
    """Fourteen million characters: the report leaves nothing out."""
    plan = large(updates=40)
    html = plan_html(plan, digest="d")
    assert html.count("<article ") == len(plan.changes)
    assert [title for title in removed_titles() if title not in html] == []
