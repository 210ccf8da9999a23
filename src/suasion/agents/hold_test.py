"""Agents are found by id, and a name that is wrong is answered with those that exist."""

import pytest

from suasion.agents import UnknownAgent, hold
from suasion.core.environment import Live
from suasion.environments.influence import KIT


def test_a_policy_is_fresh_for_every_seat() -> None:
    assert hold("policy/grim", KIT) is not hold("policy/grim", KIT)


def test_an_awaited_policy_comes_from_an_entry_point() -> None:
    assert isinstance(hold("awaited/grim", KIT), Live)


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("policy/gim", r"did you mean policy/grim\?.*policy/flatterer"),
        ("awaited/gim", r"did you mean policy/grim\?"),
        ("oracle/grim", "no agent 'oracle/grim'; expected one of: policy/NAME, awaited/NAME"),
        ("grim", "no agent 'grim'"),
        ("", "no agent ''"),
    ],
)
def test_an_unknown_agent_is_answered_with_those_that_exist(agent: str, said: str) -> None:
    with pytest.raises(UnknownAgent, match=said):
        hold(agent, KIT)
