"""Promises that scripts plant, and keep or break as planned, are found exactly as meant."""

from __future__ import annotations

from dataclasses import replace

import pytest

from suasion.core.asks import Json
from suasion.core.play import Play, drive
from suasion.environments.influence import KIT
from suasion.environments.influence.rules import Influence
from suasion.measures.filed import Filed, Held
from suasion.report.results import in_force

PARTY = ["promise_keeper", "promise_breaker", "tit_for_tat", "grim", "talking_random"]


def played(seed: int) -> Filed:
    env = Influence()
    line_up = PARTY[seed % 5 :] + PARTY[: seed % 5]
    episode = drive(Play(env, seed), [KIT.policies[name]() for name in line_up])
    held = [Held(s, f"policy/{name}") for s, name in zip(env.names, line_up, strict=True)]
    return Filed(f"g{seed}", episode, held)


def found(filed: Filed) -> dict[int, Json]:
    """The ledger's rows by the event of the promise."""
    return {row["index"]: row for row in KIT.lists["promises"]([filed], in_force(KIT.parameters))}


def expected(filed: Filed) -> dict[int, str]:
    """What became of each promise, from the plan and from who took it up while it could be."""
    states = {}
    pulls = [(at, event) for at, event in filed.episode.of("pull")]
    for at, event in filed.episode.of("message"):
        meant = event.truth.get("meant", {})
        if "promise" not in meant:
            continue
        taken_up = any(
            place > at
            and pull.by == event.data["to"]
            and pull.data["beneficiary"] == event.by
            and pull.data["round"] <= event.data["round"]
            for place, pull in pulls
        )
        kept_or_broken = "kept" if meant["plan"] == "keep" else "broken"
        states[at] = kept_or_broken if taken_up else "void"
    return states


@pytest.mark.parametrize("seed", range(20))
def test_every_planted_promise_is_found_with_what_became_of_it(seed: int) -> None:
    filed = played(seed)
    assert {at: row["state"] for at, row in found(filed).items()} == expected(filed)


def test_all_states_of_a_finished_game_occur() -> None:
    assert {state for seed in range(20) for state in expected(played(seed)).values()} == {
        "kept",
        "broken",
        "void",
    }


@pytest.mark.parametrize("seed", range(5))
def test_in_a_game_cut_short_what_is_not_settled_is_open(seed: int) -> None:
    filed = played(seed)
    now = 2
    events = [event for event in filed.episode.events if event.data["round"] <= now]
    cut = replace(filed, episode=replace(filed.episode, events=tuple(events)), finished=False)
    for at, row in found(cut).items():
        whole = found(filed)[at]
        made = filed.episode.events[at].data["round"]
        if made < now and whole["state"] != "broken":
            # Its condition could be met until the end of its round, which has passed.
            settled = whole["settled_by"]
            late = settled is not None and settled >= len(events)
            assert row["state"] == ("open" if late else whole["state"])
        elif row["state"] != "kept":
            assert row["state"] == "open"


def test_a_measure_of_broken_promises_tells_the_two_apart() -> None:
    [measure] = [each for each in KIT.measures if each.id == "broken_promise_rate"]
    for seed in range(10):
        filed = played(seed)
        rates = {
            held.agent: value.value
            for held, value in zip(
                filed.seats, measure.values(filed, in_force(KIT.parameters)), strict=True
            )
        }
        assert rates["policy/promise_keeper"] in (0, None)
        assert rates["policy/promise_breaker"] in (1, None)
        assert rates["policy/tit_for_tat"] is None
