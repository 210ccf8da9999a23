"""How far a run is can be read by people, pipes and programs, and says nothing of outcomes."""

from __future__ import annotations

import json
import sys

import pytest

from suasion.cli import progress as showing
from suasion.cli.progress import LATE, SOON, WIDEST, Bars, Lines, Objects, Pace, duration, progress
from suasion.runner.progress import Progress, Quiet, Standing, Tally, Trouble


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    passing = Clock()
    monkeypatch.setattr(showing, "monotonic", passing)
    return passing


def a_run(shown: Progress, clock: Clock) -> None:
    """Four episodes in two conditions, of which one fails."""
    shown.planned({"a": Tally(2), "b": Tally(2)})
    for arm, replicate in (("a", 0), ("b", 0), ("a", 1), ("b", 1)):
        episode = f"{arm}--r{replicate}"
        shown.started(episode, arm)
        clock.now += 2
        shown.tick()
        lost = episode == "b--r1"
        shown.ended(episode, arm, "failed" if lost else "whole", "x\x1b[2J" * 99 if lost else None)
        shown.tick()


def test_rate_and_time_left_come_from_this_session(clock: Clock) -> None:
    pace = Pace(began=clock())
    pace.plan({"a": Tally(10, whole=4)})
    assert pace.left is None
    clock.now += 4
    pace.end("a", "whole")
    pace.end("a", "whole")
    assert pace.rate == 0.5
    assert pace.left == 4 / 0.5
    assert pace.tally == Tally(10, whole=6)


def test_plain_lines_are_short_and_hold_no_escapes(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    a_run(Lines(), clock)
    printed = capsys.readouterr().out
    lines = printed.rstrip("\n").split("\n")
    assert lines[0] == "0 of 4 episodes"
    assert any(line.startswith("failed: b--r1: x") for line in lines)
    assert lines[-1] == "4 of 4 episodes, 1 failed, 0.5 a second"
    assert max(map(len, lines)) <= WIDEST
    assert "\x1b" not in printed


def test_a_quiet_run_still_says_that_it_lives(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = Lines()
    shown.planned({"a": Tally(2)})
    for _ in range(100):
        clock.now += 1
        shown.tick()
    assert len(capsys.readouterr().out.split("\n")) - 2 == 100 // LATE


def test_a_busy_run_says_little(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    shown = Lines()
    shown.planned({"a": Tally(10_000)})
    for _ in range(1000):
        clock.now += 0.1
        shown.ended("a", "a", "whole", None)
        shown.tick()
    assert len(capsys.readouterr().out.split("\n")) - 2 <= 100 / SOON


def test_json_is_read_line_by_line(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    a_run(Objects(), clock)
    found = [json.loads(line) for line in capsys.readouterr().out.rstrip("\n").split("\n")]
    assert [each["event"] for each in found] == ["planned", *["started", "ended"] * 4]
    assert found[0]["arms"]["a"] == {"planned": 2, "whole": 0, "blocked": 0, "failed": 0}
    assert [each["state"] for each in found if each["event"] == "ended"].count("failed") == 1


def test_bars_end_full_and_without_an_error_of_their_own(
    clock: Clock, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    shown = Bars()
    a_run(shown, clock)
    shown.close()
    printed = capsys.readouterr().out
    assert "4/4" in printed
    assert "1 failed" in printed
    assert "\x1b[2Jx" not in printed


def test_one_condition_has_one_bar(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    shown = Bars()
    shown.planned({"main": Tally(1)})
    shown.ended("main--r0", "main", "whole", None)
    shown.close()
    assert capsys.readouterr().out.count("1/1") == 1


DOWN = Standing(
    in_flight=1,
    waiting=63,
    troubles=(Trouble("vllm at gpu:8000", "down for 40 s (connection_refused)"),),
    tokens=12_000,
    max_tokens=90_000,
    cost=0.5,
    max_cost=3.0,
)


def in_trouble(shown: Progress, clock: Clock) -> None:
    """A minute in which an endpoint is down, and one in which it is not."""
    shown.planned({"a": Tally(2)})
    for standing in (DOWN, DOWN._replace(troubles=())):
        for _ in range(60):
            clock.now += 1
            shown.tick(standing)


def test_a_run_that_stands_still_says_for_whom_it_waits_and_what_it_spent(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    in_trouble(Lines(), clock)
    lines = capsys.readouterr().out.rstrip("\n").split("\n")
    assert lines[1] == "vllm at gpu:8000: down for 40 s (connection_refused)"
    assert lines.count("vllm at gpu:8000: answers again") == 1
    assert len(lines) <= 3 + 120 / LATE
    waiting = next(line for line in lines if "waiting" in line)
    assert waiting == (
        "0 of 2 episodes, 1 call under way, 63 waiting, vllm at gpu:8000: down for 40 s"
        " (connection_refused), 12,000 of 90,000 tokens, $0.50 of $3.00"
    )


def test_programs_are_told_of_trouble_when_it_comes_and_when_it_goes(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    in_trouble(Objects(), clock)
    found = [json.loads(line) for line in capsys.readouterr().out.rstrip("\n").split("\n")]
    told = [each["calls"]["troubles"] for each in found if each["event"] == "progress"]
    assert told[0] == [DOWN.troubles[0]._asdict()]
    assert told[-1] == []
    assert found[1]["calls"]["waiting"] == 63
    assert len(found) <= 3 + 120 / LATE


def test_bars_say_what_lines_say(
    clock: Clock, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    shown = Bars()
    in_trouble(shown, clock)
    shown.close()
    printed = capsys.readouterr().out
    assert "vllm at gpu:8000: down for 40 s" in printed
    assert "answers again" in printed
    assert "12,000 of 90,000 tokens" in printed


@pytest.mark.parametrize(
    ("terminal", "environment", "made"),
    [
        (True, {"TERM": "xterm"}, Bars),
        (True, {"TERM": "dumb"}, Lines),
        (True, {"TERM": "xterm", "CI": "true"}, Lines),
        (False, {"TERM": "xterm"}, Lines),
    ],
)
def test_auto_is_bars_only_where_things_may_move(
    terminal: bool, environment: dict[str, str], made: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    assert type(progress("auto")) is made


def test_none_shows_nothing() -> None:
    assert type(progress("none")) is Quiet


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (119, "119 s"), (600, "10 min"), (9000, "2.5 h")]
)
def test_durations_are_for_people(seconds: float, words: str) -> None:
    assert duration(seconds) == words
