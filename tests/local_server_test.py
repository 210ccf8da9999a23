"""Whole games on real parts: llama.cpp's own server and a model that writes noise.

The model is random, so what it says says nothing; that its answers are answers is the grammar's
doing, and shows that the schemas which asks become are what a real server makes of them. What is
sent, what is reused, and what becomes of replies that fail is seen on the same server.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from suasion import catalogue
from suasion.agents.language import REPAIRED
from suasion.agents.sent import Sent, record_of, sent
from suasion.core.asks import Forfeit, Json
from suasion.core.episode import Decision
from suasion.measures.filed import Filed
from suasion.report.a_a import checks
from suasion.report.results import results
from suasion.runner.run import RunResult, run
from suasion.runner.study import Study
from suasion.runner.study_file import of
from suasion.store.run import Run, open_run
from suasion.store.usage import usage
from suasion.testing.tiny_model import USUAL, printable, tiny_server, token_of

BREVITY = 2.0
"""Texts mostly have some twenty characters, so that games are soon over."""


class Game(NamedTuple):
    """What is played of an environment, every seat held by the model."""

    settings: Mapping[str, Json]
    """Over the defaults."""
    max_tokens: int
    """Room for the longest answer that the schema allows, a character a token, and the JSON around
    it: one message of 800 characters, or two actions with a text of 600 each. A turn of Persuasion
    has no bound that a schema could tell, and is short because the model is brief.
    """
    bias: Mapping[str, float] = printable(BREVITY)


GAMES = {
    "influence": Game({"rounds": 3}, 900),
    "terrarium": Game({"rounds": 8}, 1500),
    # Free words are an answer whatever they say, and here nothing but a form can end them.
    "persuasion": Game({"probe_each_turn": True}, 300, printable(BREVITY, endless=True)),
}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The tiny model, for whoever asks."""
    with tiny_server() as url:
        yield url


def seat(url: str, **said: Json) -> dict[str, Json]:
    """A seat that the tiny model holds."""
    usual = {"temperature": 1.0, "seed": 1, "extra_body": {"logit_bias": printable(BREVITY)}}
    return {"model": "llama-cpp/tiny", "base_url": url, **usual, **said}


def noise(environment: str, held: Mapping[str, Json], **said: Json) -> Study:
    """A study in which the same model holds every seat."""
    seats = catalogue.make(environment, None, said.get("settings", {})).seats()
    usual = {
        "name": "noise",
        "status": "smoke",
        "question": "Does it play?",
        "expectation": "It does.",
        "environment": environment,
        "seats": [{**held, "times": len(seats)}],
        "replicates": 1,
        "limits": {"concurrency": USUAL.slots},
    }
    if environment != "persuasion":
        return of({**usual, **said})
    # A study needs both sides, and one agent in both seats is an arm; one conversation is enough.
    settings = {**said.get("settings", {}), "arm": "self_play"}
    both = {side: {"settings": {"side": side}} for side in ("pro", "con")}
    return of({**usual, **said, "settings": settings, "block": both}).model_copy(
        update={"block": None}
    )


def played(folder: Path, study: Study) -> tuple[RunResult, Run]:
    """A run of a study."""
    return run(study, folder, workers=1), open_run(folder)


def game(url: str, folder: Path, environment: str, structured: str) -> Run:
    """A whole game of one environment."""
    settings, most, bias = GAMES[environment]
    held = seat(url, structured=structured, max_tokens=most, extra_body={"logit_bias": bias})
    result, found = played(folder, noise(environment, held, settings=settings))
    assert (result.exit_code, result.errors) == (0, ())
    return found


class Acts(NamedTuple):
    """How many acts there were, and how many of them were answered at once."""

    accepted: int
    made: int

    @property
    def share(self) -> float:
        return self.accepted / self.made


def acts(found: Run) -> Acts:
    """The acts of all episodes."""
    made = [decision for filed in found.all() for decision in filed.episode.decisions]
    own = [decision for decision in made if not decision.aside]
    return Acts(sum(map(accepted, own)), len(own))


def accepted(decision: Decision) -> bool:
    """Whether the first reply was an answer."""
    return not isinstance(decision.answer, Forfeit) and REPAIRED not in decision.notes


def calls(found: Run, filed: Filed) -> list[Sent]:
    """Every call of an episode as it was sent."""
    return list(sent(record_of(found, filed, found.attempts(filed.id))))


def of_acts(every: list[Sent]) -> list[list[Sent]]:
    """The calls of acts, seat by seat."""
    by: dict[int, list[Sent]] = {}
    for call in every:
        if not call.key[2]:
            by.setdefault(call.key[1], []).append(call)
    return list(by.values())


@pytest.fixture(scope="module", params=GAMES)
def constrained(
    request: pytest.FixtureRequest, server: str, tmp_path_factory: pytest.TempPathFactory
) -> Run:
    """Whole games in which every reply is held to the schema of its ask."""
    return game(server, tmp_path_factory.mktemp("held") / "run", request.param, "schema")


def test_a_model_held_to_the_schema_answers_at_once(constrained: Run) -> None:
    found = acts(constrained)
    assert found.made >= 8
    assert found.share >= 0.9
    asides = [d for filed in constrained.all() for d in filed.episode.decisions if d.aside]
    assert sum(map(accepted, asides)) >= 0.9 * len(asides)


def test_what_was_sent_is_rebuilt_byte_for_byte_and_only_ever_grows(constrained: Run) -> None:
    for filed in constrained.all():
        every = calls(constrained, filed)
        assert {call.key for call in every} == {d.key for d in filed.episode.decisions}
        assert all(call.whole for call in every)
        for of_seat in of_acts(every):
            assert len(of_seat) > 1
            for before, after in pairwise(of_seat):
                assert list(after.messages[: len(before.messages)]) == list(before.messages)
                assert len(after.messages) == len(before.messages) + 2


def test_the_server_says_what_it_reused_and_status_shows_it(
    constrained: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    from suasion.cli import app

    app(["status", str(constrained.path), "--json"], standalone_mode=False)
    shown = json.loads(capsys.readouterr().out)["usage"]
    assert shown["usage_unknown"] == 0
    assert 0 < shown["reuse"]["cached"] < 1
    assert 0 < shown["reuse"]["repeated"] <= shown["reuse"]["bound"] < 1
    assert 0 < shown["tokens_cached"] < shown["tokens_in"]


@pytest.mark.parametrize("environment", GAMES)
def test_a_model_that_nothing_holds_does_not_answer(
    environment: str, server: str, tmp_path: Path
) -> None:
    assert acts(game(server, tmp_path / "run", environment, "off")).share < 0.1


def test_texts_are_as_long_as_they_may_be_and_no_longer(server: str, tmp_path: Path) -> None:
    """Nothing but the grammar ends them; room for so many characters is room enough."""
    wordy = seat(server, max_tokens=250, extra_body={"logit_bias": printable(-100)})
    settings = {"size": 2, "rounds": 1, "slots": 4, "message_limit": 120}
    _, found = played(tmp_path / "run", noise("influence", wordy, settings=settings))
    assert acts(found) == Acts(8, 8)
    answers = [d.answer for filed in found.all() for d in filed.episode.decisions]
    texts = [answer["text"] for answer in answers if isinstance(answer, dict) and "text" in answer]
    assert texts
    assert {len(text) for text in texts} == {120}
    assert all(text.isascii() and text.isprintable() for text in texts)


SHORT: Mapping[str, Json] = {"total_turns": 2, "probes": 1, "probe_before": False}
"""A conversation of one turn each, and one probe of the target."""


def test_the_same_against_itself_varies_in_both_arms(server: str, tmp_path: Path) -> None:
    held = seat(server, max_tokens=300)
    arms: Mapping[str, Json] = {"a_a": True, "replicates": 12, "measures": ["stance_after"]}
    study = noise("persuasion", held, settings=SHORT, **arms)
    result, found = played(tmp_path / "run", study)
    assert result.exit_code == 0
    measured = results(found)
    by: dict[str, list[Json]] = {"main": [], "main-again": []}
    for value in measured.values("stance_after"):
        by[value.episode.split("--")[0]].append(value.value)
    assert [len(values) for values in by.values()] == [12, 12]
    assert all(len(set(values)) > 1 for values in by.values())
    (check,) = checks(measured, study.to_json())
    assert check.made.units == 12
    assert check.covers is not None
    seeds = [json.loads(c.body)["seed"] for filed in found.all() for c in calls(found, filed)]
    assert len(seeds) == len(set(seeds)) == 2 * 12 * 3


SOON_DONE = {",": 5.0, "}": 5.0, "-": -100.0, "e": -100.0, "E": -100.0, "e ": -100.0}
"""What makes numbers short: this server bounds whole numbers, and passes over bounds of others."""


def test_the_standard_asides_are_answered(server: str, tmp_path: Path) -> None:
    bias = {**printable(BREVITY), **{token_of(text): by for text, by in SOON_DONE.items()}}
    held = seat(server, max_tokens=600, extra_body={"logit_bias": bias})
    settings = {"size": 2, "rounds": 2, "slots": 2}
    asides = {"asides": ["realism", "belief"], "settings": settings}
    result, found = played(tmp_path / "run", noise("influence", held, **asides))
    assert result.exit_code == 0
    (filed,) = found.all()
    asked = [d for d in filed.episode.decisions if d.aside]
    assert {d.aside.split("/")[0] for d in asked} == {"realism", "belief"}
    assert len(asked) >= 8
    assert sum(map(accepted, asked)) >= 0.8 * len(asked)
    unread = [decision for decision in asked if not accepted(decision)]
    assert all("out_of_range" in " ".join(decision.notes) for decision in unread)
    assert all(call.whole for call in calls(found, filed))


def test_a_reply_that_has_no_room_is_a_forfeit_by_that_name(server: str, tmp_path: Path) -> None:
    held = seat(server, max_tokens=8)
    result, found = played(
        tmp_path / "run", noise("influence", held, settings={"size": 2, "rounds": 1})
    )
    assert result.exit_code == 0
    (filed,) = found.all()
    assert {d.answer for d in filed.episode.decisions} == {Forfeit("truncated")}
    one_token = 1  # before the first episode; that it is cut is as it should be
    assert usage(found.path).outcomes["answered"] == one_token
    assert usage(found.path).outcomes.keys() == {"answered", "truncated"}


def test_a_prompt_that_is_too_long_blocks_its_episode(tmp_path: Path) -> None:
    with tiny_server(USUAL._replace(context=1024, slots=1)) as small:
        held = seat(small, max_tokens=100)
        result, found = played(tmp_path / "run", noise("influence", held, settings={"size": 2}))
    assert result.exit_code == 3
    ((_, state, why),) = result.errors
    assert state == "blocked"
    assert "context_overflow" in why
    outcomes = usage(found.path).outcomes
    assert outcomes["context_overflow"] == 1
