"""Random libraries under random faults: a sample of what ``tests.bench.storm`` runs by the thousand."""

from hypothesis import HealthCheck, given, settings

from tests.endurance.storms import Storm, storms


@settings(max_examples=80, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(storms())
def test_whatever_goes_wrong_the_report_is_honest_and_the_next_run_converges(storm: Storm) -> None:
    """No claim that the library contradicts, no twin, nobody else's work touched, and in the end everything as declared."""
    assert storm.run().wrong == []
