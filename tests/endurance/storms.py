"""Random cases: a library, what git wants of it, and calls that go wrong in some order."""

from dataclasses import dataclass, field

from hypothesis import strategies as st

from kbsync.applier import OnFailure
from kbsync.model import Knowledge
from kbsync.rehearsal import Switches
from tests.endurance.bench import Bench, Side
from tests.endurance.trial import Trial, endure
from tests.fakes.libraries import triples

__all__ = ["Storm", "storms"]

KINDS = (
    "lose-answer",
    "cut-body",
    "cut-json",
    "garbage",
    "http-502-after",
    "slow:1",
    "slow:20",
    "hang:20",
    "refuse:-7",
    "refuse:-14",
    "refuse:-50003",
    "refuse:60008",
    "refuse:60010",
    "refuse:70001",
    "refuse:70500",
    "http-502",
    "html-503",
    "http-429:2",
    "reset-before",
    "unreachable",
)
COMMANDS = (
    "*",
    "add_chitchat",
    "update_chitchat",
    "update_similar_chitchat",
    "batch_set_chitchat",
    "add_chitchat_category",
    "del_chitchat_category",
    "list_chitchat",
    "desc_chitchat_category",
)


@dataclass
class Storm:
    """One case. After ``run``: how many calls there were, and which faults struck."""

    side: Side
    live: Knowledge
    faults: tuple[str, ...]
    switches: Switches
    on_failure: OnFailure
    workers: int = 1
    calls: int = 0
    hits: list[str] = field(default_factory=list)

    def run(self) -> Trial:
        """Apply under the faults, look at everything that is promised, and apply again."""
        bench = Bench.make(self.live, switches=self.switches, workers=self.workers)
        try:
            return endure(bench, self.side, self.faults, on_failure=self.on_failure)
        finally:
            log = bench.service.log
            self.calls, self.hits = len(log), [entry.fault.kind for entry in log if entry.fault is not None]
            bench.close()


@st.composite
def rules(draw: st.DrawFn) -> str:
    """One fault rule: some command, some call of it, once, a few times or from then on."""
    command = draw(st.sampled_from(COMMANDS))
    last = 20 if command == "*" else 10 if command == "list_chitchat" else 3
    first = draw(st.integers(1, last))
    times = draw(st.sampled_from(["", "", "x2", "x3", "+"]))
    return f"{command}#{first}{times}={draw(st.sampled_from(KINDS))}"


switches = st.builds(
    Switches,
    read_lag=st.sampled_from([0.0, 0.0, 2.0]),
    page_cap=st.sampled_from([None, None, 3]),
    order=st.sampled_from(["oldest", "newest", "updated"]),
    add_status=st.sampled_from(["4", "4", "5"]),
    batch_unknown=st.sampled_from(["all-or-nothing", "partial", "partial-error"]),
    similar_order=st.sampled_from(["kept", "sorted", "reversed"]),
)


@st.composite
def storms(draw: st.DrawFn, *, workers: int = 1) -> Storm:
    """A random case; with one worker the same case goes the same way every time."""
    desired, live, base = draw(triples())
    faults = tuple(draw(st.lists(rules(), min_size=2, max_size=5)))
    return Storm(Side(desired, base), live, faults, draw(switches), draw(st.sampled_from(OnFailure)), workers)
