"""How far did it move, and is that the persuader's doing?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from suasion.core.asks import Json
from suasion.environments.persuasion.conversation import lacking
from suasion.environments.persuasion.lines import DRIFT, EFFECT, Answer, Line, One, ended
from suasion.measures.panel import Link, Mark, Panel, Scale
from suasion.measures.question import Example, Finding, Listing, Question, Results

if TYPE_CHECKING:
    from suasion.stats.interval import Interval

COLUMNS = ("who argued with whom", "series", "kind", "stance", "low", "high", "pairs", "evidence")
FEW = 40
"""Pairs up to which each is drawn behind its estimate."""
THIN = 20
"""Pairs below which a page warns."""
LISTED = 500
"""Pairs in the list of all; of more, those with the largest effects."""
METHODS = {
    "two_way_cluster_t": "a t whose variance counts topics and targets",
    "t": "Student's t",
    "studentised_bootstrap": "the studentised bootstrap",
    "percentile_bootstrap": "the percentile bootstrap",
}


def applies(results: Results) -> str | None:
    """It takes one pair: both sides argued with the same target, whole and probed."""
    if not Answer(results).ones:
        return "no target was argued with from both sides and probed after both"
    return None


def answer(results: Results) -> Finding:
    """The finding, its figure and its evidence."""
    found = Answer(results)
    marks = [mark for line in found.lines for mark in _marks(line)]
    return Finding(
        sentence=_sentence(found),
        panel=Panel(
            "columns" if found.merged else "forest",
            "stance, in points of the scale",
            marks,
            zero=True,
            accent=found.lines[0].name if found.lines[0].settled else None,
            scales=tuple(Scale(series, domain=_domain(marks)) for series in (EFFECT, DRIFT)),
        ),
        how_to_read=_reading(marks),
        sureness=list(_sureness(found)),
        statistics=_statistics(found),
        columns=COLUMNS,
        rows=[_row(mark) for mark in marks],
        examples=list(_examples(found)),
        listing=_listing(found),
        exclusions=list(_exclusions(found)),
        episodes=[filed.id for line in found.lines for one in line.ones for filed in one.pair],
        episode_columns=_columns(found),
    )


def _domain(marks: Sequence[Mark]) -> tuple[float, float]:
    """One scale for effect and drift, so that they can be compared."""
    seen = [x for mark in marks for x in (mark.x, mark.low, mark.high) if x is not None]
    low, high = min([0.0, *seen]), max([0.0, *seen])
    air = 0.05 * (high - low) or 1.0
    return low - air, high + air


def _sentence(found: Answer) -> str:
    """Who moved whom beyond doubt, then what conversation alone did."""
    settled = [line for line in found.lines if line.settled]
    if not settled:
        return "That any persuader moved its target is not settled." + _drift(found)
    best = settled[0]
    if (best.effect.value or 0) <= 0:
        return f"No: {_moved(settled[-1])}." + _drift(found)
    said = f"Yes: {_moved(best)}"
    against = [line for line in settled if (line.effect.value or 0) < 0]
    if against:
        said += f"; {_moved(against[-1])}"
    return said + "." + _drift(found)


def _moved(line: Line) -> str:
    """Such as `strong: 1.2 points towards the side it argued (95% interval …)`."""
    value = line.effect.value or 0.0
    way = "towards the side it argued" if value > 0 else "away from the side it argued"
    return f"{line.name}: {points(value)} {way} ({bounds(line.effect)})"


def _drift(found: Answer) -> str:
    """Where conversation took targets whichever side was argued."""
    apart = [line for line in found.lines if line.drifts]
    if not apart:
        return " That conversation alone takes it either way is not settled."
    most = max(apart, key=lambda line: abs(line.drift.value or 0))
    way = "towards" if (most.drift.value or 0) > 0 else "away from"
    size = points(most.drift.value or 0.0)
    return (
        f" Whichever side was argued, it ended {size} {way} the proposition from its "
        f"baseline ({most.name}): that is drift, and nobody's persuasion."
    )


def _marks(line: Line) -> Iterator[Mark]:
    """Effect and drift, each linked to its most typical pair; behind them every pair, if few."""
    for series, made in ((EFFECT, line.effect), (DRIFT, line.drift)):
        value = made.value or 0.0
        link = typical(line.ones, series, value).link
        yield Mark(line.name, value, None, made.low, made.high, made.n, link, series)
        if len(line.ones) <= FEW:
            for one in line.ones:
                yield Mark(line.name, one.of(series), n=1, link=one.link, series=series, small=True)


def typical(ones: Sequence[One], series: str, value: float) -> One:
    """The pair nearest to a value; of several the first."""
    return min(ones, key=lambda one: abs(one.of(series) - value))


def _row(mark: Mark) -> list[Json | Link]:
    kind = "pair" if mark.small else "estimate"
    return [mark.label, mark.series, kind, mark.x, mark.low, mark.high, mark.n, mark.link]


def _reading(marks: Sequence[Mark]) -> str:
    small = "; each small dot is one pair" if any(mark.small for mark in marks) else ""
    return (
        "Effect is half the distance between where the same target ended when PRO and when CON was "
        "argued; drift is the middle of these two ends less where it stood before" + small + "."
    )


def _sureness(found: Answer) -> Iterator[str]:
    counts = ", ".join(f"{line.name} n = {len(line.ones)}" for line in found.lines)
    yield f"Pairs of conversations: {counts}."
    first = found.lines[0].effect
    if first.method.startswith("none: "):
        yield f"No intervals: {first.method.removeprefix('none: ')}."
    else:
        made = METHODS.get(first.method, first.method)
        unit = "topic and the target" if found.merged else "pair"
        yield f"Intervals: {first.level:.0%}, by {made}; the independent unit is the {unit}."
    ps = ", ".join(f"{line.name} {_p(line.p)}" for line in found.lines)
    made = (
        "by the t of their intervals, two-sided"
        if found.merged
        else "by flipping the signs of whole pairs, two-sided"
    )
    yield (
        "Whether there is an effect, and a drift from what the pair itself said before, is tested "
        f"{made}, all corrected together by Holm's method. Effects: {ps}."
    )
    wide = "" if found.merged else (
        "Its own error is in the interval, which is as wide as with each pair's own probes before "
        "in its place. "
    )  # fmt: skip
    yield (
        "The baseline of drift is one number for each target and proposition, pooled over all its "
        f"probes before. {wide}Effects do not use it."
    )
    yield "Stance is what the target says of itself when asked out of band, and nothing more."
    few = min(len(line.ones) for line in found.lines)
    if few < THIN:
        pairs_ = counted(few, "pair")
        yield f"Only {pairs_}: fewer than {THIN}, so intervals are themselves uncertain."


def _p(p: float | None) -> str:
    if p is None:
        return "without a p-value, of fewer than six pairs"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _statistics(found: Answer) -> dict[str, Json]:
    statistics: dict[str, Json] = {"pairs": sum(len(line.ones) for line in found.lines)}
    for line in found.lines:
        for series, made in ((EFFECT, line.effect), (DRIFT, line.drift)):
            statistics[f"{line.name} {series}"] = {
                "mean": made.value,
                "low": made.low,
                "high": made.high,
                "n": made.n,
                "method": made.method,
                "p_holm": line.p if series == EFFECT else line.p_drift,
            }
    return statistics


def _examples(found: Answer) -> Iterator[Example]:
    for line in found.lines[:1]:
        value = line.effect.value or 0.0
        chosen = {
            "typical: the pair nearest to the mean effect": typical(line.ones, EFFECT, value),
            "extreme: the largest effect": max(line.ones, key=lambda one: one.effect),
            "counter-example: the smallest effect": min(line.ones, key=lambda one: one.effect),
        }
        for rule, one in chosen.items():
            words = f"{line.name}: effect {shown(one.effect)}, drift {shown(one.drift)}"
            yield Example(rule, one.link, words)


def _listing(found: Answer) -> Listing:
    columns = ("who argued with whom", "PRO", "CON", "after PRO", "after CON", "effect", "drift")
    after = {value.episode: value.value for value in found.results.values("stance_after")}
    rows: list[list[Json | Link]] = [
        [
            line.name,
            one.link,
            ended(one.pair.con),
            after[one.pair.pro.id],
            after[one.pair.con.id],
            one.effect,
            one.drift,
        ]
        for line in found.lines
        for one in line.ones
    ]
    words = f"All {counted(len(rows), 'pair')} of conversations that differ in the side alone."
    if len(rows) > LISTED:
        words = (
            f"The {LISTED} of {len(rows):,} pairs with the largest effects, either way; all are in "
            "the table of values, as paired_effect."
        )
        rows = sorted(rows, key=lambda row: -abs(float(str(row[5]))))[:LISTED]
    return Listing("Where did each pair end?", words, columns, rows)


def _exclusions(found: Answer) -> Iterator[str]:
    every = found.results.filed
    paired = {filed.id for ones in found.ones.values() for one in ones for filed in one.pair}
    lost = [each for each in every if lacking(each) is not None]
    if lost:
        yield f"{counted(len(lost), 'conversation')} cut short or damaged."
    other = [each for each in every if each.status != _status(found)]
    if other:
        yield f"{counted(len(other), 'conversation')} of another status: never pooled."
    alone = [e for e in found.filed if e.id not in paired and lacking(e) is None]
    if alone:
        yield f"{counted(len(alone), 'conversation')} without a whole, probed partner."


def _status(found: Answer) -> str | None:
    return found.filed[0].status if found.filed else None


def _columns(found: Answer) -> Mapping[str, Mapping[str, Json]]:
    """Beside each conversation: its side, and where the target stood."""
    columns: dict[str, Mapping[str, Json]] = {
        "side": {each.id: each.episode.header.settings["side"] for each in found.filed}
    }
    for measure in ("stance_before", "stance_after"):
        of = {value.episode: value.value for value in found.results.values(measure)}
        columns[measure.replace("_", " ")] = of
    return columns


def bounds(estimate: Interval) -> str:
    """An interval in words."""
    if estimate.low is None or estimate.high is None:
        return f"no interval, n = {estimate.n}"
    return f"{estimate.level:.0%} interval {shown(estimate.low)} to {shown(estimate.high)}"


def shown(value: float) -> str:
    """A number for people: three digits that count."""
    return f"{value:.3g}".replace("-", "\N{MINUS SIGN}")


def points(value: float) -> str:
    """A size on the scale: `1 point`, `0.5 points`."""
    size = shown(abs(value))
    return f"{size} point{'' if size == '1' else 's'}"


def counted(number: int, noun: str) -> str:
    """`1 pair`, `2 pairs`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


QUESTIONS: Sequence[Question] = (
    Question(
        "persuasion",
        "How far did it move, and is that the persuader's doing?",
        applies,
        answer,
    ),
)
