"""What moved, and what only seems to have: sides, resistance, and where targets began."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean

from suasion.environments.persuasion.claims.numbers import (
    Claims,
    Rows,
    real,
    three,
)
from suasion.environments.persuasion.lines import ended
from suasion.environments.persuasion.lookup import leaves_nought_out
from suasion.environments.persuasion.pack import short, shown
from suasion.environments.persuasion.questions.common import listed
from suasion.environments.persuasion.words import TARGET
from suasion.measures.estimate import Estimate
from suasion.measures.panel import Link, Mark, Panel
from suasion.measures.question import Part


def drift(found: Claims) -> Part:
    """Whether one side of a topic is easier, or its conversations go that way in any case."""
    effects = found.look.rows("paired_effect", "mean", "topic")
    drifts = found.look.rows("paired_drift", "mean", "topic")
    sides = found.look.table("signed_shift", "mean", "topic", "side")
    rows, marks = Rows(), list[Mark]()
    settled = list[str]()
    for key, effect in sorted(effects.items(), key=lambda each: -(each[1].value or 0)):
        moved, name = drifts.get(key), found.topics.get(str(key[0]), str(key[0]))
        pro, con = sides.get((*key, "pro")), sides.get((*key, "con"))
        if effect.value is None or moved is None or moved.value is None:
            continue
        settled += [name] if leaves_nought_out(moved) else []
        link = _of_topic(found, str(key[0]), effect.value)
        rows.append([name, pro, con, *three(effect), *three(moved), link])
        for series, row in (("effect", effect), ("drift", moved)):
            marks.append(Mark(name, row.value or 0.0, None, row.low, row.high, row.n, link, series))
    columns = ("topic", "PRO", "CON", "effect", "low", "high", "drift", "low", "high", "evidence")
    return Part(
        "drift",
        "Is one side of a topic easier to argue?",
        list(_of_sides(rows, settled)),
        Panel("forest", "points of the scale", marks, zero=True) if marks else None,
        "Effect (full) is half the distance between the ends after PRO and after CON: what arguing "
        "did. Drift (hollow) is where both ended less where targets stood before: what "
        "conversation did, whichever side was argued.",
        columns,
        rows,
    )


def _of_sides(rows: Rows, settled: Sequence[str]) -> Iterator[str]:
    if not rows:
        yield "No topic was argued from both sides with the same targets."
        return
    yield (
        "Published: the mean shift of PRO and of CON conversations on each topic, and which side "
        "is easier. But PRO less CON is twice the drift, whatever the topic, but for the noise of "
        "first probes: both count the same movement, with opposite signs. Such a difference says "
        "where targets go when they talk about a topic at all, and not that one side is argued "
        "better."
    )
    yield (
        f"At {len(settled)} of {len(rows)} topics the drift is settled (its 95% interval leaves "
        f"nought out){': ' + listed(settled) if settled else ''}."
    )
    most = max(rows, key=lambda row: abs(real(row[6]) or 0))
    yield (
        f"The largest gap is at {most[0]}: PRO {shown(real(most[1]))}, CON "
        f"{shown(real(most[2]))}. What arguing did there is {shown(real(most[3]))} for "
        "either side; the rest is drift of "
        f"{shown(real(most[6]))}."
    )
    first, last = rows[0], rows[-1]
    yield (
        f"By effect alone, targets were moved most at {first[0]} ({shown(real(first[3]))}) and "
        f"least at {last[0]} ({shown(real(last[3]))})."
    )


def _of_topic(found: Claims, topic: str, mean: float) -> Link:
    cells = [cell for cell in found.persuaders.cells if cell.topic == topic]
    return ended(min(cells, key=lambda cell: abs(cell.shift - mean)).filed)


# --- resistance ---


def resistance(found: Claims) -> Part:
    """Who does not move, and who moves against the side argued."""
    rows, of = Rows(), dict[str, tuple[float, float, float]]()
    for model, mean in found.targets.means.items():
        cells = found.targets.by_model[model]
        size = fmean(abs(cell.shift) for cell in cells)
        share = found.look.value("shift_negative", "share", target=model)
        against = share if share is not None else fmean(cell.shift < 0 for cell in cells)
        effect = found.look.one("paired_effect", target=model)
        relative = found.look.value("resistance_relative", target=model)
        of[model] = mean, size, against
        link = found.link(mean, TARGET, model)
        rows.append([short(model), mean, relative, size, against, *three(effect), link])
    columns = ("target", "mean shift", "published resistance", "mean size of shift")
    more = ("share against the side argued", "paired effect", "low", "high", "evidence")
    words = list(_of_resistance(found, of))
    return Part("resistance", "Who resists?", words, columns=(*columns, *more), rows=rows)


def _of_resistance(found: Claims, of: dict[str, tuple[float, float, float]]) -> Iterator[str]:
    hardest = min(of, key=lambda model: of[model][0])
    stillest = min(of, key=lambda model: of[model][1])
    mean, size, against = of[hardest]
    panel = fmean(each[1] for each in of.values())
    yield (
        "Published resistance is the largest mean shift of any target less a target's own: it "
        "changes for all when one target joins, and calls those unmoved whose moves cancel."
    )
    effect = found.look.value("paired_effect", target=hardest)
    paired = (
        f" Half the distance between its ends after PRO and after CON is {shown(effect)}."
        if effect is not None
        else ""
    )
    still = (
        "is also the one that moves least" if hardest == stillest else "is not the one that stays"
    )
    yield (
        f"{short(hardest)} has the smallest mean shift, {shown(mean)}, and {still}: the mean size "
        f"of its shifts is {shown(size)} (all targets: {shown(panel)}), and {against:.0%} of its "
        f"conversations went against the side argued.{paired}"
    )
    if stillest != hardest:
        mean, size, against = of[stillest]
        yield (
            f"The target that moves least is {short(stillest)}: mean size {shown(size)}, mean "
            f"shift {shown(mean)}, {against:.0%} against the side argued."
        )


# --- regression to the mean ---


def regression(found: Claims) -> Part:
    """Shifts by where a conversation's own probes began, and by the pooled baseline."""
    own = found.look.rows("signed_shift", "mean", "start_alignment")
    pooled = found.look.rows("signed_shift", "mean", "baseline_alignment")
    rows: Rows = [
        [name, *_with_n(own.get((name,))), *_with_n(pooled.get((name,)))]
        for name in ("opposed", "neutral", "aligned")
        if (name,) in own or (name,) in pooled
    ]
    columns = ("start", "by its own probes", "conversations", "by the baseline", "of these")
    return Part(
        "regression",
        "Do those who start opposed move more?",
        list(_of_regression(found, rows)),
        columns=columns,
        rows=rows,
    )


def _of_regression(found: Claims, rows: Rows) -> Iterator[str]:
    if not rows:
        yield "This run has no shift by where targets began."
        return
    yield (
        "Published: the mean shift by where the probes of that very conversation began. These "
        "probes are noisy, and the same noise is in the shift with the other sign: whoever "
        "happened to answer low goes up by chance alone. By the baseline, pooled over the probes "
        "of all "
        "other conversations of the target on the topic, that part is gone."
    )
    start, base = (_kinds(found, f"{name}_alignment") for name in ("start", "baseline"))
    both = [(start[id_], base[id_]) for id_ in start if id_ in base]
    neutral = [pair for pair in both if pair[0] == "neutral"]
    others = sum(pair[1] != "neutral" for pair in neutral)
    turned = sum({"aligned", "opposed"} == set(pair) for pair in both)
    if both:
        yield (
            f"{others:,} of {len(neutral):,} conversations that began neutral by their own probes "
            "have a baseline that is not (neutral within 1/6), and "
            f"{turned:,} of {len(both):,} stand on the other side of nought than their "
            "baseline: in so many, which way a conversation turned its target is a matter of the "
            "first probes' noise."
        )


def _kinds(found: Claims, measure: str) -> dict[str, str]:
    there = set(found.shifts)
    try:
        every = found.results.values(measure)
    except LookupError:
        return {}
    return {v.episode: v.value for v in every if v.episode in there and isinstance(v.value, str)}


def _with_n(row: Estimate | None) -> tuple[float | None, int | None]:
    return (None, None) if row is None else (row.value, row.n)
