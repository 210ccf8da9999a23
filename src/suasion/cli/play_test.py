"""One episode from the command line: the JSON others rely on, and words for people."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from suasion.cli import app
from suasion.cli.errors import Failed
from suasion.cli.play import Game, repaired

SMALL = ("--set", "size=3", "--set", "rounds=2", "--set", "slots=1")
THREE = ("--seats", "talking_random,policy/tit_for_tat,promise_keeper")


def played(*words: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["play", "influence", *words, "--json"])
    assert result.exit_code == 0, result.exception
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def failed(*words: str) -> Failed:
    error = CliRunner().invoke(app, ["play", *words]).exception
    assert isinstance(error, Failed)
    return error


def test_the_json_holds_what_others_rely_on() -> None:
    found = played(*SMALL, *THREE, "--seed", "4")
    assert list(found) == [
        *("environment", "preset", "settings", "seed", "seats", "payoffs", "outcome"),
        *("asides", "counts"),
    ]
    assert found["asides"] == []
    assert found["environment"] == "influence"
    assert found["preset"] is None
    assert found["seed"] == 4
    assert found["settings"]["size"] == 3
    assert found["settings"]["credit"] == "plain"
    assert found["seats"] == [
        {"name": "P1", "agent": "policy/talking_random"},
        {"name": "P2", "agent": "policy/tit_for_tat"},
        {"name": "P3", "agent": "policy/promise_keeper"},
    ]
    assert found["payoffs"] == found["outcome"]["scores"]
    assert sum(found["counts"].values()) == 3 * 2 * 1
    assert found["counts"].get("pull", 0) == sum(found["payoffs"])
    assert set(found["outcome"]) == {"scores", "pulls_made", "messages_sent", "forfeits"}


def test_what_was_asked_out_of_band_stands_with_every_answer() -> None:
    words = ["play", "persuasion", "--set", "total_turns=2", "--set", "probes=2", "--json"]
    seats = "policy/persuader?strength=1,policy/target?noise=0&susceptibility=2"
    result = CliRunner().invoke(app, [*words, "--seats", seats])
    found = json.loads(result.stdout)
    assert found["asides"] == [
        {"seat": "target", "name": "stance_before", "step": 0, "answers": [0, 0]},
        {"seat": "target", "name": "stance_after", "step": 2, "answers": [2, 2]},
    ]
    assert [seat["agent"] for seat in found["seats"]] == seats.split(",")


def test_a_probe_that_was_not_answered_is_null() -> None:
    words = ["play", "persuasion", "--set", "total_turns=1", "--set", "probes=1", "--json"]
    result = CliRunner().invoke(app, [*words, "--seats", "off_topic,persuader"])
    assert [each["answers"] for each in json.loads(result.stdout)["asides"]] == [[None], [None]]


@pytest.mark.parametrize(
    ("seats", "mended"),
    [
        ("persuader?strenth=1,target", "policy/persuader?strength=1,target"),
        ("persuader,target?noise=x&start=1", "persuader,policy/target?start=1"),
        ("persuader?strength=7,target?noise=-1", "policy/persuader,policy/target"),
        ("persuader?,tarjet?noise=1", "policy/persuader,policy/target?noise=1"),
    ],
)
def test_a_parameter_that_cannot_be_is_mended(seats: str, mended: str) -> None:
    error = failed("persuasion", "--seats", seats)
    assert mended in error.command
    assert CliRunner().invoke(app, list(error.command)).exit_code == 0


def test_the_same_seed_plays_the_same_and_another_does_not() -> None:
    games = [played(*THREE, "--set", "size=3", "--seed", seed) for seed in ("1", "1", "2")]
    assert games[0] == games[1]
    assert games[0]["payoffs"] != games[2]["payoffs"]


def test_a_preset_is_named_and_in_force() -> None:
    found = played("--preset", "no_messages", *SMALL, *THREE)
    assert found["preset"] == "no_messages"
    assert found["settings"]["messages"] is False
    assert found["counts"].get("message", 0) == 0


def test_a_bare_yaml_off_is_the_word() -> None:
    found = played(*SMALL, *THREE, "--set", "credit=off", "--set", "messages=off")["settings"]
    assert (found["credit"], found["messages"]) == ("off", False)


def test_seats_can_be_held_one_by_one_and_over_a_list() -> None:
    one_by_one = ("--seat", "P3=grim", "--seat", "P1=grim", "--seat", "P2=grim")
    assert {seat["agent"] for seat in played(*SMALL, *one_by_one)["seats"]} == {"policy/grim"}
    over = played(*SMALL, *THREE, "--seat", "P2=grim")["seats"]
    assert over[1] == {"name": "P2", "agent": "policy/grim"}


def test_a_script_that_is_waited_for_plays_as_it_does_at_once() -> None:
    at_once = played(*SMALL, "--seats", "grim,tit_for_tat,extractor")
    waited_for = played(*SMALL, "--seats", "awaited/grim,tit_for_tat,awaited/extractor")
    assert waited_for["payoffs"] == at_once["payoffs"]


def test_people_are_told_who_was_told_what_and_what_it_paid() -> None:
    told = CliRunner().invoke(app, ["play", "influence", *SMALL, *THREE]).stdout.split("\n")
    assert told[0].split() == ["event", "told", "to", "in", "words"]
    assert sum(line.split(" ")[0].isdigit() for line in told) == 6
    assert told[-2].split()[:2] == ["P3", "policy/promise_keeper"]


def test_as_a_seat_one_reads_what_it_was_told_and_no_more() -> None:
    words = ("play", "influence", *SMALL, "--seats", "extractor,extractor,silent_random")
    told = CliRunner().invoke(app, [*words, "--as", "P3"]).stdout
    everything = CliRunner().invoke(app, list(words)).stdout
    assert told.startswith("You are P3")
    assert "P1, P2" in everything
    assert "P1 → P2" not in told
    assert "P2 → P1" not in told


def test_seats_left_out_are_an_error_that_names_the_policies() -> None:
    said = str(failed("influence"))
    assert "P1, P2, P3, P4, P5" in said
    assert "policy/silent_random, policy/talking_random" in said


def test_several_mistakes_are_mended_together() -> None:
    wrong = Game("influense", "rin", {"sise": "3", "rounds": "x", "economy": "mixed"}, ("grimm",))
    assert repaired(wrong) == [
        *("play", "influence", "--preset", "ring", "--set", "size=3", "--set", "rounds=5"),
        *("--seats", ",".join(["policy/grim"] * 3)),
    ]


def test_what_stays_is_what_was_asked_for() -> None:
    command = failed(
        "influence", *SMALL, *THREE, "--set", "slots=0", "--seed", "9", "--json"
    ).command
    assert command == (
        *("play", "influence", "--set", "size=3", "--set", "rounds=2", "--set", "slots=5"),
        *("--seats", "talking_random,policy/tit_for_tat,promise_keeper", "--seed", "9", "--json"),
    )


@pytest.mark.parametrize("words", [("--set", "size"), ("--seat", "=x"), ("--set", "=3")])
def test_a_pair_needs_a_key_and_a_value(words: tuple[str, ...]) -> None:
    assert failed("influence", *words).code == 2


def test_many_seats_can_be_given_one_agent_at_once() -> None:
    found = played(*SMALL, "--seats", "2*talking_random,promise_keeper")
    agents = [seat["agent"] for seat in found["seats"]]
    assert agents == ["policy/talking_random"] * 2 + ["policy/promise_keeper"]


def test_a_command_with_many_seats_is_mended_in_short() -> None:
    error = failed("social", "--seats", "27*any_contact,2*beliver")
    assert "29 agents for 30 seats" in str(error)
    given = ("policy/any_contact",) * 28 + ("believer",) * 2
    words = Game("social", None, {}, given, {}).words()
    assert words == ["play", "social", "--seats", "28*policy/any_contact,believer,believer"]
    assert repaired(Game("social", None, {}, ("any_contact",) * 28, {})) == [
        *("play", "social", "--seats", "30*any_contact"),
    ]


def test_no_seats_of_an_agent_are_refused() -> None:
    assert "'0*grim' is 0 seats" in str(failed("influence", "--seats", "0*grim"))


def test_seats_beyond_a_few_are_not_all_named() -> None:
    said = str(failed("social", "--set", "size=500", "--seats", "499*any_contact"))
    assert "499 agents for 500 seats (A1, A2, A3, … A500)" in said
