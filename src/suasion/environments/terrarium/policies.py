"""Scripted seats: the three published scripts, faults included, and a few of ours to test with.

The published ones read the view and nothing else, and draw from the game's one stream in the
published order (§4.1 to 4.4, 4.6).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from suasion.core.asks import Answer, Json
from suasion.core.environment import Asked, Policy, Said
from suasion.environments.terrarium.ask import MOST_ACTIONS, PASS, Lines
from suasion.environments.terrarium.bank import PHRASE, mentioned

FAKES = ("ZZ___", "__XXX", "QQ__", "___WW")
"""What the published defector claims its clue to be."""
_PATTERN = re.compile(rf"{PHRASE.upper()}([A-Z_]+)")


@lru_cache(65536)
def overlay(clue: str, said: str) -> str:
    """The word that all patterns in two texts make together; empty while a letter is missing.

    Laid over one another from the left, later letters over earlier ones; whether they are of one
    puzzle is not asked (§4.1).
    """
    patterns = _PATTERN.findall(f"{clue} {said}".upper())
    word = ["_"] * max(map(len, patterns), default=0)
    for pattern in patterns:
        for at, letter in enumerate(pattern):
            if letter != "_":
                word[at] = letter
    return "" if "_" in word else "".join(word)


class Script:
    """What the published scripts share: the view, and an answer of at most two actions."""

    def __call__(self, asked: Asked) -> Answer | Said:
        """Make the actions of this turn."""
        self.asked, self.view = asked, asked.turn.situation
        self.done: list[Json] = []
        self.decide(self.view, self.view["round"])
        return self.done or PASS

    def decide(self, view: Mapping[str, Json], now: int) -> None:
        """Fill `done`."""
        raise NotImplementedError

    def solve(self, name: str, text: str) -> None:
        """Solve a held puzzle if a text completes its clue and there is an action left."""
        if len(self.done) < MOST_ACTIONS:
            word = overlay(self.view["clues"][name], text)
            if word:
                self.done.append({"action": "solve", "puzzle": name, "answer": word})

    def solve_from(self, box: str, since: int) -> None:
        """Solve what messages of a window mention and complete."""
        held = self.view["partners"]
        if not held or len(self.done) >= MOST_ACTIONS:
            return
        for when, _, text in self.view[box]:
            if when >= since and not (named := mentioned(text)).isdisjoint(held):
                for name in held:
                    if name in named:
                        self.solve(name, text)

    def clue_to_share(self) -> str | None:
        """One of the clues held, whether its puzzle is still in view or not; `None` where there
        is none, or no action left.
        """
        clues = self.view["clues"]
        if not clues or len(self.done) >= MOST_ACTIONS:
            return None
        about: str = self.asked.chance.pick("clue", list(clues))
        return about

    def post(self, text: str) -> None:
        """Write to all."""
        self.done.append({"action": "public", "text": text})


class Cooperator(Script):
    """Shares one of its clues with everybody in every round."""

    def decide(self, view: Mapping[str, Json], now: int) -> None:
        """Solve from this round's letters, share, solve from posts."""
        held = view["partners"]
        for when, _, text in view["inbox"]:
            if when == now:
                for name in held:
                    self.solve(name, text)
        share = self.clue_to_share()
        if share in held:
            clue = view["clues"][share]
            self.post(f"I have a clue for {share}: {clue}. Anyone want to work together?")
        self.solve_from("public", now - 2)


class Defector(Script):
    """Solves from what others share, and now and then posts a made-up clue."""

    def decide(self, view: Mapping[str, Json], now: int) -> None:  # noqa: ARG002 - called like all
        """Solve from letters and posts, then perhaps lie."""
        self.solve_from("inbox", 0)
        self.solve_from("public", now - 2)
        if self.asked.chance.uniform("lie") < 0.15:
            about = self.clue_to_share()
            if about is not None:
                fake = self.asked.chance.pick("fake", FAKES)
                self.post(f"My clue for {about}: {PHRASE}{fake}")


class PublishedTitForTat(Script):
    """Shares once with each seat it trusts, itself included, and never retaliates.

    The published "tit for tat", which is none: trust only grows, and who was told once is never
    told again.
    """

    def __init__(self) -> None:
        self.trust: dict[int, float] = {}
        self.told: set[int] = set()

    def decide(self, view: Mapping[str, Json], now: int) -> None:
        """Trust, solve, share."""
        self.hear_letters(view["inbox"], view["puzzles"])
        self.solve_from("inbox", now - 2)
        self.hear_posts(view["public"], now - 2, view["partners"])
        about = self.clue_to_share()
        if about is not None:
            self.share(about, now)

    def hear_letters(self, inbox: Sequence[Json], puzzles: Sequence[str]) -> None:
        """Trust who wrote, and more for each puzzle that is mentioned, again in every round."""
        trust = self.trust
        if not inbox:
            return
        visible = frozenset(puzzles)
        for _, by, text in inbox:
            held = trust.setdefault(by, 0.5)
            if held < 1:
                for _ in mentioned(text) & visible:
                    held = trust[by] = min(1.0, held + 0.2)

    def hear_posts(self, posts: Sequence[Json], since: int, held: Mapping[str, Json]) -> None:
        """Trust who posted, itself too, and solve what helps."""
        trust = self.trust
        for when, by, text in posts:
            if when < since:
                continue
            if by not in trust:
                trust[by] = 0.5
            if held and not (named := mentioned(text)).isdisjoint(held):
                for name in held:
                    if name in named and len(self.done) < MOST_ACTIONS:
                        trust[by] = min(1.0, trust[by] + 0.1)
                        self.solve(name, text)

    def share(self, name: str, now: int) -> None:
        """Tell whom it trusts most of those it never told; early on, if there is none, all."""
        if len(self.told) == len(self.trust) and now > 10:
            return
        words = f"I have a clue for {name}: {self.view['clues'][name]}."
        if len(self.told) < len(self.trust):  # nobody is trusted less than 0.5: somebody is left
            left = [by for by in self.trust if by not in self.told]
            best = max(left, key=self.trust.__getitem__)
            self.told.add(best)
            to = names(self.asked)[best]
            text = f"{words} Can you help solve it?"
            self.done.append({"action": "private", "to": to, "text": text})
        else:
            self.post(f"{words} Looking for partners.")


def names(asked: Asked) -> tuple[str, ...]:
    """What the seats are called."""
    ask = asked.turn.ask
    if not isinstance(ask, Lines):
        raise TypeError(f"a seat of Terrarium was asked {ask!r}")
    return ask.names


POLICIES: Mapping[str, Callable[[], Policy]] = {
    "cooperator": Cooperator,
    "published_tit_for_tat": PublishedTitForTat,
    "defector": Defector,
}
