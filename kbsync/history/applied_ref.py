"""The applied ref of a target: the commit that was last applied to it in full, moved only from where it was seen."""

from kbsync.display import short_commit
from kbsync.errors import HistoryUnavailable
from kbsync.history.git import NETWORK_SECONDS
from kbsync.history.remote import DEFAULT_DIRECTORY, Remote, applied_ref
from kbsync.history.repository import Repository
from kbsync.messages import message

__all__ = ["advance_applied", "last_seen", "read_applied", "seen_applied"]

SETTINGS = "kbsync.yaml"
"""The file that every knowledge directory has."""


def read_applied(repository: Repository, target: str, directory: str = DEFAULT_DIRECTORY, *, shared: bool = True) -> str | None:
    """The commit that was last applied in full, its objects here; None when there never was one.

    The remote is asked: the copy here is as old as the last look, and another runner may have applied since. Not ``shared``: it
    is left alone, as for a sandbox. Raises HistoryUnavailable when it cannot be asked, and when the mark leads to no commit that
    can be had: neither is the same as none.
    """
    ref, remote = applied_ref(target, directory), Remote.of(repository) if shared else None
    commit = _read(repository, remote, ref)
    former = applied_ref(target)
    if commit is None and ref != former:
        found = _read(repository, remote, former)
        commit = found if found is not None and _was_of(repository, found, directory) else None
    return commit


def _read(repository: Repository, remote: Remote | None, ref: str) -> str | None:
    if remote is None:
        return repository.local(ref)
    commit = _bring(remote, ref)
    if commit is not None:
        _remember(repository, ref, commit=commit)
    return commit


def _was_of(repository: Repository, commit: str, directory: str) -> bool:
    """Whether a commit, named by the ref that all directories once shared, was applied from this one, wherever it was then.

    So it is where only one knowledge directory was in it: this one, or one that is gone.
    """
    names = repository.git.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit, seconds=NETWORK_SECONDS).text.split(
        "\0"
    )
    settings = [name for name in names if name.rpartition("/")[2] == SETTINGS]
    own = f"{directory}/{SETTINGS}" if directory else SETTINGS
    return settings == [own] or (len(settings) == 1 and repository.git.attempt("cat-file", "-e", f"HEAD:{settings[0]}").code != 0)


def seen_applied(repository: Repository, target: str, directory: str = DEFAULT_DIRECTORY, *, shared: bool = True) -> str | None:
    """The object that the ref names, whatever it is and wherever it is; None when there is no ref. Raises HistoryUnavailable."""
    ref = applied_ref(target, directory)
    remote = Remote.of(repository) if shared else None
    if remote is not None:
        return remote.read(ref)
    return _names(repository, ref)


def last_seen(repository: Repository, target: str, directory: str = DEFAULT_DIRECTORY) -> str | None:
    """The copy of the mark in this clone, which may be old, for those who only look; None when it has none of use."""
    try:
        return repository.local(applied_ref(target, directory))
    except HistoryUnavailable:
        return None


def advance_applied(
    repository: Repository,
    target: str,
    commit: str,
    directory: str = DEFAULT_DIRECTORY,
    *,
    expected: str | None,
    shared: bool = True,
) -> None:
    """Say that a commit was applied in full; ``expected`` is what the mark was when the plan was made (None: there was none).

    With a remote the mark moves there first, by compare-and-swap, and the copy here follows. Going back to an older commit is
    allowed, because that is what a rollback applies. Raises HistoryUnavailable when somebody moved the mark meanwhile (it is
    left as it is), or when the remote refuses.
    """
    ref, new = applied_ref(target, directory), repository.resolve(commit)
    remote = Remote.of(repository) if shared else None
    now = _move(repository, remote, ref, old=expected, new=new)
    if now is None and ref != applied_ref(target):
        # What was expected is the ref that all directories once shared: this one's own begins here.
        now = _move(repository, remote, ref, old=None, new=new)
    if now != new:
        raise _overtaken(target, expected=expected, now=now)
    _remember(repository, ref, commit=new)


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


def _bring(remote: Remote, ref: str) -> str | None:
    identity = remote.read(ref)
    if identity is None:
        return None
    commit = remote.repository.commit(identity)
    if commit is None:
        remote.fetch(ref)
        commit = remote.repository.commit(identity)
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
