"""The call limit, proved at the service's clock: ``python -m tests.bench.window --rounds 3 --seed 1``.

Real processes are at work on one service over a real port, one that applies and others that plan, several calls in flight each,
while answers get lost and late at random. With ``pacing: strict`` no second may hold more than five calls of one command. With
``steady``, which reaches for the whole limit, a request that the machine or the network delays may be one too many: it is refused
and counted here, and at most one in fifty may be. ``tests/endurance/test_window.py`` is a small sample of this in the suite.
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from kbsync.settings import Pacing
from tests.endurance.neighbours import LIMIT, Shift, work_together

FEW = 50
"""One call in so many may be refused where the pace is steady."""
KINDS = ("lose-answer", "slow:0.4", "slow:1.5", "http-502-after", "reset-before", "hang:2", "cut-json")
COMMANDS = ("list_chitchat", "add_chitchat", "update_chitchat", "batch_set_chitchat")


def main(rounds: int, number: int, *, processes: int, questions: int, pacing: Pacing) -> int:
    """Run the rounds and print the figures; gives how much of it was too fast or left undone."""
    chance, wrong = random.Random(number), 0
    for turn in range(1, rounds + 1):
        faults = [f"{command}#{chance.randint(1, 25)}={chance.choice(KINDS)}" for command in COMMANDS for _ in range(3)]
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as directory:
            shift = work_together(
                Path(directory), pacing=pacing, questions=questions, processes=processes, faults=faults if turn > 1 else []
            )
        wrong += _too_fast(shift, pacing) + len(shift.unlike)
        sys.stdout.write(
            f"round {turn}, {pacing}: {processes} processes, exit codes {shift.codes}, {len(shift.log)} calls "
            f"in {time.monotonic() - begun:.0f} s, {sum(entry.fault is not None for entry in shift.log)} faulty, "
            f"{len(shift.refused)} refused for speed, {len(shift.unlike)} not as declared\n"
        )
        for command, count in sorted(shift.fullest.items()):
            sys.stdout.write(f"  {count} in the fullest second  {command} ({shift.counts[command]} calls)\n")
    return wrong


def _too_fast(shift: Shift, pacing: Pacing) -> int:
    if pacing is Pacing.STRICT:
        return len(shift.refused) + sum(count > LIMIT for count in shift.fullest.values())
    return len(shift.refused) * FEW > len(shift.log)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--pacing", type=Pacing, choices=list(Pacing), default=Pacing.STRICT)
    given = parser.parse_args()
    wrong = main(given.rounds, given.seed, processes=given.processes, questions=given.questions, pacing=given.pacing)
    sys.exit(1 if wrong else 0)
