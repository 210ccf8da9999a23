"""Convergence diagnostics: what independent draws, slow chains and chains that differ get."""

import numpy as np
import pytest

from suasion.stats.bootstrap import generator
from suasion.stats.convergence import Diagnostic, ess_bulk, ess_tail, r_hat, worst
from suasion.stats.sample import Floats

NORMAL = generator(3).standard_normal((4, 1000))


def _slow(kept: float, draws: int = 4000) -> Floats:
    """Chains that keep a part of what was: worth (1 - kept) / (1 + kept) of their draws."""
    noise = generator(4).standard_normal((4, draws))
    chain = np.zeros_like(noise)
    for at in range(1, draws):
        chain[:, at] = kept * chain[:, at - 1] + noise[:, at]
    return chain


def test_independent_draws_are_worth_their_number() -> None:
    assert r_hat(NORMAL) < 1.005
    assert ess_bulk(NORMAL) == pytest.approx(4000, rel=0.15)
    assert ess_tail(NORMAL) == pytest.approx(4000, rel=0.2)


@pytest.mark.parametrize("kept", [0.5, 0.9])
def test_draws_that_keep_what_was_are_worth_fewer(kept: float) -> None:
    assert ess_bulk(_slow(kept)) == pytest.approx(16000 * (1 - kept) / (1 + kept), rel=0.25)


def test_chains_around_different_middles_or_of_different_width_do_not_agree() -> None:
    assert r_hat(NORMAL + np.array([[0], [0], [0], [1]])) > 1.05
    assert r_hat(NORMAL * np.array([[1], [1], [1], [3]])) > 1.05


def test_ranks_alone_matter() -> None:
    assert r_hat(np.exp(3 * NORMAL)) == pytest.approx(r_hat(NORMAL), abs=0.01)
    assert ess_bulk(np.exp(3 * NORMAL)) == ess_bulk(NORMAL)


def test_numpyro_finds_as_many_draws_where_ranks_do_not_matter() -> None:
    diagnostics = pytest.importorskip("numpyro.diagnostics")
    split = _slow(0.8).reshape(8, 2000)
    theirs = float(diagnostics.effective_sample_size(split))
    assert ess_bulk(_slow(0.8)) == pytest.approx(theirs, rel=0.05)


def test_what_does_not_vary_has_not_converged() -> None:
    stuck = np.ones((2, 100))
    assert r_hat(stuck) == float("inf")
    assert ess_bulk(stuck) == 0
    assert worst([stuck], 0).fault is not None


def test_the_worst_of_all_numbers_decides() -> None:
    both = np.stack([NORMAL, NORMAL + np.array([[0], [0], [0], [1]])], axis=2)
    assert worst([NORMAL], 0).fault is None
    assert worst([NORMAL, both], 0).r_hat == r_hat(both[:, :, 1])
    assert "R-hat" in str(worst([both], 0).fault)
    assert "2 divergent" in str(worst([NORMAL], 2).fault)
    assert "sample size 300" in str(Diagnostic(1.0, 900, 300, 0).fault)
