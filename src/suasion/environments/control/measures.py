"""What is measured of a controller: what it earned, what it lost to the best, where it spent.

Chance is a seat that spends at random (`policy/random`). As rewards are linear in spending, its
mean is exact: no draw is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import fsum

from suasion.core.asks import Json
from suasion.core.events import Event
from suasion.environments.control.theory import Model, best, mean_random, rewards, steady
from suasion.measures.beside import Beside, Glyph
from suasion.measures.filed import Filed
from suasion.measures.kit import by_audience
from suasion.measures.measure import (
    Measure,
    Number,
    OfEpisode,
    OfSeries,
    Parameters,
    Place,
    Undefined,
)

OfWhole = Callable[[Filed, Parameters], Number]
EPISODE = Place()
NO_STEPS = Undefined("no_steps")
ONE_KIND = Undefined("one_kind: every channel pays more later, or none does")
CUT = Undefined("cut_short: a sum over fewer steps is no smaller result, but another one")


def steps_of(filed: Filed) -> list[Event]:
    """The step events of an episode, in order."""
    return [event for _, event in filed.episode.of("reward")]


def model_of(filed: Filed) -> Model:
    """The numbers of the bandit that was played."""
    settings = filed.episode.header.settings
    return Model(settings["a"], settings["b"], settings["c"], settings["d"])


def pays_later(model: Model) -> list[bool]:
    """Of each channel, whether it pays more over the steps that follow than at once."""
    return [late > now for late, now in zip(model.later, model.d, strict=True)]


def best_mean(filed: Filed) -> float:
    """The mean reward of the best steady spending in the long run."""
    worth = model_of(filed).worth
    return steady(worth, best(worth, filed.episode.header.settings["budget"]))


def random_rewards(filed: Filed) -> list[float]:
    """The mean reward of a seat that spends at random, at each step that was played."""
    model, budget = model_of(filed), filed.episode.header.settings["budget"]
    channels = len(model.a)
    spending = [mean_random(channels, budget)] * channels
    return list(rewards(model, spending, len(steps_of(filed))))


def defined(of: Callable[[Filed], Number]) -> OfWhole:
    """A measure of a whole episode: undefined where no step was played, or not every one."""

    def measure(filed: Filed, _: Parameters) -> Number:
        played = len(steps_of(filed))
        if played < filed.episode.header.settings["horizon"]:
            return CUT if played else NO_STEPS
        return of(filed)

    measure.__doc__ = of.__doc__
    return measure


@defined
def total_reward(filed: Filed) -> Number:
    """The sum of all rewards, which is what the episode pays."""
    return fsum(event.data["reward"] for event in steps_of(filed))


@defined
def total_reward_random(filed: Filed) -> Number:
    """The exact mean of the total of a seat that spends at random."""
    return fsum(random_rewards(filed))


@defined
def mean_reward(filed: Filed) -> Number:
    """The mean reward of a step."""
    return _total(filed) / len(steps_of(filed))


@defined
def mean_reward_random(filed: Filed) -> Number:
    """The exact mean of the mean reward of a seat that spends at random."""
    found = random_rewards(filed)
    return fsum(found) / len(found)


@defined
def regret(filed: Filed) -> Number:
    """What the best steady spending earns in the long run over as many steps, less the total.

    The regret of Mussi et al. (2023) with the rewards as they came, noise included; their mean
    over episodes is the expected regret. The first steps cost the best spending itself something,
    since states begin at nought.
    """
    return best_mean(filed) * len(steps_of(filed)) - _total(filed)


@defined
def regret_random(filed: Filed) -> Number:
    """The exact mean regret of a seat that spends at random."""
    found = random_rewards(filed)
    return best_mean(filed) * len(found) - fsum(found)


@defined
def regret_per_step(filed: Filed) -> Number:
    """The regret divided by the steps."""
    return best_mean(filed) - _total(filed) / len(steps_of(filed))


@defined
def regret_per_step_random(filed: Filed) -> Number:
    """The exact mean of the same for a seat that spends at random."""
    found = random_rewards(filed)
    return best_mean(filed) - fsum(found) / len(found)


@defined
def later_share(filed: Filed) -> Number:
    """Of all that was spent, the share on channels that pay more later than at once.

    Those with b c / (1 - a) above d; in preset `dlb` the first. Undefined where there is no such
    channel or no other one, and where nothing was spent. Ours.
    """
    later = pays_later(model_of(filed))
    if len(set(later)) == 1:
        return ONE_KIND
    spent = [amount for event in steps_of(filed) for amount in event.data["spent"]]
    late = [amount for event in steps_of(filed) for amount in _chosen(event, later)]
    return fsum(late) / fsum(spent) if any(spent) else Undefined("nothing_spent")


@defined
def later_share_random(filed: Filed) -> Number:
    """The same of a seat that spends at random: as likely on any channel, so their share."""
    later = pays_later(model_of(filed))
    if len(set(later)) == 1:
        return ONE_KIND
    return sum(later) / len(later)


@defined
def budget_share(filed: Filed) -> Number:
    """The share of the budget of all steps that was spent."""
    budget = filed.episode.header.settings["budget"]
    spent = fsum(amount for event in steps_of(filed) for amount in event.data["spent"])
    return spent / float(budget * len(steps_of(filed)))


@defined
def budget_share_random(filed: Filed) -> Number:
    """The exact mean of the same for a seat that spends at random."""
    settings = filed.episode.header.settings
    channels = len(settings["a"])
    return mean_random(channels, settings["budget"]) * channels / float(settings["budget"])


@defined
def forfeit_share(filed: Filed) -> Number:
    """The share of steps at which the seat gave no answer that counts."""
    return len(_forfeits(filed, EPISODE)) / len(steps_of(filed))


def mean_spent(filed: Filed, _: Parameters) -> Sequence[Sequence[Number]] | Undefined:
    """The mean spent on a channel in a step; channels are counted from 1."""
    played = steps_of(filed)
    if not played:
        return NO_STEPS
    columns = zip(*(event.data["spent"] for event in played), strict=True)
    return [[fsum(column) / len(played) for column in columns]]


def mean_spent_random(filed: Filed, _: Parameters) -> Sequence[Sequence[Number]] | Undefined:
    """The exact mean of the same for a seat that spends at random."""
    settings = filed.episode.header.settings
    channels = len(settings["a"])
    return [[mean_random(channels, settings["budget"])] * channels]


def _total(filed: Filed) -> float:
    return fsum(event.data["reward"] for event in steps_of(filed))


def _chosen(event: Event, channels: Sequence[bool]) -> list[float]:
    both = zip(event.data["spent"], channels, strict=True)
    return [amount for amount, chosen in both if chosen]


def _channels(filed: Filed) -> int:
    return len(filed.episode.header.settings["channels"])


def _steps(filed: Filed, _: Place) -> list[int]:
    return [at for at, _ in filed.episode.of("reward")]


def _spending(filed: Filed, _: Place) -> list[int]:
    """The steps at which anything was spent."""
    return [at for at, event in filed.episode.of("reward") if any(event.data["spent"])]


def _forfeits(filed: Filed, _: Place) -> list[int]:
    return [at for at, _ in filed.episode.of("forfeit")]


def _with_chance(name: str, unit: str, of: OfWhole, random: OfWhole) -> tuple[Measure, Measure]:
    """A measure and the one that is its chance level."""
    low, high = (0, 1) if unit == "share" else (None, None)
    null = f"{name}_random"
    return (
        OfEpisode(name, unit, of, low=low, high=high, null=null, evidence=_steps),
        OfEpisode(null, unit, random, low=low, high=high),
    )


MEASURES: Sequence[Measure] = (
    *_with_chance("total_reward", "reward", total_reward, total_reward_random),
    *_with_chance("mean_reward", "reward a step", mean_reward, mean_reward_random),
    *_with_chance("regret", "reward", regret, regret_random),
    *_with_chance("regret_per_step", "reward a step", regret_per_step, regret_per_step_random),
    *_with_chance("later_share", "share", later_share, later_share_random),
    *_with_chance("budget_share", "share", budget_share, budget_share_random),
    OfEpisode("forfeit_share", "share", forfeit_share, low=0, high=1, evidence=_forfeits),
    OfSeries(
        "mean_spent", "units a step", mean_spent, "channel", _channels,
        null="mean_spent_random", evidence=_spending, low=0, high=1,
    ),
    OfSeries(
        "mean_spent_random", "units a step", mean_spent_random, "channel", _channels, low=0, high=1,
    ),
)  # fmt: skip


BANDIT = ("a", "b", "c", "d", "budget", "sigma", "horizon", "known")


def group(filed: Filed) -> Mapping[str, Json]:
    """The keys under which an estimate may pool an episode: all that makes it another bandit."""
    settings = filed.episode.header.settings
    return {name: settings[name] for name in BANDIT}


def glyph(event: Event) -> Glyph:
    """How the reader draws an event."""
    if event.kind == "reward":
        return Glyph("public", (), "spending and reward")
    return Glyph("lost", (), "no answer") if event.kind == "forfeit" else by_audience(event)


def beside(filed: Filed) -> Beside:
    """The sum of rewards after each event."""
    total, held = 0.0, []
    for event in filed.episode.events:
        if event.kind == "reward":
            total = total + event.data["reward"]
        held.append([total])
    return Beside("reward", held)
