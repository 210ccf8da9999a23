"""How far a run is: bars on a terminal, plain lines in pipes, JSON for programs; no outcomes.

What comes out of a run is not shown while it plays: looking early changes what intervals mean.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Literal

from suasion.cli.terminal import one_line, say, say_json
from suasion.runner.progress import NOTHING_ASKED, Progress, Quiet, Standing, Tally

Display = Literal["auto", "full", "plain", "json", "none"]
WIDEST = 200
"""Characters of a plain line."""
SOON, LATE = 5.0, 30.0
"""Seconds between plain lines while something happens, and while nothing does."""


def progress(display: Display) -> Progress:
    """What shows a run in the way asked for."""
    if display == "auto":
        display = "full" if lively() else "plain"
    made: dict[str, type[Progress]] = {"full": Bars, "plain": Lines, "json": Objects}
    return made.get(display, Quiet)()


def lively() -> bool:
    """Whether standard output is a terminal on which things may move."""
    dumb = os.environ.get("TERM", "") in ("dumb", "")
    return sys.stdout.isatty() and not dumb and not os.environ.get("CI")


@dataclass
class Pace:
    """Counts of every condition, and how fast they grow."""

    arms: dict[str, Tally] = field(default_factory=dict)
    began: float = field(default_factory=monotonic)
    ended: int = 0
    """Episodes that ended since it began."""

    def plan(self, arms: Mapping[str, Tally]) -> None:
        """Begin, or go on."""
        self.arms, self.began, self.ended = dict(arms), monotonic(), 0

    def end(self, arm: str, state: str) -> None:
        """One more episode is over."""
        self.ended += 1
        tally = self.arms.get(arm, Tally(0))
        if state in Tally._fields:
            self.arms[arm] = tally._replace(**{state: getattr(tally, state) + 1})

    @property
    def tally(self) -> Tally:
        """Of all conditions."""
        return Tally(*map(sum, zip(*self.arms.values(), strict=True))) if self.arms else Tally(0)

    @property
    def rate(self) -> float:
        """Episodes a second."""
        return self.ended / max(monotonic() - self.began, 1e-3)

    @property
    def left(self) -> float | None:
        """Seconds that are left at this rate; None before there is one."""
        tally = self.tally
        return (tally.planned - tally.done) / self.rate if self.ended else None


class News:
    """What is new about endpoints: one that fails or is down, and one that answers again."""

    def __init__(self) -> None:
        self._known: frozenset[str] = frozenset()
        self._looked = -SOON

    def of(self, standing: Standing) -> list[str]:
        """In words, not too often; nothing where nothing changed."""
        now = monotonic()
        if now - self._looked < SOON or standing is NOTHING_ASKED:
            return []
        why = dict(standing.troubles)
        known, self._known = self._known, frozenset(why)
        if known != self._known:
            self._looked = now
        return [
            *(f"{where}: {why[where]}" for where in sorted(why.keys() - known)),
            *(f"{where}: answers again" for where in sorted(known - why.keys())),
        ]


def calls(standing: Standing) -> list[str]:
    """What leaves, what waits and why, and what is spent, in words."""
    many = "call" if standing.in_flight == 1 else "calls"
    words = [f"{standing.in_flight:,} {many} under way"] if standing.in_flight else []
    if standing.waiting:
        words.append(f"{standing.waiting:,} waiting")
    words += [f"{where}: {why}" for where, why in standing.troubles]
    if standing.max_tokens is not None:
        words.append(f"{standing.tokens:,} of {standing.max_tokens:,} tokens")
    if standing.max_cost is not None:
        words.append(f"${standing.cost:,.2f} of ${standing.max_cost:,.2f}")
    return words


class Lines:
    """Plain lines: one now and then, and one for each episode that fails."""

    def __init__(self) -> None:
        self.pace, self._news = Pace(), News()
        self._said = monotonic()
        self._told = 0
        self._standing = NOTHING_ASKED

    def planned(self, arms: Mapping[str, Tally]) -> None:
        self.pace.plan(arms)
        self._line()

    def started(self, episode: str, arm: str) -> None: ...

    def ended(self, episode: str, arm: str, state: str, error: str | None) -> None:
        self.pace.end(arm, state)
        if error is not None:
            _say_line(f"{state}: {episode}: {error}")
        if self.pace.tally.done == self.pace.tally.planned:
            self._line()

    def tick(self, standing: Standing = NOTHING_ASKED) -> None:
        self._standing = standing
        for line in self._news.of(standing):
            _say_line(line)
        quiet = monotonic() - self._said
        if quiet >= LATE or (quiet >= SOON and self.pace.ended > self._told):
            self._line()

    def stopping(self, why: str) -> None:
        _say_line(stopping(why))

    def _line(self) -> None:
        self._said, self._told = monotonic(), self.pace.ended
        ended = self.pace.tally.done == self.pace.tally.planned
        _say_line(", ".join([summary(self.pace), *([] if ended else calls(self._standing))]))


def summary(pace: Pace) -> str:
    """Where a run stands, in one line."""
    tally = pace.tally
    words = [f"{tally.done:,} of {tally.planned:,} episodes", _lost(tally), *speed(pace)]
    return ", ".join(filter(None, words))


def speed(pace: Pace) -> list[str]:
    """The rate and the time left, once there is something to tell them from."""
    words = [f"{pace.rate:.3g} a second"] if pace.ended else []
    return [*words, f"about {duration(pace.left)} left"] if pace.left else words


def duration(seconds: float) -> str:
    """Seconds for people."""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 7200 else f"{whole / 3600:.1f} h"


def stopping(why: str) -> str:
    """What is said at the first Ctrl-C."""
    return f"{why}. Press Ctrl-C again to stop at once; what is recorded stays."


def _say_line(text: str) -> None:
    line = one_line(text)
    say(line if len(line) <= WIDEST else f"{line[: WIDEST - 1]}…")
    sys.stdout.flush()


class Objects:
    """One JSON object a line, for programs."""

    def __init__(self) -> None:
        self.pace, self._news = Pace(), News()
        self._said = monotonic()
        self._standing = NOTHING_ASKED

    def planned(self, arms: Mapping[str, Tally]) -> None:
        self.pace.plan(arms)
        self._object("planned")

    def started(self, episode: str, arm: str) -> None:
        self._say({"event": "started", "episode": episode, "arm": arm})

    def ended(self, episode: str, arm: str, state: str, error: str | None) -> None:
        self.pace.end(arm, state)
        found = {"event": "ended", "episode": episode, "arm": arm, "state": state, "error": error}
        self._say(found)

    def tick(self, standing: Standing = NOTHING_ASKED) -> None:
        self._standing = standing
        if self._news.of(standing) or monotonic() - self._said >= LATE:
            self._object("progress")

    def stopping(self, why: str) -> None:
        self._say({"event": "stopping", "why": why})

    def _object(self, event: str) -> None:
        arms = {arm: tally._asdict() for arm, tally in self.pace.arms.items()}
        self._say({"event": event, "arms": arms, "calls": _plain(self._standing)})

    def _say(self, found: dict[str, Any]) -> None:
        self._said = monotonic()
        say_json(found)
        sys.stdout.flush()


def _plain(standing: Standing) -> dict[str, Any]:
    troubles = [trouble._asdict() for trouble in standing.troubles]
    return {**standing._asdict(), "troubles": troubles}


ALL = "all"
"""The bar under those of the conditions."""


class Bars:
    """A bar for each condition and one for all, redrawn as time passes."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as RichProgress

        self.pace, self._news = Pace(), News()
        self._standing = NOTHING_ASKED
        self._bars = RichProgress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[words]}", markup=False),
            console=Console(highlight=False, markup=False, emoji=False),
            auto_refresh=False,
        )
        self._tasks: dict[str | None, Any] = {}

    def planned(self, arms: Mapping[str, Tally]) -> None:
        self.pace.plan(arms)
        single = len(arms) == 1
        for arm, tally in [*([] if single else arms.items()), (None, self.pace.tally)]:
            name = ALL if arm is None else one_line(arm)
            self._tasks[arm] = self._bars.add_task(
                name, total=tally.planned, completed=tally.done, words=_lost(tally)
            )
        self._bars.start()
        self._bars.refresh()

    def started(self, episode: str, arm: str) -> None: ...

    def ended(self, episode: str, arm: str, state: str, error: str | None) -> None:
        self.pace.end(arm, state)
        if arm in self._tasks:
            tally = self.pace.arms[arm]
            self._bars.update(self._tasks[arm], completed=tally.done, words=_lost(tally))
        if error is not None:
            self._bars.console.print(one_line(f"{state}: {episode}: {error}"))
        if self.pace.tally.done == self.pace.tally.planned:
            self.close()

    def tick(self, standing: Standing = NOTHING_ASKED) -> None:
        self._standing = standing
        for line in self._news.of(standing):
            self._bars.console.print(one_line(line))
        words = one_line(", ".join([*speed(self.pace), *calls(standing)]))
        self._bars.update(self._tasks[None], completed=self.pace.tally.done, words=words)
        self._bars.refresh()

    def stopping(self, why: str) -> None:
        self._bars.console.print(one_line(stopping(why)))

    def close(self) -> None:
        """Leave the bars as they are and give the terminal back."""
        if self._bars.live.is_started:
            self.tick(self._standing)
        self._bars.stop()


def _lost(tally: Tally) -> str:
    counts = ((tally.blocked, "blocked"), (tally.failed, "failed"))
    return ", ".join(f"{count} {state}" for count, state in counts if count)
