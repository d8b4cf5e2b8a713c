"""The pictures of the README show what the program draws: the scene behind them has every section, and the files are there."""

import re
from pathlib import Path

from tests.pictures.scene import SECTIONS, staged

PICTURES = Path(__file__).parent.parent / ".github" / "pictures"
LIMIT = 300_000


def test_the_scene_has_every_section(tmp_path: Path) -> None:
    """From removals to what is new, and nothing in it tells where it was made."""
    shown = staged(tmp_path).run("plan").out
    assert tuple(re.findall(r"^── (.*) \(\d+\)", shown, re.MULTILINE)) == SECTIONS
    assert str(tmp_path) not in shown


def test_the_excerpt_in_the_readme_is_of_the_same_plan(tmp_path: Path) -> None:
    """Between the dots it is what the program prints, line for line."""
    readme = (PICTURES.parents[1] / "README.md").read_text(encoding="utf-8")
    excerpt = readme.split("```console\n$ kbsync plan\n")[1].split("```")[0]
    shown = staged(tmp_path).run("plan").out
    places = [shown.find(part) for part in excerpt.split("…\n")]
    assert -1 not in places
    assert places == sorted(places)


def test_the_pictures_are_there_and_small() -> None:
    """Each is a PNG that a page loads in a moment."""
    found = sorted(PICTURES.glob("*.png"))
    assert [path.name for path in found] == ["plan-terminal.png", "report-dark.png", "report-light.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") and path.stat().st_size < LIMIT for path in found)
