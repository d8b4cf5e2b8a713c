"""A thousand applies in random lives of libraries, behind a real port; ``tests.bench.life`` lives more of them."""

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.endurance.life import Life
from tests.shares import long

pytestmark = pytest.mark.no_cover

SETTINGS = settings(
    stateful_step_count=30,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize(
    ("number", "lives", "applies"), [(2, 5, 12), *(pytest.param(number, 60, 250, marks=long) for number in (2, 5, 6, 9))]
)
def test_nothing_is_lost_in_a_thousand_applies(number: int, lives: int, applies: int) -> None:
    """Whoever edits, whatever goes wrong, whenever it is killed: reports are honest, strangers stay, and it converges.

    The number is the seed: ``python -m tests.bench.life --lives 60 --seed NUMBER`` lives the same lives.
    """
    Life.applies = 0
    run_state_machine_as_test(seed(number)(Life), settings=settings(SETTINGS, max_examples=lives))
    assert Life.applies >= applies
