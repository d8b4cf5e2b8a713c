"""The way of a pull: the libraries are read, planned against, and decided about."""

from dataclasses import dataclass

from kbsync.model import Knowledge
from kbsync.puller import Decision, Scope, decide
from kbsync.settings import Target
from kbsync.store import Reader
from kbsync.usecases.planning import History, check_pattern, formerly_declared, plan_against
from kbsync.usecases.workspace import Workspace

__all__ = ["decide_against"]


def decide_against(reader: Reader, workspace: Workspace, target: Target, *, history: History, scope: Scope) -> Decision:
    """Look at the whole live library and decide. Raises ServiceError."""
    live = reader.read()
    check_pattern(scope.only, workspace.knowledge, live, history.knowledge)
    plan = plan_against(_Seen(live), workspace, target, history=history)
    decision = decide(workspace.knowledge, live, history.knowledge, plan, scope=scope)
    if scope.everything or not decision.merge.added:
        return decision
    texts = [content.question for content in decision.merge.added]
    formerly, untold = formerly_declared(texts, workspace, target, history=history)
    if not (formerly or untold):
        return decision
    held, base = formerly | untold, history.knowledge
    return decide(workspace.knowledge, live, base, plan, scope=scope, formerly_declared=held, cut=bool(untold))


@dataclass(frozen=True, slots=True)
class _Seen:
    """A library that has been read: the plan and the decision are about the same moment."""

    live: Knowledge

    def read(self) -> Knowledge:
        return self.live
