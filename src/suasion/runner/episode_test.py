"""Seats that are waited for: together when asked together, and never for the same thing twice."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from suasion.core.asks import Answer, Choose, Forfeit
from suasion.core.chance import Chance
from suasion.core.environment import Asked, Blocked, Environment, Line, Live, Out, Reply, Turn
from suasion.core.environment import Seat as Place
from suasion.core.environment import settings as settings_of
from suasion.core.episode import Decision, Key
from suasion.core.events import Event
from suasion.core.play import Play, drive
from suasion.core.replay import replay
from suasion.environments.influence.policies import POLICIES
from suasion.environments.influence.rules import Influence
from suasion.models.request import Request
from suasion.runner.episode import drive_async, play_one
from suasion.runner.line import Unrecorded
from suasion.runner.remake import remake


@dataclass(frozen=True)
class Together(Environment[int]):
    """Two seats answer at the same time, some rounds long."""

    rounds: int = 2
    name = "together"

    def seats(self) -> Sequence[Place]:
        return [Place("A"), Place("B")]

    def open(self, chance: Chance, out: Out) -> int:
        return 0

    def turns(self, state: int) -> Mapping[int, Turn]:
        return dict.fromkeys((0, 1), Turn(Choose(("x", "y")))) if state < self.rounds else {}

    def step(self, state: int, answers: Mapping[int, Answer], chance: Chance, out: Out) -> int:
        said = {seat: None if isinstance(a, Forfeit) else a for seat, a in answers.items()}
        out.emit("round", None, {"said": [said[0], said[1]]})
        return state + 1

    def payoffs(self, state: int) -> Sequence[float]:
        return [0.0, 0.0]

    def brief(self, seat: int) -> str:
        return "Say x or y."

    def tell(self, event: Event, seat: int) -> str:
        return f"Said: {event.data['said']}."


def saying(word: str) -> Live:
    async def ask(asked: Asked, line: Line) -> Reply:
        return Reply(word)

    return Live(ask)


class Thinker:
    """Drafts twice before it speaks; may be stopped before a call."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.calls, self.fails_at = 0, fails_at

    async def __call__(self, asked: Asked, line: Line) -> Reply:
        await line.recall("draft", self.draft)
        return Reply(await line.recall("draft", self.draft))

    async def draft(self) -> str:
        self.calls += 1
        if self.calls == self.fails_at:
            raise Blocked("no credit left")
        return "y"


def test_seats_asked_at_the_same_time_are_waited_for_at_the_same_time() -> None:
    waiting, most = 0, 0

    async def slow(asked: Asked, line: Line) -> Reply:
        nonlocal waiting, most
        waiting += 1
        most = max(most, waiting)
        await asyncio.sleep(0)
        waiting -= 1
        return Reply("x")

    play_one(Together(), [Live(slow), Live(slow)], 0)
    assert most == 2


def test_scripts_and_models_play_together() -> None:
    episode = play_one(Together(), [lambda asked: "x", saying("I say y.")], 0)
    assert [event.data["said"] for event in episode.events] == [["x", "y"]] * 2
    assert replay(Together(), episode) == episode


def test_a_blocked_seat_leaves_the_answers_of_the_others() -> None:
    kept: list[Decision] = []
    play = Play(Together(), 0, keep=kept.append)
    with pytest.raises(Blocked, match="no credit left"):
        asyncio.run(drive_async(play, [saying("x"), Live(Thinker(fails_at=1))]))
    assert [decision.key for decision in kept] == [(0, 0, "", 0)]


@pytest.mark.parametrize("fails_at", [1, 2, 3, 4])
def test_inner_calls_are_kept_one_by_one_and_never_paid_twice(fails_at: int) -> None:
    whole = play_one(Together(), [saying("x"), Live(Thinker())], 0)
    kept: list[Decision] = []
    with pytest.raises(Blocked):
        seats = [saying("x"), Live(Thinker(fails_at))]
        asyncio.run(drive_async(Play(Together(), 0, keep=kept.append), seats))
    again = Thinker()
    resumed = asyncio.run(drive_async(Play(Together(), 0), [saying("x"), Live(again)], kept))
    assert resumed == whole
    assert again.calls == 4 - (fails_at - 1)


def test_what_leaves_is_told_before_it_leaves_with_the_words_of_the_seat() -> None:
    order: list[tuple[str, Key, str]] = []

    class Desk(Unrecorded):
        async def leaving(self, key: Key, told: str, request: Request | None) -> None:
            order.append(("leaving", key, told))

    async def ask(asked: Asked, line: Line) -> Reply:
        order.append(("asked", asked.key, ""))
        return Reply("x")

    play = Play(Together(), 0)
    asyncio.run(drive_async(play, [Live(ask), lambda asked: "y"], desk=Desk()))
    assert order == [
        *(("leaving", (0, 0, "", 0), ""), ("asked", (0, 0, "", 0), "")),
        *(("leaving", (1, 0, "", 0), "Said: ['x', 'y']."), ("asked", (1, 0, "", 0), "")),
    ]


def test_a_script_behind_the_awaited_path_makes_the_same_record_wherever_it_is_cut() -> None:
    from suasion.agents import hold
    from suasion.environments.influence import KIT

    env = Influence(size=2, rounds=1, slots=3)
    scripted = drive(Play(env, 1), [POLICIES["promise_keeper"](), POLICIES["grim"]()])

    def seats() -> list[Live]:
        made = [hold(f"awaited/{name}", KIT) for name in ("promise_keeper", "grim")]
        return [seat for seat in made if isinstance(seat, Live)]

    kept: list[Decision] = []
    whole = asyncio.run(drive_async(Play(env, 1, keep=kept.append), seats()))
    assert whole.digest() == scripted.digest()
    assert [json.loads(decision.raw or "") for decision in kept] == [d.answer for d in kept]
    for cut in range(len(kept)):
        assert asyncio.run(drive_async(Play(env, 1), seats(), kept[:cut])) == whole


def test_an_environment_comes_back_from_its_settings_with_its_tuples() -> None:
    env = Influence(size=2, personas=("neutral", "attacker"))
    assert remake("influence", settings_of(env)) == env
    assert isinstance(remake("influence", {"size": 3}), Influence)
