"""The conversation is byte for byte the same, however often and whenever the target is probed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from suasion.core.asks import Forfeit
from suasion.core.environment import Asked, Line, Live, Reply, Said, words
from suasion.core.episode import Episode, canonical
from suasion.core.play import Play, drive
from suasion.environments.persuasion import KIT
from suasion.environments.persuasion.rules import Persuasion
from suasion.measures.policy import made
from suasion.runner.episode import play_one
from suasion.testing import awaited

NEVER = Persuasion(probe_before=False, probe_after=False)
"""Nobody is asked anything out of band."""
WAYS: Sequence[dict[str, Any]] = (
    {"probe_before": True, "probe_after": True},
    {"probe_each_turn": True, "probes": 1},
    {"probe_before": True, "probe_after": True, "probe_each_turn": True, "probes": 7},
)
SEATS = ("persuader?strength=0.55", "target?noise=0.8&drift=0.1&stubbornness=0.2")
"""Scripts with memory, and with draws of their own in turns and in probes."""


@dataclass
class Forgetful:
    """A seat that counts what it was told and draws at every turn; it may count probes as well."""

    remembers_probes: bool = False
    draws_alike: bool = False
    told: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Any:
        """What it was told so far, and a number."""
        if asked.aside:
            if self.remembers_probes:
                self.told.append("probe")
            name = "turn" if self.draws_alike else asked.aside
            return 1 if asked.chance.uniform(name) < 0.5 else 0
        self.told += [event.kind for event in asked.news]
        return f"{len(self.told)} events, and I draw {asked.chance.uniform('turn')}"


class Ear:
    """Takes down every word that a seat is told in the conversation, and its brief."""

    def __init__(self, env: Persuasion) -> None:
        self.env = env
        self.heard: list[bytes] = [env.brief(seat).encode() for seat in (0, 1)]

    def hear(self, asked: Asked) -> None:
        if not asked.aside:
            news = [[event.kind, event.by, event.data] for event in asked.news]
            told = [asked.step, asked.seat, news, asked.turn.situation, words(self.env, asked)]
            self.heard.append(canonical(told))

    def on(self, seat: Any) -> Any:
        """The same seat, overheard."""
        if isinstance(seat, Live):
            return Live(self._waited(seat.ask), seat.resume)

        def policy(asked: Asked) -> Any:
            self.hear(asked)
            return seat(asked)

        return policy

    def _waited(self, ask: Callable[[Asked, Line], Any]) -> Callable[[Asked, Line], Any]:
        async def overheard(asked: Asked, line: Line) -> Reply:
            self.hear(asked)
            reply: Reply = await ask(asked, line)
            return reply

        return overheard


def conversation(episode: Episode) -> bytes:
    """Everything but what was asked out of band: events, answers, draws and what it paid."""
    events = [[*event] for event in episode.events if event.kind != "aside"]
    said = [decision.row() for decision in episode.decisions if not decision.aside]
    return canonical([events, said, episode.draws, episode.payoffs, episode.outcome])


def played(env: Persuasion, seats: Sequence[Any], seed: int) -> tuple[bytes, list[bytes], int]:
    """The conversation, what was heard in it, and how often the target was probed."""
    ear = Ear(env)
    overheard = [ear.on(seat) for seat in seats]
    waits = any(isinstance(seat, Live) for seat in seats)
    episode = play_one(env, overheard, seed) if waits else drive(Play(env, seed), overheard)
    return conversation(episode), ear.heard, sum(bool(d.aside) for d in episode.decisions)


LINE_UPS: dict[str, Callable[[], list[Any]]] = {
    "scripted": lambda: [made(KIT, name) for name in SEATS],
    "awaited": lambda: [awaited.hold(name, KIT) for name in SEATS],
    "mixed": lambda: [made(KIT, SEATS[0]), awaited.hold(SEATS[1], KIT)],
    "remembering": lambda: [made(KIT, SEATS[0]), Forgetful()],
}


@pytest.mark.parametrize("line_up", LINE_UPS)
@pytest.mark.parametrize("way", WAYS, ids=["ends", "turns", "all"])
def test_probes_change_no_byte_of_the_conversation(line_up: str, way: dict[str, Any]) -> None:
    for seed in range(3):
        for turns in (1, 5, 8):
            never = replace(NEVER, total_turns=turns)
            without = played(never, LINE_UPS[line_up](), seed)
            probed = played(replace(never, **way), LINE_UPS[line_up](), seed)
            assert without[:2] == probed[:2]
            assert without[2] == 0
            assert probed[2] > 0 or turns == 1


def test_a_target_that_remembers_its_probes_is_noticed() -> None:
    """The check above can fail: of seats that break the promise it says so."""
    for broken in (Forgetful(remembers_probes=True), Forgetful(draws_alike=True)):
        line_up = [made(KIT, SEATS[0]), Forgetful(broken.remembers_probes, broken.draws_alike)]
        without = played(NEVER, line_up, 1)
        probed = played(replace(NEVER, **WAYS[0]), [made(KIT, SEATS[0]), broken], 1)
        assert without[:2] != probed[:2]


def answers(env: Persuasion, seed: int = 3) -> dict[tuple[int, str, int], Any]:
    """What a script said to every probe."""
    episode = drive(Play(env, seed), [made(KIT, name) for name in SEATS])
    return {(d.step, d.aside, d.repeat): d.answer for d in episode.decisions if d.aside}


def test_asking_more_often_changes_no_answer_to_what_was_asked_before() -> None:
    few = answers(Persuasion(probe_before=False))
    many = answers(Persuasion(probe_each_turn=True, probes=6))
    assert few.items() <= many.items()
    assert len(set(many.values())) > 2


def test_answers_do_not_depend_on_the_order_in_which_probes_are_asked() -> None:
    env = Persuasion(total_turns=2, probes=4)

    def asked_backwards() -> dict[tuple[int, str, int], Any]:
        seats, play = [made(KIT, name) for name in SEATS], Play(env, 3)
        found = {}
        while play.asked:
            for asked in reversed([*play.asked.values()]):
                assert isinstance(asked, Asked)
                seat: Any = seats[asked.seat]
                said = seat(asked)
                answer = said.answer if isinstance(said, Said) else said
                if asked.aside:
                    found[asked.step, asked.aside, asked.repeat] = answer
                play.answer(asked, said)
        return found

    assert asked_backwards() == answers(env)


def test_two_sides_share_the_noise_of_their_probes_only_until_they_differ() -> None:
    """Of a target that no argument moves, so that only noise can tell two ends apart."""
    pro, con = (unmoved(side) for side in ("pro", "con"))
    assert pro.keys() == con.keys()
    before = [key for key in pro if not key[0]]
    assert [pro[key] for key in before] == [con[key] for key in before]
    assert pro != con


def unmoved(side: Any) -> dict[tuple[int, str, int], Any]:
    """What a noisy target says that nothing moves."""
    seats = [made(KIT, SEATS[0]), made(KIT, "unmoved?noise=1.5")]
    episode = drive(Play(Persuasion(side=side, probes=9), 3), seats)
    return {(d.step, d.aside, d.repeat): d.answer for d in episode.decisions if d.aside}


def test_a_script_leaves_questions_it_does_not_know_unanswered() -> None:
    env, play = Persuasion(), Play(Persuasion(total_turns=1, probes=1), 1)
    [probe] = play.asked.values()
    assert isinstance(probe, Asked)
    turn = env.turns(play.state)[0]
    for name in (*SEATS, "off_topic"):
        seat: Any = made(KIT, name)
        assert seat(probe._replace(aside="belief", turn=turn)) == Forfeit("not_understood")
