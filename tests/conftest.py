"""What holds for every test: no property fails because the machine is busy, and none depends on the one before it."""

import gc
import importlib
import os
import pkgutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies

import kbsync
from kbsync.desk import signing
from tests.shares import ALL, examples, paused
from tests.systems import needs_posix

# A push tries the same examples everywhere, so that it is red for its own changes alone.
settings.register_profile("push", deadline=None, max_examples=examples(100), derandomize=True, database=None)
settings.register_profile("long", deadline=None, print_blob=True)
settings.load_profile("long" if ALL else "push")

# What tests read is UTF-8, whatever the locale of whoever runs them.
os.environ.pop("LC_ALL", None)

MEMORY = Path("/dev/shm")
if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and "TMPDIR" not in os.environ:
    held = os.statvfs(MEMORY)
    if held.f_bavail * held.f_frsize > 2 << 30 and not held.f_flag & os.ST_NOEXEC:
        # Files of tests are short-lived: where there is room for them in memory, and programs may run, no disk is asked.
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell lets what it starts in the background ignore Ctrl-C, and so would every process that a test starts and interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _strangers() -> Iterator[None]:
    """What one test made known as a secret is an ordinary word in the next."""
    yield
    signing._trusted.clear()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """One coverage measures in a worker: pytest-cov starts another before it knows that it is in one, and forgets to end it.

    While the second pauses, the first would measure, at the same price, what nobody asks it for (pytest-cov 7.1).
    """
    if hasattr(session.config, "workerinput") and (controller := _measuring(session.config)):
        controller.cov.stop()


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Coverage is measured while kbsync is loaded, and pauses while its tests are."""
    if not _measuring(session.config) or session.config.getoption("numprocesses", None):
        return (yield)
    for found in pkgutil.walk_packages(kbsync.__path__, "kbsync."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    with _paused(session.config):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """What a test that is not measured stands on is not measured either."""
    if not item.get_closest_marker("no_cover") or not _measuring(item.config):
        return (yield)
    with _paused(item.config):
        return (yield)


@given(strategies.none())
def _first_example(_: None) -> None:
    """After the first, Hypothesis 6.120 no longer asks who holds its random numbers; of what is frozen nobody could be told."""


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What is loaded stays: no search for garbage goes over it again."""
    _first_example()
    gc.collect()
    gc.freeze()


def _measuring(config: pytest.Config) -> Any:
    """Who starts and stops coverage in this process; nothing where it is not measured."""
    plugin = config.pluginmanager.getplugin("_cov")
    return plugin and plugin.cov_controller


@contextmanager
def _paused(config: pytest.Config) -> Iterator[None]:
    _measuring(config).pause()
    try:
        yield
    finally:
        _measuring(config).resume()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Windows has no links, modes, pipes and shell scripts such as these tests speak of; some tests add no coverage."""
    names = paused()
    for item in items:
        if item.nodeid in names:
            item.add_marker(pytest.mark.no_cover)
        if os.name == "nt" and isinstance(item, pytest.Function) and needs_posix(item.function):
            item.add_marker(pytest.mark.skip(reason="what it speaks of only a POSIX system has"))
