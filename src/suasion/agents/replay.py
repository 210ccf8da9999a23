"""`replay/RUN`: the replies of a recorded run, put back where they were said.

A seat gets the raw words that the same seat said at the same place of the same episode, inner
calls and all; `replay/RUN?episode=ID` takes them from an episode of another name. What the record
does not hold is not made up: the episode is blocked, and says what is missing.

RUN is a path below the working directory. A study may come from anyone, and what a replay says is
heard by other seats, who may be models of strangers: no study reads out a run from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from suasion.agents import Registry, UnknownAgent
from suasion.agents.skinned import in_its_words
from suasion.core.asks import Forfeit, Json, Parsed
from suasion.core.environment import Asked, Blocked, Line, Live, Reply
from suasion.core.episode import Decision, Key
from suasion.core.play import INNER
from suasion.measures.kit import Kit
from suasion.measures.policy import BadPolicy, Menu, chosen

if TYPE_CHECKING:
    from suasion.store.run import Run

KEPT = 256
"""Episodes that are held in memory, so that seats of one episode read it once."""


def hold(name: str, kit: Kit, asked_with: Mapping[str, Json], models: Registry) -> Live:  # noqa: ARG001 - nobody is asked
    """The replies of a run in a seat."""
    path, _, _ = name.partition("?")
    run = opened(below_here(path))
    try:
        given: str = chosen(Menu("suasion", "run", "replay/", {path: _episode}), name)
    except BadPolicy as bad:
        raise UnknownAgent(str(bad)) from None
    if given and given not in run.ids():
        raise UnknownAgent(_no_episode(run, given))
    return Live(Replay(run, kit.environment.name, given).ask)


def _episode(episode: str = "") -> str:
    """Whose replies they are, where its name is another."""
    return episode


def below_here(path: str) -> Path:
    """A path below the working directory.

    Errors: `UnknownAgent`, for any other.
    """
    parts = PurePosixPath(path)
    if not path or parts.is_absolute() or ".." in parts.parts or "\x00" in path:
        raise UnknownAgent(
            f"replay/{path[:80]} is no run below the working directory: expected replay/RUN, with "
            "RUN a path from here, such as replay/runs/demo"
        )
    return Path(path)


def opened(path: Path) -> Run:
    """A run to read from.

    Errors: `UnknownAgent`, which says why it cannot be.
    """
    from suasion.store.database import Damaged
    from suasion.store.folder import NotARun

    try:
        return _opened(path.resolve(), path)
    except (NotARun, Damaged, OSError) as error:
        raise UnknownAgent(f"replay/{path}: {error}") from None


@lru_cache(maxsize=8)
def _opened(_: Path, path: Path) -> Run:
    from suasion.store.run import open_run

    return open_run(path)


class Replay:
    """A seat that says what was said."""

    def __init__(self, run: Run, environment: str, episode: str = "") -> None:
        self.run, self.environment, self.episode = run, environment, episode

    async def ask(self, asked: Asked, line: Line) -> Reply:
        """The recorded reply to this.

        Errors: `Blocked`, where there is none.
        """
        episode = self.episode or line.episode
        old = self._recorded(episode, asked.key)
        for call in old[:-1]:
            await line.recall(call.aside.split(INNER)[1], partial(_words, call))
        return _replied(asked, old[-1])

    def _recorded(self, episode: str, key: Key) -> Sequence[Decision]:
        """What was said there: the calls made to answer, and then the answer."""
        from suasion.store.run import UnknownEpisode

        try:
            decisions = _decisions(self.run, self.environment, episode)
        except UnknownEpisode:
            raise Blocked(_no_episode(self.run, episode)) from None
        found = decisions.get(key)
        if found is None:
            step, seat, aside, repeat = key
            what = f"aside {aside!r}, repeat {repeat}" if aside else "its turn"
            raise Blocked(
                f"{self.run.path} holds no reply of seat {seat} at step {step} ({what}) of "
                f"episode {episode!r}"
            )
        return found


@lru_cache(maxsize=KEPT)
def _decisions(run: Run, environment: str, episode: str) -> Mapping[Key, Sequence[Decision]]:
    """The decisions of an episode, each after the calls that were made for it, by its key."""
    filed = run.filed(episode)
    if filed.damaged:
        raise Blocked(f"episode {episode!r} of {run.path} is not what was written: it is not used")
    was = filed.episode.header.environment
    if was != environment:
        raise Blocked(f"episode {episode!r} of {run.path} was played in {was}, not {environment}")
    found: dict[Key, list[Decision]] = {}
    inner = [each for each in filed.episode.decisions if _CALL.fullmatch(each.aside)]
    for each in sorted(inner, key=_number):
        found.setdefault(_whose(each), []).append(each)
    for each in filed.episode.decisions:
        if INNER not in each.aside:
            found.setdefault(each.key, []).append(each)
    return {key: made for key, made in found.items() if INNER not in made[-1].aside}


_CALL = re.compile(f"[^{INNER}]*{INNER}[^{INNER}]*{INNER}[0-9]{{1,9}}")
"""What an inner call is kept under; a record of strangers may hold anything."""


def _whose(call: Decision) -> Key:
    return call.step, call.seat, call.aside.partition(INNER)[0], call.repeat


def _number(call: Decision) -> tuple[str, int]:
    _, name, number = call.aside.split(INNER)
    return name, int(number)


async def _words(call: Decision) -> str:
    return call.raw or ""


def _replied(asked: Asked, old: Decision) -> Reply:
    """A recorded answer as a reply: what it became then, where it may be said now."""
    from suasion.agents.language import in_words

    was = old.answer
    answer = was if isinstance(was, Forfeit) else in_its_words(asked, was)
    text = in_words(answer) if old.raw is None else old.raw
    if isinstance(answer, Forfeit) or asked.turn.ask.allows(answer):
        return Reply(text, old.meant, Parsed(answer, old.notes))
    return Reply(text, old.meant)


def _no_episode(run: Run, episode: str) -> str:
    from suasion.store.run import UnknownEpisode

    there = ""
    try:
        run.row(episode)
    except UnknownEpisode as unknown:
        there = str(unknown)
    return f"{there}; to take the replies of one of them, say replay/{run.path}?episode=ID"
