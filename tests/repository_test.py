"""What is true of the repository as it is handed over: its words, its papers and its package."""

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

OF_ONE_MACHINE = re.compile(
    r"/wor[k]/|/hom[e]/\w|/roo[t]/\w|/User[s]/\w|/far[m]/|\.librar[y]|(?:pyp[i]|pythonhoste[d])\.org|npmj[s]\."
)
"""Places of one machine and addresses of registries: they mean nothing to a reader elsewhere."""

TEMPORARY = re.compile(r"/tm[p]/\w")

SLOW_TO_IMPORT = {
    *("altair", "jinja2", "msgspec", "numpy", "polars", "pydantic", "scipy", "sqlite3"),
    *("vl_convert", "asyncio", "multiprocessing"),
}


def files() -> list[Path]:
    """The files of the repository: what git tracks, and what it would if they were added."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [file for name in listed.split("\0") if name and (file := ROOT / name).is_file()]


def texts() -> dict[Path, str]:
    """The files that are text, with their text."""
    whole = {file: file.read_bytes() for file in files()}
    return {file: data.decode() for file, data in whole.items() if b"\0" not in data[:8192]}


def test_no_file_names_a_place_of_one_machine() -> None:
    found = [
        f"{file.relative_to(ROOT)}: {at[0]}"
        for file, text in texts().items()
        for at in OF_ONE_MACHINE.finditer(text)
    ]
    assert found == []


def test_only_tests_name_temporary_folders() -> None:
    named = [file for file, text in texts().items() if TEMPORARY.search(text)]
    assert [file for file in named if not file.name.endswith("_test.py")] == []


@pytest.mark.parametrize("parts", [("", "work", "x"), ("", "home", "ann"), ("", "root", "y")])
def test_a_place_of_one_machine_is_seen(parts: tuple[str, ...]) -> None:
    assert OF_ONE_MACHINE.search("/".join(parts))


def test_no_file_is_large() -> None:
    assert [file.name for file in files() if file.stat().st_size > 1_000_000] == []


def test_the_licence_is_mit() -> None:
    assert (
        (ROOT / "LICENSE")
        .read_text()
        .startswith("MIT License\n\nCopyright (c) 2026 The Suasion authors")
    )
    assert PROJECT["license"] == "MIT"


def test_the_citation_is_of_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors", "type"} <= citation.keys()
    assert citation["version"] == PROJECT["version"] == importlib.metadata.version("suasion")
    assert citation["license"] == PROJECT["license"]


def test_the_changelog_begins_with_what_is_not_yet_released() -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", each) for each in headings[1:])


def test_the_program_imports_what_it_declares_and_declares_what_it_imports() -> None:
    imported, declared = distributions(third_party(apart_from=FOR_DEVELOPERS)), MAIN | ADDED
    assert imported - declared == set()
    assert declared - imported == set()


def test_what_developers_alone_need_is_declared_for_them() -> None:
    further = distributions(third_party()) - MAIN - ADDED
    assert further
    assert further <= named_in(PROJECT["optional-dependencies"]["dev"])
    assert named_in(PROJECT["optional-dependencies"]["dev"]) >= ADDED


def named_in(requirements: Iterable[str]) -> set[str]:
    """Distributions, by how they are told apart."""
    return {canonicalize_name(Requirement(each).name) for each in requirements}


MAIN = named_in(PROJECT["dependencies"])
ADDED = named_in(
    each
    for name, extra in PROJECT["optional-dependencies"].items()
    if name != "dev"
    for each in extra
)
"""What the extras bring that users ask for by name."""
FOR_DEVELOPERS = ROOT / "src" / "suasion" / "testing" / "tiny_model.py"
"""A real server, for tests of the checkout: nothing else that is installed imports it."""


def distributions(tops: Iterable[str]) -> set[str]:
    """Who provides what is imported under these names."""
    providers = importlib.metadata.packages_distributions()
    return {canonicalize_name(dist) for top in tops for dist in providers.get(top, [top])}


def third_party(apart_from: Path | None = None) -> set[str]:
    """The libraries that the program itself imports, by the names they are imported under.

    pytest is none of them: what `suasion.testing` makes for it is only called by its tests.
    """
    files = [file for file in (ROOT / "src").rglob("*.py") if file != apart_from]
    modules = [file for file in files if not file.name.endswith("_test.py")]
    nodes = [node for file in modules for node in ast.walk(ast.parse(file.read_text()))]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    parts = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    tops = {name.split(".")[0] for name in plain | parts}
    return tops - sys.stdlib_module_names - {"suasion", "pytest"}


def test_help_imports_nothing_slow() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "suasion", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    imported = {line.split("|")[-1].strip() for line in done.stderr.splitlines()}
    assert "Usage" in done.stdout
    assert "typer" in imported
    assert imported & SLOW_TO_IMPORT == set()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built here from the checkout by the backend that is already installed."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("suasion-*.whl")
    return built


def test_the_wheel_carries_the_studies_and_no_tests(wheel: Path) -> None:
    names = ZipFile(wheel).namelist()
    studies = {f"suasion/{file.relative_to(ROOT)}" for file in (ROOT / "studies").rglob("*.yaml")}
    assert studies
    assert studies <= set(names)
    assert [name for name in names if name.endswith("_test.py") or "conftest" in name] == []
    assert {name.split("/")[0] for name in names} == {
        "suasion",
        f"suasion-{PROJECT['version']}.dist-info",
    }


def test_the_wheel_carries_every_file_of_the_program(wheel: Path) -> None:
    sources = [file for file in files() if file.is_relative_to(ROOT / "src")]
    program = {
        str(file.relative_to(ROOT / "src"))
        for file in sources
        if not file.name.endswith("_test.py")
    }
    assert program - set(ZipFile(wheel).namelist()) == set()


def test_the_program_in_the_wheel_finds_the_studies_in_the_wheel(
    wheel: Path, tmp_path: Path
) -> None:
    ZipFile(wheel).extractall(tmp_path)
    command = [sys.executable, "-m", "suasion", "list", "studies", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "demo" in done.stdout
