"""The ordinal model's density, against sums and integrals worked out in another way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm

from suasion.stats import ordinal
from suasion.stats.latent import latent
from suasion.stats.ordinal import ANSWERS, WIDTH, Answers, Draws, arrays
from suasion.stats.ordinal_check import Ranked
from suasion.stats.sample import Floats

CUTS = np.array([-2.5, -1.4, -0.6, 0.3, 1.5, 2.5])
jax = pytest.importorskip("jax")


def _shares(position: float, scale: float) -> Floats:
    """The probability of each answer, as the model is written down."""
    below = np.concatenate([[0.0], expit((CUTS - position) / scale), [1.0]])
    return np.diff(below)


def _integrated(counts: Floats, centre: float, scale: float, sd: float) -> float:
    """The log likelihood of a conversation's answers, by adaptive quadrature."""

    def at(position: float) -> float:
        shares = _shares(position, scale)
        return float(np.prod(shares**counts) * norm.pdf(position, centre, sd))

    ends = centre - 9 * sd, centre + 9 * sd
    return float(np.log(quad(at, *ends, limit=400, points=list(CUTS))[0]))


@pytest.mark.parametrize(("position", "scale"), [(-4.0, 0.15), (0.2, 0.5), (3.1, 0.15)])
def test_answers_have_the_probabilities_that_are_written_down(
    position: float, scale: float
) -> None:
    with jax.enable_x64(True):
        found = ordinal._log_shares(CUTS, np.array([position]), np.array([scale]))
    assert np.exp(found[0]) == pytest.approx(_shares(position, scale), rel=1e-9, abs=1e-14)


@pytest.mark.parametrize(("scale", "sd"), [(0.15, 1.0), (0.4, 0.4)])
def test_conversations_are_integrated_over(scale: float, sd: float) -> None:
    counts = np.zeros((1, 3, ANSWERS))
    counts[0, 0, 6] = counts[0, 1, 3] = 3
    counts[0, 2, 4:6] = 1, 2
    centres = np.array([-1.93, 0.4, 1.27, 2.9])
    with jax.enable_x64(True):
        told = ordinal._log_shares(CUTS, ordinal.FINE[None, :], np.array([[scale]]))
        table = ordinal._blurred(counts, told, sd)
        for kind in range(3):
            found = ordinal._interpolated(table, np.full(4, kind), centres)
            worked_out = [_integrated(counts[0, kind], at, scale, sd) for at in centres]
            assert np.asarray(found) == pytest.approx(worked_out, abs=0.03, rel=0.005)


def test_conversations_that_were_answered_alike_share_what_is_computed() -> None:
    after = np.zeros((4, ANSWERS))
    after[:3, 6] = after[3, 0] = 3
    of = np.array([0, 0, 1, 1])
    answers = Answers(np.zeros((2, 1, ANSWERS)), after, 1 - of, of, 0 * of, np.ones(4))
    given = arrays(answers)
    assert given["counts"].shape == (2, WIDTH, ANSWERS)
    assert given["which"][0] == given["which"][1]
    flat = given["counts"].reshape(-1, ANSWERS)
    assert (flat[given["which"]] == after).all()
    assert (given["which"] // WIDTH == of).all()


def _flat(push: Floats) -> Draws:
    """One draw in which nothing but pushes differs, far from both ends."""
    targets, topics = push.shape[1:]
    of: dict[str, Any] = {
        "push": push,
        "base": np.zeros((targets, topics)),
        "drift": np.zeros((targets, topics)),
        "cuts": np.arange(-2.5, 3),
        "scale": np.full((2, targets), 0.4),
        "sd_conversation": np.array(0.6),
    }
    return Draws({name: each[None, None] for name, each in of.items()}, 0, 0)


def test_strength_is_the_mean_push_over_the_whole_panel_where_no_end_is_near() -> None:
    push = np.array([[[0.2, 0.4], [0.6, 0.8]], [[-0.5, -0.5], [0.5, 0.5]]])
    found = latent(_flat(push))
    assert found.strength[0, 0] == pytest.approx([0.5, 0.0], abs=0.01)
    assert found.susceptibility[0, 0] == pytest.approx([-0.1, 0.6], abs=0.01)


def test_the_same_push_moves_a_target_less_that_is_at_an_end() -> None:
    draws = _flat(np.full((2, 2, 2), 1.0))
    draws.of["base"][0, 0, 0] = 2.8
    found = latent(draws).susceptibility[0, 0]
    assert found[0] < 0.8 < found[1]


def test_intervals_hold_what_lies_between_their_ends() -> None:
    ranked = Ranked(np.array([[0.5, 0.3], [0.97, 0.06]]), 0)
    assert ranked.held(0.5) == 0.5
    assert ranked.held(0.9) == 0.75
    assert ranked.error(0.5) == 0.5
