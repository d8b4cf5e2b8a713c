"""Where this kbsync came from, as the workflow of a new project has to know it: pinned, and never with a credential in it."""

import json
import sys
from pathlib import Path

import pytest

import kbsync
from kbsync.errors import Misuse
from kbsync.usecases.init import Package, given_package, known_package, package_of

COMMIT = "0123456789abcdef0123456789abcdef01234567"
DIGEST = "ab" * 32
SECRET = "canary"

GIT = {"vcs": "git", "commit_id": COMMIT, "requested_revision": "main"}
"""What pip notes of an install from git (packaging.python.org, "Recording the Direct URL Origin of installed distributions")."""


def noted(**told: object) -> str | None:
    """The requirement for an install whose ``direct_url.json`` says this."""
    return package_of(json.dumps(told))


def test_a_commit_is_installed_again() -> None:
    """What came from a git repository is pinned to the commit, whatever branch or tag was asked for."""
    expected = f"kbsync @ git+https://git.example/shop/kbsync.git@{COMMIT}"
    assert noted(url="https://git.example/shop/kbsync.git", vcs_info=GIT) == expected
    assert noted(url="https://git.example/shop/kbsync.git", vcs_info=GIT, subdirectory="a/b") == f"{expected}#subdirectory=a/b"
    assert noted(url="ssh://git@git.example/kbsync", vcs_info=GIT) == f"kbsync @ git+ssh://git@git.example/kbsync@{COMMIT}"
    longer = noted(url="https://git.example/kbsync", vcs_info={**GIT, "commit_id": DIGEST})
    assert longer == f"kbsync @ git+https://git.example/kbsync@{DIGEST}"


def test_an_archive_is_installed_again() -> None:
    """What came from an address is pinned to the digest of its bytes."""
    url = "https://files.example/kbsync-0.1.0-py3-none-any.whl"
    assert noted(url=url, archive_info={"hashes": {"sha256": DIGEST}}) == f"kbsync @ {url}#sha256={DIGEST}"
    assert noted(url=url, archive_info={"hash": f"sha256={DIGEST}"}) == f"kbsync @ {url}#sha256={DIGEST}"


@pytest.mark.parametrize(
    "told",
    [
        {"url": "file:///home/anna/kbsync", "dir_info": {"editable": True}},
        {"url": "file:///home/anna/kbsync", "dir_info": {}},
        {"url": "file:///home/anna/kbsync", "vcs_info": GIT},
        {"url": "http://git.example/kbsync", "vcs_info": GIT},
        {"url": "git://git.example/kbsync", "vcs_info": GIT},
        {"url": "https://git.example/kbsync", "vcs_info": {**GIT, "commit_id": "main"}},
        {"url": "https://git.example/kbsync", "vcs_info": {**GIT, "commit_id": COMMIT[:12]}},
        {"url": "https://git.example/kbsync", "vcs_info": {"vcs": "hg", "commit_id": COMMIT}},
        {"url": "https://git.example/kbsync", "vcs_info": []},
        {"url": f"https://anna:{SECRET}@git.example/kbsync", "vcs_info": GIT},
        {"url": f"https://{SECRET}@git.example/kbsync", "vcs_info": GIT},
        {"url": "https://${TOKEN}@git.example/kbsync", "vcs_info": GIT},
        {"url": f"ssh://anna:{SECRET}@git.example/kbsync", "vcs_info": GIT},
        {"url": f"https://git.example/kbsync?private_token={SECRET}", "vcs_info": GIT},
        {"url": "https://git.example/kbsync ; echo ran", "vcs_info": GIT},
        {"url": "https://git.example/'$(touch ran)'", "vcs_info": GIT},
        {"url": "https://git.example/${{ github.token }}", "vcs_info": GIT},
        {"url": "https://git.example/kbsync\n", "vcs_info": GIT},
        {"url": "https://git.example/kbsync", "vcs_info": GIT, "subdirectory": "a b'c"},
        {"url": "https://files.example/kbsync.whl", "archive_info": {}},
        {"url": "https://files.example/kbsync.whl", "archive_info": {"hashes": {"md5": "0"}}},
        {"url": "https://files.example/kbsync.whl", "archive_info": {"hash": "md5=0"}},
        {"url": f"https://files.example/kbsync.whl?sig={SECRET}", "archive_info": {"hashes": {"sha256": DIGEST}}},
        {"url": "file:///tmp/kbsync.whl", "archive_info": {"hashes": {"sha256": DIGEST}}},
        {"url": 1, "vcs_info": GIT},
        {},
    ],
    ids=str,
)
def test_what_cannot_be_had_again_is_not_known(told: dict[str, object]) -> None:
    """A folder or wheel of this machine, an address that may change or holds a credential, and a note in no known form."""
    assert noted(**told) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "1", '{"url": "https://git.example/kbsync"}'])
def test_a_note_that_is_none_is_not_known(text: str) -> None:
    """Whatever stands in the file, and where there is none: an index leaves no note, and nobody can tell which one it was."""
    assert package_of(text) is None


def installed(
    place: Path, *, package: Path, note: str | None, installer: str = "pip", monkeypatch: pytest.MonkeyPatch
) -> str | None:
    """What a Python that looks for kbsync and its metadata in one directory says of where it came from."""
    info = place / "kbsync-9.8.7.dist-info"
    info.mkdir(parents=True)
    (place / "kbsync").symlink_to(package)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: kbsync\nVersion: 9.8.7\n", encoding="utf-8")
    (info / "INSTALLER").write_text(f"{installer}\n", encoding="utf-8")
    if note is not None:
        (info / "direct_url.json").write_text(note, encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(place)])
    return known_package()


def test_the_installed_package_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The note is that of the distribution whose code runs."""
    here = Path(kbsync.__file__).parent
    note = json.dumps({"url": "https://git.example/kbsync", "vcs_info": GIT})
    found = installed(tmp_path / "git", package=here, note=note, monkeypatch=monkeypatch)
    assert found == f"kbsync @ git+https://git.example/kbsync@{COMMIT}"


@pytest.mark.parametrize("installer", ["pip", "uv", "poetry 2.1.3", "conda", ""])
def test_an_index_is_not_known(installer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A private index, --find-links and the public index leave the same: a name that somebody may own on the public one."""
    here = Path(kbsync.__file__).parent
    assert installed(tmp_path / "index", package=here, note=None, installer=installer, monkeypatch=monkeypatch) is None


def test_another_package_of_that_name_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the code that runs is not the one that was installed, such as in a checkout, the metadata are somebody else's."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "__init__.py").write_text("", encoding="utf-8")
    assert installed(tmp_path / "site", package=tmp_path / "other", note=None, monkeypatch=monkeypatch) is None


def test_code_that_nobody_installed_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when it is run from a folder by a Python that has no kbsync."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert known_package() is None


@pytest.mark.parametrize(
    ("text", "pinned"),
    [
        ("kbsync==0.1.0", True),
        ("kbsync[extra] == 0.1.0", True),
        ("acme-kbsync===2026.1", True),
        (f"git+https://git.example/kbsync@{COMMIT}", True),
        (f"kbsync @ git+https://git.example/kbsync@{COMMIT}#subdirectory=tools/kbsync", True),
        (f"kbsync@git+ssh://git@git.example/kbsync@{DIGEST}", True),
        (f"https://files.example/kbsync.whl#sha256={DIGEST}", True),
        ("./vendor/kbsync-0.1.0-py3-none-any.whl", True),
        ("vendor/kbsync", True),
        ("kbsync", False),
        ("kbsync>=0.1,<1", False),
        ("kbsync==0.*", False),
        ("kbsync ~= 0.1", False),
        ("git+https://git.example/kbsync", False),
        ("git+https://git.example/kbsync@v0.1.0", False),
        (f"git+https://git.example/kbsync@{COMMIT[:39]}", False),
        ("https://files.example/kbsync.whl", False),
    ],
)
def test_what_the_user_names_is_taken(text: str, *, pinned: bool) -> None:
    """Whatever it is; what somebody else could replace without anybody noticing is told apart."""
    found = given_package(text)
    assert found.requirement == text
    assert (" not pinned" in str(found.told)) is not pinned
    assert ("the package index" in str(found.told)) is (pinned and "/" not in text)


@pytest.mark.parametrize(
    "text",
    [
        f"git+https://anna:{SECRET}@git.example/kbsync",
        f"kbsync @ git+https://{SECRET}@git.example/kbsync@{COMMIT}",
        f"kbsync@https://{SECRET}@git.example/kbsync",
        f"git+ssh://git:{SECRET}@git.example/kbsync",
        f"git+https://git@git.example/kbsync@{COMMIT}",
        f"https://files.example/kbsync.whl?token={SECRET}",
        "https://files.example/ghp_0123456789abcdef0123456789abcdef0123/kbsync.whl",
        "git+https://git.example/glpat-0123456789abcdefghij/kbsync",
    ],
)
def test_credentials_are_refused(text: str) -> None:
    """A workflow is committed and read by many: no user, password or token goes into it, nor into what is said of it."""
    with pytest.raises(Misuse) as refused:
        given_package(text)
    assert "credential" in str(refused.value)
    assert SECRET not in f"{refused.value}{refused.value.hint}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-r requirements.txt",
        "-r/tmp/requirements.txt",
        "-e./kbsync",
        "--index-url=https://elsewhere.example/simple",
        "kbsync'; echo ran; '",
        'kbsync"',
        "$(touch ran)",
        "`touch ran`",
        "kbsync==${{ secrets.KBSYNC_SECRET_KEY }}",
        "kbsync\nrun: echo ran",
        "kbsync\\",
        "kbsync # a comment",
        "kbsync ; python_version > '3'",
        "k\u200bbsync==0.1.0",
    ],
)
def test_what_no_requirement_holds_is_refused(text: str) -> None:
    """Nothing that a shell, YAML, GitHub's expressions, GitLab's variables or pip's options could take for their own."""
    with pytest.raises(Misuse, match="--package"):
        given_package(text)


def test_a_package_says_what_it_is() -> None:
    """What is not known has no requirement and a word about it all the same."""
    assert Package.unknown().requirement is None
    assert "--package" in str(Package.unknown().told)
