"""What an estimate is: a value, its interval, and how both were reached."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

METHODS = ("t", "studentised_bootstrap", "percentile_bootstrap")
"""The methods a mean, a difference and a slope can have, the default first."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How intervals are to be made; the same recipe and values give the same bounds."""

    level: float = 0.95
    methods: tuple[str, ...] = METHODS
    """Which of `METHODS`, in the order wanted."""
    draws: int = 2000
    """Resamples of a bootstrap."""
    seed: int = 0
    """Where the stream of resamples begins; it must not be chosen by looking at the values."""

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise ValueError(f"level {self.level}: expected a number between 0 and 1")
        if self.tail < 1:
            need = f"expected enough draws for one beyond each bound of a {self.level} interval"
            raise ValueError(f"draws {self.draws}: {need}")
        if strange := [name for name in self.methods if name not in METHODS]:
            raise ValueError(f"no interval method {strange[0]!r}; there are: {', '.join(METHODS)}")

    @property
    def tail(self) -> int:
        """How many draws lie at or beyond a bound: 50 of 2,000 at 95%."""
        return int(self.draws * (1 - self.level) / 2 + 1e-9)

    @property
    def chances(self) -> tuple[float, float]:
        """The two levels of a distribution between which an interval lies."""
        return (1 - self.level) / 2, (1 + self.level) / 2


USUAL = Recipe()
"""95%, all methods, 2,000 draws, seed 0."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A number with its uncertainty."""

    value: float | None
    """`None` when undefined; then `reason` says why."""
    low: float | None
    high: float | None
    """Both bounds or neither; without them `method` says why."""
    level: float
    n: int
    """Values that went in."""
    units: int
    """What was resampled or counted as independent: n, or the number of clusters."""
    method: str
    """One of `METHODS`, `wilson`, or `none: …` with a word on why there are no bounds."""
    reason: str | None = None
    """A code such as `no_values`, exactly when `value` is None."""

    def __post_init__(self) -> None:
        if (self.value is None) != (self.reason is not None):
            raise ValueError("a value or a reason: exactly one of them")
        if (self.low is None) != self.method.startswith("none: ") or self.low_only:
            raise ValueError("two bounds or a method that begins 'none: '")
        if not all(isfinite(x) for x in (self.value, self.low, self.high) if x is not None):
            raise ValueError("an estimate holds finite numbers only")

    @property
    def low_only(self) -> bool:
        """Whether one bound stands without the other, which no interval may."""
        return (self.low is None) != (self.high is None)


@dataclass(frozen=True, slots=True)
class Made:
    """What is common to the intervals of one value: what they were made from, and the value."""

    value: float
    n: int
    units: int
    recipe: Recipe

    def __post_init__(self) -> None:
        if not isfinite(self.value):
            raise ValueError("the value is beyond the largest number")

    def bounded(self, method: str, low: float, high: float) -> Interval:
        """The interval from `low` to `high`; `none: unbounded` where they are not finite."""
        if not (isfinite(low) and isfinite(high)):
            return self.unbounded("unbounded")
        # Adding 0.0 turns a negative zero, which no output may hold, into nought.
        return Interval(
            self.value + 0.0, low + 0.0, high + 0.0, self.recipe.level, self.n, self.units, method
        )

    def unbounded(self, why: str) -> Interval:
        """The value without bounds."""
        return Interval(
            self.value + 0.0, None, None, self.recipe.level, self.n, self.units, f"none: {why}"
        )


def undefined(reason: str, why: str, n: int, recipe: Recipe) -> Interval:
    """No value: `reason` is its code, `why` the same in the words of a method."""
    return Interval(None, None, None, recipe.level, n, n, f"none: {why}", reason)


def distinct(intervals: list[Interval]) -> tuple[Interval, ...]:
    """The intervals without repeats: three methods that fail alike are said once."""
    return tuple(dict.fromkeys(intervals))
