"""Whatever people write for an environment becomes one, or an error that says what would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from suasion import catalogue
from suasion.catalogue import Mistake
from suasion.core.asks import Json
from suasion.core.environment import settings

INFLUENCE = catalogue.kit("influence")


def mistake(**asked: Any) -> Mistake:
    with pytest.raises(Mistake) as told:
        catalogue.make(**{"name": "influence", **asked})
    return told.value


def test_environments_are_found_by_looking() -> None:
    assert "influence" in catalogue.bundled()
    assert set(catalogue.bundled()) <= set(catalogue.environments())


def test_a_test_beside_a_module_is_no_environment() -> None:
    assert not [name for name in catalogue.bundled() if name.endswith("_test")]


@pytest.mark.parametrize(
    ("preset", "given", "found"),
    [
        (None, {}, {"size": 5, "credit": "plain"}),
        ("ring", {}, {"topology": "ring"}),
        ("ring", {"topology": "complete", "size": 3}, {"topology": "complete", "size": 3}),
        (None, {"credit": False}, {"credit": "off"}),
        (None, {"messages": "off"}, {"messages": False}),
        (None, {"messages": "Yes"}, {"messages": True}),
        (
            None,
            {"size": 2, "personas": ["attacker", "neutral"]},
            {"personas": ["attacker", "neutral"]},
        ),
        (None, {"personas": "off"}, {"personas": "off"}),
    ],
)
def test_settings_stand_over_a_preset_and_are_plain_json(
    preset: str | None, given: dict[str, Json], found: dict[str, Json]
) -> None:
    made = settings(catalogue.make("influence", preset, given))
    assert {name: made[name] for name in found} == found


def test_settings_survive_a_second_making() -> None:
    made = settings(catalogue.make("influence", "arena", {"personas": ["neutral"] * 25}))
    assert settings(catalogue.make("influence", None, made)) == made


@pytest.mark.parametrize(
    ("asked", "kind", "instead", "told"),
    [
        ({"name": "influense"}, "environment", "influence", "did you mean influence?"),
        ({"preset": "rin"}, "preset", "ring", "did you mean ring?"),
        ({"preset": "zebra"}, "preset", None, "there are: complete, ring"),
        ({"settings": {"sise": 3}}, "setting", "size", "did you mean size?"),
        ({"settings": {"zebra": 3}}, "setting", None, "there are: size, rounds"),
        ({"settings": {"size": "x"}}, "value", 5, "expected a whole number; by default 5"),
        ({"settings": {"size": 2.0}}, "value", 5, "setting 'size' is 2.0"),
        ({"settings": {"size": True}}, "value", 5, "setting 'size' is true"),
        ({"settings": {"size": 1}}, "value", 5, "expected a whole number from 2 up"),
        ({"settings": {"size": 10**12}}, "value", 5, "at most 1,000,000"),
        ({"settings": {"messages": "maybe"}}, "value", True, "expected true or false"),
        ({"settings": {"topology": "star"}}, "value", "complete", "expected complete or ring"),
        ({"settings": {"topology": float("nan")}}, "value", "complete", "is NaN"),
        ({"settings": {"personas": "\ud800"}}, "value", "neutral", "text or a list, each text"),
        ({"settings": {"personas": ["a", 3]}}, "value", "neutral", "text or a list, each text"),
        ({"settings": {"economy": "mixed"}}, "postponed", None, "no setting economy yet"),
        ({"settings": {"credit": "payback_clause"}}, "postponed", None, "credit=payback_clause"),
    ],
)
def test_a_mistake_says_what_would_have_worked(
    asked: dict[str, Any], kind: str, instead: Json, told: str
) -> None:
    found = mistake(**asked)
    assert (found.kind, found.instead) == (kind, instead)
    assert told in str(found)


def test_a_mistake_cannot_move_a_terminal() -> None:
    assert "\x1b" not in str(mistake(settings={"topology": "\x1b[2J\u202e"}))
    assert "\x1b" not in str(mistake(settings={"\x1b[2J": 1}))
    assert "\x1b" not in str(mistake(name="\x1b[2J"))


@pytest.mark.parametrize("name", catalogue.kit("influence").policies)
def test_the_bare_name_of_a_policy_is_enough(name: str) -> None:
    assert catalogue.agent(INFLUENCE, name) == catalogue.agent(INFLUENCE, f"policy/{name}")


def test_a_policy_that_is_not_there_is_told_with_one_that_is() -> None:
    with pytest.raises(Mistake, match=r"did you mean policy/grim\?") as told:
        catalogue.agent(INFLUENCE, "policy/grimm")
    assert told.value.instead == "policy/grim"
    with pytest.raises(Mistake, match="there are: policy/") as told:
        catalogue.agent(INFLUENCE, "zebra")
    assert told.value.instead in [f"policy/{name}" for name in INFLUENCE.policies]


def test_a_policy_may_carry_parameters_and_is_told_what_it_takes() -> None:
    persuasion = catalogue.kit("persuasion")
    whole = "policy/target?susceptibility=0.4&noise=0"
    assert catalogue.agent(persuasion, whole) == whole
    assert catalogue.agent(persuasion, whole.removeprefix("policy/")) == whole
    with pytest.raises(Mistake, match=r"no parameter 'nois' \(did you mean noise\?\)") as told:
        catalogue.agent(persuasion, "target?nois=0")
    assert told.value.instead == "policy/target?noise=0"
    with pytest.raises(Mistake, match="policy/grim takes no parameters"):
        catalogue.agent(INFLUENCE, "grim?noise=0")


def test_agents_of_other_kinds_are_left_to_those_who_seat_them() -> None:
    assert catalogue.agent(INFLUENCE, "awaited/grim") == "awaited/grim"


def test_what_a_setting_may_be_is_told_in_words() -> None:
    words = {name: catalogue.expected(INFLUENCE, name) for name in ("size", "overflow", "messages")}
    assert words == {
        "size": "a whole number",
        "overflow": "forfeit or clip",
        "messages": "true or false",
    }


class Entry:
    """An entry point of a package, which says when it is loaded."""

    name = "brought"
    loads = 0

    def load(self) -> object:
        Entry.loads += 1
        return type("module", (), {"KIT": INFLUENCE})


def test_a_package_is_imported_only_when_its_environment_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Entry.loads = 0
    monkeypatch.setattr(catalogue, "entry_points", lambda group: [Entry()])
    assert "brought" in catalogue.environments()
    assert Entry.loads == 0
    assert catalogue.kit("brought") is INFLUENCE
    assert Entry.loads == 1
    catalogue._brought_kit.cache_clear()


def test_packages_can_be_shut_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "entry_points", lambda group: [Entry()])
    monkeypatch.setenv(catalogue.NO_PLUGINS, "1")
    assert "brought" not in catalogue.environments()
    with pytest.raises(Mistake):
        catalogue.kit("brought")


def test_an_end_that_several_studies_share_is_no_name_and_is_never_suggested(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = catalogue.studies()
    both = {**there, "social/demo": there["influence/demo"]}
    monkeypatch.setattr(catalogue, "studies", lambda: both)
    for name in ("demo", "demoo"):
        with pytest.raises(Mistake, match=r"influence/demo, .*social/demo") as told:
            catalogue.study(name)
        assert told.value.instead != "demo"
        assert catalogue.study(str(told.value.instead)).is_file()


def test_no_two_studies_of_ours_share_an_end() -> None:
    ends = [name.split("/")[1] for name in catalogue.studies()]
    assert len(set(ends)) == len(ends)


def test_a_study_is_found_by_its_path_its_name_or_the_end_of_it(tmp_path: Path) -> None:
    file = catalogue.studies()["influence/smoke"]
    assert catalogue.study("smoke") == catalogue.study("influence/smoke") == file
    own = tmp_path / "own.yaml"
    own.touch()
    assert catalogue.study(str(own)) == own
    with pytest.raises(Mistake, match="no file of that name"):
        catalogue.study("nowhere.yaml")


@pytest.mark.parametrize(
    ("text", "many", "agent"),
    [
        ("28*policy/grim", 28, "policy/grim"),
        (" 2 * grim?p=0.5", 2, "grim?p=0.5"),
        ("grim", 1, "grim"),
        ("*grim", 1, "*grim"),
        ("-2*grim", 1, "-2*grim"),
        ("1000000*x", 1_000_000, "x"),
    ],
)
def test_an_agent_can_be_given_many_seats(text: str, many: int, agent: str) -> None:
    assert catalogue.times(text) == (many, agent)


@pytest.mark.parametrize("text", ["0*grim", "1000001*grim", f"{'9' * 5000}*grim"])
def test_no_seats_and_seats_without_end_are_refused(text: str) -> None:
    with pytest.raises(Mistake, match="seats: expected 1 to 1,000,000"):
        catalogue.times(text)
