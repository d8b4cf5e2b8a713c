"""``history.lock``, ``history.lease`` and their values: of all runners exactly one applies to a target."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbsync.errors import HistoryUnavailable, TargetLocked
from kbsync.history.lease import LockInfo, ServiceTime, held_by, never_heard, parse_lock
from kbsync.history.lock import TargetLock, read_lock, remove_lock
from kbsync.history.remote import Remote, TargetRefs
from tests.fakes.clock import FakeClock
from tests.fakes.git_repos import GitRepos, WorkTree
from tests.shares import long

REFS = TargetRefs("production", "1400000000-0123456789ab")
REF = REFS.locks[0]
START = "2025-10-09 08:53:20 UTC"


@pytest.fixture
def repos(tmp_path: Path) -> GitRepos:
    return GitRepos(tmp_path)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def lock_of(tree: WorkTree, clock: FakeClock, *, owner: str | None = None, lease: float = 600.0) -> TargetLock:
    """The lock of production as taken from a clone, each clone a machine of its own."""
    return TargetLock(
        tree.repository,
        REFS,
        owner=owner or tree.path.name,
        where=f"machine {tree.path.name}",
        clock=clock,
        directory=tree.path / ".kbsync",
        lease=lease,
        service=clock.service,
    )


def local_lock(directory: Path, *, owner: str = "me", target: str = "production") -> TargetLock:
    return TargetLock(None, TargetRefs(target, target), owner=owner, where="here", clock=FakeClock(), directory=directory)


def seen_from(tree: WorkTree) -> LockInfo | None:
    return read_lock(tree.repository, REFS, directory=tree.path / ".kbsync")


def hook(origin: WorkTree, name: str, script: str, *, once: bool = True) -> None:
    """Let the remote run a script when somebody pushes."""
    path = origin.path / "hooks" / name
    end = 'rm -- "$0"' if once else ""
    path.write_text(f"#!/bin/sh\n{end}\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def test_a_held_lock_tells_who_where_and_until_when(repos: GitRepos, clock: FakeClock) -> None:
    """Another runner is refused with the holder, the place, the times and the way out; afterwards it gets the lock."""
    origin, anna, bob = repos.shared("anna", "bob")
    with lock_of(anna, clock), pytest.raises(TargetLocked) as failure:
        lock_of(bob, clock).acquire()
    assert str(failure.value) == f"Another apply holds production: anna on machine anna, since {START}."
    assert str(failure.value.hint) == (
        "Wait for it. It expires at 2025-10-09 09:03:20 UTC unless it is renewed, and an expired one is taken over. "
        "If its run is dead for certain, remove it now with `kbsync unlock -t production`."
    )
    with lock_of(bob, clock) as lock:
        assert (lock.notes, lock.is_held()) == ((), True)
        assert seen_from(anna) == lock.info
    assert seen_from(anna) is None
    assert origin.git("for-each-ref", "refs/kbsync") == ""


@pytest.mark.no_cover
@pytest.mark.parametrize("rounds", [12, pytest.param(50, marks=long)])
def test_two_racing_runners_have_one_winner(repos: GitRepos, clock: FakeClock, rounds: int) -> None:
    """So often two runners reach for a free lock at once: each time one gets it, and the other is told."""
    _, *clones = repos.shared("anna", "bob")
    barrier = threading.Barrier(2, timeout=60)

    def race(tree: WorkTree) -> list[bool]:
        won = []
        for _ in range(rounds):
            lock = lock_of(tree, clock)
            barrier.wait()
            try:
                lock.acquire()
            except TargetLocked:
                won.append(False)
            else:
                won.append(True)
            barrier.wait()
            if won[-1]:
                lock.release()
                assert lock.notes == ()
        return won

    with ThreadPoolExecutor(2) as pool:
        anna, bob = pool.map(race, clones)
    assert [one + other for one, other in zip(anna, bob, strict=True)] == [1] * rounds
    assert seen_from(clones[0]) is None


def test_an_expired_lock_has_one_heir(repos: GitRepos, clock: FakeClock) -> None:
    """The lock of a runner that was killed is free after lease and margin, for exactly one of those who want it."""
    _, dead, *heirs = repos.shared("dead", "anna", "bob")
    lock_of(dead, clock).acquire()
    clock.move(609)
    with pytest.raises(TargetLocked):
        lock_of(heirs[0], clock).acquire()
    clock.move(2)
    barrier = threading.Barrier(2, timeout=60)

    def inherit(tree: WorkTree) -> list[str]:
        lock = lock_of(tree, clock)
        barrier.wait()
        try:
            lock.acquire()
        except TargetLocked:
            return []
        return [str(note) for note in lock.notes]

    with ThreadPoolExecutor(2) as pool:
        notes = [note for notes in pool.map(inherit, heirs) for note in notes]
    assert notes == [
        "Took over the lock of production that dead on machine dead left behind; it expired at 2025-10-09 09:03:20 UTC.",
    ]


def test_a_renewed_lock_is_not_taken_over(repos: GitRepos, clock: FakeClock) -> None:
    """Renewing pushes the expiry ahead for as long as the work takes; since when it is held stays the same."""
    _, anna, bob = repos.shared("anna", "bob")
    with lock_of(anna, clock) as lock:
        for _ in range(5):
            clock.move(500)
            lock.renew()
            with pytest.raises(TargetLocked, match=f"since {START}"):
                lock_of(bob, clock).acquire()
        assert not lock.lost.is_set()
        assert lock.info is not None
        assert lock.info.expires == clock.wall() + 600


def test_a_holder_learns_that_it_lost_the_lock(repos: GitRepos, clock: FakeClock) -> None:
    """A runner that slept through its lease is told at the next renewal, and leaves the heir's lock alone."""
    _, anna, bob = repos.shared("anna", "bob")
    with lock_of(anna, clock) as slept:
        clock.move(700)
        with lock_of(bob, clock) as heir:
            for _ in range(2):
                with pytest.raises(TargetLocked, match="lost the lock of production"):
                    slept.renew()
            assert slept.lost.is_set()
            slept.release()
            assert seen_from(anna) == heir.info


def test_a_holder_without_network_gives_up_with_its_lease(repos: GitRepos, clock: FakeClock) -> None:
    """Failing renewals are no loss until the lease is used up by the holder's own clock; the leftover lock is a note."""
    origin, tree = repos.shared("anna")
    with lock_of(tree, clock) as lock:
        shutil.rmtree(origin.path)
        clock.move(599)
        with pytest.raises(HistoryUnavailable, match="cannot be read"):
            lock.renew()
        assert lock.is_held()
        clock.move(1)
        with pytest.raises(HistoryUnavailable, match="cannot be read"):
            lock.renew()
        assert lock.lost.is_set()
    assert str(lock.notes[0]) == (
        "The lock of production could not be removed from the remote; it ends by itself at 2025-10-09 09:03:20 UTC."
    )


def test_a_push_whose_answer_was_lost_is_looked_up(repos: GitRepos, clock: FakeClock) -> None:
    """A connection that breaks after the remote took the lock does not lose it."""
    origin, tree = repos.shared("anna")
    hook(origin, "post-receive", "kill -9 $PPID")
    with lock_of(tree, clock) as lock:
        assert seen_from(tree) == lock.info


@pytest.mark.parametrize("step", ["renew", "release"])
def test_an_own_renewal_is_recognised_later(repos: GitRepos, clock: FakeClock, step: str) -> None:
    """A renewal that arrived while the remote vanished is this runner's own lock, to be renewed again or removed."""
    origin, tree = repos.shared("anna")
    away = origin.path.with_name("away")
    lock = lock_of(tree, clock)
    lock.acquire()
    before = lock.info
    hook(origin, "post-receive", f"mv '{origin.path}' '{away}'; kill -9 $PPID")
    with pytest.raises(HistoryUnavailable):
        lock.renew()
    away.rename(origin.path)
    assert seen_from(tree) != before == lock.info
    getattr(lock, step)()
    assert not lock.lost.is_set()
    assert seen_from(tree) == lock.info
    assert (lock.info is None) is (step == "release")


def test_an_interrupted_acquire_leaves_no_lock(repos: GitRepos, clock: FakeClock) -> None:
    """Ctrl-C in the moment the remote took the lock removes it again."""
    origin, tree = repos.shared("anna")
    hook(origin, "post-receive", f"kill -INT {os.getpid()}; sleep 1")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            lock_of(tree, clock).acquire()
    finally:
        signal.signal(signal.SIGINT, before)
    assert seen_from(tree) is None
    with lock_of(tree, clock):
        pass


def test_a_refused_lock_names_the_missing_right_and_holds_nothing(repos: GitRepos, clock: FakeClock) -> None:
    """A token that may not push is told apart from a lost race, and the machine's own lock is given back."""
    origin, tree = repos.shared("anna")
    hook(origin, "pre-receive", "echo 'Permission denied to bot' >&2; exit 1")
    with pytest.raises(HistoryUnavailable, match=f"refused a push to {REF}") as failure:
        lock_of(tree, clock).acquire()
    assert "contents: write" in str(failure.value.hint)
    with lock_of(tree, clock):
        pass


def test_a_remote_that_does_not_answer_is_not_a_refusal(repos: GitRepos, clock: FakeClock) -> None:
    """A push that hangs is stopped and told as such."""
    origin, tree = repos.shared("anna")
    tree.git("config", "remote.origin.receivepack", "sleep 600;")
    commit = tree.repository.resolve("HEAD")
    with pytest.raises(HistoryUnavailable) as failure:
        Remote(tree.repository, "origin").move({REF: None}, {REF: commit}, seconds=0.5)
    assert str(failure.value) == f"Pushing {REF} to origin failed: no answer within 0 seconds"
    assert origin.git("for-each-ref", "refs/kbsync") == ""


def test_endless_contention_ends(repos: GitRepos, clock: FakeClock) -> None:
    """A lock that is never free and never held when looked at is given up, with words."""
    origin, tree = repos.shared("anna")
    hook(origin, "pre-receive", "echo 'cannot lock ref' >&2; exit 1", once=False)
    with pytest.raises(TargetLocked, match="changes hands all the time"):
        lock_of(tree, clock).acquire()


def test_a_lock_that_nobody_understands_is_respected(repos: GitRepos, clock: FakeClock) -> None:
    """Something else on the ref never expires; unlock can remove it."""
    origin, tree = repos.shared("anna")
    tree.git("push", "--quiet", "origin", f"HEAD:{REF}")
    clock.move(1e6)
    with pytest.raises(TargetLocked, match=r"holds production: \? on \?, since \?") as failure:
        lock_of(tree, clock).acquire()
    assert "It never expires." in str(failure.value.hint)
    seen = seen_from(tree)
    assert seen is not None
    remove_lock(tree.repository, REFS, seen)
    assert origin.git("for-each-ref", "refs/kbsync") == ""


def test_a_lock_that_cannot_be_fetched_is_an_error(repos: GitRepos) -> None:
    """A remote that lists the lock but does not hand it out is told after a few looks."""
    origin, bob = repos.shared("bob")
    broken = subprocess.run(
        ["git", "-C", str(origin.path), "hash-object", "-w", "--literally", "-t", "commit", "--stdin"],
        input=f"tree {origin.git('rev-parse', 'main^{tree}')}\nauthor x\n\n".encode(),
        capture_output=True,
        check=True,
    ).stdout.decode()
    origin.git("update-ref", REF, broken.strip())
    bob.git("config", "fetch.fsckObjects", "true")
    with pytest.raises(HistoryUnavailable, match="The lock of production on origin cannot be read"):
        seen_from(bob)


def test_unlock_removes_only_what_was_seen(repos: GitRepos, clock: FakeClock) -> None:
    """A lock that was renewed after it was shown stays; the same one, shown again, goes; one that is gone is fine."""
    _, anna, bob = repos.shared("anna", "bob")
    lock = lock_of(anna, clock)
    lock.acquire()
    shown = seen_from(bob)
    assert shown is not None
    lock.renew()
    with pytest.raises(TargetLocked, match="changed since it was shown"):
        remove_lock(bob.repository, REFS, shown)
    again = seen_from(bob)
    assert again is not None
    remove_lock(bob.repository, REFS, again)
    remove_lock(bob.repository, REFS, again)
    with pytest.raises(TargetLocked, match="lost the lock"):
        lock.renew()


def test_the_lock_needs_nothing_of_the_user(repos: GitRepos, clock: FakeClock) -> None:
    """No name in the configuration, signing switched on, a shallow sha1 clone: the lock is made all the same."""
    origin, _ = repos.shared("anna")
    runner = repos.clone(origin, "runner", "--depth=1")
    runner.git("config", "commit.gpgSign", "true")
    runner.git("config", "push.gpgSign", "true")
    runner.git("config", "user.useConfigOnly", "true")
    bare = {name: value for name, value in runner.environ.items() if not name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))}
    with lock_of(WorkTree(runner.path, bare), clock, owner="李雷 <ci@example.com>"):
        seen = seen_from(runner)
        assert seen is not None
        assert seen.who == "李雷 <ci@example.com>"


def test_one_machine_has_one_holder(tmp_path: Path) -> None:
    """Without a remote a file does it: the second is told the first's name and process, other targets are free."""
    directory = tmp_path / "project" / ".kbsync"
    assert read_lock(None, TargetRefs("production", "production"), directory=directory) is None
    with local_lock(directory) as lock, local_lock(directory, target="other"):
        lock.renew()
        assert (lock.is_held(), lock.info) == (True, None)
        with pytest.raises(TargetLocked, match=f"me on here, since {START}") as failure:
            local_lock(directory, owner="you").acquire()
        assert str(failure.value.hint) == f"It ends with that process (id {os.getpid()}): wait for it, or stop it."
        seen = read_lock(None, TargetRefs("production", "production"), directory=directory)
        assert seen is not None
        with pytest.raises(TargetLocked):
            remove_lock(None, REFS, seen)
    assert read_lock(None, TargetRefs("production", "production"), directory=directory) is None
    assert (directory / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_the_machine_comes_before_the_remote(repos: GitRepos, clock: FakeClock) -> None:
    """Two runs in one clone meet at the file, and a repository without remote has only the file."""
    _, anna = repos.shared("anna")
    alone = repos.init("alone")
    for tree in (anna, alone):
        with lock_of(tree, clock), pytest.raises(TargetLocked) as failure:
            lock_of(tree, clock).acquire()
        assert "It ends with that process" in str(failure.value.hint)
        assert seen_from(tree) is None


def test_releasing_what_is_not_held_disturbs_nobody(repos: GitRepos, clock: FakeClock) -> None:
    """A lock that was never taken gives nothing back, and one given back twice is given back once."""
    _, tree = repos.shared("anna")
    idle, held = lock_of(tree, clock), lock_of(tree, clock)
    with held:
        idle.release()
        assert seen_from(tree) == held.info
        with pytest.raises(TargetLocked, match="anna on machine anna"):
            idle.acquire()
    held.release()
    assert idle.notes == held.notes == ()


@pytest.mark.parametrize("name", ["lock-production.new", "lock-production.json"])
def test_a_lock_that_cannot_say_who_holds_it_is_not_taken(tmp_path: Path, name: str) -> None:
    """A full disk is an error in words, and leaves the lock to the next one; here a directory is in the way."""
    (tmp_path / name).mkdir()
    with pytest.raises(HistoryUnavailable, match=r"The lock file in .* cannot be used: Is a directory"):
        local_lock(tmp_path).acquire()
    (tmp_path / name).rmdir()
    with local_lock(tmp_path) as lock:
        assert lock.is_held()


def test_a_lock_is_given_back_whatever_became_of_its_files(tmp_path: Path) -> None:
    """What was done under it is reported: giving it back raises nothing, and the next one gets it."""
    with local_lock(tmp_path):
        (tmp_path / "lock-production.json").unlink()
        (tmp_path / "lock-production.json").mkdir()
    (tmp_path / "lock-production.json").rmdir()
    with local_lock(tmp_path) as lock:
        assert lock.is_held()


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-10:00", "0001-01-01T00:00:00+10:00", "0001-01-01", "soon", "2026-13-01"])
@pytest.mark.parametrize("field", ["since", "expires"])
def test_a_moment_beyond_the_calendar_is_not_known(moment: str, field: str) -> None:
    """Somebody else wrote it: it is neither shown nor counted with, and the lock never expires."""
    text = json.dumps({"who": "ada", "where": "here", field: moment}).encode()
    lock = parse_lock(text, target="t", identity="abc", remote="origin")
    assert (lock.who, lock.expires, lock.identity) == ("?", None, "abc")
    assert "since ?" in str(held_by(lock))


def test_the_local_lock_dies_with_its_process(tmp_path: Path) -> None:
    """A killed process holds nothing: no leftover file has to be removed by hand."""
    script = (
        "import sys, pathlib, kbsync.history.lock as lock\n"
        "from kbsync.history.remote import TargetRefs\n"
        "from kbsync.limiter import SystemClock\n"
        "held = lock.TargetLock(None, TargetRefs('production', 'production'), owner='victim', where='here',\n"
        "                       clock=SystemClock(), directory=pathlib.Path(sys.argv[1]))\n"
        "held.acquire()\n"
        "sys.stdout.write('held\\n'); sys.stdout.flush(); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(TargetLocked, match="victim on here"):
            local_lock(tmp_path).acquire()
        process.kill()
    assert read_lock(None, TargetRefs("production", "production"), directory=tmp_path) is None
    with local_lock(tmp_path) as lock:
        assert lock.is_held()


def test_a_directory_that_cannot_hold_the_lock_is_an_error(tmp_path: Path) -> None:
    """A file where the directory should be is told with the directory and the system's reason."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(HistoryUnavailable, match=r"The lock file in .*/file/\.kbsync cannot be used: Not a directory"):
        local_lock(tmp_path / "file" / ".kbsync").acquire()
    with pytest.raises(HistoryUnavailable, match="cannot be part of a git ref"):
        local_lock(tmp_path, target="../elsewhere")


@given(
    st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 10**10)
)
def test_a_lock_reads_as_it_was_written(who: str, where: str, since: int) -> None:
    """JSON keeps every name, and times to the millisecond."""
    remote = LockInfo("t", who, where, float(since), since + 600.5, "abc", "origin")
    assert parse_lock(remote.to_json(nonce="1"), target="t", identity="abc", remote="origin") == remote
    local = LockInfo("t", who, where, float(since), None, "4711")
    assert parse_lock(local.to_json(), target="t", identity="", remote=None) == local


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"who": "a", "where": "b", "since": 5}',
        b'{"who": 1, "where": 2, "expires": "x"}',
    ],
)
def test_text_that_is_no_lock_has_an_unknown_holder(text: bytes) -> None:
    """Whatever lies there is a lock that never expires."""
    found = parse_lock(text, target="t", identity="abc", remote="origin")
    assert found == LockInfo("t", "?", "?", None, None, "abc", "origin")
    assert found.is_over(1e12) is False


def test_a_lease_runs_out_while_the_machine_sleeps(repos: GitRepos, clock: FakeClock) -> None:
    """A suspended holder does not believe, by a clock that stood still, in a lock that others may have taken over."""
    _, anna = repos.shared("anna")
    with lock_of(anna, clock) as lock:
        clock.sleep(599)
        assert lock.is_held()
        clock.sleep(1)
        assert not lock.is_held()


OLDER = TargetRefs("production", "production")
"""The lock as an older kbsync knows it."""


def lock_as(
    tree: WorkTree,
    refs: TargetRefs,
    clock: FakeClock,
    *,
    service: ServiceTime | None = None,
    stop: threading.Event | None = None,
    told: list[str] | None = None,
) -> TargetLock:
    return TargetLock(
        tree.repository,
        refs,
        owner=tree.path.name,
        where="here",
        clock=clock,
        directory=tree.path / ".kbsync",
        service=service or clock.service,
        stop=stop,
        tell=lambda words: None if told is None else told.append(str(words)),
    )


def test_an_older_kbsync_and_this_one_meet(repos: GitRepos, clock: FakeClock) -> None:
    """Whoever comes second is refused, sees the first, and can remove its lock; what is given back is given back whole."""
    origin, anna, bob = repos.shared("anna", "bob")
    for first, second in ((OLDER, REFS), (REFS, OLDER)):
        with lock_as(anna, first, clock) as lock:
            with pytest.raises(TargetLocked, match="anna on here"):
                lock_as(bob, second, clock).acquire()
            assert read_lock(bob.repository, second, directory=bob.path) == lock.info
        assert origin.git("for-each-ref", "refs/kbsync") == ""
    with lock_as(anna, REFS, clock) as lock:
        assert lock.info is not None
        remove_lock(bob.repository, OLDER, lock.info)
        with pytest.raises(TargetLocked, match="lost the lock"):
            lock.renew()
    assert origin.git("for-each-ref", "refs/kbsync") == ""


def test_two_names_of_one_application_meet(repos: GitRepos, clock: FakeClock) -> None:
    """In two branches a target may be called otherwise: on the remote and on the machine it is the same application."""
    _, anna, bob = repos.shared("anna", "bob")
    other = TargetRefs("staging", REFS.application)
    with lock_as(anna, REFS, clock):
        for place in (anna, bob):
            with pytest.raises(TargetLocked):
                lock_as(place, other, clock).acquire()
    with lock_as(bob, other, clock):
        pass


def test_what_an_older_kbsync_left_behind_is_taken_over(repos: GitRepos, clock: FakeClock) -> None:
    """Its expired lock, and with it both names."""
    origin, anna, bob = repos.shared("anna", "bob")
    lock_as(anna, OLDER, clock).acquire()
    clock.move(700)
    with lock_as(bob, REFS, clock) as lock:
        assert "Took over the lock" in str(lock.notes[0])
        assert len(origin.git("for-each-ref", "refs/kbsync/lock").splitlines()) == len(REFS.locks)
    assert origin.git("for-each-ref", "refs/kbsync") == ""


def test_a_remote_that_moves_refs_one_by_one_will_do(repos: GitRepos, clock: FakeClock) -> None:
    """Where it cannot move all or none, whoever got one name and not the other gives it back."""
    origin, anna, bob = repos.shared("anna", "bob")
    origin.git("config", "receive.advertiseAtomic", "false")
    with lock_as(anna, OLDER, clock) as older, pytest.raises(TargetLocked, match="anna on here"):
        lock_as(bob, REFS, clock).acquire()
    assert older.notes == ()
    with lock_as(bob, REFS, clock) as lock:
        lock.renew()
    assert origin.git("for-each-ref", "refs/kbsync") == ""


def test_a_wrong_clock_takes_no_living_lock(repos: GitRepos, clock: FakeClock) -> None:
    """Neither the holder's wall clock nor the other's counts: the service's tells whether the lock is over."""
    _, anna, bob = repos.shared("anna", "bob")
    with lock_as(anna, REFS, clock):
        for wrong in (780, -1e6):
            clock.set_wrong(wrong)
            with pytest.raises(TargetLocked):
                lock_as(bob, REFS, clock).acquire()
        clock.move(609)
        with pytest.raises(TargetLocked):
            lock_as(bob, REFS, clock).acquire()
        clock.move(2)
        with lock_as(bob, REFS, clock) as heir:
            assert "it expired at" in str(heir.notes[0])


def test_without_a_common_clock_a_lock_is_watched_for_a_whole_lease(repos: GitRepos, clock: FakeClock) -> None:
    """Whoever of the two lacks the service's time; what nobody renews meanwhile is taken over, and no sooner."""
    origin, anna, bob = repos.shared("anna", "bob")
    pairs: list[tuple[ServiceTime, ServiceTime]] = [(clock.service, never_heard), (never_heard, clock.service)]
    for holder, heir in pairs:
        told: list[str] = []
        lock_as(anna, REFS, clock, service=holder).acquire()
        (anna.path / ".kbsync" / f"lock-{REFS.application}").unlink()
        clock.set_wrong(1e6)
        before = clock.now()
        with lock_as(bob, REFS, clock, service=heir, told=told) as lock:
            assert 610 <= clock.now() - before <= 630
            assert len(told) == 1
            assert "anna on here left behind" in str(lock.notes[0])
        (anna.path / ".kbsync" / f"lease-{REFS.application}").unlink()
    assert origin.git("for-each-ref", "refs/kbsync") == ""


class Meanwhile(FakeClock):
    """A clock in whose waiting something happens, once."""

    def __init__(self, event: Callable[[], object] = object) -> None:
        super().__init__()
        self.event = event

    def wait(self, seconds: float, *, until: threading.Event | None = None) -> bool:
        """Wait, and see it happen."""
        event, self.event = self.event, object
        event()
        return super().wait(seconds, until=until)


@pytest.mark.parametrize("event", ["renewed", "stopped", "released"])
def test_a_watched_lock_that_lives_is_respected(repos: GitRepos, event: str) -> None:
    """At the first sign of life, and when the user has had enough; one that is given back is free."""
    clock, stop = Meanwhile(), threading.Event()
    _, anna, bob = repos.shared("anna", "bob")
    lock = lock_as(anna, REFS, clock, service=never_heard)
    lock.acquire()
    clock.event = {"renewed": lock.renew, "stopped": stop.set, "released": lock.release}[event]
    other = lock_as(bob, REFS, clock, stop=stop)
    if event == "released":
        with other:
            assert other.notes == ()
        return
    with pytest.raises(TargetLocked, match="anna on here"):
        other.acquire()
    assert clock.now() <= 1000 + 10


def test_a_push_that_arrives_late_is_found_by_the_next_run(repos: GitRepos, clock: FakeClock) -> None:
    """Its answer never came and nobody could look: the next run of this machine knows its own, another machine does not."""
    origin, anna, bob = repos.shared("anna", "bob")
    away = origin.path.with_name("away")
    hook(origin, "post-receive", f"mv '{origin.path}' '{away}'; kill -9 $PPID")
    late = lock_as(anna, REFS, clock)
    with pytest.raises(HistoryUnavailable):
        late.acquire()
    assert "could not be removed" in str(late.notes[0])
    away.rename(origin.path)
    with pytest.raises(TargetLocked):
        lock_as(bob, REFS, clock).acquire()
    with lock_as(anna, REFS, clock) as lock:
        assert str(lock.notes[0]) == "Took the lock of production back that an earlier run of this machine left behind."
    assert origin.git("for-each-ref", "refs/kbsync") == ""


def test_a_late_push_that_comes_after_the_end_is_found_too(repos: GitRepos, clock: FakeClock) -> None:
    """The remote was asked and had nothing yet: what arrives afterwards is taken back all the same."""
    origin, anna = repos.shared("anna")
    anna.git("config", "remote.origin.receivepack", "false;")
    with pytest.raises(HistoryUnavailable):
        lock_as(anna, REFS, clock).acquire()
    anna.git("config", "--unset", "remote.origin.receivepack")
    (written,) = (anna.path / ".kbsync" / f"lease-{REFS.application}").read_text(encoding="ascii").split()
    anna.git("push", "--quiet", "origin", *(f"{written}:{ref}" for ref in REFS.locks))
    with lock_as(anna, REFS, clock) as lock:
        assert "an earlier run of this machine" in str(lock.notes[0])
    assert origin.git("for-each-ref", "refs/kbsync") == ""


def test_a_refused_removal_is_told_and_recognised(repos: GitRepos, clock: FakeClock) -> None:
    """A remote that lets nothing be deleted: the note says so, and the next run here does not wait for the lease."""
    origin, anna = repos.shared("anna")
    hook(origin, "update", 'case "$3" in 0000*) echo "no deletion" >&2; exit 1;; esac', once=False)
    with lock_as(anna, REFS, clock) as lock:
        pass
    assert ["could not be removed" in str(lock.notes[0]), "refused a push" in str(lock.notes[1])] == [True, True]
    (origin.path / "hooks" / "update").unlink()
    with lock_as(anna, REFS, clock) as again:
        assert "an earlier run of this machine" in str(again.notes[0])
    assert origin.git("for-each-ref", "refs/kbsync") == ""


def test_on_one_machine_too_both_names_are_held_or_none(tmp_path: Path) -> None:
    """Where an older kbsync holds a target by its name alone, the application is not held either."""
    older, newer = TargetRefs("production", "production"), TargetRefs("production", "1400000000-0123456789ab")
    for first, second in ((older, newer), (newer, older)):
        locks = [
            TargetLock(None, refs, owner="me", where="here", clock=FakeClock(), directory=tmp_path / "state")
            for refs in (first, second)
        ]
        with locks[0], pytest.raises(TargetLocked):
            locks[1].acquire()
        with locks[1]:
            pass


def test_refs_move_with_the_end_of_the_lock_or_not_at_all(repos: GitRepos, clock: FakeClock) -> None:
    """One push: a ref that is not what it was taken for stays, and so does the lock. Without a lock there is no such push."""
    origin, anna = repos.shared("anna")
    ref, head = "refs/kbsync/applied/x", anna.git("rev-parse", "HEAD")
    with lock_of(anna, clock) as lock:
        assert lock.finish({ref: head}, {ref: head}) == {ref: None}
        assert (lock.is_held(), seen_from(anna)) == (True, lock.info)
        assert lock.finish({ref: None}, {ref: head}) == {ref: head}
        assert seen_from(anna) is None
        assert lock.finish({ref: head}, {ref: None}) is None
    assert origin.git("rev-parse", ref) == head
