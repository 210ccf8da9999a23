"""Test models in seats: the whole way of a model, with nothing on the net."""

import asyncio
import json
from statistics import mean, stdev
from typing import Any

import pytest

from suasion.agents import UnknownAgent, hold, registry
from suasion.catalogue import kit, make
from suasion.core.asks import Choose, Forfeit, Json, Number, Record, Text
from suasion.core.environment import Blocked, Environment, Live
from suasion.core.episode import Decision, Episode
from suasion.core.play import Play, drive
from suasion.environments.influence.rules import Influence
from suasion.environments.persuasion.rules import Persuasion
from suasion.models import scripted
from suasion.models.form import form, frame
from suasion.models.model import Model
from suasion.models.request import Completion, Request
from suasion.models.settings import Settings
from suasion.runner.episode import drive_async
from suasion.runner.line import Unrecorded

SMALL = {"influence": {"size": 3, "rounds": 1, "slots": 2}, "persuasion": {"total_turns": 2}}
MODES = ("schema", "tools", "off")


class Named(Unrecorded):
    """A play that is not recorded, of an episode that has a name."""

    def __init__(self, episode: str = "e") -> None:
        self.episode = episode


def seat(agent: str, environment: str, **asked_with: Json) -> Live:
    made = hold(agent, kit(environment), asked_with, registry)
    assert isinstance(made, Live)
    return made


def played(
    env: Environment[Any],
    agents: list[str],
    record: list[Decision] | None = None,
    kept: list[Decision] | None = None,
    episode: str = "e",
    **asked_with: Json,
) -> Episode:
    seats = [seat(agent, env.name, **asked_with) for agent in agents]
    keep = None if kept is None else kept.append
    return asyncio.run(drive_async(Play(env, 1, keep=keep), seats, record or (), Named(episode)))


def forfeits(episode: Episode) -> list[str]:
    return [d.answer.reason for d in episode.decisions if isinstance(d.answer, Forfeit)]


@pytest.mark.parametrize("structured", ["schema", "tools"])
@pytest.mark.parametrize("environment", sorted(SMALL))
def test_a_valid_model_is_always_read(environment: str, structured: str) -> None:
    env = make(environment, None, SMALL[environment])
    agents = ["scripted/valid"] * len(env.seats())
    episode = played(env, agents, structured=structured)
    assert not forfeits(episode)
    assert played(env, agents, structured=structured) == episode


def test_what_is_said_is_a_function_of_the_request_alone() -> None:
    env = Persuasion(total_turns=2)
    agents = ["scripted/valid"] * 2
    assert played(env, agents, episode="one") == played(env, agents, episode="two")
    assert played(env, agents, seed=1) != played(env, agents, seed=2)


@pytest.mark.parametrize(
    ("agent", "reason"),
    [
        ("scripted/wrong", "wrong_schema"),
        ("scripted/wrong?kind=words", "malformed"),
        ("scripted/silent", "empty"),
        ("scripted/refusing", "refused"),
    ],
)
def test_a_bad_model_forfeits_by_name(agent: str, reason: str) -> None:
    env = Influence(size=2, rounds=1, slots=1)
    assert set(forfeits(played(env, [agent] * 2))) == {reason}


def test_a_slow_model_takes_its_time_and_no_longer_than_there_is() -> None:
    client = scripted.model("slow?seconds=0.05").client
    assert asyncio.run(timed(client, 1)) >= 0.05
    env = Influence(size=2, rounds=1, slots=1)

    class Hasty(Named):
        deadline = 0.01

    with pytest.raises(Blocked, match="deadline"):
        seats = [seat("scripted/slow?seconds=5", "influence")] * 2
        asyncio.run(drive_async(Play(env, 1), seats, (), Hasty()))


async def timed(client: Any, seconds: float) -> float:
    began = asyncio.get_running_loop().time()
    await client.complete(request(Number(0, 1)), seconds)
    return asyncio.get_running_loop().time() - began


def request(ask: Any, structured: Any = "schema", place: str = "", **settings: Any) -> Request:
    model = scripted.model("valid")
    shape = form(ask, structured, "scripted")
    sent = frame(model, Settings(**settings), shape, None)
    words = json.dumps({"role": "user", "content": place}).encode()
    return Request(model, sent, [words], f"{place}\n\n{shape.words}", 9)


def answers(name: str, ask: Any, many: int = 400) -> list[Any]:
    client = scripted.model(name).client
    assert isinstance(client, scripted.Scripted)

    async def all_() -> list[Completion]:
        places = [client.at(None, str(n)) for n in range(many)]
        return [await each.complete(request(ask), 1) for each in places]

    texts = [json.loads(each.text) for each in asyncio.run(all_())]
    return [
        each["answer"] if isinstance(each, dict) and "answer" in each else each for each in texts
    ]


def test_noise_has_the_mean_and_spread_it_says() -> None:
    drawn = answers("noisy?mean=2&sd=0.5", Number(-10, 10))
    assert mean(drawn) == pytest.approx(2, abs=0.1)
    assert stdev(drawn) == pytest.approx(0.5, abs=0.06)


def test_noise_keeps_to_whole_numbers_and_bounds() -> None:
    drawn = answers("noisy?sd=5", Number(-3, 3, whole=True))
    assert {type(n) for n in drawn} == {int}
    assert set(drawn) == set(range(-3, 4))


def test_noise_differs_by_place_and_repeats_itself() -> None:
    one, again = (answers("noisy", Number(-9, 9), 5) for _ in range(2))
    assert one == again
    assert len(set(one)) == 5


def test_every_kind_of_answer_fits_its_ask() -> None:
    from hypothesis import given, settings
    from hypothesis import strategies as st

    asks = st.sampled_from(
        [Choose(("a", "b")), Number(0, 1), Text(3), Record({"x": Number(1, 2, whole=True)})]
    )

    @settings(max_examples=40, deadline=None, database=None)
    @given(asks, st.sampled_from(MODES[:2]), st.text(max_size=5))
    def fits(ask: Any, structured: str, place: str) -> None:
        client = scripted.model("valid").client
        asked = request(ask, structured, place.encode("utf-8", "replace").decode())
        text = asyncio.run(client.complete(asked, 1)).text
        value = json.loads(text)
        _, wrapped = scripted.asked_for(asked)
        assert ask.allows(value["answer"] if wrapped else value)

    fits()


@pytest.mark.parametrize("structured", MODES)
def test_a_policy_behind_a_model_plays_as_it_does_alone(structured: str) -> None:
    env = Influence(size=2, rounds=2, slots=2)
    policies = kit("influence").policies
    alone: Any = [policies["promise_keeper"](), policies["grim"]()]
    agents = ["scripted/policy?name=promise_keeper", "scripted/policy?name=grim"]
    episode = played(env, agents, structured=structured)
    assert episode.digest() == drive(Play(env, 1), alone).digest()


def test_a_policy_has_its_parameters() -> None:
    env = Persuasion(total_turns=2, probes=1)
    agents = ["scripted/policy?name=persuader&strength=1", "scripted/policy?name=target&start=-2"]
    before = played(env, agents).decisions[0]
    assert before.aside == "stance_before"
    assert before.meant == {"stance": -2.0}


def test_a_run_that_is_cut_anywhere_goes_on_as_it_would_have() -> None:
    env = Influence(size=2, rounds=2, slots=2)
    agents = ["scripted/policy?name=promise_keeper", "scripted/valid"]
    kept: list[Decision] = []
    whole = played(env, agents, kept=kept)
    assert len(kept) == 8
    for cut in range(len(kept)):
        assert played(env, agents, kept[:cut]) == whole


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("scripted/valud", "did you mean scripted/valid"),
        ("scripted/noisy?sd=-1", "'sd' of scripted/noisy is -1"),
        ("scripted/noisy?mu=1", "there are: mean=0"),
        ("scripted/policy", "scripted/policy\\?name="),
        ("scripted/policy?name=nobody", "has no policy 'nobody'"),
    ],
)
def test_a_name_that_nobody_has_is_told_what_there_is(agent: str, words: str) -> None:
    with pytest.raises(UnknownAgent, match=words):
        seat(agent, "influence")


def test_it_costs_nothing_and_talks_to_nobody() -> None:
    model: Model = scripted.model("valid")
    assert (model.host, model.key) == ("in process", None)
    assert model.price is not None
    assert model.price.read == model.price.written == 0
    spent = asyncio.run(model.client.complete(request(Text(50)), 1)).usage
    assert spent.read
    assert spent.written
