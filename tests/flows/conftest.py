"""What the flows stand on: a bench in a directory of its own, or a whole site with a runner."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.harness import Bench
from tests.flows.site import Site, opened_site


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A knowledge directory in a new git repository, with the embedded service as its target."""
    return Bench.make(tmp_path)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site whose first commit is pushed and not applied."""
    with opened_site(tmp_path) as found:
        yield found
