"""Each measure where it is known, nought and undefined; chance levels against simulation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from suasion.core.asks import Forfeit
from suasion.core.environment import Policy
from suasion.core.episode import Episode
from suasion.core.play import Play, drive
from suasion.environments.control import KIT
from suasion.environments.control.policies import POLICIES
from suasion.environments.control.rules import Control
from suasion.measures.filed import Filed, Held
from suasion.measures.measure import OfSeries

QUIET = Control(sigma=0, horizon=6)
MEASURES = {measure.id: measure for measure in KIT.measures}


def filed(env: Control, policy: Policy, seed: int = 1, name: str = "policy/x") -> Filed:
    seats = [Held("controller", name)]
    return Filed(f"{name}-{seed}", drive(Play(env, seed), [policy]), seats)


def taken(measure: str, of: Filed) -> list[Any]:
    """The numbers of a measure, or the reasons why there is none."""
    found = MEASURES[measure].values(of, {})
    return [value.reason if value.value is None else value.value for value in found]


def one(measure: str, of: Filed) -> Any:
    (number,) = taken(measure, of)
    return number


def spending(*amounts: float) -> Policy:
    return lambda _: dict(zip(("first", "second", "third"), amounts, strict=True))


def nobody(_: object) -> Forfeit:
    return Forfeit("asleep")


def cut(of: Filed, steps: int) -> Filed:
    """The episode as it was after some steps."""
    episode: Episode = replace(of.episode, events=of.episode.events[:steps])
    return replace(of, episode=episode, finished=False)


BEST = filed(QUIET, spending(1, 0.5, 0))
IDLE = filed(QUIET, nobody)


def test_the_best_spending_is_measured_as_published() -> None:
    total = 0.25 + 0.7 + 0.79 + 0.808 + 0.8116 + 0.81232
    assert one("total_reward", BEST) == pytest.approx(total)
    assert one("mean_reward", BEST) == pytest.approx(total / 6)
    assert one("regret", BEST) == pytest.approx(6 * 0.8125 - total)
    assert one("regret_per_step", BEST) == pytest.approx(0.8125 - total / 6)
    assert one("later_share", BEST) == pytest.approx(2 / 3)
    assert one("budget_share", BEST) == 1
    assert one("forfeit_share", BEST) == 0
    assert taken("mean_spent", BEST) == [1, 0.5, 0]


def test_the_total_is_what_the_episode_pays() -> None:
    loud = filed(Control(), POLICIES["random"](), 5)
    assert one("total_reward", loud) == pytest.approx(loud.episode.payoffs[0], abs=1e-9)


def test_a_seat_that_never_answers_earns_nothing_and_spends_nothing() -> None:
    for measure in ("total_reward", "mean_reward", "budget_share"):
        assert one(measure, IDLE) == 0
    assert one("forfeit_share", IDLE) == 1
    assert one("regret_per_step", IDLE) == pytest.approx(0.8125)
    assert one("later_share", IDLE) == "nothing_spent"
    assert taken("mean_spent", IDLE) == [0, 0, 0]


def test_all_that_is_spent_can_be_for_later_or_none_of_it() -> None:
    assert one("later_share", filed(QUIET, spending(1, 0, 0))) == 1
    assert one("later_share", filed(QUIET, spending(0, 1, 0.5))) == 0


@pytest.mark.parametrize("gains", [(0.0, 0.0, 0.0), (9.0, 9.0, 9.0)])
def test_where_all_channels_pay_at_one_time_there_is_no_spending_for_later(gains: Any) -> None:
    env = replace(QUIET, d=gains, c=(1.0, 1.0, 1.0), b=(1.0, 1.0, 1.0))
    for measure in ("later_share", "later_share_random"):
        assert str(one(measure, filed(env, spending(1, 0, 0)))).startswith("one_kind")


def test_a_channel_that_pays_as_much_at_once_as_later_is_not_for_later() -> None:
    env = replace(QUIET, a=(0.5, 0.0, 0.0), b=(1.0, 1.0, 0.0), c=(1.0, 1.0, 0.0), d=(2.0, 0.0, 1.0))
    assert one("later_share", filed(env, spending(0.5, 0.25, 0.25))) == 0.25


@pytest.mark.parametrize(
    ("steps", "reason"), [(0, "no_steps"), (3, "cut_short")], ids=["none", "some"]
)
def test_of_an_episode_that_was_cut_short_nothing_is_summed(steps: int, reason: str) -> None:
    short = cut(BEST, steps)
    for name, measure in MEASURES.items():
        if measure.level == "episode":
            assert str(one(name, short)).startswith(reason)
    assert taken("mean_spent", short) == ([1, 0.5, 0] if steps else ["no_steps"])


def test_values_rest_on_the_steps_they_were_counted_from() -> None:
    spent = MEASURES["mean_spent"].evidence
    lost = MEASURES["forfeit_share"].evidence
    total = MEASURES["total_reward"].evidence
    assert spent is not None
    assert lost is not None
    assert total is not None
    place = next(MEASURES["total_reward"].found(BEST, {}))[0]
    assert list(total(BEST, place)) == list(spent(BEST, place)) == list(range(6))
    assert list(lost(BEST, place)) == list(spent(IDLE, place)) == []
    assert list(lost(IDLE, place)) == list(range(0, 12, 2))


@pytest.mark.parametrize("budget", [0.4, 1.5, 5.0])
def test_chance_levels_are_the_means_of_a_seat_that_spends_at_random(budget: float) -> None:
    env = Control(horizon=12, budget=budget)
    played = [filed(env, POLICIES["random"](), seed) for seed in range(150)]
    for name, measure in MEASURES.items():
        if measure.null is None:
            continue
        for at, level in enumerate(taken(measure.null, played[0])):
            numbers = [taken(name, each)[at] for each in played]
            mean = sum(numbers) / len(numbers)
            spread = (sum((x - mean) ** 2 for x in numbers) / len(numbers)) ** 0.5
            assert abs(mean - level) <= 4.5 * spread / len(numbers) ** 0.5 + 1e-12, name


def test_every_measure_but_the_forfeits_stands_beside_a_chance_level() -> None:
    levels = {measure.null for measure in MEASURES.values()} - {None}
    without = [name for name, measure in MEASURES.items() if measure.null is None]
    assert set(without) - levels == {"forfeit_share"}


def test_a_series_of_spending_has_a_place_a_channel() -> None:
    for name in ("mean_spent", "mean_spent_random"):
        series = MEASURES[name]
        assert isinstance(series, OfSeries)
        assert series.length is not None
        assert series.length(IDLE) == len(taken(name, IDLE)) == 3


def test_only_episodes_of_one_bandit_are_pooled() -> None:
    def key(**settings: Any) -> str:
        return str(KIT.group(filed(replace(QUIET, **settings), nobody)))

    usual = key()
    for settings in (
        {"sigma": 0.1}, {"budget": 1.0}, {"horizon": 5}, {"known": True}, {"a": (0.1, 0.0, 0.1)},
    ):  # fmt: skip
        assert key(**settings) != usual
    assert key(channels=("x", "y", "z")) == usual


def test_the_reader_shows_the_sum_of_rewards_and_what_each_event_is() -> None:
    assert KIT.beside is not None
    held = KIT.beside(filed(QUIET, _second_time(spending(1, 0.5, 0)))).held
    assert [row[0] for row in held] == pytest.approx([0, 0, 0.25, 0.95, 1.74, 2.548, 3.3596])
    glyphs = [KIT.glyph(event).shape for event in IDLE.episode.events[:2]]
    assert glyphs == ["lost", "public"]


def _second_time(policy: Policy) -> Policy:
    """A seat that answers from its second turn on."""
    return lambda asked: policy(asked) if asked.step else Forfeit("late")


def rewards_of(of: Filed) -> Sequence[float]:
    return [event.data["reward"] for _, event in of.episode.of("reward")]


def test_the_same_spending_earns_the_same_whatever_it_is_called() -> None:
    other = replace(QUIET, channels=("x", "y", "z"))
    named = filed(other, lambda _: {"x": 1, "y": 0.5, "z": 0})
    assert rewards_of(named) == rewards_of(BEST)
