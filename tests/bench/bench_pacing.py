"""Ways of keeping a call limit, side by side, on simulated networks: share of the limit reached, and refusals in 200 calls.

Run it by hand: ``python -m tests.bench.bench_pacing``. Time is virtual and the dice are seeded: every run prints the same.
The shares are those of the steady state, without the first and the last five calls; the last column is kbsync's share of the
whole run. There the first five calls of a command, which may have to open connections, wait for their answers.
"""

import math
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import fmean

sys.path.insert(0, str(Path(__file__).parents[2]))

from kbsync.limiter.slots import Slots
from kbsync.settings import Pacing
from tests.fakes.network import Policy, Shape, run_alone, steady, uneven

RUNS = 20
CALLS = 200
LIMIT = 5


class TokenBucket:
    """Five tokens, filled up at five a second."""

    def __init__(self) -> None:
        self._tokens = float(LIMIT)
        self._at = 0.0

    def ready_at(self, now: float) -> float:
        lack = 1.0 - self._tokens - (now - self._at) * LIMIT
        return now + lack / LIMIT if lack > 1e-9 else now

    def sent(self, now: float) -> int:
        self._tokens = min(float(LIMIT), self._tokens + (now - self._at) * LIMIT) - 1.0
        self._at = now
        return 0

    def answered(self, ticket: int, now: float) -> None: ...

    def refused(self, ticket: int, now: float) -> None: ...


class EvenSpacing(TokenBucket):
    """4.9 calls a second, one after the other."""

    def ready_at(self, now: float) -> float:
        return self._at

    def sent(self, now: float) -> int:
        self._at = now + 1 / 4.9
        return 0


class OneAtATime(EvenSpacing):
    """The next call after the answer to the last, and not sooner than even spacing allows."""

    def __init__(self) -> None:
        super().__init__()
        self._flying = False

    def ready_at(self, now: float) -> float:
        return math.inf if self._flying else self._at

    def sent(self, now: float) -> int:
        self._flying = True
        return super().sent(now)

    def answered(self, ticket: int, now: float) -> None:
        self._flying = False

    def refused(self, ticket: int, now: float) -> None:
        self._flying = False


class AnswerPlusASecond:
    """Five slots, each free a second after the answer."""

    def __init__(self) -> None:
        self._free = [0.0] * LIMIT

    def ready_at(self, now: float) -> float:
        return min(self._free)

    def sent(self, now: float) -> int:
        ticket = self._free.index(min(self._free))
        self._free[ticket] = math.inf
        return ticket

    def answered(self, ticket: int, now: float) -> None:
        self._free[ticket] = now + 1.001

    def refused(self, ticket: int, now: float) -> None:
        self.answered(ticket, now)


POLICIES: Mapping[str, Callable[[], Policy]] = {
    "token bucket": TokenBucket,
    "one at a time": OneAtATime,
    "even 4.9/s": EvenSpacing,
    "answer + 1 s": AnswerPlusASecond,
    "kbsync steady": Slots,
    "kbsync strict": lambda: Slots(pacing=Pacing.STRICT),
}

AT_ONCE = steady(0.0)

SHAPES = (
    *(Shape(f"steady {latency} ms", steady(latency / 2000), steady(latency / 2000)) for latency in (0, 50, 300, 1000)),
    Shape("answers late 0-1000 ms", AT_ONCE, uneven(0.0, 1.0)),
    Shape("requests late 0-50 ms", uneven(0.0, 0.05), AT_ONCE),
    Shape("requests late 0-100 ms", uneven(0.0, 0.1), AT_ONCE),
    Shape("requests late 0-300 ms", uneven(0.0, 0.3), AT_ONCE),
    Shape("requests late 0-100, 300 away", uneven(0.15, 0.25), steady(0.15)),
    Shape("both ways late 0-50 ms", uneven(0.0, 0.05), uneven(0.0, 0.05)),
)


def cell(policy: Callable[[], Policy], shape: Shape) -> str:
    """Share of the limit, then refusals: the mean of all runs and the worst of them."""
    runs = [run_alone(policy(), shape, calls=CALLS, seed=seed) for seed in range(RUNS)]
    refusals = [len(run.refused) for run in runs]
    return f"{fmean(run.share(LIMIT) for run in runs):6.1%} {fmean(refusals):5.1f} /{max(refusals):3d}"


def start(shape: Shape) -> str:
    """Share of the limit in a whole run of kbsync, its start included: the mean of all runs."""
    return f"{fmean(run_alone(Slots(), shape, calls=CALLS, seed=seed).share_with_start(LIMIT) for seed in range(RUNS)):6.1%}"


def main() -> None:
    """Print the table."""
    lines = [f"share of the limit in the steady state, refusals in {CALLS} calls: mean / worst of {RUNS} runs", ""]
    lines.append("".join([f"{'':30}", *(f"{name:>19}" for name in (*POLICIES, "with its start"))]))
    for shape in SHAPES:
        cells = (*(cell(policy, shape) for policy in POLICIES.values()), start(shape))
        lines.append("".join([f"{shape.name:30}", *(f"{each:>19}" for each in cells)]))
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
