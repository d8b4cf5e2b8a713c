"""Reading the library whole, under every reading of what the vendor does not document about pages and counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import product

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kbsync.desk.chitchat import DeskReader
from kbsync.errors import OutcomeUnknown, RequestRefused
from kbsync.model import AnswerType, Content, Knowledge, MenuType, Status
from tests.fakes.desk_script import Reply, Script, connect, fail, ok

TREE: list[dict[str, object]] = [
    {"CategoryId": 10506, "ParentId": 0, "Title": "System preset category", "MenuType": 2, "Status": 1},
    {"CategoryId": 10507, "ParentId": 0, "Title": "All categories", "MenuType": 1, "Status": 1},
    {"CategoryId": 10508, "ParentId": 10506, "Title": "Daily greeting", "MenuType": 2, "Status": 1},
    {"CategoryId": 10513, "ParentId": 0, "Title": "Shipping", "MenuType": 0, "Status": 1},
]

Row = dict[str, object]


def row(number: int, status: int = 4, category: int = 10513) -> Row:
    """One question as the service lists it."""
    return {
        "StandardQuestionId": f"q{number}",
        "StandardQuestion": f"Question {number}?",
        "Status": status,
        "CategoryId": category,
        "Answer": f"Answer {number}",
        "AnswerType": 0,
        "SimilarQuestions": [],
    }


@dataclass
class Shelf:
    """A list_chitchat with the habits that the vendor leaves open."""

    rows: list[Row]
    clamp: int = 10**6
    """More rows than this are never given."""
    largest: int = 10**6
    """A larger PageSize is refused."""
    past: str = "empty"
    """What comes after the last page: empty, repeat, error; null and absent say of every empty page how it is spelled."""
    counts: str = "filtered"
    """What StandardQuestionCount counts: filtered, all, page, nothing."""
    filtering: bool = True
    """Whether the service heeds Status."""
    moved: Callable[["Shelf", int], None] = lambda _, __: None
    """Called before each page with its number: what happens meanwhile."""
    sizes: list[object] = field(default_factory=list)

    def __call__(self, body: Mapping[str, object]) -> httpx.Response:
        index, size, status = (int(str(body[name])) for name in ("PageIndex", "PageSize", "Status"))
        self.sizes.append(size)
        self.moved(self, len(self.sizes))
        if size > self.largest:
            return fail(-7, "PageSize")
        size = min(size, self.clamp)
        rows = [row for row in self.rows if row["Status"] == status or not self.filtering]
        page = rows[(index - 1) * size : index * size]
        if not page and index > 1 and self.past == "error":
            return fail(-7, "PageIndex")
        if not page and index > 1 and self.past == "repeat":
            page = rows[-((len(rows) - 1) % size + 1) :]
        count = {"filtered": len(rows), "all": len(self.rows), "page": len(page)}.get(self.counts)
        told = {} if count is None else {"StandardQuestionCount": count}
        if not page and self.past == "null":
            return ok(**told, QuestionList=None)
        if not page and self.past == "absent" and (told or index > 1):
            return ok(**told)
        return ok(**told, QuestionList=page)


def read(
    listed: Callable[[Mapping[str, object]], httpx.Response], *, page_size: int = 10, tree: Reply | None = None
) -> Knowledge:
    """What the reader makes of that service."""
    script = Script({"desc_chitchat_category": [tree or {"Total": "4", "List": TREE}], "list_chitchat": [listed]})
    return DeskReader(connect(script), page_size=page_size).read()


def ids(knowledge: Knowledge) -> list[str]:
    """The ids read, sorted."""
    return sorted(str(question.id) for question in knowledge.questions)


HABITS = list(
    product(
        (10**6, 4, 3),
        (10**6, 10, 1),
        ("empty", "repeat", "error", "null", "absent"),
        ("filtered", "all", "page", "nothing"),
        (True, False),
    )
)


@pytest.mark.no_cover
@settings(deadline=None)
@given(habits=st.sampled_from(HABITS), enabled=st.integers(0, 25), disabled=st.integers(0, 12))
def test_every_habit_of_the_service_gives_the_whole_library(
    habits: tuple[int, int, str, str, bool], enabled: int, disabled: int
) -> None:
    """However pages are cut, ended and counted, each question is read once, and the listing is known to be whole."""
    clamp, largest, past, counts, filtering = habits
    rows = [row(number) for number in range(enabled)] + [row(100 + number, 5) for number in range(disabled)]
    knowledge = read(Shelf(rows, clamp, largest, past, counts, filtering))
    assert ids(knowledge) == sorted(str(each["StandardQuestionId"]) for each in rows)
    assert knowledge.complete


def test_a_plain_library_costs_few_calls() -> None:
    """250 enabled questions at 100 a page are three calls, and one more asks for the disabled ones."""
    shelf = Shelf([row(number) for number in range(250)])
    assert len(read(shelf, page_size=100).questions) == 250
    assert shelf.sizes == [100, 100, 100, 100]


def test_the_size_that_the_service_allows_is_remembered() -> None:
    """A refused page size is tried once in the reader's life."""
    shelf = Shelf([row(number) for number in range(30)], largest=20)
    script = Script({"desc_chitchat_category": [{"Total": 4, "List": TREE}], "list_chitchat": [shelf]})
    reader = DeskReader(connect(script))
    assert reader.read() == reader.read()
    assert shelf.sizes.count(100) == shelf.sizes.count(50) == 1


def test_a_refusal_at_any_size_is_raised() -> None:
    """When even one question a page is refused, the first refusal is told."""
    with pytest.raises(RequestRefused, match="PageSize"):
        read(Shelf([], largest=0))


def test_questions_and_categories_are_read_as_the_model_has_them() -> None:
    """Ids, paths of titles, kinds, status and text come out as the model's values."""
    rows = [row(1, category=10508) | {"Answer": "a\r\nb", "AnswerType": 2, "SimilarQuestions": ["y", "x"]}, row(2, 5)]
    knowledge = read(Shelf(rows))
    first, second = knowledge.questions
    path = ("System preset category", "Daily greeting")
    assert first.content == Content("Question 1?", "a\nb", path, AnswerType.RICH, ("x", "y"), Status.ENABLED)
    assert (second.id, second.content.category, second.content.status) == ("q2", ("Shipping",), Status.DISABLED)
    assert [(each.id, each.menu) for each in knowledge.categories][:3] == [
        (10506, MenuType.PRESET),
        (10507, MenuType.ALL),
        (10508, MenuType.PRESET),
    ]
    assert [each.path for each in knowledge.categories if each.id == 10508] == [path]


def once(number: int, change: Callable[[Shelf], None]) -> Callable[[Shelf, int], None]:
    """Change the shelf before the call of that number."""
    return lambda shelf, call: change(shelf) if call == number else None


def drop_first(shelf: Shelf) -> None:
    """Somebody deletes the first question, so that the others move up a place."""
    shelf.rows = shelf.rows[1:]


def turn(shelf: Shelf) -> None:
    """The service orders the questions anew."""
    shelf.rows = shelf.rows[::-1]


def test_a_library_that_moves_while_it_is_read_is_read_again() -> None:
    """A question that slipped past between two pages is found by the second reading, and a deleted one is forgotten."""
    shelf = Shelf([row(number) for number in range(30)], moved=once(2, drop_first))
    knowledge = read(shelf)
    assert ids(knowledge) == sorted(f"q{number}" for number in range(1, 30))
    assert knowledge.complete


def test_a_changed_order_is_read_again() -> None:
    """A question on two pages means that another may be on none."""
    knowledge = read(Shelf([row(number) for number in range(30)], moved=once(2, turn), counts="nothing"))
    assert len(ids(knowledge)) == 30
    assert knowledge.complete


def test_an_order_that_never_rests_ends_when_the_count_is_met() -> None:
    """Readings are merged by id: as many as counted are all of them."""
    rows = [row(number) for number in range(25)] + [row(30, 5)]

    def shuffle(shelf: Shelf, call: int) -> None:
        shelf.rows = shelf.rows[1:] + shelf.rows[:1]

    knowledge = read(Shelf(rows, moved=shuffle))
    assert len(ids(knowledge)) == 26
    assert knowledge.complete


def test_an_order_that_never_rests_without_counts_is_incomplete() -> None:
    """Without a count that can be met, three restless readings are not shown to be whole."""
    rows = [row(number) for number in range(25)]

    def shuffle(shelf: Shelf, call: int) -> None:
        shelf.rows = shelf.rows[7:] + shelf.rows[:7]

    assert not read(Shelf(rows, moved=shuffle, counts="page")).complete


def test_a_count_that_is_never_met_makes_the_listing_incomplete() -> None:
    """Fewer questions than the service counts are read again once, then said to be incomplete."""
    asked: list[object] = []

    def short(body: Mapping[str, object]) -> httpx.Response:
        asked.append(body["PageIndex"])
        page = [row(1), row(2)] if body["PageIndex"] == 1 and body["Status"] == 4 else []
        return ok(StandardQuestionCount=9 if body["Status"] == 4 else 0, QuestionList=page)

    knowledge = read(short)
    assert len(knowledge.questions) == 2
    assert not knowledge.complete
    assert asked.count(1) == 4


def test_a_refused_page_before_the_count_is_met_is_raised() -> None:
    """A page that fails is never taken for the end of a list that the service counts as longer."""

    def refusing(body: Mapping[str, object]) -> httpx.Response:
        page = [row(1), row(2)] if body["Status"] == 4 else []
        return fail(-50003) if body["PageIndex"] == 2 else ok(StandardQuestionCount=2 * len(page), QuestionList=page)

    with pytest.raises(RequestRefused, match="-50003"):
        read(refusing)


def test_a_lost_page_is_raised() -> None:
    """A page without an answer makes the reading fail, and never shorter."""
    with pytest.raises(OutcomeUnknown):
        read(lambda body: httpx.Response(502) if body["PageIndex"] == 3 else Shelf([row(n) for n in range(30)])(body))


def test_a_category_made_meanwhile_is_looked_up_again() -> None:
    """A question in a category that was not listed makes the reader list them once more."""
    script = Script(
        {
            "desc_chitchat_category": [{"Total": 3, "List": TREE[:3]}, {"Total": 4, "List": TREE}],
            "list_chitchat": [Shelf([row(1)])],
        }
    )
    knowledge = DeskReader(connect(script)).read()
    assert knowledge.questions[0].content.category == ("Shipping",)
    assert len(knowledge.categories) == 4


@pytest.mark.parametrize(
    ("category", "path"),
    [
        ({"CategoryId": 7, "ParentId": 8, "Title": "Lost"}, ("#8", "Lost")),
        ({"CategoryId": 7, "ParentId": 7, "Title": "Loop"}, ("#7", "Loop")),
        ({"CategoryId": 7, "ParentId": 0}, ("#7",)),
        ({"CategoryId": 8, "ParentId": 0, "Title": "Other"}, ("#7",)),
    ],
)
def test_every_category_has_a_path(category: dict[str, object], path: tuple[str, ...]) -> None:
    """What has no title, no parent, or is in no list is called by its number."""
    knowledge = read(Shelf([row(1, category=7)]), tree={"Total": 1, "List": [category]})
    assert knowledge.questions[0].content.category == path


def test_fewer_categories_than_counted_make_the_reading_incomplete() -> None:
    """The categories are listed again once; a count that stays higher is told by the result."""
    script = Script({"desc_chitchat_category": [{"Total": "5", "List": TREE}], "list_chitchat": [Shelf([])]})
    assert not DeskReader(connect(script)).read().complete
    assert script.commands().count("desc_chitchat_category") == 2


def test_a_page_refused_on_the_way_is_not_the_end_of_the_list() -> None:
    """A proxy that says no after some pages makes the reading fail: it knows nothing about what is left."""

    def listed(body: Mapping[str, object]) -> httpx.Response:
        if body["PageIndex"] != 1:
            return httpx.Response(403, text="no")
        return ok(QuestionList=[row(number) for number in range(100)])

    with pytest.raises(RequestRefused, match="403"):
        read(listed)


def test_two_short_lists_of_one_length_are_not_the_whole_library() -> None:
    """A count that both statuses share is that of the library only if exactly so many were listed."""

    def listed(body: Mapping[str, object]) -> httpx.Response:
        first = body["PageIndex"] == 1
        start = 0 if body["Status"] == 4 else 1000
        rows = [row(start + number, int(str(body["Status"]))) for number in range(100 if start == 0 else 150)]
        return ok(QuestionList=rows if first else [], StandardQuestionCount=150)

    assert not read(listed).complete


LONG = [row(number) for number in range(250)] + [row(1000 + number, 5) for number in range(3)]


@pytest.mark.parametrize("counts", ["page", "nothing"])
@pytest.mark.parametrize("code", [-7, -50003])
def test_a_refused_page_in_the_middle_is_not_the_end_without_counts(counts: str, code: int) -> None:
    """Where no count confirms an end, a question is asked for beyond it; one that comes makes the refused page a failure."""
    shelf = Shelf(LONG, counts=counts)

    def listed(body: Mapping[str, object]) -> httpx.Response:
        return fail(code) if body["PageIndex"] == 2 and body["Status"] == 4 else shelf(body)

    with pytest.raises(RequestRefused, match=str(code)):
        read(listed, page_size=100)


@pytest.mark.parametrize("counts", ["filtered", "page", "nothing"])
def test_an_empty_page_in_the_middle_is_not_the_end(counts: str) -> None:
    """A listing with a hole in it is never called whole, whatever its counts count."""
    shelf = Shelf([row(number) for number in range(150)] + [row(1000 + number, 5) for number in range(150)], counts=counts)

    def listed(body: Mapping[str, object]) -> httpx.Response:
        hole = body["PageIndex"] == 2 and body["Status"] == 4
        return (
            ok(StandardQuestionCount=150, QuestionList=[])
            if hole and counts == "filtered"
            else (ok(QuestionList=[]) if hole else shelf(body))
        )

    assert not read(listed, page_size=100).complete


def test_a_page_that_failed_once_is_read_again() -> None:
    """An empty page that holds questions at the second look costs another reading, and the library is whole."""
    shelf = Shelf(LONG, counts="nothing")
    held_back = [2]

    def listed(body: Mapping[str, object]) -> httpx.Response:
        if body["PageIndex"] in held_back:
            held_back.clear()
            return ok(QuestionList=[])
        return shelf(body)

    knowledge = read(listed, page_size=100)
    assert (len(knowledge.questions), knowledge.complete) == (253, True)


@pytest.mark.parametrize("code", [403, 302])
def test_a_page_size_is_not_made_smaller_for_a_refusal_on_the_way(code: int) -> None:
    """What no service said says nothing about the size of a page: it is raised at once."""
    asked: list[object] = []

    def listed(body: Mapping[str, object]) -> httpx.Response:
        asked.append(body["PageSize"])
        return httpx.Response(code)

    with pytest.raises(RequestRefused, match=str(code)):
        read(listed, page_size=100)
    assert asked == [100]


@pytest.mark.parametrize("refusal", [fail(-50003), httpx.Response(403)])
def test_a_second_look_that_fails_is_no_end(refusal: httpx.Response) -> None:
    """The end is confirmed by an answer about the page alone; any other refusal of the second look is raised."""
    with pytest.raises(RequestRefused):
        read(lambda body: refusal if body["PageSize"] == 1 else Shelf([row(1), row(2)], counts="nothing")(body))


def test_a_second_look_that_is_beyond_the_last_page_is_the_end() -> None:
    """Where nothing is counted, a service that refuses pages past the end says by that where the end is."""
    assert ids(read(Shelf([row(1), row(2)], counts="nothing", past="error"))) == ["q1", "q2"]


def test_an_unlisted_refusal_past_a_count_that_is_met_is_the_end() -> None:
    """The codes of this command are not published: where the count is met, any answer of the service may mean the end."""

    def listed(body: Mapping[str, object]) -> httpx.Response:
        rows = [row(number) for number in range(20)]
        return Shelf(rows)(body) if body["PageIndex"] != 3 else fail(-59999)

    assert read(listed).complete


@pytest.mark.parametrize("past", ["null", "absent"])
@pytest.mark.parametrize("counts", ["filtered", "all", "page", "nothing"])
def test_an_empty_page_may_come_without_its_list(past: str, counts: str) -> None:
    """A page past the end, or of a status that no question has, may say null or nothing where other services say []."""
    knowledge = read(Shelf([row(number) for number in range(20)], past=past, counts=counts))
    assert (len(knowledge.questions), knowledge.complete) == (20, True)


def test_a_first_page_without_list_and_count_is_not_an_empty_library() -> None:
    """An answer that holds nothing but its envelope says nothing about questions."""
    with pytest.raises(OutcomeUnknown, match="QuestionList is 'missing'"):
        read(lambda _: ok())


def test_a_page_without_its_list_in_the_middle_is_not_the_end() -> None:
    """Where the count says that more is to come, a page that holds nothing leaves the listing incomplete."""
    shelf = Shelf(LONG)
    assert not read(lambda body: ok(StandardQuestionCount=250) if body["PageIndex"] == 2 else shelf(body)).complete


def test_a_page_without_its_list_in_front_is_not_an_empty_library() -> None:
    """Nothing beside a count of 250 is a listing of none of 250."""
    assert not read(lambda _: ok(StandardQuestionCount=250, QuestionList=None)).complete


@pytest.mark.parametrize("count", [10**9, 1, None, 100])
@pytest.mark.parametrize("rows", [1, 100, 3000])
@pytest.mark.parametrize("text", ["x", "x" * 1_000])
def test_a_listing_without_an_end_is_given_up(count: int | None, rows: int, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are counted, and however large the pages are: calls, questions and text are bounded, and the bound is told."""
    monkeypatch.setattr("kbsync.desk.chitchat.MOST_PAGES", 20)
    monkeypatch.setattr("kbsync.desk.chitchat.MOST_QUESTIONS", 2500)
    monkeypatch.setattr("kbsync.desk.chitchat.MOST_TEXT", 400_000)
    asked: list[object] = []

    def listed(body: Mapping[str, object]) -> httpx.Response:
        asked.append(body)
        page = [row(len(asked) * rows + number) | {"Answer": text} for number in range(rows)]
        return ok(QuestionList=page, **({} if count is None else {"StandardQuestionCount": count}))

    with pytest.raises(OutcomeUnknown, match="does not come to an end"):
        read(listed, page_size=100)
    assert len(asked) <= 2 * (20 + 1)
