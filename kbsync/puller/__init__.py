"""The puller: a pure function from the plan and the three libraries to what goes into the files.

The plan says who changed what; where it would undo what the console did, the puller takes that over, unless git changed
the same.
"""

from kbsync.puller.decision import Clash, Decision, Scope, decide

__all__ = ["Clash", "Decision", "Scope", "decide"]
