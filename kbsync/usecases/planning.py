"""From a workspace to a Plan: finds the base in git, looks at the service, and lets the planner decide."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from kbsync.diagnostics import has_errors
from kbsync.display import short_commit
from kbsync.errors import HistoryUnavailable, Misuse, UnusableFile
from kbsync.files import Loaded, load_tree
from kbsync.history.ancestry import commits_touching
from kbsync.history.base import Base, find_base
from kbsync.history.repository import Repository
from kbsync.history.snapshot import snapshot
from kbsync.messages import Message, message
from kbsync.model import Knowledge
from kbsync.plan import BaseKind, Kind, Plan, Problem, ProblemKind, Purpose, Source, TargetRef
from kbsync.planner import Context, make_plan
from kbsync.planner.selection import is_known
from kbsync.planner.undo import invert
from kbsync.report import Receipt
from kbsync.settings import Driver, Target
from kbsync.store import Reader
from kbsync.usecases.context import RunContext
from kbsync.usecases.lineage import find_divergence
from kbsync.usecases.workspace import Workspace

__all__ = [
    "History",
    "check_pattern",
    "check_target",
    "declared_before",
    "find_drift",
    "find_history",
    "formerly_declared",
    "is_shared",
    "make_offline_plan",
    "plan_against",
    "plan_undo",
]


@dataclass(frozen=True, slots=True)
class History:
    """The git side of a run.

    ``knowledge`` is the library at the base, None without one; ``notes`` say what was used, ``warnings`` belong into a plan.
    """

    repository: Repository | None
    base: Base
    knowledge: Knowledge | None
    commit: str | None
    notes: tuple[Message, ...] = ()
    warnings: tuple[Problem, ...] = ()


def check_target(plan: Plan, target: Target) -> None:
    """Refuse a plan that was made for another application than the settings name. Raises UnusableFile."""
    if (plan.target.name, plan.target.sdkappid) != (target.name, target.sdkappid):
        raise UnusableFile(
            message(
                "the plan is for target {planned} (SDKAppID {planned_app}), the settings say {target} (SDKAppID {app})",
                planned=plan.target.name,
                planned_app=plan.target.sdkappid,
                target=target.name,
                app=target.sdkappid,
            ),
            hint=message("name the plan's target with --target, or plan again"),
        )


def is_shared(target: Target) -> bool:
    """Whether the git remote is asked: the embedded service lives on this machine, so its refs do too."""
    return target.driver is not Driver.SANDBOX


def find_history(
    workspace: Workspace, target: Target, *, given: str | None, context: RunContext, certain: bool = True
) -> History:
    """Find the base and read the library as it was there.

    Raises HistoryUnavailable for a base that was asked for, and where the commit last applied cannot be read, unless a guess will
    do: who only plans may not be ``certain``, and then a warning stands in the plan, which nobody can apply.
    """
    repository = Repository.find(workspace.directory, environ=context.environ)
    if repository is None:
        if given is not None:
            raise HistoryUnavailable(
                message("{directory} is in no git repository, so --base cannot be read", directory=workspace.shown_as)
            )
        note = message(
            "Not in a git repository: planned without a base, so causes are unknown, "
            "and only authoritative categories can lose anything."
        )
        return History(None, Base(None, BaseKind.NONE), None, None, (note,))
    base = find_base(repository, target=target.name, given=given, environ=context.environ, shared=is_shared(target))
    if base.doubt is not None and certain:
        raise _uncertain(base.doubt, target)
    commit, doubts = _commit_of(workspace, repository)
    notes = (*base.notes, *doubts)
    warnings = () if base.doubt is None else (_guessed(target),)
    if base.commit is None:
        return History(repository, base, None, commit, notes, warnings)
    knowledge = _knowledge_at(base.commit, repository, workspace, target)
    return History(repository, base, knowledge, commit, notes, (*warnings, *find_divergence(repository, base, workspace)))


def _uncertain(doubt: HistoryUnavailable, target: Target) -> HistoryUnavailable:
    words = message(
        "which commit was last applied to {target} is not known, so nothing is done unless --base COMMIT names it: {reason}",
        target=target.name,
        reason=doubt.message,
    )
    return HistoryUnavailable(words, hint=doubt.hint)


def _guessed(target: Target) -> Problem:
    words = message(
        "which commit was last applied to {target} could not be read from git, so the causes told here may be wrong: plan again "
        "when it can, or name that commit with --base COMMIT",
        target=target.name,
    )
    return Problem(ProblemKind.DIVERGED, words, blocking=False)


def _commit_of(workspace: Workspace, repository: Repository) -> tuple[str | None, tuple[Message, ...]]:
    """The commit whose files are those that were read, None where they are of no commit, and a word where that is by accident.

    The files were read before git is asked. So they are read again in between: what git then calls clean is what was read.
    """
    commit = repository.head()
    if not repository.is_clean(workspace.directory):
        return None, ()
    if workspace.files.changed() or repository.head() != commit:
        return None, (message("The files changed or were committed while they were read: this is planned as of no commit."),)
    return commit, ()


def _knowledge_at(commit: str, repository: Repository, workspace: Workspace, target: Target) -> Knowledge:
    loaded = _load_at(commit, repository, workspace.directory, shown_as=workspace.shown_as, target=target.name)
    if has_errors(loaded.diagnostics):
        raise HistoryUnavailable(
            message(
                "the knowledge at the base {commit} has errors: {first}",
                commit=short_commit(commit),
                first=loaded.diagnostics[0].message,
            ),
            hint=message("name a commit whose files are valid with --base"),
        )
    return loaded.knowledge


def _load_at(commit: str, repository: Repository, directory: Path, *, shown_as: str, target: str) -> Loaded:
    """The knowledge of a directory as of a commit, with what is wrong in it. Raises HistoryUnavailable."""
    return load_tree(snapshot(repository, commit, directory), shown_as=shown_as, target=target, settings=False)


def plan_against(reader: Reader, workspace: Workspace, target: Target, *, history: History, only: str | None = None) -> Plan:
    """Look at the whole live library and plan. Raises ServiceError."""
    return _plan(workspace, target, history, reader.read(), only=only, offline=False)


def find_drift(reader: Reader, workspace: Workspace, target: Target, *, history: History) -> Plan:
    """What it would take to bring the live library back to the base: all of it is the console's doing.

    Raises Misuse without a base, ServiceError.
    """
    if history.knowledge is None:
        raise Misuse(
            message("drift is counted from the base, and there is none"),
            hint=message("apply once, or name a commit with --base REV"),
        )
    live = reader.read()
    context = _context(workspace, target, history, only=None, offline=False)
    context = replace(context, purpose=Purpose.DRIFT, warnings=())
    drift = make_plan(history.knowledge, live, history.knowledge, context=context)
    added = [change.title for change in drift.changes if change.kind is Kind.QUESTION and change.removal]
    formerly, untold = formerly_declared(added, workspace, target, history=history)
    warnings = (_cut(),) if untold else ()
    if not (formerly or warnings):
        return drift
    context = replace(context, formerly_declared=formerly, warnings=warnings)
    return make_plan(history.knowledge, live, history.knowledge, context=context)


def _cut() -> Problem:
    words = message(
        "what is new here may be what git took out earlier: not all of its history is in this clone (git fetch --unshallow)"
    )
    return Problem(ProblemKind.WITHHELD, words, blocking=False)


def formerly_declared(
    texts: Collection[str], workspace: Workspace, target: Target, *, history: History
) -> tuple[frozenset[str], frozenset[str]]:
    """Those of some live texts that git declared before the base and took out, and those of which that cannot be told.

    The questions of the first are not new in the console. A text that git still declares is in neither: its second question is
    the console's.
    """
    if history.repository is None or history.base.commit is None or history.knowledge is None:
        return frozenset(), frozenset()
    declared = {item.content.question for item in (*history.knowledge.questions, *workspace.knowledge.questions)}
    return declared_before(
        frozenset(texts) - declared, history.base.commit, history.repository, workspace.directory, target=target.name
    )


def declared_before(
    texts: Collection[str], commit: str, repository: Repository, directory: Path, *, target: str
) -> tuple[frozenset[str], frozenset[str]]:
    """Those of some texts that ``commit`` or one before it declared as questions, and those of which that cannot be told.

    It cannot where a part of the history is not here.
    """
    found: set[str] = set()
    asked = frozenset(texts)
    seen: set[str] = set()
    try:
        for other in commits_touching(repository, commit, directory, sorted(asked)):
            if found == asked:
                break
            if other in seen:
                continue
            seen.add(other)
            loaded = _load_at(other, repository, directory, shown_as="", target=target)
            if not has_errors(loaded.diagnostics):
                found |= asked & {question.content.question for question in loaded.knowledge.questions}
        whole = found == asked or not repository.is_shallow()
    except HistoryUnavailable:
        whole = False
    return frozenset(found), frozenset() if whole else asked - found


def plan_undo(reader: Reader, workspace: Workspace, target: Target, *, receipt: Receipt) -> Plan:
    """The plan that takes an apply back. Raises ServiceError."""
    return invert(receipt.report, reader.read(), policy=workspace.settings.policy, rate=target.calls_per_second)


def make_offline_plan(workspace: Workspace, target: Target, *, history: History, only: str | None = None) -> Plan:
    """Plan with the base in place of the live library: for pull requests from forks, which get no secrets."""
    if history.knowledge is None:
        raise Misuse(
            message("--offline compares with the base, and there is none"),
            hint=message("name one with --base REV, such as --base origin/main"),
        )
    return _plan(workspace, target, history, history.knowledge, only=only, offline=True)


def _plan(workspace: Workspace, target: Target, history: History, live: Knowledge, *, only: str | None, offline: bool) -> Plan:
    check_pattern(only, workspace.knowledge, live, history.knowledge)
    context = _context(workspace, target, history, only=only, offline=offline)
    return make_plan(workspace.knowledge, live, history.knowledge, context=context)


def check_pattern(only: str | None, *libraries: Knowledge | None) -> None:
    """Refuse a pattern that nothing in these libraries has: it is a slip of the pen, and no part. Raises Misuse."""
    if only is not None and not is_known(only, *libraries):
        raise Misuse(
            message("--only {pattern} matches nothing, neither in the files nor in the service", pattern=only),
            hint=message(
                "it is compared with whole questions, category paths (Parent / Child) and files; * stands for anything: "
                "--only '*word*'"
            ),
        )


def _context(workspace: Workspace, target: Target, history: History, *, only: str | None, offline: bool) -> Context:
    return Context(
        target=TargetRef(target.name, target.sdkappid),
        source=Source(
            knowledge=workspace.knowledge.digest(),
            commit=history.commit,
            base_commit=history.base.commit,
            base=history.base.kind,
        ),
        policy=workspace.settings.policy,
        rate=target.calls_per_second,
        offline=offline,
        only=only,
        warnings=history.warnings,
    )
