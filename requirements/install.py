"""Make a virtual environment that holds one lock and this checkout, and nothing else.

    python3 requirements/install.py .venv dev

Every package comes from `requirements/<lock>.txt` with its hash, the backend from `build.txt`.
An environment that was made from the same locks by the same Python is left as it is. uv does the
work; where there is none it is fetched once into `.uv`, and where that fails pip does it, slowly.

This file is read by whatever `python3` a machine has, so it uses the standard library and only
syntax of Python 3.6: an old Python is told what is needed, not shown a traceback.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict, List, Optional, Tuple

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "requirements"
OLDEST = (3, 11)
KNOWN = ("python3.14", "python3.13", "python3.12", "python3.11")


class Failed(Exception):
    """The environment could not be made; the message is for the person who asked for it."""


def main(folder: str, lock: str) -> int:
    """Make `folder` from `requirements/<lock>.txt` unless it is already that; the exit code."""
    try:
        require(sys.version_info[:3])
        make(ROOT / folder, LOCKS / f"{lock}.txt")
    except Failed as why:
        say(str(why))
        return 1
    return 0


def require(version: Tuple[int, ...]) -> None:
    """Refuse a Python older than the program needs, naming one that would do if there is one."""
    if version[:2] < OLDEST:
        here = next(filter(works, KNOWN), None)
        way = f"run make again with PYTHON={here}" if here else "install one, or name it: PYTHON=…"
        found = ".".join(map(str, version))
        raise Failed(f"Suasion needs Python 3.11 or later and {sys.executable} is {found}; {way}")


def make(home: Path, lock: Path) -> None:
    """Install `lock` and this checkout into an empty `home`, unless its stamp says it is done."""
    stamp, wanted = home / "made-from", fingerprint(lock)
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    say(f"making {home.name} from requirements/{lock.name}")
    uv = find_uv()
    create(home, uv)
    install(home, uv, "--require-hashes", "-r", str(lock))
    link_checkout(home, uv)
    stamp.write_text(wanted)


def link_checkout(home: Path, uv: Optional[str]) -> None:
    """Install this checkout, editable, with the locked build backend, which does not stay."""
    backend = home / "build-backend"
    build = str(LOCKS / "build.txt")
    install(home, uv, "--require-hashes", "--target", str(backend), "-r", build)
    offline = ("--no-index", "--no-deps", "--no-build-isolation")
    install(home, uv, *offline, "--editable", str(ROOT), importable=backend)
    shutil.rmtree(backend)


def fingerprint(lock: Path) -> str:
    """What an environment is made from: the locks, the project, this file, Python and the place."""
    whole = hashlib.sha256()
    for file in (lock, LOCKS / "build.txt", ROOT / "pyproject.toml", Path(__file__)):
        whole.update(file.read_bytes())
    whole.update(repr((sys.version, base_python(), str(ROOT))).encode())
    return whole.hexdigest()


def base_python() -> str:
    """The interpreter itself, also while an environment is active (perhaps this one)."""
    return os.path.realpath(getattr(sys, "_base_executable", sys.executable))


def find_uv() -> Optional[str]:
    """The uv on PATH that works, else the one in `.uv`, which is fetched if need be; else None."""
    fetched = ROOT / ".uv"
    for uv in (shutil.which("uv"), str(fetched / "bin" / "uv")):
        if uv and works(uv):
            return uv
    create(fetched, None)
    try:
        install(fetched, None, "--require-hashes", "-r", str(LOCKS / "uv.txt"))
    except Failed as why:
        say(f"without uv this takes a minute rather than seconds; it could not be had: {why}")
        return None
    return str(fetched / "bin" / "uv")


def works(program: str) -> bool:
    """Whether a program runs at all: version managers leave stand-ins for what is not installed."""
    try:
        run([program, "--version"])
    except (Failed, OSError):
        return False
    return True


def create(home: Path, uv: Optional[str]) -> None:
    """An empty virtual environment at `home`, in place of what was there."""
    shutil.rmtree(home, ignore_errors=True)
    if uv:
        run([uv, "venv", "--quiet", "--no-python-downloads", "--python", base_python(), str(home)])
        return
    try:
        run([base_python(), "-m", "venv", str(home)])
    except Failed as why:
        lacking = f"{base_python()} cannot make virtual environments"
        way = "on Debian and Ubuntu: apt-get install python3-venv"
        raise Failed(f"{lacking}; {way}\n{why}") from why


def install(home: Path, uv: Optional[str], *what: str, importable: Optional[Path] = None) -> None:
    """Install `what` into the environment at `home`, building with `importable` on its path."""
    python = str(home / "bin" / "python")
    pip = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
    path = {"PYTHONPATH": str(importable)} if importable else {}
    run([*pip, "--quiet", *what], path)


def run(command: List[str], more: Optional[Dict[str, str]] = None) -> None:
    """Run a command with `more` in its environment; what it said is shown only if it failed."""
    whole = {**os.environ, **(more or {})}
    to = subprocess.PIPE
    done = subprocess.run(command, env=whole, stdout=to, stderr=subprocess.STDOUT)
    if done.returncode:
        words = done.stdout.decode(errors="replace").strip()
        raise Failed(f"{' '.join(command)}\n{words}")


def say(words: str) -> None:
    """Tell the person at the terminal."""
    sys.stderr.write(words + "\n")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
