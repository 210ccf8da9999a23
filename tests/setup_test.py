"""Environments hold what the locks say, and the locks say enough for any machine."""

import ast
import re
import runpy
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
INSTALL = ROOT / "requirements" / "install.py"

HASHED_PIN = re.compile(
    r"[a-z0-9-]+==[a-z0-9.]+(?: ; [a-z_'<>=!0-9. ]+)?(?: --hash=sha256:[0-9a-f]{64})+",
    re.IGNORECASE,
)
"""One package, its version, perhaps the machines it is for, its hashes; no host, path or option."""


def entries(lock: Path) -> list[str]:
    """The entries of a lock, each as one line, without its comments."""
    whole = lock.read_text().replace("\\\n", " ")
    lines = (line.strip() for line in whole.splitlines())
    return [re.sub(r"\s+", " ", line) for line in lines if line and not line.startswith("#")]


def pins(lock: str) -> Iterator[Requirement]:
    """What a lock installs, hashes left out."""
    for entry in entries(ROOT / "requirements" / f"{lock}.txt"):
        yield Requirement(entry.split(" --hash")[0])


def versions(lock: str) -> dict[str, str]:
    """What a lock installs on this machine: versions by name."""
    here = (pin for pin in pins(lock) if pin.marker is None or pin.marker.evaluate())
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in here}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_holds_hashed_pins_and_nothing_else(lock: Path) -> None:
    assert [entry for entry in entries(lock) if not HASHED_PIN.fullmatch(entry)] == []
    assert entries(lock) != []


@pytest.mark.parametrize(
    "entry",
    [
        "numpy==2.4.6",
        "numpy>=2 --hash=sha256:" + "0" * 64,
        "--index-url https://index.example/simple",
        "numpy @ file:///opt/numpy.whl --hash=sha256:" + "0" * 64,
        "-e .",
    ],
)
def test_a_lock_entry_without_hash_or_with_an_address_is_seen(entry: str) -> None:
    assert not HASHED_PIN.fullmatch(entry)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_names_no_host_and_no_path(lock: Path) -> None:
    comments = [line for line in lock.read_text().splitlines() if line.startswith("#")]
    assert all("/" not in comment and "--" not in comment for comment in comments)


@pytest.mark.parametrize(
    ("lock", "declared"),
    [
        ("use", PROJECT["dependencies"]),
        ("dev", PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]),
        ("build", ["hatchling"]),
    ],
)
def test_a_lock_meets_what_the_project_declares(lock: str, declared: list[str]) -> None:
    pinned = versions(lock)
    unmet = [
        each
        for each in map(Requirement, declared)
        if pinned.get(canonicalize_name(each.name), "none") not in each.specifier
    ]
    assert unmet == [], "run: make lock"


@pytest.mark.parametrize("lock", ["use", "build"])
def test_the_locks_agree(lock: str) -> None:
    assert {str(pin) for pin in pins(lock)} <= {str(pin) for pin in pins("dev")}


def test_the_environment_holds_the_development_lock_and_nothing_else() -> None:
    if not (Path(sys.prefix) / "made-from").is_file():
        pytest.skip("this environment was not made by: make env")
    installed = {str(canonicalize_name(each.name)): each.version for each in distributions()}
    assert installed.pop("suasion") == PROJECT["version"]
    assert {name: installed[name] for name in installed.keys() - {"pip", "setuptools"}} == versions(
        "dev"
    )


@pytest.fixture
def install() -> dict[str, Any]:
    return runpy.run_path(str(INSTALL))


def test_an_old_python_can_read_the_script_that_refuses_it() -> None:
    ast.parse(INSTALL.read_text(), feature_version=(3, 6))


@pytest.mark.parametrize("version", [(3, 6, 15), (3, 10, 13)])
def test_an_old_python_is_told_in_one_line(
    install: dict[str, Any], version: tuple[int, ...]
) -> None:
    with pytest.raises(install["Failed"], match=r"needs Python 3\.11 or later") as told:
        install["require"](version)
    assert ".".join(map(str, version)) in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 13, 1), (3, 20, 0)])
def test_a_supported_python_is_not_refused(
    install: dict[str, Any], version: tuple[int, ...]
) -> None:
    install["require"](version)


def test_an_environment_that_stands_is_left_as_it_is(
    install: dict[str, Any], tmp_path: Path
) -> None:
    lock = ROOT / "requirements" / "use.txt"
    (tmp_path / "made-from").write_text(install["fingerprint"](lock))
    (tmp_path / "kept").touch()
    install["make"](tmp_path, lock)
    assert (tmp_path / "kept").exists()


def test_another_lock_is_another_environment(install: dict[str, Any]) -> None:
    assert len({install["fingerprint"](lock) for lock in LOCKS}) == len(LOCKS)


@pytest.mark.parametrize("target", ["demo", "test", "check", "env"])
def test_make_knows_the_targets_the_documents_name(target: str) -> None:
    dry = subprocess.run(
        ["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "requirements/install.py" in dry.stdout


SKIPPING = """
import pytest
def test_that_skips():
    pytest.skip("no browser")
def test_that_may_skip():
    pytest.skip("no second supported Python is installed")
def test_that_runs(): ...
"""


@pytest.mark.parametrize(
    ("ci", "outcome"), [("true", "1 failed, 1 passed, 1 skipped"), ("", "1 passed, 2 skipped")]
)
def test_ci_accepts_no_skip(
    ci: str, outcome: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert outcome in said_by_pytest(SKIPPING, ci, tmp_path, monkeypatch)


def test_ci_accepts_no_module_that_skips_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = "import pytest\npytest.importorskip('no_such_module')\n"
    assert "1 error" in said_by_pytest(absent, "true", tmp_path, monkeypatch)
    assert "1 skipped" in said_by_pytest(absent, "", tmp_path, monkeypatch)


def said_by_pytest(text: str, ci: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What pytest prints about one module beside this project's own conftest."""
    monkeypatch.setenv("CI", ci)
    (folder / "conftest.py").write_text((ROOT / "conftest.py").read_text())
    (folder / "some_test.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "some_test.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout
