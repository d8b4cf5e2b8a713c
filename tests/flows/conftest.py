"""What the flows stand on: a bench in a directory of its own."""

from pathlib import Path

import pytest

from tests.flows.harness import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A knowledge directory in a new git repository, with the embedded service as its target."""
    return Bench.make(tmp_path)
