"""The applier: carries out a plan as it stands. It can do less than the plan, never anything else, and decides nothing.

It reaches the service through ``ports``, and paces nothing itself.
"""

from kbsync.applier.phases import OnFailure
from kbsync.applier.run import PRESENCE, Applier

__all__ = ["PRESENCE", "Applier", "OnFailure"]
