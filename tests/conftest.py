"""What holds for every test: no property fails because the machine is busy, and none depends on the one before it."""

import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

from kbsync.desk import signing

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell lets what it starts in the background ignore Ctrl-C, and so would every process that a test starts and interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _strangers() -> Iterator[None]:
    """What one test made known as a secret is an ordinary word in the next."""
    yield
    signing._trusted.clear()
