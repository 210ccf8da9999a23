"""Asides by batch: at half the price, beside the limits on calls, and only where it is offered."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from suasion.models.model import Model, Price
from suasion.models.scripted import Scripted, valid
from suasion.runner.gate import Gate, Want
from suasion.runner.run import run
from suasion.runner.study_file import of
from suasion.runner.study_parts import Limits
from suasion.store.read import Attempt
from suasion.store.run import open_run
from suasion.store.usage import usage
from suasion.testing.http1 import Serving, in_thread
from suasion.testing.model_server import serve

PRICE = """
[prices."openai/any"]
read = 4.0
written = 8.0
as_of = "2026-11-01"
"""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """A model endpoint that takes batches, at a known price."""
    config = tmp_path / "config.toml"
    config.write_text(PRICE)
    monkeypatch.setenv("SUASION_CONFIG", str(config))
    with in_thread(serve) as serving:
        yield serving


def study(server: Serving, **more: Any) -> Any:
    model = {"model": "openai/any", "base_url": f"{server.url}/v1", "seed": 1}
    return of(
        {
            "name": "by-batch",
            "question": "How are asides asked?",
            "expectation": "By batch.",
            "environment": "influence",
            "settings": {"size": 2, "rounds": 1, "slots": 1, "messages": False},
            "asides": ["realism"],
            "seats": [model, model],
            "replicates": 1,
            "limits": {"batch": True, "concurrency": 1},
            **more,
        }
    )


def batches(server: Serving) -> list[int]:
    """How many calls came in each batch."""
    with urlopen(f"{server.url}/count", timeout=10) as answer:
        sizes: list[int] = json.load(answer)["batches"]
        return sizes


def attempts(out: Path) -> list[Attempt]:
    played = open_run(out)
    return [each for name in played.ids() for each in played.attempts(name)]


def price_of(each: Attempt) -> float:
    """What the tokens of a call cost, as a multiple of the listed price."""
    assert each.cost is not None
    return each.cost * 1e6 / (4.0 * (each.tokens_in or 0) + 8.0 * (each.tokens_out or 0))


def first_call(out: Path, made: list[Attempt]) -> Attempt:
    """What was asked before the first episode: all that is counted of no episode."""
    whole = usage(out)
    return made[0]._replace(
        tokens_in=whole.tokens_in - sum(each.tokens_in or 0 for each in made),
        tokens_out=whole.tokens_out - sum(each.tokens_out or 0 for each in made),
        cost=whole.cost - sum(each.cost or 0 for each in made),
    )


def test_asides_go_by_batch_at_half_the_price_and_acts_do_not(
    server: Serving, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    assert run(study(server), out, workers=1).exit_code == 0
    made = attempts(out)
    asides = [each for each in made if each.key[2]]
    acts = [each for each in made if not each.key[2]]
    assert asides
    assert acts
    assert sum(batches(server)) == len(asides)
    assert max(batches(server)) > 1, "what may be asked at one time goes together"
    assert {each.beside.get("batch") for each in asides} == {True}
    assert {each.beside.get("batch") for each in acts} == {None}
    assert {round(price_of(each), 6) for each in asides} == {0.5}
    assert {round(price_of(each), 6) for each in acts} == {1.0}
    assert price_of(first_call(out, made)) == pytest.approx(1.0), "before the first episode too"
    for each in made:
        assert each.reserved_cost is not None
        assert each.reserved is not None
        dear = 4.0 if each.key[2] else 8.0
        assert each.reserved_cost == pytest.approx(each.reserved * dear / 1e6)


def test_a_provider_without_batches_is_asked_directly(server: Serving, tmp_path: Path) -> None:
    model = {"model": "vllm/any", "base_url": f"{server.url}/v1", "seed": 1}
    out = tmp_path / "run"
    assert run(study(server, seats=[model, model]), out, workers=1).exit_code == 0
    assert batches(server) == []
    assert {each.outcome for each in attempts(out)} == {"answered"}
    assert not list(out.glob("batches*"))


def test_a_cap_holds_for_batches_too(server: Serving, tmp_path: Path) -> None:
    limits = {"batch": True, "max_tokens": 8_000}
    out = tmp_path / "run"
    result = run(study(server, limits=limits, replicates=4), out, workers=1)
    assert result.exit_code == 4
    counted = usage(out)
    assert sum(batches(server)) > 0
    assert sum(batches(server)) < 2 * 4, "not every seat was asked"
    assert counted.tokens_in + counted.tokens_out <= 8_000


def test_what_goes_by_batch_is_held_by_caps_alone() -> None:
    limits = Limits(concurrency=1, requests_per_minute=1, tokens_per_minute=1, max_tokens=1000)
    gate, model = Gate(limits), Model("openai/m", "m", "openai", "h", None, Scripted(valid()))
    lane = Model(**{**vars(model), "price": Price(1, 1), "by_batch": True}).lane
    assert lane != model.lane
    for ticket in range(20):
        gate.ask(Want(ticket, lane, 100, None), 0.0)
    assert len(gate.admitted(0.0)) == 10, "no more than the cap allows, and not one at a time"
    for ticket in range(10):
        gate.ended(ticket, "connection_refused", 1.0)
    assert len(gate.admitted(1.0)) == 10, "no call waits until another has tried"
    gate.ended(10, "rate_limit", 2.0, retry_after=60)
    gate.ask(Want(20, lane, 100, None), 2.0)
    assert gate.admitted(2.0) == [20]


def test_an_episode_that_waits_for_a_batch_leaves_room_for_others(
    server: Serving, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    study_of = study(server, replicates=6, limits={"batch": True, "concurrency": 1})
    assert run(study_of, out, workers=1).exit_code == 0
    assert max(batches(server)) >= 6, "one episode at a time is in play, and all wait together"


def test_a_study_says_what_a_batch_is() -> None:
    from suasion.runner.study import KEYS

    limits: Mapping[str, str] = KEYS["limits"]
    assert "half the price" in limits["batch"]
    assert Limits().batch is False
