"""Random libraries, random faults, one apply after another: ``python -m tests.bench.storm --cases 1000 --seed 1``.

Prints what happened and, for a case that breaks a promise, the seed that makes it again.
"""

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.endurance.storms import Storm, storms
from tests.endurance.trial import Trial


@dataclass
class Figures:
    """What a run of many storms came to."""

    cases: int = 0
    calls: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)

    def add(self, storm: Storm, trial: Trial) -> None:
        """Count one case."""
        self.cases += 1
        self.calls += storm.calls
        self.faults.update(storm.hits)
        self.ends[_end(trial)] += 1


def main(cases: int, number: int, *, workers: int) -> None:
    """Run the cases and print the figures; a broken promise ends the run with the case and its seed."""
    figures, begun = Figures(), time.monotonic()

    @seed(number)
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        print_blob=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(storms(workers=workers))
    def run(storm: Storm) -> None:
        trial = storm.run()
        figures.add(storm, trial)
        assert trial.wrong == [], trial.wrong

    try:
        run()
    except AssertionError:
        sys.stdout.write(f"broken under --seed {number}\n")
        raise
    took = time.monotonic() - begun
    sys.stdout.write(
        f"{figures.cases} cases, {figures.calls} calls, {sum(figures.faults.values())} of them faulty, {took:.0f} s\n"
    )
    for title, counter in (("faults that struck", figures.faults), ("how the disturbed apply ended", figures.ends)):
        sys.stdout.write(f"{title}:\n")
        for name, count in counter.most_common():
            sys.stdout.write(f"  {count:6}  {name}\n")


def _end(trial: Trial) -> str:
    if trial.refused:
        return "refused before anything was sent"
    if trial.report is None:
        return "ended before anything was changed"
    if trial.report.finished:
        return "finished all the same"
    return "left something unknown" if trial.unknown else "unfinished, and nothing unknown"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--workers", type=int, default=1, help="calls in flight; with more than one, a case may go differently again"
    )
    options = parser.parse_args()
    main(options.cases, options.seed, workers=options.workers)
