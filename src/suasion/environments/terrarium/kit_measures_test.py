"""Facts about which games of Terrarium are alike."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from suasion.environments.terrarium.kit_measures import MEASURES, group
from suasion.environments.terrarium.measures.played_test import game
from suasion.environments.terrarium.written_test import GAME, MODEL, Line, line, one, trade


def test_of_an_import_the_group_is_what_its_log_shows() -> None:
    assert group(one(GAME)) == {
        "tokens": 100,
        "drain": 8,
        "split_reward": 40,
        "models": [MODEL],
        "overridden": [],
        "rotating": False,
        "trades": "none",
    }


@pytest.mark.parametrize(
    "more",
    [
        [line("AGENT_MODEL", 0, 1, model="another")],
        [line("PERSONA_OVERRIDE", 0, agent_name="Kip", persona_text="x")],
        [line("PERSONA_SWAP", 1, 0, old_persona="Vera", new_persona="Kip")],
        [trade(1, 0, 1, 5)],
        [trade(1, 0, 1, 5), line("TRADE_OFFERED", 1, 0, target="agent_1", offer_tokens=5)],
    ],
)
def test_a_treatment_makes_a_group_of_its_own(more: Sequence[Line]) -> None:
    assert group(one([*more, *GAME])) != group(one(GAME))


def test_of_a_game_played_here_it_is_the_economy_in_force() -> None:
    assert group(game(0)) == group(game(1))
    assert group(game(0)) != group(game(0, preset="default"))
    assert group(game(0))["drain"] == 8


def test_every_measure_says_what_it_means_and_no_two_are_called_alike() -> None:
    assert len({measure.id for measure in MEASURES}) == len(MEASURES)
    assert all(len(measure.meaning) > 20 for measure in MEASURES)
    nulls = {measure.null for measure in MEASURES if measure.null}
    assert nulls <= {measure.id for measure in MEASURES}
