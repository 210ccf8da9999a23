"""Runs in memory, for the tests of pages and results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from suasion.core.asks import Json
from suasion.core.episode import Episode, Header, Key
from suasion.core.events import Event
from suasion.core.play import Play, drive
from suasion.environments.influence import KIT
from suasion.environments.influence.rules import Influence
from suasion.measures.filed import Filed, Held
from suasion.measures.imported import BadLine
from suasion.report.results import results
from suasion.store.asked import Asked
from suasion.store.read import Attempt

LINE = ("promise_keeper", "promise_breaker", "tit_for_tat", "grim", "tit_for_tat")
STUDY: Mapping[str, Json] = {
    "name": "demo",
    "title": "Keepers and breakers",
    "status": "exploratory",
    "question": "Who is ahead?",
    "expectation": "The breaker.",
    "interval": "studentised_bootstrap",
    "replicates": 3,
    "conditions": {"talking": {}, "silent": {}},
    "contrasts": [
        {
            "measure": "points_received",
            "of": {"arm": "talking", "model": "policy/promise_breaker"},
            "against": {"arm": "talking", "model": "policy/promise_keeper"},
        }
    ],
}


class Known(NamedTuple):
    """What the run knows of one episode."""

    id: str
    arm: str | None
    state: str
    digest: str | None
    chain: str | None = None
    error: str | None = None


class InMemory:
    """A run that is on no disk."""

    def __init__(
        self,
        filed: Sequence[Filed],
        path: Path,
        *,
        environment: str = "influence",
        study: Mapping[str, Json] | None = STUDY,
        told: Mapping[str, Mapping[Key, str]] | None = None,
        stuck: Sequence[Filed] = (),
        lines: Sequence[BadLine] = (),
    ) -> None:
        self.path, self._filed, self._told, self._stuck = path, filed, told or {}, stuck
        self._lines = lines
        self.over = False
        self.manifest: Mapping[str, Json] = {"environment": environment, "study": study}

    def all(self) -> Iterator[Filed]:
        yield from self._filed

    def filed(self, episode: str, /) -> Filed:
        return next(each for each in (*self._filed, *self._stuck) if each.id == episode)

    def rows(self) -> Sequence[Known]:
        whole = [Known(f.id, f.arm, "whole", f.episode.digest(), f.chain) for f in self._filed]
        return whole + [Known(f.id, f.arm, "blocked", None, f.chain, f.lost) for f in self._stuck]

    def told(self, episode: str, /) -> Mapping[Key, str]:
        return self._told.get(episode, {})

    def bad_lines(self) -> tuple[Sequence[BadLine], Sequence[BadLine]]:
        return self._lines, ()

    def attempts(self, episode: str, /) -> Sequence[Attempt]:
        return ()

    def frames(self, hashes: Iterable[str], /) -> Mapping[str, str]:
        return {}

    def asked(self) -> Sequence[Asked]:
        return ()

    def digest(self) -> str:
        return sha256("".join(row.digest or "" for row in self.rows()).encode()).hexdigest()


def played(replicates: int, line: Sequence[str] = LINE, **settings: Any) -> list[Filed]:
    """Games of Delegated Influence with messages, then their silent twins."""
    return [
        game(
            f"{arm}--r{k}", arm, k, [*line[-k % len(line) :], *line[: -k % len(line)]], on, settings
        )
        for arm, on in (("talking", True), ("silent", False))
        for k in range(replicates)
    ]


def game(
    id_: str, arm: str, k: int, line: Sequence[str], messages: bool, settings: Mapping[str, Any]
) -> Filed:
    """One game."""
    env = Influence(messages=messages, size=len(line), **settings)
    episode = drive(Play(env, 1000 + k), [KIT.policies[policy]() for policy in line])
    seats = [
        Held(seat.name, f"policy/{policy}", brief=env.brief(at))
        for at, (seat, policy) in enumerate(zip(env.seats(), line, strict=True))
    ]
    return Filed(id_, episode, seats, arm, k)


def told_only(id_: str, texts: Sequence[str], name: str = "P1", agent: str = "x") -> Filed:
    """An episode of an environment that nobody has: texts, sent from the first seat to the next."""
    events = tuple(
        Event("say", 0, {"round": 1 + at // 3, "text": text}, (0, 1), {"meant": {"plan": text}})
        for at, text in enumerate(texts)
    )
    header = Header("nowhere", "1", {"size": 2}, 7, "recorded")
    episode = Episode(header, (), (), events, (0.0, 1.0), {})
    return Filed(id_, episode, [Held(name, agent), Held(f"{name} other", None)])


def test_a_run_in_memory_gives_the_results_of_its_games(tmp_path: Path) -> None:
    games = played(1)
    found = results(InMemory(games, tmp_path))
    points = [v.value for v in found.values("points_received") if v.episode == "talking--r0"]
    assert points == list(games[0].episode.payoffs)
