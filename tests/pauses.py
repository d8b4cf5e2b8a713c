"""Which tests add no coverage: they go over lines that others have covered, and are run without being measured.

``python -m tests.pauses`` measures each test of a push by itself, for a quarter of an hour, and writes their names to
``paused.txt``; with more words for pytest it only prints those among the chosen tests. Each way through the code stays with two
tests that are measured, or with three where threads, processes or clocks may change which way is gone, if it has as many. What
is not named there is measured, new tests too.
"""

import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import coverage
import pytest

from tests.shares import PAUSED

LEAST = 0.02
"""Seconds of the processor from which a test is worth a line."""

UNSTEADY = re.compile(r"kbsync/(applier|desk|history|limiter|sandbox|usecases)/")
"""Where the way through the code may depend on which thread comes first."""

Arc = tuple[str, int, int]


@dataclass(eq=False)
class Measuring:
    """Keeps what each test costs and where it comes by."""

    measured: coverage.Coverage
    costs: dict[str, float] = field(default_factory=dict)
    arcs: dict[str, set[Arc]] = field(default_factory=dict)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """One test, unless it is marked as one that is never measured."""
        if item.get_closest_marker("no_cover"):
            return (yield)
        self.measured.erase()
        self.measured.start()
        begun = time.process_time()
        try:
            return (yield)
        finally:
            self.costs[item.nodeid] = time.process_time() - begun
            self.measured.stop()
            data = self.measured.get_data()
            self.arcs[item.nodeid] = {(file, *arc) for file in data.measured_files() for arc in data.arcs(file) or ()}


def superfluous(costs: Mapping[str, float], arcs: Mapping[str, set[Arc]]) -> list[str]:
    """The tests, dearest first, without which each way is still gone by so many others."""
    counted = Counter(arc for found in arcs.values() for arc in found)
    least = {arc: min(count, 3 if UNSTEADY.search(arc[0]) else 2) for arc, count in counted.items()}
    left = []
    for name in sorted(arcs, key=lambda name: -costs[name]):
        if costs[name] >= LEAST and all(counted[arc] > least[arc] for arc in arcs[name]):
            counted.subtract(arcs[name])
            left.append(name)
    return left


def main(words: Sequence[str]) -> int:
    """Run the tests of a push and write, or print, the names."""
    os.environ["KBSYNC_MEASURE"] = "all"
    plugin = Measuring(coverage.Coverage(data_file=None))
    plugin.measured.set_option(
        "run:disable_warnings", ["module-not-measured", "no-data-collected"]
    )  # kbsync is loaded, each time
    code = pytest.main(["-q", "-m", "not long", *words], plugins=[plugin])
    text = "".join(f"{name}\n" for name in sorted(superfluous(plugin.costs, plugin.arcs)))
    if words:
        sys.stdout.write(text)
    else:
        PAUSED.write_text(text, encoding="utf-8")
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
