"""On a terminal: bars while a study plays, Ctrl-C, and text from anybody that only shows."""

import json
import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import pytest

from suasion.cli import main

PROGRAM = str(Path(sys.executable).parent / "suasion")
LONGEST = 120
"""Seconds that a command may take."""
CONTROLLED = """\
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])"""
"""Makes the terminal the one that Ctrl-C comes from, then becomes the command.

Not between fork and exec: libraries that a test before has loaded warn of forks.
"""


class Session(NamedTuple):
    """What a command did on a terminal."""

    code: int
    seen: str


def on_a_terminal(
    folder: Path,
    *words: str,
    after: str = "",
    interrupts: int = 0,
    variables: Mapping[str, str] | None = None,
) -> Session:
    """Run a command on a pseudo-terminal; press Ctrl-C so often once `after` has been seen."""
    env = {key: value for key, value in os.environ.items() if key not in ("CI", "NO_COLOR")}
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", CONTROLLED, PROGRAM, *words],
        cwd=folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**env, "TERM": "xterm-256color", "COLUMNS": "90", **(variables or {})},
        start_new_session=True,
    )
    os.close(theirs)
    seen, began = b"", monotonic()
    while monotonic() - began < LONGEST:
        if select.select([ours], [], [], 0.05)[0]:
            try:
                new = os.read(ours, 65536)
            except OSError:
                break
            if not new:
                break
            seen += new
        if interrupts and re.search(after, seen.decode(errors="replace")):
            os.write(ours, b"\x03" * interrupts)
            interrupts = 0
    os.close(ours)
    return Session(process.wait(LONGEST), seen.decode(errors="replace"))


def test_a_terminal_shows_a_bar_for_each_condition(tmp_path: Path) -> None:
    session = on_a_terminal(tmp_path, "run", "smoke")
    assert session.code == 0
    for bar in ("talking", "silent", "all"):
        assert re.search(rf"{bar} .*2/2|{bar} .*4/4", session.seen)
    assert "\x1b[" in session.seen
    assert re.search(r"4 of 4 episodes are whole in runs/smoke", session.seen)


@pytest.mark.parametrize(
    "variables",
    [{"TERM": "dumb"}, {"CI": "true"}],
    ids=["a dumb terminal", "continuous integration"],
)
def test_where_nothing_may_move_lines_are_printed(
    variables: dict[str, str], tmp_path: Path
) -> None:
    session = on_a_terminal(tmp_path, "run", "smoke", variables=variables)
    assert session.code == 0
    assert "\x1b" not in session.seen
    assert "4 of 4 episodes" in session.seen


def test_without_colour_there_is_no_colour(tmp_path: Path) -> None:
    session = on_a_terminal(tmp_path, "run", "smoke", variables={"NO_COLOR": "1"})
    assert not re.search(r"\x1b\[[0-9;]*m", session.seen)
    assert re.search(r"\x1b\[[0-9;]*m", on_a_terminal(tmp_path, "run", "smoke", "--out", "b").seen)


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_stops_and_the_command_it_prints_goes_on(times: int, tmp_path: Path) -> None:
    words = ("run", "influence/demo", "--replicates", "20", "--out", "d")
    stopped = on_a_terminal(tmp_path, *words, after=r"[1-9][0-9]*/40", interrupts=times)
    assert stopped.code == 130
    if times == 1:
        assert "Press Ctrl-C again to stop at once" in stopped.seen
    again = re.findall(r"^  (\S.*?)\r?$", stopped.seen, re.MULTILINE)[-1]
    before = subprocess.run(
        [PROGRAM, "status", "d", "--json"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert sum(arm["whole"] for arm in json.loads(before.stdout)["arms"].values()) < 40
    done = subprocess.run(
        ["bash", "-c", again], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "40 of 40 episodes are whole" in done.stdout
    subprocess.run([PROGRAM, *words[:-1], "whole", "--display", "none"], cwd=tmp_path, check=True)
    digests = [
        subprocess.run(
            [PROGRAM, "check", run, "--digest"], cwd=tmp_path, capture_output=True, check=True
        ).stdout
        for run in ("d", "whole")
    ]
    assert digests[0] == digests[1]


HOSTILE = (
    "\x1b[2J\x1b[31mred",
    "\x1b]0;title\x07",
    "\x1bPq\x1b\\",
    "\x9b2J",
    "\u202egnp.exe",
    "\u2066x\u2069",
    "a\rb",
    "\x00\x08\x7f",
    "\u2028line",
    "../../up",
    "$(touch pwned)",
    "'; touch pwned #",
    "--help",
    "[red]markup[/red]",
    "{0}{x}%s",
)
NEVER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def hostile_log() -> str:
    """A log in which every text is hostile."""
    lines: list[dict[str, object]] = []
    for number, text in enumerate(HOSTILE):
        seats = [f"{text}1", f"{text}2"]
        header = {"condition": "complete/pure/msg-on", "rounds": 1, "slots": 1, "seats": seats}
        held = {"models": {seats[0]: text}, "personas": {seats[1]: text}}
        sent = {"action": "message", "to": seats[1], "text": text}
        lost = {"action": "forfeit", "reason": text}
        lines.append({"episode": f"{text}{number}", **header, **held})
        for index, (seat, action) in enumerate(((seats[0], sent), (seats[1], lost), (text, lost))):
            at = {"episode": f"{text}{number}", "index": index, "round": 1, "slot": 1}
            lines.append({**at, "seat": seat, **action})
    return "".join(json.dumps(line) + "\n" for line in lines)


def test_hostile_text_is_inert_in_every_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("log.jsonl").write_text(hostile_log())
    first = ("import", "influence-log", "log.jsonl", "--out", "read")
    commands = [(first, 3), (("status", "read"), 0), (("measure", "read", "--values"), 0)]
    commands += [(("measure", "read"), 0), (("show", "read", "nobody"), 1), (("check", "read"), 0)]
    for number, text in enumerate(HOSTILE):
        commands += [
            (("show", "read", "--", f"{text}{number}"), 0),
            (("show", "read", f"--as={text}", "--", f"{text}{number}"), 1),
            (("play", "influence", f"--set={text}=1"), 1),
            (("measure", "read", f"--set={text}=1"), 1),
            (("measure", f"--set=capture.window={text}", "read"), 1),
            (("run", "--", text), 1),
            (("status", "--", text), 1),
            (("list", "--", text), 2),
        ]
    for words, code in commands:
        monkeypatch.setattr(sys, "argv", [PROGRAM, *words])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = b"".join(capfdbinary.readouterr()).decode()
        assert ended.value.code == code, (words, printed)
        assert not NEVER.search(printed), (words, printed)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.jsonl", "read"]
