"""Wilson's interval."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suasion.stats.interval import Recipe
from suasion.stats.share import wilson

TRIALS = st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_three_of_ten_is_between_a_ninth_and_three_fifths() -> None:
    found = wilson(3, 10)
    # By hand, w = z * z / 10: 0.3 + w / 2, and z * sqrt(0.021 + w / 40) to each side, / (1 + w).
    assert (found.value, found.n, found.method) == (0.3, 10, "wilson")
    assert found.low == pytest.approx(0.10779126740630099)
    assert found.high == pytest.approx(0.6032218525388546)


def test_none_of_some_does_not_show_that_there_never_is_one() -> None:
    none, every = wilson(0, 10), wilson(10, 10)
    assert (none.value, none.low, every.value, every.high) == (0.0, 0.0, 1.0, 1.0)
    assert none.high == pytest.approx(0.2775, abs=5e-5)
    assert every.low == pytest.approx(0.7225, abs=5e-5)


def test_no_trials_have_no_share() -> None:
    found = wilson(0, 0)
    assert (found.value, found.reason, found.method) == (None, "no_values", "none: n = 0")


@pytest.mark.parametrize(("successes", "trials"), [(-1, 3), (4, 3), (1, 0), (0, -1)])
def test_more_successes_than_trials_are_an_error(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match=f"{successes} of {trials}: expected"):
        wilson(successes, trials)


@given(TRIALS, st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_the_interval_holds_the_share_and_stays_within_nought_and_one(
    counts: tuple[int, int], level: float
) -> None:
    successes, trials = counts
    found = wilson(successes, trials, Recipe(level=level))
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.low < found.high


@given(TRIALS)
def test_successes_and_failures_mirror(counts: tuple[int, int]) -> None:
    successes, trials = counts
    one, other = wilson(successes, trials), wilson(trials - successes, trials)
    assert one.low is not None
    assert other.high is not None
    assert one.low == pytest.approx(1 - other.high, abs=1e-12)
