"""The applied ref: the commit that was last applied to a target in full, moved only from where it was seen."""

from contextlib import suppress

from kbsync.display import short_commit
from kbsync.errors import HistoryUnavailable
from kbsync.history.git import NETWORK_SECONDS
from kbsync.history.remote import DEFAULT_DIRECTORY, Remote, TargetRefs
from kbsync.history.repository import Repository
from kbsync.messages import message

__all__ = ["advance_applied", "last_seen", "read_applied", "seen_applied"]

SETTINGS = "kbsync.yaml"
"""The file that every knowledge directory has."""


def read_applied(repository: Repository, refs: TargetRefs, *, shared: bool = True) -> str | None:
    """The commit that was last applied in full, its objects here; None when there never was one.

    The remote is asked: the copy here is as old as the last look, and another runner may have applied since. Not ``shared``: it
    is left alone, as for a sandbox. A ref of an older form counts until there is one of this form. Raises HistoryUnavailable
    when the remote cannot be asked, and when the mark leads to no commit that can be had: neither is the same as none.
    """
    remote = Remote.of(repository) if shared else None
    if remote is None:
        return next(filter(None, (_taken_over(repository, refs, ref, repository.local(ref)) for ref in _names_of(refs))), None)
    found = remote.read(*_names_of(refs))
    for ref in _names_of(refs):
        commit = _taken_over(repository, refs, ref, _bring(remote, ref, found[ref]) if ref in found else None)
        if commit is not None:
            _remember(repository, refs.applied, commit=commit)
            return commit
    return None


def _names_of(refs: TargetRefs) -> tuple[str, ...]:
    return refs.applied, *refs.former_applied


def _taken_over(repository: Repository, refs: TargetRefs, ref: str, commit: str | None) -> str | None:
    """A commit that one of the refs names, if it is of this directory and this application, wherever the directory was then.

    What an older ref names is known by its settings. One that all directories shared is of this one where only one knowledge
    directory was in the commit: this one, or one that is gone.
    """
    if commit is None or ref == refs.applied:
        return commit
    listed = repository.git.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit, seconds=NETWORK_SECONDS).text
    settings = [name for name in listed.split("\0") if name.rpartition("/")[2] == SETTINGS]
    own = f"{refs.directory}/{SETTINGS}" if refs.directory else SETTINGS
    place = own if own in settings else settings[0] if len(settings) == 1 else None
    if ref == refs.former_applied[-1] and refs.directory != DEFAULT_DIRECTORY:
        gone = len(settings) == 1 and repository.git.attempt("cat-file", "-e", f"HEAD:{settings[0]}").code != 0
        if settings != [own] and not gone:
            return None
    if place is None:
        return commit
    said = repository.git.run("cat-file", "blob", f"{commit}:{place}", seconds=NETWORK_SECONDS).output
    return commit if refs.names_it(said) else None


def seen_applied(repository: Repository, refs: TargetRefs, *, shared: bool = True) -> str | None:
    """The object that the ref names, whatever it is and wherever it is; None when there is no ref. Raises HistoryUnavailable."""
    remote = Remote.of(repository) if shared else None
    if remote is not None:
        return remote.read(refs.applied).get(refs.applied)
    return _names(repository, refs.applied)


def last_seen(repository: Repository, refs: TargetRefs) -> str | None:
    """The copy of the mark in this clone, which may be old, for those who only look; None when it has none of use."""
    with suppress(HistoryUnavailable):
        return next(filter(None, (_taken_over(repository, refs, ref, repository.local(ref)) for ref in _names_of(refs))), None)
    return None


def advance_applied(repository: Repository, refs: TargetRefs, commit: str, *, expected: str | None, shared: bool = True) -> None:
    """Say that a commit was applied in full; ``expected`` is what the mark was when the plan was made (None: there was none).

    With a remote the mark moves there first, by compare-and-swap, and the copy here follows. Going back to an older commit is
    allowed, because that is what a rollback applies. Raises HistoryUnavailable when somebody moved the mark meanwhile (it is
    left as it is), or when the remote refuses.
    """
    new = repository.resolve(commit)
    remote = Remote.of(repository) if shared else None
    now = _move(repository, remote, refs.applied, old=expected, new=new)
    if now is None and refs.former_applied:
        # What was expected is a ref of an older form: the one of this form begins here.
        now = _move(repository, remote, refs.applied, old=None, new=new)
    if now != new:
        raise _overtaken(refs.target, expected=expected, now=now)
    _remember(repository, refs.applied, commit=new)


def _move(repository: Repository, remote: Remote | None, ref: str, *, old: str | None, new: str) -> str | None:
    if remote is not None:
        return remote.move(ref, old=old, new=new)
    answer = repository.git.attempt("update-ref", ref, new, old or "")
    now = new if answer.code == 0 else _names(repository, ref)
    if now == old != new:
        raise repository.git.failure("update-ref", answer)
    return now


def _names(repository: Repository, ref: str) -> str | None:
    answer = repository.git.attempt("rev-parse", "--verify", "--quiet", ref)
    return answer.text if answer.code == 0 else None


def _bring(remote: Remote, ref: str, identity: str) -> str:
    commit = remote.repository.meet(identity)
    if commit is None:
        remote.fetch(ref)
        commit = remote.repository.meet(identity)
    if commit is None:
        raise HistoryUnavailable(
            message(
                "The ref {ref} on {remote} leads to {identity}, which is no commit.",
                ref=ref,
                remote=remote.name,
                identity=identity,
            ),
            hint=message("Name the commit that was last applied with --base: an apply then moves the ref to its own."),
        )
    return commit


def _remember(repository: Repository, ref: str, *, commit: str) -> None:
    """Keep a copy for times without network; a clone that cannot be written to does without."""
    repository.git.attempt("update-ref", ref, commit)


def _overtaken(target: str, *, expected: str | None, now: str | None) -> HistoryUnavailable:
    return HistoryUnavailable(
        message(
            "Another apply moved the mark of {target} from {expected} to {now} meanwhile; it was left there.",
            target=target,
            expected=short_commit(expected),
            now=short_commit(now),
        ),
        hint=message("Run `kbsync plan` on the newest commit to see whether anything is left to do."),
    )
