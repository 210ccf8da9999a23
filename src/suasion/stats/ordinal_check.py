"""Whether the ordinal model's intervals hold what they say: fitted to data it drew itself.

Parameters are drawn from a prior, answers from the parameters, and the model is fitted to the
answers with that prior: then intervals of any level hold the truth with exactly that frequency
(Cook, Gelman and Rubin 2006; Talts et al. 2018). A model with a fault in its density, its sampler
or its summary does not pass, which is shown with one that takes answers for surer than they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from suasion.stats.hmc import Sampling
from suasion.stats.latent import Latent, latent
from suasion.stats.ordinal import ANSWERS, Answers, Draws, Panel, model, sample
from suasion.stats.sample import Floats

LEVELS = (0.5, 0.9)
BEFORE, AFTER = 12, 3
"""Answers of a target on a topic before anything, and after each conversation."""


def everybody(models: int, topics: int) -> Panel:
    """A panel in which every model is persuader and target."""
    return Panel(models, np.arange(models), np.arange(models), topics)


def planted(panel: Panel, seed: int) -> Draws:
    """One draw of everything from the prior, in the shape of draws of one chain."""
    import jax
    from numpyro import handlers

    with jax.enable_x64(True):
        density: Any = handlers.seed(model(panel), jax.random.PRNGKey(seed))
        sites = handlers.trace(density).get_trace()
        of = {
            name: np.asarray(site["value"])[None, None]
            for name, site in sites.items()
            if not name.startswith("_")
        }
    return Draws(of, 0, 0)


def answered(panel: Panel, truth: Draws, seed: int) -> Answers:
    """Answers drawn from parameters: every ordered pair of models, every topic, both sides."""
    stream = np.random.Generator(np.random.PCG64([seed, 2]))
    of = {name: each[0, 0] for name, each in truth.of.items()}
    persuaders, targets, topics = of["push"].shape
    p, t, k, side = (
        each.ravel()
        for each in np.meshgrid(
            np.arange(persuaders), np.arange(targets), np.arange(topics), [1.0, -1.0], indexing="ij"
        )
    )
    met = panel.persuaders[p] != panel.targets[t]
    p, t, k, side = p[met], t[met], k[met], side[met]
    ends = (of["base"] + of["drift"])[t, k] + side * of["push"][p, t, k]
    ends = ends + stream.standard_normal(len(ends)) * of["sd_conversation"]
    shape = *of["base"].shape, ANSWERS
    scales = np.broadcast_to(of["scale"][0][:, None], of["base"].shape)
    before = _told(of["base"].ravel(), scales.ravel(), of["cuts"], BEFORE, stream).reshape(shape)
    after = _told(ends, of["scale"][1][t], of["cuts"], AFTER, stream)
    return Answers(before, after, p, t, k, side)


def _told(
    positions: Floats, scales: Floats, cuts: Floats, times: int, stream: np.random.Generator
) -> Floats:
    """How often each answer was given from each position."""
    noise = stream.logistic(size=(len(positions), times)) * scales[:, None]
    answers = ((positions[:, None] + noise)[:, :, None] > cuts).sum(axis=2)
    return np.stack([(answers == each).sum(axis=1) for each in range(ANSWERS)], axis=1) * 1.0


class Ranked(NamedTuple):
    """Where the truth lay among the draws of many fits, as shares of draws below it."""

    shares: Floats
    """(data sets, quantities)."""
    faults: int
    """Divergent transitions of all fits."""

    def held(self, level: float) -> float:
        """How often the middle interval of this level held the truth."""
        inside = np.abs(self.shares - 0.5) <= level / 2
        return float(inside.mean())

    def error(self, level: float) -> float:
        """The standard error of `held`; quantities of one data set go together."""
        inside = (np.abs(self.shares - 0.5) <= level / 2).mean(axis=1)
        return float(inside.std(ddof=1) / np.sqrt(len(inside)))


def ranked(panel: Panel, seeds: Sequence[int], sampling: Sampling, surer: float = 1.0) -> Ranked:
    """Fits to data sets drawn from the prior; with `surer`, to answers counted that many times."""
    shares, faults = [], 0
    for seed in seeds:
        truth = planted(panel, seed)
        answers = answered(panel, truth, seed)
        draws = sample(
            panel,
            answers._replace(before=surer * answers.before, after=surer * answers.after),
            sampling,
        )
        faults += draws.divergences
        shares.append(_shares(latent(truth), latent(draws)))
    return Ranked(np.array(shares), faults)


def _shares(truth: Latent, draws: Latent) -> Floats:
    """Of every strength and susceptibility the share of draws that lie below the truth."""
    below = [(of < true).mean(axis=(0, 1)) for true, of in zip(truth, draws, strict=True)]
    return np.concatenate(below)
