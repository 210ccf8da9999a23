"""Scripted seats do what their formulas say: planted effects and drifts are found again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import sqrt
from statistics import NormalDist, fmean, stdev
from typing import Any

import pytest

from suasion.core.environment import Asked
from suasion.core.episode import Episode
from suasion.core.play import Play, drive
from suasion.environments.persuasion import KIT
from suasion.environments.persuasion.answering import nearest, view
from suasion.environments.persuasion.measures import MEASURES
from suasion.environments.persuasion.policies import Persuader, Target, normal
from suasion.environments.persuasion.repertoire import (
    ARGUMENTS,
    ASIDES,
    NOTHING_MORE,
    OPENERS,
    argued,
    force_of,
)
from suasion.environments.persuasion.rules import Persuasion
from suasion.environments.persuasion.words import ANCHORS
from suasion.measures.filed import Filed, Held
from suasion.measures.measure import Measure, OfBlock
from suasion.measures.policy import BadPolicy, made

SIDES: Sequence[Any] = ("pro", "con")
OF: Mapping[str, Measure] = {measure.id: measure for measure in MEASURES}


# --- closed forms, as the policies' page states them -------------------------------------------


def grown(turns: int, stubbornness: float) -> float:
    """g: what so many equal pushes add up to."""
    if not stubbornness:
        return turns
    return (1 - (1 - stubbornness) ** turns) / stubbornness


def probe(stance: float, noise: float) -> float:
    """The mean answer to a probe."""
    if not noise:
        return max(-3, min(3, nearest(stance)))
    return -3 + sum(NormalDist().cdf((stance - k + 0.5) / noise) for k in range(-2, 4))


# --- games -------------------------------------------------------------------------------------


def played(env: Persuasion, seats: Sequence[str], seed: int) -> Episode:
    return drive(Play(env, seed), [made(KIT, name) for name in seats])


def pair(seats: Sequence[str], seed: int, **settings: Any) -> list[Filed]:
    """Both sides of one block."""
    names = zip(("persuader", "target"), seats, strict=True)
    held = [Held(seat, f"policy/{name}") for seat, name in names]
    return [
        Filed(
            f"r{seed}--{side}",
            played(Persuasion(side=side, **settings), seats, seed),
            held,
            block=f"r{seed}",
        )
        for side in SIDES
    ]


def values(measure: str, run: Sequence[Filed]) -> list[float]:
    """One for each block."""
    of = OF[measure]
    assert isinstance(of, OfBlock)
    found = [value.value for value in of.of_run(run, {})]
    assert all(isinstance(value, int | float) for value in found)
    return [float(value) for value in found if isinstance(value, int | float)]


def run_of(pairs: int, seats: Sequence[str], **settings: Any) -> list[Filed]:
    return [filed for seed in range(pairs) for filed in pair(seats, seed, **settings)]


def latent(episode: Episode) -> list[float]:
    """What the target meant by each of its turns."""
    return [e.truth["meant"]["stance"] for _, e in episode.of("say") if e.by == 1]


def probes(episode: Episode) -> list[int]:
    """Every answer out of band."""
    answers = [d.answer for d in episode.decisions if d.aside]
    return [answer for answer in answers if isinstance(answer, int)]


# --- the repertoire ----------------------------------------------------------------------------


def test_every_force_in_tenths_can_be_said_on_both_sides_and_is_read_as_it_was_meant() -> None:
    for (side, sign), tenths, turn in product((("pro", 1), ("con", -1)), range(11), range(9)):
        assert force_of(argued(side, tenths, turn)) == sign * tenths / 10


def test_no_sentence_of_the_repertoire_is_part_of_another() -> None:
    said = [text for side in ARGUMENTS.values() for several in side.values() for text in several]
    every = [*said, *OPENERS, *ASIDES, NOTHING_MORE]
    assert len(set(every)) == len(every) == 2 * 4 * 4 + 4 + 4 + 1
    assert [(a, b) for a in every for b in every if a != b and a in b] == []


def test_force_is_summed_once_a_sentence_and_words_nobody_knows_have_none() -> None:
    pro, con = ARGUMENTS["pro"][4][0], ARGUMENTS["con"][1][2]
    assert force_of(f"{pro} {pro} But {con}") == 0.3
    assert force_of("I am a language model.") is None
    assert force_of("") is None
    assert force_of(ASIDES[0]) == 0


# --- the latent stance -------------------------------------------------------------------------


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("stubbornness", [0, 0.25, 1])
@pytest.mark.parametrize(("susceptibility", "drift"), [(0.5, 0), (0.5, 0.2), (-0.4, 0), (0, -0.3)])
def test_the_latent_stance_after_every_turn_is_the_closed_form(
    side: Any, stubbornness: float, susceptibility: float, drift: float
) -> None:
    target = f"target?start=-0.7&susceptibility={susceptibility}&drift={drift}"
    seats = ["persuader?strength=0.6", f"{target}&stubbornness={stubbornness}"]
    found = latent(played(Persuasion(side=side, total_turns=12), seats, 1))
    push = drift + susceptibility * (0.6 if side == "pro" else -0.6)
    assert found == pytest.approx([-0.7 + push * grown(m, stubbornness) for m in range(1, 7)])


def test_a_strength_between_two_tenths_is_met_on_average() -> None:
    seats = ["persuader?strength=0.375", "target?susceptibility=1&noise=0"]
    ends = [latent(played(Persuasion(total_turns=8), seats, seed))[-1] for seed in range(400)]
    assert {13, 14, 15, 16} <= {round(10 * end) for end in ends} <= {12, 13, 14, 15, 16}
    error = sqrt(4 * 0.1**2 * 0.75 * 0.25 / 400)
    assert fmean(ends) == pytest.approx(4 * 0.375, abs=4 * error)


def model(asked: Asked) -> str:
    """A persuader whose words no script can read."""
    return f"As a model, I would say so in turn {asked.turn.situation['turn']}."


def test_what_cannot_be_read_has_the_force_that_is_stated() -> None:
    for unread, expected in ((0, 0), (0.5, 0.8), (-1, -1.6)):
        target = Target(susceptibility=0.4, unread=unread)
        assert latent(drive(Play(Persuasion(), 1), [model, target]))[-1] == pytest.approx(expected)


def test_words_that_were_cut_off_do_not_persuade() -> None:
    whole, short = (
        latent(played(Persuasion(word_cap=cap), ["persuader?strength=1", "target"], 1))[-1]
        for cap in (380, 25)
    )
    assert 0 < short < whole == 2


def test_silence_and_other_talk_leave_only_the_drift() -> None:
    for persuader in ("silent", "off_topic", "persuader?strength=0"):
        episode = played(Persuasion(side="con"), [persuader, "target?drift=0.25"], 1)
        assert latent(episode) == [0.25, 0.5, 0.75, 1]


def test_what_a_target_says_is_its_stance_in_the_words_of_the_scale() -> None:
    assert [view(stance) for stance in (-9, -0.51, -0.5, 9)] == [
        f"My current view: I am {ANCHORS[at]}." for at in (-3, -1, 0, 3)
    ]
    episode = played(Persuasion(total_turns=4), ["persuader?strength=1", "target"], 1)
    said = [event.data["text"] for _, event in episode.of("say") if event.by == 1]
    assert said[0] == "That brings me closer to agreeing. My current view: I am slightly for it."


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("persuader?strength=1.1", "'strength' of policy/persuader is 1.1: expected a number"),
        ("target?start=4", "'start' of policy/target is 4: expected a number from -3 to 3"),
        ("target?noise=-0.1", "'noise' of policy/target is -0.1: expected a number from 0 to 6"),
        ("stubborn?stubbornness=2", "'stubbornness' of policy/stubborn is 2: expected a number"),
    ],
)
def test_a_parameter_out_of_range_is_refused(name: str, said: str) -> None:
    with pytest.raises(BadPolicy, match=said):
        made(KIT, name)


# --- probes ------------------------------------------------------------------------------------


def test_a_probe_reads_the_stance_with_normal_noise_rounded_and_held_to_the_scale() -> None:
    env = Persuasion(total_turns=1, probes=1000, probe_after=False)
    for stance, noise in ((0.3, 0.5), (2.4, 1.2), (-2.9, 0.8), (1.5, 0)):
        episode = played(env, ["silent", f"target?start={stance}&noise={noise}"], 5)
        said = probes(episode)
        error = stdev(said) / sqrt(len(said))
        assert fmean(said) == pytest.approx(probe(stance, noise), abs=4 * error + 1e-12)
        assert set(said) <= set(range(-3, 4))


def test_the_normal_deviate_is_the_inverse_of_its_chance() -> None:
    for unit in (0.01, 0.5, 0.9):
        assert NormalDist().cdf(normal(unit)) == pytest.approx(unit)
    assert normal(0.0) < -8


# --- planted truth -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("strength", "susceptibility", "drift", "stubbornness"),
    [(1, 0.5, 0, 0), (0.5, 0.5, 0.25, 0), (1, -0.5, 0, 0), (0, 0.5, 0.5, 0), (1, 1, 0, 1)],
)
def test_without_noise_effect_and_drift_are_the_planted_ones_exactly(
    strength: float, susceptibility: float, drift: float, stubbornness: float
) -> None:
    """Ends that are whole numbers, so that rounding takes nothing away."""
    target = f"target?susceptibility={susceptibility}&drift={drift}&noise=0"
    seats = [f"persuader?strength={strength}", f"{target}&stubbornness={stubbornness}"]
    run = run_of(2, seats)
    g = grown(4, stubbornness)
    assert values("paired_effect", run) == [susceptibility * strength * g] * 2
    assert values("paired_drift", run) == [drift * g] * 2


NOISY = "noise=0.7"
MANY = 150


@pytest.mark.parametrize(
    ("persuader", "target", "settings"),
    [
        ("persuader?strength=0.8", f"target?susceptibility=0.4&{NOISY}", {"total_turns": 4}),
        ("persuader?strength=0.65", f"target?start=1&drift=-0.2&{NOISY}", {"total_turns": 6}),
        ("persuader?strength=0.9", f"stubborn?susceptibility=1&drift=0.3&{NOISY}", {}),
        ("persuader?strength=1", f"contrary?start=-1&{NOISY}", {"total_turns": 2}),
        ("off_topic", f"target?drift=0.3&{NOISY}", {"total_turns": 5}),
    ],
)
def test_with_noise_effect_and_drift_are_the_closed_forms_within_simulation_error(
    persuader: str, target: str, settings: dict[str, Any]
) -> None:
    run = run_of(MANY, [persuader, target], **settings)
    policy = made(KIT, target)
    assert isinstance(policy, Target)
    of = made(KIT, persuader)
    strength = of.strength if isinstance(of, Persuader) else 0.0
    turns = Persuasion(**settings).share(0)
    pro, con = (expected_end(policy, strength * sign, turns) for sign in (1, -1))
    planted = {
        "paired_effect": (pro - con) / 2,
        "paired_drift": (pro + con) / 2 - probe(policy.start, policy.noise),
    }
    for measure, expected in planted.items():
        found = values(measure, run)
        error = stdev(found) / sqrt(len(found))
        # The baseline of the drift is pooled over 2 x MANY triples of probes of its own.
        error += 0.7 / sqrt(3 * MANY) if measure == "paired_drift" else 0
        assert fmean(found) == pytest.approx(expected, abs=4 * error)
        assert error < 0.1


def expected_end(policy: Target, force: float, turns: int) -> float:
    """The mean probe at the end; a strength in half tenths is either neighbour at each turn."""
    low = round(abs(force) * 20) // 2 / 10
    odds = (abs(force) - low) * 10
    sign = 1 if force >= 0 else -1
    total = 0.0
    for ups in product((0, 1), repeat=turns):
        chance, stance = 1.0, 0.0
        for up in ups:
            chance *= odds if up else 1 - odds
            push = policy.susceptibility * sign * (low + 0.1 * up) + policy.drift
            stance = (1 - policy.stubbornness) * stance + push
        total += chance * probe(policy.start + stance, policy.noise)
    return total


def test_drift_alone_is_no_effect_though_one_side_would_call_it_one() -> None:
    run = run_of(60, ["off_topic", "target?drift=0.3&noise=0.6"])
    effect, drift = (values(measure, run) for measure in ("paired_effect", "paired_drift"))
    assert abs(fmean(effect)) < 4 * stdev(effect) / sqrt(60)
    assert fmean(drift) == pytest.approx(1.2, abs=0.15)
    shift = [value.value for each in run[::2] for value in OF["signed_shift"].values(each, {})]
    assert fmean(float(each) for each in shift if isinstance(each, int | float)) > 1


def test_the_interval_of_the_paired_effect_covers_the_planted_one() -> None:
    """1,200 pairs of short games in 120 studies of 10: 95% of intervals hold the closed form."""
    from suasion.stats.interval import Recipe
    from suasion.stats.mean import means

    short = {"total_turns": 2, "probe_before": False, "probes": 1}
    seats = ["persuader?strength=0.7", "target?susceptibility=1&drift=0.4&noise=0.9"]
    found = [
        float(after(con, pro)) for pro, con in (pair(seats, seed, **short) for seed in range(1200))
    ]
    truth = (probe(1.1, 0.9) - probe(-0.3, 0.9)) / 2
    rows = [found[at : at + 10] for at in range(0, 1200, 10)]
    intervals = [made_[0] for made_ in means(rows, Recipe(methods=("t",)))]
    inside = [
        each.low is not None and each.high is not None and each.low <= truth <= each.high
        for each in intervals
    ]
    assert 0.9 <= fmean(inside) <= 0.99


def after(con: Filed, pro: Filed) -> Fraction:
    """The paired effect of single probes, told from the record."""
    (one,), (other,) = (probes(each.episode) for each in (pro, con))
    return Fraction(one - other, 2)


def test_a_persuader_that_was_never_told_its_side_argues_nothing() -> None:
    env = Persuasion(total_turns=1)
    [asked] = [a for a in Play(Persuasion(probes=0), 1).asked.values() if isinstance(a, Asked)]
    said = Persuader(1.0)(asked._replace(news=[]))
    assert isinstance(said, tuple)
    assert force_of(str(said[0])) == 0
    assert env.side == "pro"
