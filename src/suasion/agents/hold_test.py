"""Agents are found by id, and a name that is wrong is answered with those that exist."""

import pytest

from suasion.agents import UnknownAgent, hold
from suasion.core.environment import Live
from suasion.environments.influence import KIT
from suasion.environments.persuasion import KIT as PERSUASION
from suasion.environments.persuasion.policies import Target


def test_a_policy_is_fresh_for_every_seat() -> None:
    assert hold("policy/grim", KIT) is not hold("policy/grim", KIT)


def test_an_awaited_policy_comes_from_an_entry_point() -> None:
    assert isinstance(hold("awaited/grim", KIT), Live)


def test_a_policy_is_held_with_its_parameters() -> None:
    assert hold("policy/target?start=2", PERSUASION) == Target(start=2.0)
    assert isinstance(hold("awaited/target?start=2", PERSUASION), Live)


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("policy/gim", r"did you mean policy/grim\?.*policy/flatterer"),
        ("awaited/gim", r"did you mean policy/grim\?"),
        ("oracle/grim", r"no provider 'oracle' of 'oracle/grim'; .*openai.*oracle/MODEL@https:"),
        ("policy/grim?x=1", "policy/grim takes no parameters; given 'x'"),
        ("awaited/grim?x=1", "policy/grim takes no parameters; given 'x'"),
        ("grim", "no agent 'grim'; expected one of: policy/NAME, .*, awaited/NAME"),
        ("", "no agent ''"),
    ],
)
def test_an_unknown_agent_is_answered_with_those_that_exist(agent: str, said: str) -> None:
    with pytest.raises(UnknownAgent, match=said):
        hold(agent, KIT)
