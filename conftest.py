"""What every test may ask for, beside its module or under `tests/`, and what CI never lets pass.

A machine may lack the published data, a browser, strace or a second Python: tests that need one
ask for it here, and skip with a reason where it is absent. In CI (`CI=true`) such a skip fails.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent
NO_SECOND_PYTHON = "no second supported Python is installed"
ALLOWED_IN_CI = (NO_SECOND_PYTHON,)
"""Reasons for a skip that CI accepts, because the machine and not the project decides."""

CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of published data: `SUASION_REFERENCE`, or `../shared/reference`."""
    folder = Path(os.environ.get("SUASION_REFERENCE", ROOT.parent / "shared" / "reference"))
    if not folder.is_dir():
        pytest.skip(f"no published data at {folder}; set SUASION_REFERENCE to where it is")
    return folder.resolve()


@pytest.fixture(scope="session")
def strace() -> str:
    """The strace program, which sees the system calls of another."""
    return _program(shutil.which("strace"), "no strace on PATH")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The Chromium to drive: `SUASION_CHROMIUM`, or the system's."""
    named = os.environ.get("SUASION_CHROMIUM", "/usr/bin/chromium")
    return _program(shutil.which(named), f"no browser at {named}; set SUASION_CHROMIUM")


@pytest.fixture(scope="module")
def browser(chromium: str) -> "Iterator[Browser]":
    """A headless Chromium; each test opens and closes its own pages.

    It lives for one module only: while it is open its event loop is the thread's running one, and
    `asyncio.run` in any other test would refuse to start.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def other_python() -> str:
    """A supported interpreter of another minor version than this one, without our dependencies."""
    for python in _pythons():
        asked = [python, "-c", "import sys; print(sys.version_info[1])"]
        answer = subprocess.run(asked, capture_output=True, text=True, check=False)
        if answer.returncode == 0 and 11 <= int(answer.stdout) != sys.version_info.minor:
            return python
    pytest.skip(NO_SECOND_PYTHON)


def _pythons() -> Iterator[str]:
    """Where interpreters are found: on PATH, and among those that pyenv keeps."""
    yield from filter(None, (shutil.which(f"python3.{minor}") for minor in (11, 12, 13, 14)))
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    yield from map(str, sorted(kept.glob("3.1[1-9]*/bin/python3")))


def _program(found: str | None, absent: str) -> str:
    if found is None:
        pytest.skip(absent)
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI, a test that skips has failed."""
    return _no_skip_in_ci((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """In CI, a module that skips has failed."""
    return _no_skip_in_ci((yield))


Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def _no_skip_in_ci(report: Report) -> Report:
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr)
        if not any(allowed in reason for allowed in ALLOWED_IN_CI):
            report.outcome = "failed"
            report.longrepr = f"skipped, which CI does not accept: {reason}"
    return report
