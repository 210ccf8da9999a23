"""Terrarium's parity rules against a bare loop of the same rules and scripts.

The loop is what one would write for this game alone: lists changed in place, one generator, no
asks, named draws or record of decisions. As the rules want it, each turn makes the view of its
seat, which is all that a script reads, and every event is kept, as the dictionary that a line of
the published log is. It must end as the engine does, with as many events; that is asserted before
anything is timed.

Run from the checkout: python -m benchmarks.terrarium [GAMES]. With a number of games it also plays
the compositions of the published baseline, so many seeds each, and prints what they come to.
"""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from random import Random
from statistics import fmean, median
from typing import Any, NamedTuple

from benchmarks.clock import in_turns, ratio
from suasion.core.episode import Episode
from suasion.core.play import Play, drive
from suasion.environments.terrarium.bank import BANK, LETTERS, Entry
from suasion.environments.terrarium.policies import FAKES, POLICIES
from suasion.environments.terrarium.presets import PRESETS
from suasion.environments.terrarium.rules import Terrarium

SCRIPTS = {"C": "cooperator", "T": "published_tit_for_tat", "D": "defector"}
PATTERN = re.compile(r"THE ANSWER IS ([A-Z_]+)")
Message = tuple[int, int, str]


class Economy(NamedTuple):
    """The numbers that differ between `default` and `scarce`, as far as the scripts touch them."""

    tokens: int
    drain: int
    word_cost: float
    reward: int
    split: int
    lifetime: int
    window: int


DEFAULT = Economy(800, 11, 0.3, 50, 40, 15, 0)
SCARCE = Economy(740, 8, 0.2, 55, 40, 12, 3)


@lru_cache(65536)
def completed(clue: str, said: str) -> str:
    """The word that the patterns in two texts make together, if they do."""
    patterns = PATTERN.findall(f"{clue} {said}".upper())
    word = ["_"] * max(map(len, patterns), default=0)
    for pattern in patterns:
        for at, letter in enumerate(pattern):
            if letter != "_":
                word[at] = letter
    return "" if "_" in word else "".join(word)


class Puzzle:
    """One word on the table."""

    __slots__ = ("clues", "entry", "holders", "id", "made")

    def __init__(self, name: str, entry: Entry, made: int, holders: list[int]) -> None:
        self.id, self.entry, self.made, self.holders = name, entry, made, holders
        self.clues = dict(zip(holders, entry.clues, strict=True))


class View(NamedTuple):
    """What a seat sees: copies, so that no script can reach the game through it."""

    round: int
    tokens: int
    clues: dict[str, str]
    seen: list[str]
    partners: dict[str, list[int]]
    public: list[Message]
    inbox: list[Message]
    others: list[tuple[int, int]]


Actions = list[tuple[str, Any, str]]
"""Kind, then whom or what it is about, then words."""


class Game:
    """The rules."""

    def __init__(self, economy: Economy, scripts: str, seed: int) -> None:
        self.economy, self.random = economy, Random(seed)
        many = len(scripts)
        made = {"C": Cooperator, "T": TitForTat, "D": Defector}
        self.scripts = [made[each](seat, self.random) for seat, each in enumerate(scripts)]
        self.tokens = [economy.tokens] * many
        self.died: list[int | None] = [None] * many
        self.alive = list(range(many))
        self.hands: list[dict[str, str]] = [{} for _ in range(many)]
        self.inbox: list[list[Message]] = [[] for _ in range(many)]
        self.public: list[Message] = []
        self.sent: list[list[tuple[int, int | None, str]]] = [[] for _ in range(many)]
        self.puzzles: dict[str, Puzzle] = {}
        self.events: list[dict[str, Any]] = []
        self.round = self.solved = self.expired = 0
        self.pool = list(BANK)
        self.random.shuffle(self.pool)
        self.drawn = 0

    def play(self) -> Game:
        """To the end."""
        while self.round < 200 and len(self.alive) > 1:
            self.round += 1
            self.deal()
            for seat in self.alive:
                self.act(seat)
            if self.economy.window:
                self.solve_themselves()
            self.live()
            self.expire()
        return self

    def log(self, kind: str, by: int | None, **content: object) -> None:
        self.events.append({"round": self.round, "event": kind, "by": by, **content})

    def deal(self) -> None:
        if self.drawn == len(self.pool):
            self.random.shuffle(self.pool)
            self.drawn = 0
        entry = self.pool[self.drawn]
        self.drawn += 1
        name = f"{self.random.choice(LETTERS)}-{self.round}"
        puzzle = Puzzle(name, entry, self.round, self.random.sample(self.alive, 2))
        self.puzzles[name] = puzzle
        for seat, clue in puzzle.clues.items():
            self.hands[seat][name] = clue
        self.log("puzzle", None, puzzle=name, category=entry.category, answer=entry.word)
        self.events[-1]["clues"] = puzzle.clues.copy()

    def view(self, seat: int) -> View:
        hand, seen, partners = self.hands[seat], [], {}
        for name, puzzle in self.puzzles.items():
            if self.round - puzzle.made < self.economy.lifetime:
                seen.append(name)
                if name in hand:
                    others = [each for each in puzzle.holders if each != seat]
                    partners[name] = [each for each in others if self.died[each] is None]
        return View(
            self.round,
            self.tokens[seat],
            hand.copy(),
            seen,
            partners,
            self.public[-10:],
            self.inbox[seat][-10:],
            [(other, self.tokens[other]) for other in self.alive if other != seat],
        )

    def act(self, seat: int) -> None:
        actions = self.scripts[seat].decide(self.view(seat))
        if not actions:
            self.log("pass", seat)
        for kind, to, text in actions:
            if self.died[seat] is not None:
                return
            if kind == "solve":
                self.solve(seat, to, text)
            else:
                self.write(seat, to, text)

    def write(self, seat: int, to: int | None, text: str) -> None:
        if to is not None and self.died[to] is not None:
            return
        cost = max(1, int(len(text.split()) * self.economy.word_cost))
        cost = cost * 2 if to is None else cost
        before = self.tokens[seat]
        if cost > before:
            return
        self.tokens[seat] = before - cost
        self.sent[seat].append((self.round, to, text))
        if to is None:
            self.public.append((self.round, seat, text))
        else:
            self.inbox[to].append((self.round, seat, text))
        kind, after = "public" if to is None else "private", before - cost
        self.log(kind, seat, to=to, text=text, cost=cost, before=before, after=after)
        if cost == before:
            self.die(seat, "message_cost")

    def solve(self, seat: int, name: str, word: str) -> None:
        puzzle = self.puzzles.get(name)
        if puzzle is None:
            return
        if word.lower() != puzzle.entry.word.lower():
            self.log("wrong_solve", seat, puzzle=name, answer=word)
            return
        helped = [each for each in puzzle.holders if each != seat and self.wrote(each, name)]
        self.pay(puzzle, [seat, *helped], seat)

    def wrote(self, seat: int, name: str) -> bool:
        for when, _, text in reversed(self.sent[seat]):
            if self.round - when > 10:
                return False
            if name in text:
                return True
        return False

    def pay(self, puzzle: Puzzle, paid: list[int], solver: int | None) -> None:
        amount = self.economy.split if len(paid) > 1 else self.economy.reward
        for seat in paid:
            self.tokens[seat] += amount
            self.log("reward", seat, amount=amount, cooperative=len(paid) > 1)
        self.solved += 1
        self.log("solved", solver, puzzle=puzzle.id, answer=puzzle.entry.word, paid=paid)
        self.forget(puzzle)

    def forget(self, puzzle: Puzzle) -> None:
        del self.puzzles[puzzle.id]
        for seat in puzzle.holders:
            del self.hands[seat][puzzle.id]

    def solve_themselves(self) -> None:
        for puzzle in list(self.puzzles.values()):
            one, two = puzzle.holders
            if self.died[one] is None and self.died[two] is None:
                signs = [clue[14:].rstrip("_") for clue in puzzle.entry.clues]
                signs.append(puzzle.id)
                if self.mentions(one, two, signs) and self.mentions(two, one, signs):
                    self.pay(puzzle, [one, two], None)

    def mentions(self, by: int, to: int, signs: list[str]) -> bool:
        for when, target, text in reversed(self.sent[by]):
            if self.round - when > self.economy.window:
                return False
            if target == to and any(sign in text for sign in signs):
                return True
        return False

    def live(self) -> None:
        for seat in list(self.alive):
            self.tokens[seat] -= self.economy.drain
            if self.tokens[seat] <= 0:
                self.die(seat, "starvation")

    def die(self, seat: int, cause: str) -> None:
        self.tokens[seat], self.died[seat] = 0, self.round
        self.alive = [other for other in self.alive if other != seat]
        self.log("death", seat, cause=cause)

    def expire(self) -> None:
        for puzzle in list(self.puzzles.values()):
            if self.round - puzzle.made >= self.economy.lifetime:
                self.expired += 1
                self.log("expired", None, puzzle=puzzle.id)
                self.forget(puzzle)


class Script:
    """A seat and its memory."""

    def __init__(self, seat: int, random: Random) -> None:
        self.seat, self.random = seat, random
        self.trust: dict[int, float] = {}
        self.told: set[int] = set()

    def decide(self, view: View) -> Actions:
        """At most two actions; none is a pass."""
        raise NotImplementedError

    def complete(self, done: Actions, view: View, name: str, text: str) -> None:
        if len(done) < 2:
            word = completed(view.clues[name], text)
            if word:
                done.append(("solve", name, word))


class Cooperator(Script):
    def decide(self, view: View) -> Actions:
        done: Actions = []
        now, hand, held = view.round, view.clues, view.partners
        for when, _, text in view.inbox:
            if when == now:
                for name in held:
                    self.complete(done, view, name, text)
        if hand and len(done) < 2:
            name = self.random.choice(list(hand))
            if name in held:
                text = f"I have a clue for {name}: {hand[name]}. Anyone want to work together?"
                done.append(("public", None, text))
        for when, _, text in view.public:
            if when >= now - 2:
                for name in held:
                    if name in text:
                        self.complete(done, view, name, text)
        return done


class Defector(Script):
    def decide(self, view: View) -> Actions:
        done: Actions = []
        now, hand, held = view.round, view.clues, view.partners
        for _, _, text in view.inbox:
            for name in held:
                if name in text:
                    self.complete(done, view, name, text)
        for when, _, text in view.public:
            if when >= now - 2:
                for name in held:
                    if name in text:
                        self.complete(done, view, name, text)
        if self.random.random() < 0.15 and hand and len(done) < 2:
            name = self.random.choice(list(hand))
            fake = self.random.choice(FAKES)
            done.append(("public", None, f"My clue for {name}: The answer is {fake}"))
        return done


class TitForTat(Script):
    def decide(self, view: View) -> Actions:
        done: Actions = []
        now, hand, held, trust = view.round, view.clues, view.partners, self.trust
        for _, by, text in view.inbox:
            trust.setdefault(by, 0.5)
            for name in view.seen:
                if name in text:
                    trust[by] = min(1.0, trust[by] + 0.2)
        for when, _, text in view.inbox:
            if when >= now - 2:
                for name in held:
                    if name in text:
                        self.complete(done, view, name, text)
        for when, by, text in view.public:
            if when >= now - 2:
                trust.setdefault(by, 0.5)
                for name in held:
                    if name in text and len(done) < 2:
                        trust[by] = min(1.0, trust[by] + 0.1)
                        self.complete(done, view, name, text)
        if hand and len(done) < 2:
            name = self.random.choice(list(hand))
            self.share(done, name, hand[name], now)
        return done

    def share(self, done: Actions, name: str, clue: str, now: int) -> None:
        words = f"I have a clue for {name}: {clue}."
        trusted = [by for by in self.trust if self.trust[by] >= 0.4 and by not in self.told]
        if trusted:
            best = max(trusted, key=self.trust.__getitem__)
            self.told.add(best)
            done.append(("private", best, f"{words} Can you help solve it?"))
        elif now <= 10:
            done.append(("public", None, f"{words} Looking for partners."))


def engine(env: Terrarium, scripts: str, seed: int) -> Episode:
    """One game through the whole loop."""
    return drive(Play(env, seed), [POLICIES[SCRIPTS[each]]() for each in scripts])


def bare(economy: Economy, scripts: str, seed: int) -> Game:
    """One game in the bare loop."""
    return Game(economy, scripts, seed).play()


def same(env: Terrarium, economy: Economy, scripts: str, seed: int) -> None:
    """Fail unless both end alike, event for event."""
    one, two = engine(env, scripts, seed), bare(economy, scripts, seed)
    bonus = len(scripts) if env.bonus else 0
    ended = [two.tokens, two.died, two.solved, two.expired, two.round, len(two.events) + bonus]
    assert [*one.outcome.values(), len(one.events)] == ended, (scripts, seed)


def settings(preset: str) -> Terrarium:
    """The environment of a preset that has the default names."""
    given: Mapping[str, Any] = PRESETS[preset]
    return Terrarium(**given)


CASES = {"default": (DEFAULT, "CTTCDT"), "scarce": (SCARCE, "TCTDCD")}


def speed() -> None:
    """Games a second of both, and their ratio within turns."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)  # as the runner's workers do
    works: dict[str, tuple[Callable[[int], object], int]] = {}
    for preset, (economy, scripts) in CASES.items():
        env = settings(preset)
        for seed in range(5):
            same(env, economy, scripts, seed)
        works[f"bare, {preset}"] = (partial(bare, economy, scripts), 1)
        works[f"engine, {preset}"] = (partial(engine, env, scripts), 1)
    times = in_turns(works)
    for name, each in times.items():
        print(f"{name:18}{1e6 / median(each):8.1f} games a second of CPU")
    for preset in CASES:
        mid, low, high = ratio(times[f"engine, {preset}"], times[f"bare, {preset}"])
        print(f"engine / bare, {preset:8}{mid:6.2f} ({low:.2f} to {high:.2f})")


COMPOSITIONS = (
    *("CTTCDT", "TCTDCD", "CCCCCC", "CCCCCD", "CCCDDD", "CDDDDD", "CCCTTT", "TTTTTT", "TTTDDD"),
    "DDDDDD",
)


def baseline(preset: str, scripts: str, games: int) -> None:
    """What so many games of a composition come to, as the published balance test says it."""
    env = settings(preset)
    ends = [engine(env, scripts, seed) for seed in range(games)]
    every = [
        (script, tokens, died)
        for end in ends
        for script, tokens, died in zip(
            scripts, end.outcome["balances"], end.outcome["death_rounds"], strict=True
        )
    ]
    shown = []
    for script in sorted(set(scripts)):
        held = [tokens for each, tokens, _ in every if each == script]
        lived = [tokens for each, tokens, died in every if each == script and died is None]
        among = f"{fmean(lived):.0f}" if lived else "-"
        share = 100 * len(lived) / len(held)
        shown.append(f"{script} {share:.1f}% {among} (all {fmean(held):.0f})")
    alive = fmean(sum(died is None for died in end.outcome["death_rounds"]) for end in ends)
    solved, expired, rounds = (
        fmean(end.outcome[name] for end in ends) for name in ("solved", "expired", "rounds")
    )
    wrong = fmean(sum(event.kind == "wrong_solve" for event in end.events) for end in ends)
    print(
        f"{preset} {scripts} {games} games: {'; '.join(shown)}; {alive:.2f} alive, "
        f"{solved:.1f} solved, {expired:.1f} expired, {wrong:.1f} wrong, {rounds:.0f} rounds"
    )


def main() -> None:
    """Print the figures."""
    games = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    if not games:
        return speed()
    for scripts in COMPOSITIONS:
        baseline("default", scripts, games)
    for preset in ("scarce", "abundant", "no_cooperation"):
        baseline(preset, COMPOSITIONS[0], games)
    baseline("scarce", "CCCCCC", games)
    return None


if __name__ == "__main__":
    main()
