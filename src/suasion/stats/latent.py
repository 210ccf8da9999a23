"""Strength and susceptibility on the scale of answers, from draws of the ordinal model.

What a push is worth depends on where it meets a target: at the end of the scale it shows less. A
persuader's strength is what its PRO and CON conversations would leave apart, halved, expected over
answers and conversations, and averaged over all targets and topics of the panel; a target's
susceptibility is the same averaged over all persuaders. Everybody is held against the same panel,
also against what nobody played: itself.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from suasion.stats.ordinal import COARSE, FINE, Draws
from suasion.stats.sample import Floats

LOWEST = -3


class Latent(NamedTuple):
    """Of each draw (chains, draws) the strength of persuaders and the susceptibility of targets."""

    strength: Floats
    susceptibility: Floats


def latent(draws: Draws) -> Latent:
    """The strength and susceptibility of every draw, in points of the scale."""
    base = draws.of["base"]
    chains, count = base.shape[:2]
    apart = [[_of_draw(draws, (chain, at)) for at in range(count)] for chain in range(chains)]
    half = np.array(apart)
    return Latent(half.mean(axis=(3, 4)), half.mean(axis=(2, 4)))


def _of_draw(draws: Draws, at: tuple[int, int]) -> Floats:
    """Half of what the sides leave apart: (persuaders, targets, topics)."""
    of = {name: each[at] for name, each in draws.of.items()}
    curves = expected(of["cuts"], of["scale"][1], float(of["sd_conversation"]))
    start = of["base"] + of["drift"]
    pro, con = (_read(curves, start + side * of["push"]) for side in (1, -1))
    return (pro - con) / 2


def expected(cuts: Floats, scale: Floats, sd: float) -> Floats:
    """The answer expected of each target after conversations that end around `COARSE`."""
    from scipy.special import expit

    above = expit((FINE[:, None] - cuts) / scale[:, None, None])
    weights = np.exp(-0.5 * np.square((COARSE[:, None] - FINE) / sd))
    weights /= weights.sum(axis=1, keepdims=True)
    answers: Floats = (LOWEST + above.sum(axis=2)) @ weights.T
    return answers


def _read(curves: Floats, ends: Floats) -> Floats:
    """Each target's curve at (persuaders, targets, topics), straight between known points."""
    read = [np.interp(ends[:, t], COARSE, curve) for t, curve in enumerate(curves)]
    return np.stack(read, axis=1)
