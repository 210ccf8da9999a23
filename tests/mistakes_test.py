"""Errors teach: every mistake names what exists, and a command that works when run verbatim."""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

PROGRAM = str(Path(sys.executable).parent / "suasion")
STUDY = """\
name: mine
question: does it run?
expectation: it does
environment: influence
settings: {size: 2, rounds: 1, slots: 1}
seats: [policy/grim, policy/tit_for_tat]
replicates: 1
"""
LOG = """\
{"episode":"E","condition":"complete/pure/msg-off","seats":["P1","P2"],"rounds":1,"slots":1}
{"episode":"E","index":0,"round":1,"slot":1,"seat":"P1","action":"pull","beneficiary":"P2"}
{"episode":"E","index":1,"round":1,"slot":1,"seat":"P2","action":"forfeit"}
"""


class Mistake(NamedTuple):
    """What is typed, and what must be said of it."""

    name: str
    typed: str
    told: tuple[str, ...]
    code: int = 1


TWO = "--seats grim,grim --set size=2"
MISTAKES = (
    Mistake("environment", "play influense", ("influense", "influence")),
    Mistake("policy", "play influence --set size=2 --seats grim,gramm", ("gramm", "policy/grim")),
    Mistake("preset", "play influence --preset rign --seats grim", ("rign", "ring, no_messages")),
    Mistake("setting", f"play influence {TWO} --set sloths=2", ("sloths", "slots")),
    Mistake("value", f"play influence {TWO} --set rounds=many", ("many", "whole number", "5")),
    Mistake("value of a word", f"play influence {TWO} --set topology=star", ("star", "ring")),
    Mistake("value of another", "play influence --set personas='[a, b]'", ("personas", "5")),
    Mistake("value that is no YAML", f"play influence {TWO} --set rounds=[1", ("rounds", "[1")),
    Mistake("postponed", f"play influence {TWO} --set economy=mixed", ("economy", "not played")),
    Mistake("postponed value", f"play influence {TWO} --set credit=payback_clause", ("credit",)),
    Mistake("postponed flag", f"play influence {TWO} --set intents=true", ("intents",)),
    Mistake("seats left out", "play influence", ("P1, P2, P3, P4, P5", "policy/extractor")),
    Mistake("seat count", "play influence --seats grim,grim", ("2 agents for 5 seats", "P5")),
    Mistake("seat", f"play influence {TWO} --seat P9=grim", ("P9", "P1, P2")),
    Mistake("several", "play influnce --set sise=2 --set rounds=x --seats a", ("influnce",)),
    Mistake("study key", "run misspelt.yaml", ("misspelt.yaml, line 7", "replicats", "replicates")),
    Mistake("study setting", "run other.yaml", ("other.yaml, line 5", "settings.size", "whole")),
    Mistake("study file", "run nowhere.yaml", ("nowhere.yaml", "influence/smoke")),
    Mistake("study name", "run smok", ("smok", "smoke")),
    Mistake("study that is no YAML", "run broken.yaml", ("broken.yaml, line 1",)),
    Mistake(
        "parameter",
        "measure runs/mine --set capture.windo=any",
        ("capture.windo", "capture.window"),
    ),
    Mistake(
        "parameter's value", "measure runs/mine --set repayment.window=x", ("repayment.window", "2")
    ),
    Mistake("run folder", "measure runs/mien", ("runs/mien", "runs/mine")),
    Mistake("run folder of show", "show nowhere E", ("nowhere", "runs/mine")),
    Mistake("a folder that is no run", "status .", ("runs/mine",)),
    Mistake("episode", "show runs/mine main--r7", ("main--r7", "main--r0")),
    Mistake("event", "show runs/mine main--r0#99", ("99", "0 to 1")),
    Mistake("event by its option", "show runs/mine main--r0 --event -1", ("-1", "0 to 1")),
    Mistake("viewpoint", "show runs/mine main--r0 --as P7", ("P7", "P1, P2")),
    Mistake("channel", f"play influence {TWO} --channel los", ("los", "loss", "sanitise")),
    Mistake(
        "channel's parameter", f"play influence {TWO} --channel 'loss?rate=x'", ("rate", "0 to 1")
    ),
    Mistake("fork's event", "fork runs/mine main--r0 --at 9 --out f", ("9", "0 to 1")),
    Mistake("fork's episode", "fork runs/mine main--r7 --at 0 --out f", ("main--r7", "main--r0")),
    Mistake(
        "fork's seat", "fork runs/mine main--r0 --at 0 --answer P9=null --out f", ("P9", "P1, P2")
    ),
    Mistake("fork's answer", "fork runs/mine main--r0 --at 0 --answer P1=x --out f", ("P1=x",), 2),
    Mistake("fork's draw", "fork runs/mine main--r0 --at 0 --draw odr=1 --out f", ("order",)),
    Mistake("two edits", "fork runs/mine main--r0 --at 0 --drop --delay 1 --out f", ("drop",), 2),
    Mistake("a seed for nothing", "fork runs/mine main--r0 --at 0 --seed 1 --out f", ("times",), 2),
    Mistake("import format", "import influence-lag log.jsonl --out read", ("influence-log",)),
    Mistake("import format, no file", "import influence no.jsonl --out read", ("influence-log",)),
    Mistake("import file", "import influence-log no.jsonl --out read", ("no.jsonl", "log.jsonl")),
    Mistake("export format", "export runs/mine --format influence", ("influence-log",)),
    Mistake("settings changed", "run changed.yaml --out runs/mine", ("study.settings.size", "3")),
    Mistake("more replicates", "run mine.yaml --replicates 9", ("study.replicates", "9")),
    Mistake("a file in the way", "run mine.yaml --out log.jsonl", ("log.jsonl",)),
    Mistake("kind of list", "list polices", ("polices", "policies"), 2),
    Mistake("what to check", "check influnce", ("influnce", "influence/smoke")),
    Mistake("display", "run mine.yaml --display plian", ("plian", "plain"), 2),
    Mistake("command", "plya", ("plya",), 2),
    Mistake("option", "play influence --sead 1", ("--sead",), 2),
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with studies, a run and a log."""
    folder = tmp_path_factory.mktemp("mistakes")
    (folder / "mine.yaml").write_text(STUDY)
    (folder / "misspelt.yaml").write_text(STUDY.replace("replicates", "replicats"))
    (folder / "other.yaml").write_text(STUDY.replace("size: 2", "size: two"))
    (folder / "broken.yaml").write_text("name: [")
    (folder / "changed.yaml").write_text(
        STUDY.replace("size: 2", "size: 3").replace("[policy/grim", "[grim, policy/grim")
    )
    (folder / "log.jsonl").write_text(LOG)
    made = called([PROGRAM, "run", "mine.yaml", "--display", "none"], folder)
    assert made.returncode == 0, made.stderr
    return folder


def called(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def told_of(typed: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What the program says to what is typed into a shell."""
    return called(["bash", "-c", f"{PROGRAM} {typed}"], folder)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_told_with_a_command_that_works(
    mistake: Mistake, prepared: Path, tmp_path: Path
) -> None:
    here = tmp_path / "here"
    shutil.copytree(prepared, here)
    wrong = told_of(mistake.typed, here)
    assert wrong.returncode == mistake.code, wrong.stderr
    assert wrong.stdout == ""
    assert "Traceback" not in wrong.stderr
    assert [word for word in mistake.told if word not in wrong.stderr] == []
    again = command_in(wrong.stderr)
    if mistake.typed.startswith("play") and mistake.code == 1:
        assert f"{PROGRAM} play influence --" in again
    right = called(["bash", "-c", again], here)
    assert right.returncode == 0, right.stderr + right.stdout


def command_in(told: str) -> str:
    """The command that an error prints: on an indented line, or where usage is explained."""
    found = re.findall(r"^  (\S.*)$", told, re.MULTILINE) or re.findall(r"Try '(.*)' for", told)
    assert len(found) == 1, told
    return str(found[0])


def test_without_any_run_the_command_makes_one(tmp_path: Path) -> None:
    wrong = called([PROGRAM, "status", "nowhere"], tmp_path)
    right = called(["bash", "-c", command_in(wrong.stderr)], tmp_path)
    assert right.returncode == 0, right.stderr
    assert called([PROGRAM, "status", "runs/smoke"], tmp_path).returncode == 0


def test_the_program_is_named_as_the_user_can_run_it(tmp_path: Path) -> None:
    (tmp_path / "bin").symlink_to(Path(PROGRAM).parent)
    on_path = {"PATH": f"{Path(PROGRAM).parent}:/usr/bin:/bin"}
    elsewhere = {"PATH": "/usr/bin:/bin"}
    for command, path, name in (
        (["suasion"], on_path, "suasion"),
        ([PROGRAM], on_path, "suasion"),
        (["bin/suasion"], elsewhere, "bin/suasion"),
        ([sys.executable, "-m", "suasion"], elsewhere, f"{sys.executable} -m suasion"),
        ([sys.executable, "-m", "suasion"], on_path, "python -m suasion"),
    ):
        line = f"cd {tmp_path} && {' '.join(command)} play influense"
        told = subprocess.run(
            ["bash", "-c", line], env=path, capture_output=True, text=True, check=False
        )
        assert command_in(told.stderr).startswith(f"{name} play influence --seats"), told.stderr
