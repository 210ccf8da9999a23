"""The smallest difference that a study can find at its size, from how a pilot's numbers spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum, sqrt
from typing import TYPE_CHECKING, NamedTuple

from suasion.core.asks import Json
from suasion.measures.measure import CATEGORY
from suasion.report.contrasts import Sides, by_unit, in_words, sides
from suasion.report.results import RunResults, UnknownMeasure

if TYPE_CHECKING:
    from suasion.measures.filed import Filed
    from suasion.measures.kit import Kit

ROUNDING = 1e-7
"""Of a standard deviation: what differences within pairs that are all the same may seem to vary."""
LEAST = 4
"""Units of a pilot below which its spread says too little."""


class Given(NamedTuple):
    """Components that are known already, in place of the pilot's."""

    sd: float | None = None
    """Of one unit's number, on either side."""
    pairing: float | None = None
    """The correlation of both sides within a pair."""


PILOT = Given()
"""Nothing is known but what the pilot shows."""


class Components(NamedTuple):
    """What the smallest difference rests on."""

    sds: tuple[float, float]
    """Of a unit's number, on both sides."""
    pairing: float | None
    """The correlation of both sides within a pair; None where there are no pairs."""
    sd_difference: float | None
    """Of a difference within a pair; None where there are no pairs."""
    units: int
    """Pairs, or units on the smaller side, that the pilot had."""
    source: str
    """`pilot`, or `given`, where any of it was."""


class Detectable(NamedTuple):
    """The smallest difference of one contrast that is found four times in five."""

    measure: str
    unit: str
    of: str
    against: str
    value: float | None
    """In the measure's unit; None where the reason says why."""
    n: int
    """Pairs that are planned; of two samples, units on the smaller side."""
    design: str
    """`paired` or `two samples`."""
    components: Components | None
    reason: str | None = None

    def row(self) -> dict[str, Json]:
        """As one JSON object."""
        parts = self.components
        return {
            **{name: getattr(self, name) for name in ("measure", "unit", "of", "against")},
            **{name: getattr(self, name) for name in ("value", "n", "design", "reason")},
            "power": 0.8,
            "alpha": 0.05,
            "components": None
            if parts is None
            else {
                "sd_of": parts.sds[0],
                "sd_against": parts.sds[1],
                "pairing": parts.pairing,
                "sd_difference": parts.sd_difference,
                "pilot_units": parts.units,
                "source": parts.source,
            },
        }


class Design(NamedTuple):
    """What of a study decides what it can find."""

    kit: Kit
    arms: Sequence[str]
    contrasts: Sequence[Mapping[str, Json]]
    measures: Sequence[str]
    parameters: Mapping[str, Json]
    replicates: int


def detectable(
    design: Design, filed: Sequence[Filed], piloted: int, given: Given = PILOT
) -> list[Detectable]:
    """For every contrast; where the study names none, for its first measure between conditions.

    `filed` are the episodes of a pilot of `piloted` replicates.
    """
    results = RunResults(design.kit, filed, design.parameters, ("t",))
    contrasts = design.contrasts or first(design)
    return [_smallest(results, each, design.replicates / piloted, given) for each in contrasts]


def first(design: Design) -> list[dict[str, Json]]:
    """Its first measure that is a number, between its first two conditions."""
    named = [each for each in design.kit.measures if each.id in design.measures]
    numbers = [each.id for each in named or design.kit.measures if each.unit != CATEGORY]
    if len(design.arms) < 2 or not numbers:
        return []
    one, other = design.arms[:2]
    return [{"measure": numbers[0], "of": {"arm": other}, "against": {"arm": one}}]


def _smallest(
    results: RunResults, contrast: Mapping[str, Json], times: float, given: Given
) -> Detectable:
    of, against = in_words(contrast["of"]), in_words(contrast["against"])
    try:
        unit = results.measure(contrast["measure"]).unit
        found = sides(results, contrast)
    except UnknownMeasure as unknown:
        return Detectable(contrast["measure"], "", of, against, None, 0, "", None, str(unknown))
    design = "paired" if found.pairs else "two samples"
    units = [by_unit(side) for side in found[:2]]
    n = round(min(map(len, units)) * times)
    named = Detectable(contrast["measure"], unit, of, against, None, n, design, None)
    if min(map(len, units)) == 0:
        reason = (
            "the pilot has no value of it on a side: a rule or a seat of the study never makes one"
        )
        return named._replace(reason=reason)
    parts = _components(found, units, given)
    if parts is None:
        few = min(map(len, units))
        return named._replace(
            reason=f"the pilot has {few} units, too few to see a spread; give --sd"
        )
    named = named._replace(components=parts)
    if n < 2:
        return named._replace(
            reason="one unit a side has no spread: at least 2 replicates are needed"
        )
    if not (parts.sd_difference if found.pairs else any(parts.sds)):
        alike = "within a pair " if found.pairs and any(parts.sds) else ""
        return named._replace(reason=f"nothing varied {alike}in the pilot; give --sd")
    return named._replace(value=_value(parts, n))


def _components(found: Sides, units: Sequence[Sequence[float]], given: Given) -> Components | None:
    few = min(map(len, units))
    if given.sd is None and few < LEAST:
        return None
    sds = (sd(units[0]), sd(units[1])) if few > 1 else (0.0, 0.0)
    if given.sd is not None:
        sds = given.sd, given.sd
    if not found.pairs:
        return Components(sds, None, None, few, source(given))
    pairing = correlation(*units) if few >= LEAST else 0.0
    if given.pairing is not None:
        pairing = given.pairing
    apart = sqrt(max(0.0, sds[0] ** 2 + sds[1] ** 2 - 2 * pairing * sds[0] * sds[1]))
    if apart <= ROUNDING * max(sds):
        apart = 0.0
    return Components(sds, pairing, apart, few, source(given))


def source(given: Given) -> str:
    """Where components are from."""
    return "pilot" if given == PILOT else "given"


def _value(parts: Components, n: int) -> float:
    from suasion.stats.power import paired, two_sample

    if parts.sd_difference is None:
        return two_sample(parts.sds, (n, n))
    return paired(parts.sd_difference, n)


def sd(numbers: Sequence[float]) -> float:
    """The standard deviation of a sample of at least two."""
    centre = fsum(numbers) / len(numbers)
    return sqrt(fsum((each - centre) ** 2 for each in numbers) / (len(numbers) - 1))


def correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Pearson's; nought where a side does not vary."""
    spread = sd(one) * sd(other) * (len(one) - 1)
    if spread == 0:
        return 0.0
    centres = fsum(one) / len(one), fsum(other) / len(other)
    both = ((a - centres[0]) * (b - centres[1]) for a, b in zip(one, other, strict=True))
    return max(-1.0, min(1.0, fsum(both) / spread))
