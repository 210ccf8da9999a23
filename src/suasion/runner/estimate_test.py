"""What a plan says a study takes, held against what a server counts when it is run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from suasion.core.asks import Json
from suasion.models.registry import Models
from suasion.runner.estimate import Amount, Assumed, Taken, estimate, places
from suasion.runner.estimate_cells import Place
from suasion.runner.pilot import Pilot, same_bytes
from suasion.runner.run import run
from suasion.runner.study import Study
from suasion.runner.typical import Size

NEAR = 0.2
"""How far a plan may be from what is counted."""
HOME = "vllm/mock@http://localhost:1/v1"


class Server:
    """The stand-in for a model endpoint, in a process of its own."""

    def __init__(self) -> None:
        words = [sys.executable, "-m", "suasion.testing.model_server", "--port", "0"]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = json.loads(self.process.stdout.readline())["url"].removesuffix("/v1")

    def count(self) -> Mapping[str, int]:
        with urlopen(f"{self.url}/count") as answer:
            counted: dict[str, Any] = json.load(answer)
        return {name: counted[name] for name in ("requests", "read", "written")}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.process.terminate()
    running.process.wait()
    assert running.process.stdout is not None
    running.process.stdout.close()


def study(**keys: Json) -> Study:
    usual = {"name": "mock", "question": "q", "expectation": "e", "replicates": 2}
    return Study.model_validate({**usual, **keys})


def planned(of: Study, **assumed: Any) -> Taken:
    return estimate(of, Models(env={}), Assumed(replicates=5, **assumed))


def total(taken: Taken) -> Amount:
    amounts = list(taken.models.values())
    sums = (sum(getattr(each, name) for each in amounts) for name in Amount.__annotations__)
    return Amount(*sums)


GAME: Mapping[str, Json] = {
    "environment": "influence",
    "settings": {"size": 4, "rounds": 4, "slots": 3},
}
SCRIPT = {"agent": "policy/tit_for_tat"}
STUDIES: Mapping[str, tuple[Mapping[str, Json], list[Mapping[str, Json]]]] = {
    "asides and rotation": (
        {
            **GAME,
            "rotate": True,
            "asides": ["realism", "belief"],
            "conditions": {"talking": {}, "silent": {"settings": {"messages": False}}},
        },
        [{}, SCRIPT, {}, SCRIPT],
    ),
    "memories": (
        GAME,
        [
            {"memory": "window", "window": 1},
            {"memory": "none", "structured": "tools"},
            {"memory": "summary", "window": 1},
            {"structured": "off"},
        ],
    ),
    "chains": (
        {
            "environment": "influence",
            "settings": {"size": 3, "rounds": 1, "slots": 2, "remember": True},
            "chain": 3,
        },
        [{}, {}, {}],
    ),
    "blocks": (
        {
            "environment": "persuasion",
            "preset": "short",
            "block": {"pro": {"settings": {"side": "pro"}}, "con": {"settings": {"side": "con"}}},
        },
        [{}, {}],
    ),
    "control": ({"environment": "control", "preset": "dlb"}, [{}]),
}


@pytest.mark.parametrize("name", STUDIES)
def test_a_plan_says_how_many_calls_and_within_a_fifth_how_many_tokens(
    name: str, server: Server, tmp_path: Path
) -> None:
    keys, seats = STUDIES[name]
    model = f"vllm/mock@{server.url}/v1"
    own = [seat if "agent" in seat else {"agent": model, **seat} for seat in seats]
    mock = study(**keys, seats=own)
    plan, before = total(planned(mock)), server.count()
    assert run(mock, tmp_path / "run", workers=1).exit_code == 0
    spent = {key: many - before[key] for key, many in server.count().items()}
    assert round(plan.calls) == spent["requests"]
    assert plan.read == pytest.approx(spent["read"], rel=NEAR)
    assert plan.tokens == pytest.approx(spent["read"] + spent["written"], rel=NEAR)


def test_a_plan_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refused(*_: object) -> None:
        raise AssertionError("a plan opened a socket")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    seats: Json = ["openai/gpt-4o-mini", HOME, "agent/http@http://localhost:2/act", "policy/grim"]
    taken = planned(study(**GAME, seats=seats))
    assert {each.host for each in taken.described} == {"api.openai.com:443", "localhost:1"}
    assert taken.others == {"agent/http@http://localhost:2/act": pytest.approx(2 * 4 * 3)}


def test_only_scripts_take_no_calls_and_no_money() -> None:
    taken = planned(study(**GAME, seats=["policy/grim"] * 4))
    assert (taken.models, taken.described, taken.others) == ({}, (), {})
    assert taken.arms[0].calls == taken.arms[0].tokens == 0


def test_two_plans_of_one_study_say_the_same() -> None:
    of = study(**GAME, seats=[HOME] * 4)
    assert planned(of).models == planned(of).models


def test_a_prompt_grows_with_a_full_memory_and_nearly_all_of_it_is_reused() -> None:
    def taken(**memory: Json) -> Amount:
        return total(planned(study(**GAME, seats=[{"agent": HOME, **memory}] * 4)))

    full, none = taken(), taken(memory="none")
    assert full.calls == none.calls
    assert full.read > 1.2 * none.read
    assert full.reused / full.read > none.reused / none.read
    rounds = 4 * 3
    assert full.reused / full.read > (rounds - 2) / rounds


def test_twice_the_replicates_take_twice_as_much_and_are_not_played_in_the_pilot() -> None:
    seats: Json = [HOME, HOME, "policy/grim", "policy/grim"]
    one = planned(study(**GAME, seats=seats, replicates=1000))
    two = planned(study(**GAME, seats=seats, replicates=2000))
    assert total(two).tokens == pytest.approx(2 * total(one).tokens, rel=0.001)
    assert len(two.pilot.episodes) == 5


def test_each_line_up_counts_as_often_as_it_is_played() -> None:
    """Five replicates of four shifts: the first shift is played twice."""
    of = study(**GAME, seats=[HOME, *["policy/grim"] * 3], rotate=True, replicates=5)
    assert dict(places(of)) == {
        Place("main", None, 0): 2,
        Place("main", None, 1): 1,
        Place("main", None, 2): 1,
        Place("main", None, 3): 1,
    }
    assert planned(of).arms[0].episodes == 5


def test_longer_texts_take_more_and_texts_as_long_as_may_be_the_most() -> None:
    of = study(**GAME, seats=[HOME] * 4)
    short, long = planned(of, characters=20), planned(of, characters=200)
    most = next(iter(short.most.values()))
    assert total(short).written < total(long).written < most.written
    assert most.written <= most.calls * 1024 * 4


def test_a_policy_can_answer_for_models_in_the_pilot() -> None:
    of = study(**GAME, seats=[HOME] * 4)
    talks, is_silent = planned(of, script="talking_random"), planned(of, script="silent_random")
    assert total(talks).written > total(is_silent).written
    assert total(talks).calls == total(is_silent).calls


def test_cost_is_what_tokens_cost_and_less_where_what_is_reused_is_cheaper() -> None:
    taken = planned(study(**GAME, seats=["openai/gpt-4o-mini"] * 4))
    (described,), (amount,) = taken.described, taken.models.values()
    price = described.price
    assert price is not None
    assert price.cached is not None
    assert amount.cost == pytest.approx(
        (amount.read * price.read + amount.written * price.written) / 1e6
    )
    less = amount.reused * (price.read - price.cached) / 1e6
    assert amount.cost_reused == pytest.approx((amount.cost or 0) - less)


def test_a_price_that_is_unknown_makes_no_cost_and_is_named() -> None:
    strange = "strange/new@https://models.example.org/v1"
    taken = planned(study(**GAME, seats=[strange, "openai/gpt-4o-mini", HOME, HOME]))
    assert taken.unpriced == (strange,)


def test_time_is_the_longest_of_the_row_of_calls_and_every_limit() -> None:
    def seconds(replicates: int = 4, **limits: Json) -> float:
        of = study(**GAME, seats=[HOME] * 4, replicates=replicates, limits=limits)
        return planned(of, latency=3.0).seconds

    row = 4 * 3 * 4 * 3.0
    calls = 4 * 4 * 4 * 3 + 1
    assert seconds() == pytest.approx(row), "all episodes at once, in each one call after the other"
    assert seconds(concurrency=2) == pytest.approx(calls * 3.0 / 2)
    assert seconds(requests_per_minute=30) == pytest.approx(calls * 2)
    tokens = total(planned(study(**GAME, seats=[HOME] * 4, replicates=4))).tokens
    assert seconds(tokens_per_minute=1000) == pytest.approx(60 * tokens / 1000)


def test_the_pilot_stops_where_it_is_enough_work() -> None:
    of = study(
        environment="influence",
        settings={"size": 12, "rounds": 12, "slots": 4},
        seats=[HOME] * 12,
        replicates=100,
    )
    pilot = Pilot(of, Models(env={}), Size(40)).play()
    assert 1 <= pilot.replicates < 12
    assert len(pilot.episodes) == pilot.replicates


def test_what_two_prompts_begin_with_is_counted_message_by_message() -> None:
    assert same_bytes([b"abc", b"de", b"x"], [b"abc", b"de", b"yy", b"z"]) == 3 + 1 + 2 + 1
    assert same_bytes([b"abc"], []) == 0


def test_asides_by_batch_cost_half_and_acts_what_they_did() -> None:
    keys = {
        "environment": "influence",
        "settings": {"size": 2, "rounds": 1, "slots": 2},
        "seats": ["openai/gpt-4o-mini", "policy/grim"],
    }
    without = planned(study(**keys)).models["openai/gpt-4o-mini"]
    alone = planned(study(**keys, asides=["realism"])).models["openai/gpt-4o-mini"]
    taken = planned(study(**keys, asides=["realism"], limits={"batch": True}))
    batched = taken.models["openai/gpt-4o-mini"]
    assert batched.batched == alone.calls - without.calls == 2 * 2
    assert (batched.calls, batched.tokens) == (alone.calls, alone.tokens)
    assert None not in (without.cost, alone.cost, batched.cost)
    asides = (alone.cost or 0) - (without.cost or 0)
    assert batched.cost == pytest.approx((alone.cost or 0) - asides / 2, rel=0.02)
    assert (batched.cost_reused or 0) < (batched.cost or 0)
