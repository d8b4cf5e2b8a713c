"""Random lives of libraries, one step after another: ``python -m tests.bench.life --lives 1000 --seed 1``.

Prints how many applies there were and, for a life that breaks a promise, its steps and the seed that makes it again.
"""

import argparse
import sys
import time

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.endurance.life import Life


def main(lives: int, number: int, *, steps: int) -> None:
    """Live them; a broken promise ends the run with the shortest life that breaks it."""
    Life.applies, begun = 0, time.monotonic()
    setting = settings(
        max_examples=lives,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        print_blob=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(seed(number)(Life), settings=setting)
    except BaseException:
        sys.stdout.write(f"broken under --seed {number}\n")
        raise
    sys.stdout.write(f"{lives} lives, {Life.applies} applies, none broke a promise; {time.monotonic() - begun:.0f} s\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lives", type=int, default=1000)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    main(options.lives, options.seed, steps=options.steps)
