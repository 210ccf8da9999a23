"""Whether chains of draws agree and say enough: rank-normalised R-hat, bulk and tail ESS.

Source: Vehtari, Gelman, Simpson, Carpenter and Bürkner 2021 (Rank-normalization, folding, and
localization). A quantity that does not vary has nothing to converge; it counts as not converged.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from suasion.stats.sample import Floats

R_HAT, ESS = 1.01, 400
"""What must not be reached, and what must be exceeded, before anything is reported."""


class Diagnostic(NamedTuple):
    """The worst over some quantities, and the divergences of all chains."""

    r_hat: float
    ess_bulk: float
    ess_tail: float
    divergences: int

    @property
    def fault(self) -> str | None:
        """Why nothing is reported, where nothing may be."""
        if self.divergences:
            return f"not_converged: {self.divergences} divergent transitions, where 0 may be"
        if not self.r_hat < R_HAT:
            return f"not_converged: R-hat {self.r_hat:.4g}, where less than {R_HAT} is wanted"
        least = min(self.ess_bulk, self.ess_tail)
        if not least > ESS:
            return f"not_converged: effective sample size {least:.0f}, where over {ESS} is wanted"
        return None


def worst(quantities: Iterable[Floats], divergences: int) -> Diagnostic:
    """The worst of all numbers in quantities of shape (chains, draws, …)."""
    columns = [column for each in quantities for column in _columns(each)]
    return Diagnostic(
        max(map(r_hat, columns)),
        min(map(ess_bulk, columns)),
        min(map(ess_tail, columns)),
        divergences,
    )


def _columns(quantity: Floats) -> Iterable[Floats]:
    flat = quantity.reshape(*quantity.shape[:2], -1)
    return [flat[:, :, at] for at in range(flat.shape[2])]


def r_hat(chains: Floats) -> float:
    """The larger of the bulk's and the tails' (folded); infinite where nothing varies."""
    split = _split(chains)
    folded = np.abs(split - np.median(split))
    return max(_r_hat(_ranked(each)) for each in (split, folded))


def ess_bulk(chains: Floats) -> float:
    """How many independent draws the middle is worth."""
    return _ess(_ranked(_split(chains)))


def ess_tail(chains: Floats) -> float:
    """How many independent draws the less known of the 5% and 95% quantiles is worth."""
    split = _split(chains)
    ends = np.quantile(split, [0.05, 0.95])
    return min(_ess((split <= end).astype(np.float64)) for end in ends)


def _split(chains: Floats) -> Floats:
    """Each chain as two; of an odd number of draws without the middle one."""
    half = chains.shape[1] // 2
    return np.concatenate([chains[:, :half], chains[:, -half:]])


def _ranked(chains: Floats) -> Floats:
    """Normal scores of the ranks of all draws together."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    ranks = rankdata(chains, axis=None).reshape(chains.shape)
    scores: Floats = ndtri((ranks - 0.375) / (chains.size + 0.25))
    return scores


def _r_hat(chains: Floats) -> float:
    draws = chains.shape[1]
    within = chains.var(axis=1, ddof=1).mean()
    between = chains.mean(axis=1).var(ddof=1)
    if not within > 0:
        return float("inf")
    return float(np.sqrt((draws - 1) / draws + between / within))


def _ess(chains: Floats) -> float:
    """By Geyer's initial monotone sequence, over all chains."""
    count, draws = chains.shape
    centred = chains - chains.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(centred, 2 * draws)
    covariances = np.fft.irfft(np.abs(spectrum) ** 2)[:, :draws].mean(axis=0) / draws
    within = covariances[0] * draws / (draws - 1)
    total = covariances[0] + chains.mean(axis=1).var(ddof=1)
    if not within > 0:
        return 0.0
    correlations = 1 - (within - covariances) / total
    correlations[0] = 1.0
    pairs = correlations[: draws // 2 * 2].reshape(-1, 2).sum(axis=1)
    ends = np.flatnonzero(pairs < 0)
    pairs = np.minimum.accumulate(pairs[: ends[0] if len(ends) else None])
    size = count * draws
    time = max(-1 + 2 * pairs.sum(), 1 / np.log10(size))
    return float(size / time)
