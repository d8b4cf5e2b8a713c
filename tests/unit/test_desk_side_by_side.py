"""Reading at the limit: pages side by side, larger pages, and the same library as one by one."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import httpx
import pytest

from kbsync.desk.chitchat import DeskReader
from kbsync.desk.client import Transport
from kbsync.desk.signing import Signer
from kbsync.limiter import Pacer
from kbsync.model import Knowledge
from kbsync.plan import Source, TargetRef
from kbsync.planfile import encode_plan
from kbsync.planner import Context, make_plan
from kbsync.rehearsal import DEMO, Switches, parse_rules
from kbsync.sandbox.server import DEPARTURE, SandboxTransport
from kbsync.sandbox.service import Service
from tests.fakes.clock import FakeClock
from tests.fakes.console import Console
from tests.fakes.desk_script import Reply, Script, connect
from tests.shares import one_in
from tests.unit.test_desk_reader import TREE, Shelf, row


class Serial(FakeClock):
    """A clock on which nothing goes on aside: each piece of work is done before the next begins."""

    def start(self, work: Callable[[], object]) -> None:
        """Do it now."""
        work()


def client(http: httpx.BaseTransport, clock: FakeClock) -> Transport:
    """A client over that network."""
    signer = Signer(DEMO.sdkappid, DEMO.identifier, clock=clock, secret=DEMO.secret)
    return Transport(
        endpoint="https://console.tim.qq.com",
        sdkappid=DEMO.sdkappid,
        identifier=DEMO.identifier,
        signer=signer,
        pacer=Pacer(clock),
        clock=clock,
        http=http,
    )


@dataclass
class Far(httpx.BaseTransport):
    """A service at a distance, which stamps each call as it arrives."""

    shelf: Shelf
    clock: FakeClock
    latency: float
    stamps: list[float] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Take half the latency on each way."""
        request.extensions["trace"](DEPARTURE, {})
        self.clock.wait(self.latency / 2)
        script = Script({"desc_chitchat_category": [{"Total": 4, "List": TREE}], "list_chitchat": [self.shelf]})
        if request.url.path.endswith("list_chitchat"):
            self.stamps.append(self.clock.now())
        request.read()
        answer = script(request)
        self.clock.wait(self.latency / 2)
        return answer


def far(questions: int, latency: float) -> Far:
    """What a library of so many questions sees of one reading, at a hundred a page."""
    clock = FakeClock()
    service = Far(Shelf([row(number) for number in range(questions)], largest=100), clock, latency)
    transport = client(service, clock)
    clock.play([lambda: DeskReader(transport).read()])
    return service


@pytest.mark.no_cover
@pytest.mark.parametrize("questions", [5_008, 10_008])
@pytest.mark.parametrize("latency", one_in(2, [0.05, 0.0, 0.3, 1.0]))
def test_reading_uses_the_limit(latency: float, questions: int) -> None:
    """From the sixth to the fifth last call 97 % of five a second at any distance, and never more than five in a second."""
    stamps = sorted(far(questions, latency).stamps)
    share = (len(stamps) - 10) / (stamps[-5] - stamps[5]) / 5
    assert share >= 0.97
    assert all(late - early >= 1.0 for early, late in zip(stamps, stamps[5:], strict=False))


@pytest.mark.parametrize("questions", [3, 250, 1_800])
def test_a_larger_page_costs_one_call_where_it_is_refused(questions: int) -> None:
    """A thousand are asked for once; where they are refused, a hundred a page are read, as many calls as there are pages."""
    rows = [row(number) for number in range(questions)]
    large, small = Shelf(rows), Shelf(rows, largest=100)
    for shelf in (large, small):
        script = Script({"desc_chitchat_category": [{"Total": 4, "List": TREE}], "list_chitchat": [shelf]})
        assert len(DeskReader(connect(script)).read().questions) == questions
    assert small.sizes.count(1000) == 1
    assert len(small.sizes) - len(large.sizes) <= 1 + questions // 100


@pytest.mark.parametrize("fault", ["slow:6", "hang:4", "cut-json", "refuse:60008", "html-503"])
def test_a_larger_page_that_is_late_or_lost_is_not_asked_for_again(fault: str) -> None:
    """The service gives itself three seconds: what it cannot give in time is read in smaller pages."""
    clock = FakeClock()
    service = Service(None, clock=clock, faults=parse_rules([f"list_chitchat#1={fault}"]))
    assert DeskReader(client(SandboxTransport(service), clock)).read().complete
    asked = [entry for entry in service.log if entry.command == "list_chitchat"]
    assert [entry.fault is not None for entry in asked] == [True, *(False for _ in asked[1:])]
    assert clock.now() - 1000.0 < 15


def test_what_a_service_allows_is_found_out_once() -> None:
    """A second reader of the same command begins with the size that the first one was given."""
    shelf = Shelf([row(number) for number in range(250)], largest=100)
    transport = connect(Script({"desc_chitchat_category": [{"Total": 4, "List": TREE}], "list_chitchat": [shelf]}))
    first, second = DeskReader(transport).read(), DeskReader(transport).read()
    assert first == second
    assert shelf.sizes.count(1000) == 1


def test_a_look_at_half_a_tree_is_none() -> None:
    """Where the categories are not all listed, what is not among them may be there."""
    trees: list[Reply] = [{"Total": 4, "List": TREE}, {"Total": 5, "List": TREE}]
    shelf = Shelf([row(number) for number in range(3)])
    reader = DeskReader(connect(Script({"desc_chitchat_category": trees, "list_chitchat": [shelf]})))
    assert reader.look([], reader.read(), tree=True) is None


def planned(switches: Switches, clock: FakeClock) -> tuple[bytes, bool]:
    """What a plan to bring the library to nothing says of it, read three questions at a time, and whether it was read whole."""
    service = Service(None, clock=clock, switches=switches)
    console = Console(service)
    category = console.add_category("Shipping")
    for number in range(10):
        console.add_question(f"Question {number}?", "An answer", category=category)
    clock.move(60)
    live = DeskReader(client(SandboxTransport(service), clock), page_size=3).read()
    context = Context(TargetRef("production", 1), Source("sha256:0"))
    return encode_plan(make_plan(Knowledge(), live, None, context=context)), live.complete


@pytest.mark.parametrize(("word", "switches"), Switches.variants(), ids=[word for word, _ in Switches.variants()])
def test_side_by_side_reads_what_one_by_one_reads(word: str, switches: Switches) -> None:
    """The same plan, byte for byte, under every switch; only an order that never rests may leave an incomplete listing."""
    one, other = planned(switches, FakeClock()), planned(switches, Serial())
    assert one == other or (switches.order == "shuffled" and not (one[1] and other[1]))


def test_a_total_that_lies_costs_a_few_pages() -> None:
    """Pages are looked at in their order, so those that are on their way behind the last one are what is lost."""
    rows = [row(number) for number in range(30)]
    shelf = Shelf(rows, counts="nothing")

    def lying(body: object) -> httpx.Response:
        answer = json.loads(shelf(body).content)  # type: ignore[arg-type]  # the script's body
        return httpx.Response(200, json=answer | {"StandardQuestionCount": 5_000 if answer["QuestionList"] else 0})

    script = Script({"desc_chitchat_category": [{"Total": 4, "List": TREE}], "list_chitchat": [lying]})
    knowledge = DeskReader(connect(script), page_size=10).read()
    assert (len(knowledge.questions), knowledge.complete) == (30, False)
    assert len(shelf.sizes) <= 2 * (5 + 17 + 2)


def test_slots_of_calls_that_opened_a_connection_are_free_in_time() -> None:
    """How late such a call left is told, so that the first second does not last for two."""
    stamps = sorted(far(1_008, 1.0).stamps)
    assert max(late - early for early, late in pairwise(stamps[2:])) < 1.05
