"""What holds for every test: no property fails because the machine is busy, and none depends on the one before it."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from kbsync.desk import scrub

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def _strangers() -> Iterator[None]:
    """What one test made known as a secret is an ordinary word in the next."""
    yield
    scrub._trusted.clear()
