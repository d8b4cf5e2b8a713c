"""The git side of a run: the base, the receipts since it, and the refs around an apply."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from kbsync.diagnostics import Rule, Severity, has_errors
from kbsync.display import short_commit
from kbsync.errors import HistoryUnavailable, StalePlan, UnusableFile
from kbsync.files import SETTINGS_FILE, is_yaml, load_tree, meant
from kbsync.history.base import (
    AppliedRecord,
    Base,
    advance,
    find_base,
    find_divergence,
    names_of_last,
    number_of,
    read_receipts,
    read_record,
    seen_record,
    write_receipt,
)
from kbsync.history.remote import TargetRefs
from kbsync.history.repository import Repository, holders_of
from kbsync.history.snapshot import (
    FileDifference,
    changed_on_its_way,
    filtered,
    former_directory,
    is_content_of,
    snapshot,
)
from kbsync.messages import Message, message
from kbsync.model import Content, Knowledge
from kbsync.plan import BaseKind, Plan, Problem, ProblemKind, Purpose
from kbsync.planfile import decode, encode_receipt, read_plan_or_receipt
from kbsync.report import Receipt
from kbsync.settings import Target
from kbsync.usecases.context import RunContext
from kbsync.usecases.workspace import Workspace, commit_of, joined_settings, name_of

if TYPE_CHECKING:
    from kbsync.history.lock import TargetLock
    from kbsync.planner.memory import Memory

BETWEEN = 20
"""How far back to look for what an apply without a record left."""


@dataclass(frozen=True, slots=True)
class History:
    """The git side of a run.

    ``knowledge`` is the library at the base, None without one that can be compared; ``notes`` name what was used, ``warnings``
    belong into a plan. ``missing`` are the places of files that git left out of the working tree; ``untold`` is why there is a
    base without knowledge; ``refs`` are what the repository keeps about the target; ``memory`` is what the receipts record of the
    base, where that is the commit last applied: its base is ``knowledge`` then. It ``is_settled`` where it was held to the live
    library.
    """

    repository: Repository | None
    base: Base
    knowledge: Knowledge | None
    commit: str | None
    notes: tuple[Message, ...] = ()
    warnings: tuple[Problem, ...] = ()
    missing: frozenset[str] = frozenset()
    untold: Message | None = None
    refs: TargetRefs | None = None
    memory: "Memory | None" = None
    is_settled: bool = False


def find_history(
    workspace: Workspace,
    target: Target,
    *,
    given: str | None,
    context: RunContext,
    certain: bool = True,
    planned: bool = False,
    repository: Repository | None = None,
) -> History:
    """Find the base and read the library as it was there; where all is ``planned``, find only where the refs are.

    Raises HistoryUnavailable for a base that was asked for, and where the commit last applied cannot be read, unless a guess will
    do: who only plans may not be ``certain``, and then a warning stands in the plan, which cannot be applied.
    ``repository`` is that of the workspace, where it was found already.
    """
    repository = repository or Repository.find(workspace.directory, environ=context.environ)
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
    refs = refs_of(target, directory=repository.inside(workspace.directory))
    if planned:
        return History(repository, Base(None, BaseKind.NONE), None, None, refs=refs)
    base = find_base(repository, refs, given=given, environ=context.environ, shared=target.is_shared)
    if base.doubt is not None and certain:
        raise _uncertain(base.doubt, target)
    commit, found, doubts = commit_of(workspace, repository)
    notes = (*base.notes, *doubts)
    joined = None if base.kind is BaseKind.GIVEN else joined_settings(workspace, repository, context.environ)
    along = (*names_of_last(base.receipts), *filter(None, [joined]))
    tree, moved = ({}, ()) if base.commit is None else _tree_at(base.commit, repository, workspace, along=along)
    missing = [each for each in found if each.missing] + _misnamed(tree, workspace)
    warnings = (*(() if base.doubt is None else (_guessed(target),)), *(_left_out(each, workspace) for each in missing[:1]))
    places = frozenset(f"{workspace.shown_as}/{each.name}" for each in missing)
    history = History(repository, base, None, commit, notes, warnings, places, refs=refs)
    if base.commit is None:
        return history
    warnings = (*warnings, *find_divergence(repository, base, workspace.directory))
    history = replace(history, notes=(*notes, *moved), warnings=warnings)
    if not tree:
        return replace(history, untold=moved[0])
    knowledge = _knowledge_at(base.commit, tree, repository, workspace, target, found=found)
    if isinstance(knowledge, Problem):
        return replace(history, warnings=(*warnings, knowledge), untold=knowledge.message)
    return _with_memory(replace(history, knowledge=knowledge), workspace, target, context=context, certain=certain)


def _with_memory(history: History, workspace: Workspace, target: Target, *, context: RunContext, certain: bool) -> History:
    """Add the memory: what receipts record since the base. Raises HistoryUnavailable as ``find_history`` does."""
    base, repository, refs, knowledge = history.base, history.repository, history.refs, history.knowledge
    if base.commit is None or base.kind is not BaseKind.APPLIED or repository is None or refs is None or knowledge is None:
        return history
    try:
        receipts = () if base.receipts is None else tuple(_since(base, repository, refs, shared=target.is_shared))
    except HistoryUnavailable as problem:
        if certain:
            words = message(
                "what was done to {target} since its base is not known, so nothing is done unless --base COMMIT names the base: "
                "{reason}",
                target=target.name,
                reason=problem.message,
            )
            raise HistoryUnavailable(words, hint=problem.hint) from None
        words = message(
            "what was done to {target} since its base could not be read from git, so the causes told here may be wrong: {reason}",
            target=target.name,
            reason=problem.message,
        )
        told = Problem(ProblemKind.DIVERGED, words, blocking=False)
        notes = (*history.notes, problem.message, *filter(None, (problem.hint,)))
        return replace(history, notes=notes, warnings=(*history.warnings, told))
    loose: list[Receipt] = []
    with suppress(UnusableFile):
        loose = [each for _, each in _leftovers(workspace, target, context=context, but=receipts)]
    from kbsync.planner.memory import recall  # noqa: PLC0415  (a saved plan is carried out without the planner)

    memory = recall(knowledge, receipts, commit=base.commit, loose=loose)
    return replace(history, knowledge=memory.base, memory=memory, notes=(*history.notes, *_loose(receipts)))


def settled(history: History, live: Knowledge, workspace: Workspace, target: Target) -> History:
    """The history with what kbsync left in the live library without a record in git.

    Evidence is a receipt beside git, or else a commit between the base and what is checked out: a push of a receipt may
    have failed on a machine that is gone.
    """
    memory, repository = history.memory, history.repository
    if memory is None or repository is None or history.is_settled:
        return history
    memory = memory.as_of(live).through(_between(history.base, repository, workspace, target), live, workspace.knowledge)
    return replace(history, memory=memory, knowledge=memory.base, is_settled=True)


def _between(base: Base, repository: Repository, workspace: Workspace, target: Target) -> Iterator[Knowledge]:
    """The knowledge at the last commits that changed it since the base, the newest first, as far as it can be read."""
    directory = workspace.directory
    span = ("--first-parent", f"--max-count={BETWEEN}", f"{base.commit}..HEAD", "--", repository.inside(directory) or ".")
    for commit in repository.git.attempt("rev-list", *span).text.split():
        with suppress(HistoryUnavailable):
            tree = snapshot(repository, commit, directory)
            loaded = load_tree(tree, shown_as="", target=target.name, settings=False)
            if tree and not has_errors(loaded.diagnostics):
                yield loaded.knowledge


def _since(base: Base, repository: Repository, refs: TargetRefs, *, shared: bool) -> Iterator[Receipt]:
    """The receipts back to the apply of the base, the newest first. Raises HistoryUnavailable.

    Where the last whole apply was of another commit, not much further back.
    """
    others = 0
    for number, data in read_receipts(repository, refs, str(base.receipts), shared=shared):
        receipt = receipt_of(number, data)
        yield receipt
        others += receipt.is_whole
        if receipt.is_whole and (receipt.report.plan.source.commit == base.commit or others == BETWEEN):
            return


def receipts_of(workspace: Workspace, target: Target, *, context: RunContext) -> Iterator[tuple[int, Receipt]]:
    """Every receipt that git has of an application, with its number, the newest first. Raises HistoryUnavailable."""
    repository = Repository.find(workspace.directory, environ=context.environ)
    if repository is None:
        return
    refs, shared = refs_of(target, directory=repository.inside(workspace.directory)), target.is_shared
    tip = seen_record(repository, refs, shared=shared).receipts
    for number, data in () if tip is None else read_receipts(repository, refs, tip, shared=shared):
        yield number, receipt_of(number, data)


def leftovers_of(
    workspace: Workspace, target: Target, *, context: RunContext, but: Receipt | None = None
) -> tuple[tuple[Path, Receipt], ...]:
    """The receipts of changes that lie in ``.kbsync/receipts/`` because git did not get them, the newest first.

    ``but`` is the one of the apply that is under way. Raises HistoryUnavailable, and UnusableFile for one that cannot be read.
    """
    mine = () if but is None else (but,)
    if not _leftovers(workspace, target, context=context, but=mine):
        return ()
    known = [*mine, *(it for _, it in receipts_of(workspace, target, context=context))]
    return _leftovers(workspace, target, context=context, but=known)


def _leftovers(
    workspace: Workspace, target: Target, *, context: RunContext, but: Collection[Receipt]
) -> tuple[tuple[Path, Receipt], ...]:
    known = {_identity(each) for each in but}
    paths = (workspace.state / "receipts").glob("*.json")
    # What is under version control a branch may have brought, and no apply put it there.
    found = ((path, read_plan_or_receipt(path)) for path in paths if not any(holders_of(path, environ=context.environ)))
    own = [
        (path, each)
        for path, each in found
        if isinstance(each, Receipt)
        and each.report.plan.changes
        and _identity(each) not in known
        and (each.report.plan.target.name, each.report.plan.target.sdkappid) == (target.name, target.sdkappid)
    ]
    return tuple(sorted(own, key=lambda it: it[1].started, reverse=True))


def _identity(receipt: Receipt) -> tuple[str, str, str]:
    """The identity of an apply; it differs also from that of another one in the same second."""
    return receipt.started, receipt.actor, receipt.report.plan.source.knowledge


def receipt_of(number: int, data: bytes) -> Receipt:
    """A receipt as it stands in git. Raises HistoryUnavailable."""
    try:
        found = decode(data, name=f"receipt {number}")
    except UnusableFile as problem:
        raise HistoryUnavailable(problem.message, hint=problem.hint) from None
    if not isinstance(found, Receipt):
        raise HistoryUnavailable(message("The receipt {number} in git is a plan.", number=number))
    return found


def _loose(receipts: Sequence[Receipt]) -> Iterator[Message]:
    """What was applied since the base from files of no commit."""
    for receipt in takewhile(lambda each: not each.is_whole, receipts):
        plan = receipt.report.plan
        if plan.purpose is Purpose.SYNC and plan.source.commit is None and plan.changes:
            yield message(
                "Applied from files of no commit since then, by {who} at {when}: that counts as git's.",
                who=receipt.actor,
                when=receipt.finished,
            )


def refs_of(target: Target, *, directory: str) -> TargetRefs:
    """The refs of a target that is applied from a directory."""

    def names_it(data: bytes) -> bool:
        said = load_tree({SETTINGS_FILE: data}, shown_as="").settings
        former = [each.key for each in said.targets if each.name == target.name] if said else []
        return former in ([], [target.key])

    return TargetRefs(target.name, target.key, directory, names_it)


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


def _tree_at(
    commit: str, repository: Repository, workspace: Workspace, *, along: Collection[str]
) -> tuple[dict[str, bytes], tuple[Message, ...]]:
    """The files of the knowledge directory at a commit, wherever it was then; none, with a note, where that is unknown."""
    tree = snapshot(repository, commit, workspace.directory, along=along)
    if tree:
        return tree, ()
    former = former_directory(repository, commit, workspace.directory, known_by=SETTINGS_FILE)
    words = {"commit": short_commit(commit), "directory": workspace.shown_as}
    if former is None:
        unknown = message("The base {commit} has no directory {directory}, and git does not tell where it was.", **words)
        return {}, (unknown, message("No base: every cause is unknown."))
    moved = message("The directory {directory} was moved: at the base {commit} it was {former}.", **words, former=name_of(former))
    return snapshot(repository, commit, former), (moved,)


def _misnamed(tree: Mapping[str, bytes], workspace: Workspace) -> list[FileDifference]:
    """The files of the base that got a name under which they are not read: what they declare is still in git."""
    others = {name: data for name, data in workspace.files.left_out().items() if name not in tree}
    found = []
    for name in tree if others else ():
        if is_yaml(name) and name not in workspace.files:
            now = next((other for other, data in others.items() if meant(other) == meant(name) or data == tree[name]), None)
            if now is not None:
                why = message("it is called {name} now, which is not read: name it {former}", name=now, former=name)
                found.append(FileDifference(name, why, missing=True))
    return found


def _left_out(difference: FileDifference, workspace: Workspace) -> Problem:
    words = message(
        "{file} is in git and was not read, so what it declares is left alone and nothing is applied: {why}",
        file=f"{workspace.shown_as}/{difference.name}",
        why=difference.why,
    )
    return Problem(ProblemKind.WITHHELD, words)


def _knowledge_at(
    commit: str,
    tree: dict[str, bytes],
    repository: Repository,
    workspace: Workspace,
    target: Target,
    *,
    found: Collection[FileDifference],
) -> Knowledge | Problem:
    """The knowledge at the base as the disk would have it; a problem where git's objects cannot be compared with the disk.

    What stands behind a filter is known where the object is the same as now: its file is what the filter made of it.
    """
    for each in found:
        if each.foreign and (each.blob is None or each.name in tree):
            if each.blob is None or each.name not in workspace.files or not is_content_of(tree[each.name], each.blob):
                return _incomparable(each, commit, workspace)
            tree[each.name] = workspace.files[each.name]
    drivers = filtered(repository, workspace.directory, _gone(tree, workspace))
    if drivers:
        name = min(drivers)
        return _incomparable(FileDifference(name, changed_on_its_way(drivers[name])), commit, workspace)
    read = ({*filter(is_yaml, tree)} | {*workspace.files}) - {SETTINGS_FILE}
    if target.name == workspace.target(None).name and all(tree.get(name) == workspace.files.get(name) for name in read):
        return workspace.knowledge
    loaded = load_tree(tree, shown_as=workspace.shown_as, target=target.name, settings=False)
    if has_errors(loaded.diagnostics):
        first = next(each for each in loaded.diagnostics if each.severity is Severity.ERROR)
        if first.rule is Rule.KB119:
            name = first.location.path.removeprefix(f"{workspace.shown_as}/")
            return _incomparable(FileDifference(name, first.message), commit, workspace)
        raise HistoryUnavailable(
            message(
                "the knowledge at the base {commit} has errors: {place}: {first}",
                commit=short_commit(commit),
                place=first.location.short,
                first=first.message,
            ),
            hint=message("name a commit whose files are valid with --base"),
        )
    return loaded.knowledge


def _gone(tree: Mapping[str, bytes], workspace: Workspace) -> list[str]:
    """The files of the base that were not read now and that its knowledge may stand in."""
    yaml = [data for name, data in tree.items() if is_yaml(name)]
    return [
        name
        for name in tree
        if name not in workspace.files
        and (is_yaml(name) or any(name.rpartition("/")[2].encode("utf-8", "surrogateescape") in data for data in yaml))
    ]


def _incomparable(difference: FileDifference, commit: str, workspace: Workspace) -> Problem:
    words = message(
        "{file} cannot be compared with the base {base}, so every cause is unknown: {why}; look at what the plan overwrites and, "
        "if it is meant, say so with --base {base}",
        file=f"{workspace.shown_as}/{difference.name}",
        base=short_commit(commit),
        why=difference.why,
    )
    return Problem(ProblemKind.DIVERGED, words, blocking=False)


def moves_applied_ref(plan: Plan, *, history: History) -> bool:
    """Whether a finished apply of this plan moves the applied ref.

    The plan must be of a whole commit, and that commit must not be the last one applied already. What is held back stands in the
    receipt.
    """
    source = plan.source
    whole = history.repository is not None and plan.only is None and source.commit is not None
    return whole and (source.base, source.base_commit) != (BaseKind.APPLIED, source.commit)


def check_applied_ref(plan: Plan, target: Target, *, history: History) -> AppliedRecord:
    """What the refs name now, to be asked under the lock and before anything is written.

    Raises StalePlan when the applied ref is neither where it was when the plan was made nor at the plan's own commit: an older
    plan must not be applied over a newer one, and the same plan may be applied again. Raises HistoryUnavailable when the refs
    cannot be asked, and when no receipt can be appended.
    """
    repository, refs, shared = history.repository, history.refs, target.is_shared
    if repository is None or refs is None:
        return AppliedRecord()
    if moves_applied_ref(plan, history=history) and plan.source.base in (BaseKind.APPLIED, BaseKind.NONE):
        record = read_record(repository, refs, shared=shared, keep=False)
        _check_base(plan, target, record.applied, repository=repository, directory=refs.directory)
    else:
        # Whatever the applied ref names is left behind: the base was given, perhaps because it leads to no commit.
        record = seen_record(repository, refs, shared=shared)
    if record.receipts is None:
        return record
    return replace(record, number=number_of(repository, refs, record.receipts, shared=shared))


def _check_base(plan: Plan, target: Target, now: str | None, *, repository: Repository, directory: str) -> None:
    base = plan.source.base_commit
    if now in (base, plan.source.commit) or _is_on_the_way(now, plan, repository, directory):
        return
    commits = {"planned": short_commit(base), "now": short_commit(now)}
    moved = message("the plan counts from {planned}, {target} now has {now}", target=target.name, **commits)
    words = message("another commit was applied since this plan was made; nothing was changed")
    raise StalePlan(words, [moved], hint=message("plan again"))


def _is_on_the_way(now: str | None, plan: Plan, repository: Repository, directory: str) -> bool:
    """Whether a commit lies between the base of a plan and the plan's own: as of two merges that were planned side by side.

    Every object that the plan touches is checked when it is applied. What the first merge changed and the second one changed back
    is no change in a plan that knew of neither: such a plan is made again.
    """
    base, commit = plan.source.base_commit, plan.source.commit
    if now is None or commit is None or repository.commit(commit) is None or repository.fork(now, commit) != now:
        return False
    if base is not None and repository.fork(base, now) != base:
        return False
    touched = {part.question for each in plan.changes for part in (each.before, each.after) if isinstance(part, Content)}
    old, first, own = (_contents_at(each, repository, directory) for each in (base, now, commit))
    changed = {text for text in old.keys() | first.keys() if old.get(text) != first.get(text)}
    return all(first.get(text) == own.get(text) for text in changed - touched)


def _contents_at(commit: str | None, repository: Repository, directory: str) -> dict[str, Content]:
    if commit is None:
        return {}
    loaded = load_tree(snapshot(repository, commit, repository.root / directory), shown_as="", settings=False)
    return {each.content.question: each.content for each in loaded.knowledge.questions}


def why_ref_stays(plan: Plan, *, history: History) -> tuple[Message, ...]:
    """Why the applied ref is not moved although everything was applied; None if that needs no message."""
    if plan.purpose is Purpose.UNDO:
        return (message("The files still say what was taken back: revert their commit, or the next apply brings it back."),)
    if history.repository is not None and plan.only is None and plan.source.commit is None:
        return (message("The files differ from every commit, so the next plan's base stays where it was: commit them."),)
    return ()


def record_apply(
    receipts: Sequence[Receipt], target: Target, *, history: History, seen: AppliedRecord, lock: "TargetLock", date: int
) -> int | None:
    """Append receipts and, where all of the last one's commit was applied, advance the applied ref from where it was seen.

    The last receipt's number, None outside a repository. A remote gets both, and the release of the lock, in one push. Raises
    HistoryUnavailable where they could not be moved.
    """
    repository, refs, receipt = history.repository, history.refs, receipts[-1]
    if repository is None or refs is None:
        return None
    plan = receipt.report.plan
    commit = plan.source.commit if receipt.report.finished and moves_applied_ref(plan, history=history) else None
    shared = target.is_shared
    number, made = seen.number, seen.receipts
    for number, each in enumerate(receipts, seen.number + 1):
        made = write_receipt(repository, refs, encode_receipt(each), tip=made, number=number, date=date)
    old, new = {refs.receipts: seen.receipts}, {refs.receipts: str(made)}
    if commit is not None:
        old[refs.applied], new[refs.applied] = seen.applied, repository.resolve(commit)
    advance(repository, refs, old, new, shared=shared, push=lock.finish)
    return number
