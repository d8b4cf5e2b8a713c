"""Random libraries under random faults: a sample of what ``tests.bench.storm`` runs by the thousand."""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.endurance.storms import Storm, storms
from tests.shares import long

pytestmark = pytest.mark.no_cover


@pytest.mark.parametrize("cases", [12, pytest.param(80, marks=long)])
def test_whatever_goes_wrong_the_report_is_honest_and_the_next_run_converges(cases: int) -> None:
    """No claim that the library contradicts, no twin, nobody else's work touched, and in the end everything as declared."""

    @settings(max_examples=cases, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(storms())
    def run(storm: Storm) -> None:
        assert storm.run().wrong == []

    run()
