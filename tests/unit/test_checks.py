"""The content rules: what each finds, what it leaves alone, and how the settings steer it."""

import random
import sys
from collections.abc import Callable
from dataclasses import replace
from types import FrameType

import pytest

from kbsync.checks import check
from kbsync.diagnostics import Diagnostic, Location, Rule, Severity
from kbsync.model import AnswerType, Category, Content, Knowledge, Question, Status
from kbsync.settings import Check
from tests.fakes.naughty import SLOW_MARKUP, drawn_out


def knowledge(*contents: Content) -> Knowledge:
    """A library with each question on a line of its own."""
    return Knowledge((), tuple(Question(content, location=Location("a.yaml", line)) for line, content in enumerate(contents, 1)))


def asked(question: str, *similar: str, status: Status = Status.ENABLED) -> Content:
    """A question of which only the wording matters."""
    return Content(question, f"Answer to {len(question)}.", ("A",), similar=similar, status=status)


def answered(answer: str, answer_type: AnswerType = AnswerType.TEXT) -> Content:
    """A question of which only the answer matters."""
    return Content("How?", answer, ("A",), answer_type)


def found(rule: Rule, library: Knowledge, **options: float | str | tuple[str, ...]) -> tuple[Diagnostic, ...]:
    """What one rule finds, with every other switched off."""
    settings = {other.value: Check(None) for other in Rule}
    return check(library, settings | {rule.value: Check(Severity.WARNING, options)})


def test_nothing_is_found_in_a_clean_library() -> None:
    """Good content passes every rule."""
    library = knowledge(asked("Where is my parcel?", "Track my order"), asked("How do I pay?", "怎么付款?"))
    assert check(library, {}) == ()


def test_severity_and_silence_come_from_the_settings() -> None:
    """A rule says what its settings say: warning by default, another severity, or nothing at all."""
    library = knowledge(answered("TODO"))
    assert [one.severity for one in check(library, {})] == [Severity.WARNING]
    assert [one.severity for one in check(library, {"placeholder": Check(Severity.ERROR)})] == [Severity.ERROR]
    assert check(library, {"placeholder": Check(None)}) == ()


def test_a_question_without_a_place_is_judged_too() -> None:
    """Where no file is known, a finding says so with a question mark."""
    library = Knowledge((), (Question(answered("TODO")),))
    assert [one.location for one in check(library, {})] == [Location("?")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Where is my parcel?", "where is my  parcel"),
        ("ＡＢＣ怎么用？", "abc怎么用"),
        ("你是 机器人吗?", "你是机器人吗"),
        ("E-mail address", "email address"),
        ("Straße", "STRASSE"),
        ("order_number?", "order number"),
    ],
)
def test_form_alone_tells_no_questions_apart(one: str, other: str) -> None:
    """Capitals, width, punctuation and space do not make two questions."""
    (finding,) = found(Rule.KB402, knowledge(asked(one), asked(other)))
    assert (finding.location.line, finding.related[0].location.line) == (2, 1)


def test_only_the_text_that_hides_something_is_told() -> None:
    """Its neighbours are looked at with it and have nothing."""
    assert len(found(Rule.KB404, knowledge(asked("Where is it?", "Where\u200b is my parcel?")))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.5 kg?", "15 kg?"),
        ("Rooms 2, 5", "Rooms 25"),
        ("C++", "C"),
        ("👍", "👎"),
        ("?", "!"),
        ("कि", "का"),
        ("how to pay", "how to pray"),
    ],
)
def test_what_carries_meaning_is_no_form(one: str, other: str) -> None:
    """Figures, signs, emoji and vowel marks tell questions apart."""
    assert found(Rule.KB402, knowledge(asked(one), asked(other))) == ()


def test_the_same_words_are_another_rules_fault() -> None:
    """Two questions with one text are an error of the files; they do not differ in form, nor does nothing."""
    assert found(Rule.KB402, knowledge()) == ()
    assert found(Rule.KB402, knowledge(asked("Refund?"), asked("Refund?"), asked("When?", "Refund?"))) == ()


def test_wordings_of_one_question_may_be_alike() -> None:
    """Similar questions of one entry are there to be alike."""
    library = knowledge(asked("Where is my parcel?", "where is my parcel", "Where is my parcels?"))
    assert check(library, {}) == ()


def test_a_disabled_question_competes_with_nobody() -> None:
    """What customers cannot get is not compared."""
    library = knowledge(asked("Where is my parcel?"), asked("where is my parcel", status=Status.DISABLED))
    assert check(library, {}) == ()


def test_the_nearest_pair_of_two_questions_is_told_once() -> None:
    """Of several alike wordings of two questions the closest is named, with its share."""
    one = asked("How can I change my delivery address?", "Where do I edit the delivery address now?")
    other = asked("How can I change my delivery adress?", "Where do I edit a delivery address now?")
    (finding,) = found(Rule.KB401, knowledge(one, other))
    assert str(finding.message) == (
        "“How can I change my delivery adress?” is 98 % the same as “How can I change my delivery address?”, "
        "which belongs to another question"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Does the phone case fit the Nova 14?", "Does the phone case fit the Nova 15?"),
        ("Where is my parcel?", "Where is my parcel"),
        ("How do I return shoes?", "How do I exchange shoes?"),
    ],
)
def test_meant_differences_are_no_near_duplicates(one: str, other: str) -> None:
    """Other figures, other words, and mere form (a rule of its own) are left alone."""
    assert found(Rule.KB401, knowledge(asked(one), asked(other))) == ()


@pytest.mark.parametrize(("threshold", "count"), [(0.75, 1), (0.95, 0), (90, 0), ("high", 0), (-1, 1)])
def test_the_threshold_is_a_share(threshold: float | str, count: int) -> None:
    """The settings say how alike is too alike; a figure out of bounds is brought back into them, a word counts as none."""
    library = knowledge(asked("怎么修改收货地址"), asked("怎么修改发货地址"))
    assert len(found(Rule.KB401, library, threshold=threshold)) == count


@pytest.mark.parametrize(
    "text", ["Costs TODO EUR", "价格TODO元", "Dear {{name}}", "Lorem ipsum dolor", "运费待补充", "It is TBD.", "XXX"]
)
def test_leftovers_are_found(text: str) -> None:
    """Marks that writers leave for themselves are found, between Chinese characters too."""
    assert len(found(Rule.KB403, knowledge(answered(text)))) == 1


@pytest.mark.parametrize("text", ["Sizes up to XXXL", "todo el mundo", "MASTODON", "待办"])
def test_words_that_look_like_leftovers_pass(text: str) -> None:
    """A mark inside a word, or in small letters, is a word."""
    assert found(Rule.KB403, knowledge(answered(text))) == ()


@pytest.mark.parametrize("words", ["[?]", ("[?]", "草稿")])
def test_teams_have_marks_of_their_own(words: str | tuple[str, ...]) -> None:
    """``words`` adds marks, one or several."""
    assert len(found(Rule.KB403, knowledge(answered("Ask [?] for it.")), words=words)) == 1


@pytest.mark.parametrize("rule", [Rule.KB403, Rule.KB404, Rule.KB408])
def test_every_text_of_a_question_is_looked_at(rule: Rule) -> None:
    """The sentence says whether it is the question, the answer or a similar question."""
    bad = {Rule.KB403: "Is TODO it", Rule.KB404: "Is\u200bit", Rule.KB408: "Is it "}[rule]
    library = knowledge(Content(bad, f"{bad}: yes ", ("A",), similar=(f"{bad} so ",)))
    assert [str(one.message).split()[1] for one in found(rule, library)] == ["question", "answer", "similar"]


@pytest.mark.parametrize("text", ["Use <b>this</b>", "First<br/>second", "Terms&nbsp;apply", "<A HREF='x'>here</A>"])
def test_markup_in_a_plain_answer_is_found(text: str) -> None:
    """Tags and entities would be read as they are written."""
    assert len(found(Rule.KB405, knowledge(answered(text)))) == 1


@pytest.mark.parametrize("text", ["a < b and b > c", "I <3 you", "AT&T; R&D", "https://shop.example/?a=1&lt=2", "<order number>"])
def test_signs_that_are_no_markup_pass(text: str) -> None:
    """Comparison signs and ampersands are text."""
    assert found(Rule.KB405, knowledge(answered(text))) == ()


def test_rich_answers_need_markup_for_their_lines() -> None:
    """Lines of a rich answer run together unless something marks them; one line needs nothing."""
    rich = AnswerType.RICH
    library = knowledge(answered("One\ntwo", rich), answered("One<br>\ntwo", rich), answered("One", rich), answered("One\ntwo"))
    assert [one.location.line for one in found(Rule.KB406, library)] == [1]


RICH = AnswerType.RICH


@pytest.mark.parametrize(
    ("answer", "marks"),
    [
        ("<script>go()</script>", "<script>"),
        ("<IFRAME src=x><embed/><object data=x>", "<iframe>, <embed>, <object>"),
        ("<img src=x onerror='go()'/>", "onerror"),
        ("<svg/onload=go()>", "onload"),
        ("<a href='JavaScript:go()'>x</a>", "javascript:"),
        ('<a href=" java\nscript&colon;go()">x</a>', "javascript:"),
        ("<a title='>' onclick=go() onclick=go()>x</a>", "onclick"),
        ('<b>"quoted<script src=x>', "<script>"),
        ('<a "<script>', "<script>"),
    ],
)
def test_markup_that_acts_is_named(answer: str, marks: str) -> None:
    """Tags, attributes and links that run something are told each once, however they are written."""
    (finding,) = found(Rule.KB410, knowledge(answered(answer, RICH)))
    assert str(finding.message) == f"the rich answer holds {marks}, which can act in the customer's window"


@pytest.mark.parametrize(
    "answer",
    [
        "<p on='x'>one onclick=x</p>",
        "<a href='https://shop.example/javascript:'>javascript:</a>",
        "1 < 2 onclick=x",
        "<scripture>",
        "<a title='javascript: onload=x'>x</a>",
        "plain",
    ],
)
def test_harmless_markup_passes(answer: str) -> None:
    """Words that only look like code are words; a plain answer runs nothing."""
    assert found(Rule.KB410, knowledge(answered(answer, RICH), answered("<script>"))) == ()


@pytest.mark.no_cover
@pytest.mark.parametrize("piece", SLOW_MARKUP)
def test_large_markup_is_judged_to_its_end(piece: str) -> None:
    """An answer that is made to be slow is harmless, but for what stands at its end; ``tests.bench.bench_hostile`` times it."""
    harmless = drawn_out(piece, 200_000)
    assert found(Rule.KB410, knowledge(answered(harmless, RICH))) == ()
    (finding,) = found(Rule.KB410, knowledge(answered(f"{harmless}'><script>", RICH)))
    assert "<script>" in str(finding.message)


@pytest.mark.parametrize("piece", [*SLOW_MARKUP, "<b></i>", "<!--", "<a href=https://a.", "<b><i></b>"])
def test_large_broken_markup_is_judged_to_its_end(piece: str) -> None:
    """The time for tags and links grows with their number, however they are left open."""
    answer = f"<!-- --></p>{drawn_out(piece, 200_000)}"
    (finding,) = found(Rule.KB413, knowledge(answered(answer, RICH)))
    assert str(finding.message).startswith("the rich answer has tags without their other half: </p>")
    assert len(found(Rule.KB414, knowledge(answered(answer, RICH)))) <= 1


def placed(*paths: tuple[str, ...], file: str = "a.yaml") -> tuple[Question, ...]:
    """A question in each category, on lines of one file."""
    return tuple(Question(Content(f"{line}?", "a", path), location=Location(file, line)) for line, path in enumerate(paths, 1))


TREE = (
    Category(("Shipping",)),
    Category(("Shipping", "Delivery"), previously=("Dispatch",)),
    Category(("Shipping", "Size A")),
    Category(("Returns 2024",)),
)


@pytest.mark.parametrize(
    ("path", "other"),
    [
        (("Shiping", "Delivery"), "Shipping / Delivery"),
        (("Shipping/Delivery",), "Shipping / Delivery"),
        (("shipping", "delivery"), "Shipping / Delivery"),
        (("ＳＨＩＰＰＩＮＧ",), "Shipping"),
        (("DELIVERY",), "Shipping / Delivery"),
        (("Shipping", "Dispatch"), "Shipping / Delivery"),
        (("Return 2024",), "Returns 2024"),
    ],
)
def test_a_misspelt_category_is_found(path: tuple[str, ...], other: str) -> None:
    """Slips in letters, capitals, width, slashes and parents, and former names, lead to the declared one."""
    (finding,) = found(Rule.KB409, Knowledge(TREE, placed(path)))
    assert str(finding.message).endswith(f" is declared nowhere; did you mean {other}?")


@pytest.mark.parametrize(
    "path",
    [
        ("Shipping", "Delivery"),
        ("Shipping", "Size 9"),
        ("Shipping", "Costs"),
        ("Returns 2025",),
        ("Service", "Delivery"),
        ("System preset category", "Delivery"),
        ("?",),
    ],
)
def test_another_category_is_no_slip(path: tuple[str, ...]) -> None:
    """The service may have categories that no file declares, its own presets among them."""
    assert found(Rule.KB409, Knowledge(TREE, placed(path))) == ()
    assert found(Rule.KB409, Knowledge((), placed(path, ("Shiping",)))) == ()


def test_a_misspelt_category_is_told_where_it_is_written() -> None:
    """What has to be changed may stand at the head of the document, far above the question."""
    head = Location("a.yaml", 1, 11)
    library = Knowledge(TREE, tuple(replace(one, category_location=head) for one in placed(("Shipping", "Delivry"))))
    assert [one.location for one in found(Rule.KB409, library)] == [head]


def test_a_misspelt_category_is_told_once_a_file() -> None:
    """The first question of each file stands for the others; one without a place counts as a file of its own."""
    slip = ("Shipping", "Delivry")
    stray = Question(Content("q", "a", slip))
    library = Knowledge(TREE, (*placed(slip, slip), *placed(("Shipping",), slip, file="b.yaml"), stray, stray))
    assert [str(one.location) for one in found(Rule.KB409, library)] == ["a.yaml:1:1", "b.yaml:2:1", "?:1:1"]


def test_the_length_of_answers_has_a_limit() -> None:
    """The limit is the settings', or 2000 characters."""
    library = knowledge(answered("x" * 2000), answered("x" * 2001))
    assert [one.location.line for one in found(Rule.KB407, library)] == [2]
    assert [str(one.message) for one in found(Rule.KB407, library, max=2000.5)] == [
        "the answer has 2001 characters, more than 2000"
    ]


def steps(work: Callable[[], object]) -> int:
    """How many calls of functions some work comes to, those of the interpreter's own included.

    What happens inside of a compiled library is one step, also where it was built so that a profiler sees more.
    """
    taken = 0

    def count(frame: FrameType, event: str, _about: object) -> None:
        nonlocal taken
        taken += event in ("call", "c_call") and not frame.f_code.co_filename.endswith((".pyx", ".pxd"))

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return taken


@pytest.mark.no_cover
def test_ten_thousand_questions_take_some_hundred_steps_each() -> None:
    """A large library of much the same words is not compared each with each, and its planted twin is found all the same."""
    dice = random.Random(7)
    letters = ["parcel", "order", "refund", "card", "invoice", "address", "delivery", "payment", "退货", "运费", "地址", "发票"]
    contents = [asked(" ".join(dice.choices(letters, k=6)) + f" {number}") for number in range(10_000)]
    library = knowledge(*contents, asked("An entirely unheard-of question"), asked("An entirely unheard of questions"))
    findings: list[Diagnostic] = []
    assert steps(lambda: findings.extend(check(library, {}))) < 500 * 10_000
    assert [one.location.line for one in findings if one.rule is Rule.KB401] == [10_002]
