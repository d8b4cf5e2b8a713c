"""The applier: carries out a plan as it stands. It can do less than the plan, never anything else, and decides nothing.

It reaches the service through the ports of ``store`` alone; how fast it may call is its writer's business.
"""

from kbsync.applier.ledger import OnFailure
from kbsync.applier.preconditions import Standing, State, check_preconditions
from kbsync.applier.run import Applier, Begun, Owed

__all__ = ["Applier", "Begun", "OnFailure", "Owed", "Standing", "State", "check_preconditions"]
