"""Facts about variance components, against a dense likelihood that knows no short cut."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from suasion.stats.levels import arrow
from suasion.stats.reml import components, split
from suasion.stats.sample import Floats

Codes = NDArray[np.intp]


def crossed(
    models: int, topics: int, kept: float, seed: int, sds: Sequence[float]
) -> tuple[Floats, list[list[int]]]:
    """A panel in which no model meets itself, thinned, with planted components."""
    chance = np.random.default_rng(seed)
    cells = [
        (p, t, k)
        for p, t, k in product(range(models), range(models), range(topics))
        if p != t and chance.random() < kept
    ]
    p, t, k = np.array(cells).T
    factors = [p, t, k, p * models + t, t * topics + k, p * topics + k]
    values = chance.normal(1, sds[-1], len(cells))
    for sd, factor in zip(sds, factors, strict=False):
        values += chance.normal(0, sd, int(factor.max()) + 1)[factor]
    return values, [factor.tolist() for factor in factors]


def dense(values: Floats, factors: Sequence[Sequence[int]], variances: Floats) -> float:
    """The restricted log-likelihood, from the whole covariance matrix."""
    n = len(values)
    covariance = variances[-1] * np.eye(n)
    for variance, factor in zip(variances, factors, strict=False):
        code = np.asarray(factor)
        covariance += variance * (code[:, None] == code[None, :])
    inverse = np.linalg.inv(covariance)
    ones = np.ones(n)
    weight = ones @ inverse @ ones
    mean = ones @ inverse @ values / weight
    errors = values - mean
    logs = np.linalg.slogdet(covariance)[1] + np.log(weight)
    return float(-(logs + errors @ inverse @ errors) / 2)


def searched(values: Floats, factors: Sequence[Sequence[int]]) -> Floats:
    """The maximum by a search that knows nothing but the likelihood."""
    from scipy.optimize import minimize

    scale = float(np.var(values))

    def cost(roots: Floats) -> float:
        return -dense(values / np.sqrt(scale), factors, roots**2 + 1e-14)

    start = np.full(len(factors) + 1, 0.4)
    best = minimize(cost, start, method="L-BFGS-B", options={"maxiter": 500, "ftol": 1e-13})
    best = minimize(cost, best.x, method="Nelder-Mead",
                    options={"xatol": 1e-7, "fatol": 1e-11, "maxiter": 1500})  # fmt: skip
    found: Floats = scale * best.x**2
    return found


@pytest.mark.parametrize(
    ("models", "topics", "kept", "seed"), [(4, 5, 1.0, 1), (6, 4, 0.6, 2), (4, 6, 0.75, 3)]
)
def test_components_are_those_of_another_optimiser(
    models: int, topics: int, kept: float, seed: int
) -> None:
    sds = (0.5, 0.6, 0.4, 0.3, 0.4, 0.2, 0.6)
    values, factors = crossed(models, topics, kept, seed, sds)
    found = components(values, factors)
    mine = np.array([*found.factors, found.residual])
    other = searched(values, factors)
    assert dense(values, factors, mine) >= dense(values, factors, other) - 1e-6
    assert mine == pytest.approx(other, abs=2e-4)


def test_no_step_away_is_more_likely() -> None:
    values, factors = crossed(6, 5, 0.8, 9, (0.5, 0.5, 0.3, 0.3, 0.3, 0.0, 0.6))
    found = components(values, factors)
    mine = np.array([*found.factors, found.residual])
    best = dense(values, factors, mine)
    for at in range(len(mine)):
        for step in (1e-3, -1e-3):
            other = mine.copy()
            other[at] = max(0.0, other[at] + step)
            assert dense(values, factors, other) <= best + 1e-8


def test_what_the_likelihood_would_have_below_nought_is_nought() -> None:
    """Levels that differ less than chance would have it."""
    values = np.array([1.0, -1.0] * 6)
    found = components(values, [[at // 2 for at in range(12)]])
    assert found.factors == (0.0,)
    assert found.residual == pytest.approx(12 / 11)


def test_without_factors_the_residual_is_the_variance_of_the_sample() -> None:
    values = np.random.default_rng(0).normal(size=25)
    assert components(values, []).residual == pytest.approx(values.var(ddof=1), rel=1e-6)
    assert components([2.0, 2.0, 2.0], []).residual == 0


def test_a_balanced_one_way_layout_has_its_closed_form() -> None:
    chance = np.random.default_rng(8)
    groups = chance.normal(0, 1, (6, 1)) + chance.normal(0, 0.5, (6, 4))
    within = groups.var(axis=1, ddof=1).mean()
    between = groups.mean(axis=1).var(ddof=1) - within / 4
    found = components(groups.ravel(), [[at // 4 for at in range(24)]])
    assert (found.factors[0], found.residual) == pytest.approx((between, within), rel=1e-5)


def test_neither_units_nor_the_names_of_levels_matter() -> None:
    values, factors = crossed(5, 4, 0.9, 5, (0.5, 0.5, 0.4, 0.3, 0.3, 0.2, 0.6))
    found = components(values, factors)
    other = components(1000 * values + 7, [[-3 * level for level in each] for each in factors])
    assert [each / 1e6 for each in other.factors] == pytest.approx(found.factors, abs=1e-6)


def test_what_no_likelihood_could_tell_apart_is_refused() -> None:
    with pytest.raises(ValueError, match=r"factors\[0\]: a level for each value"):
        components([1, 2, 4], [[0, 1, 2]])
    with pytest.raises(ValueError, match=r"factors\[1\] splits the values as factors\[0\]"):
        components([1, 2, 4, 5], [[0, 0, 1, 1], [7, 7, 3, 3]])
    with pytest.raises(ValueError, match="2 levels for 3 values"):
        components([1, 2, 4], [[0, 0]])


def test_levels_in_an_arrow_meet_as_often_as_they_do() -> None:
    _, factors = crossed(5, 4, 0.7, 6, (0,) * 7)
    codes = [split(each) for each in factors]
    made = arrow(codes, len(codes[0]))
    design = np.zeros((len(codes[0]), made.places))
    np.put_along_axis(design, made.columns, 1, axis=1)
    met = design.T @ design
    inner = len(made.across)
    assert np.array_equal(met[:inner, inner:], made.across)
    assert np.array_equal(met[inner:, inner:], made.rest)
    blocks = np.zeros((inner, inner))
    for block, each in zip(made.blocks, made.within, strict=True):
        blocks[block, block] = each
    assert np.array_equal(met[:inner, :inner], blocks)
    assert inner > 0
    assert [int(n) for n in np.bincount(made.owners)] == [len(set(each)) for each in factors]


def test_where_levels_explain_every_value_the_residual_is_nought() -> None:
    found = components([0, 0, 1, 1, 3, 3], [[0, 0, 1, 1, 2, 2]])
    assert found.residual == 0
    assert found.factors[0] == pytest.approx(7 / 3, rel=1e-5)
