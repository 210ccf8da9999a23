"""What the page says of published numbers follows from the table alone, and changes with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from random import Random
from statistics import stdev

import pytest

from suasion.environments.persuasion import KIT
from suasion.environments.persuasion.cell import Cell
from suasion.environments.persuasion.claims import CLAIMS
from suasion.environments.persuasion.claims.numbers import Claims
from suasion.environments.persuasion.filing import Spoken, filed_of
from suasion.environments.persuasion.words import PERSUADER
from suasion.measures.filed import Filed
from suasion.measures.question import Finding, Part
from suasion.report.results import RunResults

MODELS, TOPICS = ("ann", "bob", "cid", "dan"), ("t1", "t2", "t3")
Ends = Callable[[str, str, str, int, Random], int]
"""Where a target ends: of topic, persuader, target and the sign of the side."""


def honest(topic: str, persuader: str, target: str, sign: int, random: Random) -> int:
    """Moved by the side argued, `ann` most; topic `t1` goes up whichever side is argued."""
    force = 3 if persuader == "ann" else 1
    return sign * force + (topic == "t1") + random.choice((-1, 0, 0, 1)) * (target == "bob")


def talks(ends: Ends = honest, said: str = "") -> list[Filed]:
    random = Random(3)
    return [
        talk(topic, persuader, target, side, ends, random, said)
        for topic, persuader, target, side in product(TOPICS, MODELS, MODELS, ("pro", "con"))
        if persuader != target
    ]


def talk(
    topic: str, persuader: str, target: str, side: str, ends: Ends, random: Random, said: str
) -> Filed:
    before = [random.randint(-1, 1) for _ in range(3)]
    end = ends(topic, persuader, target, 1 if side == "pro" else -1, random)
    after = [max(-3, min(3, end + random.randint(-1, 1))) for _ in range(3)]
    cell = Cell(topic, persuader, target, side, "completed", before, after, None, "", {})
    spoken = (
        Spoken("Cats should vote.", [f"{persuader}: {said}", f"{target}: no"]) if said else None
    )
    return filed_of(f"{topic}__{persuader}__{target}__{side}", cell, topic, spoken)


def found(filed: list[Filed], beside: Mapping[str, object] | None = None) -> Finding:
    results = RunResults(KIT, filed, beside=beside or {})
    assert CLAIMS.applies(results) is None
    return CLAIMS.answer(results)


def part(finding: Finding, slug: str) -> Part:
    return next(each for each in finding.parts if each.slug == slug)


def number(cell: object) -> float:
    assert isinstance(cell, int | float)
    return cell


def words(finding: Finding, slug: str) -> str:
    return " ".join(part(finding, slug).words)


@pytest.fixture(scope="module")
def finding() -> Finding:
    return found(talks())


def test_a_run_with_too_few_of_each_says_how_many_it_takes() -> None:
    few = [each for each in talks() if "bob" not in each.id and "dan" not in each.id]
    why = CLAIMS.applies(RunResults(KIT, few))
    assert why is not None
    assert why.endswith("this run has 2 persuaders, 2 targets, 3 topics")


def test_a_model_that_argues_better_is_told_apart_and_like_ones_are_not(finding: Finding) -> None:
    assert finding.sentence.startswith("Of 6 pairs of persuaders, ")
    rows = {str(row[0]): row for row in part(finding, "order").rows}
    assert rows["ann"][1] == 1
    apart = dict(zip(part(finding, "apart").columns, part(finding, "apart").rows[0], strict=True))
    assert apart["pairs"] == 6
    assert number(apart["conversations independent"]) == 3  # ann from each of the others
    assert number(apart["topics and counterparts resampled"]) <= 3  # four models settle little


def test_standard_errors_are_those_of_their_formulas() -> None:
    rivals = Claims(RunResults(KIT, talks())).persuaders
    cells = rivals.by_model["ann"]
    shifts = [cell.shift for cell in cells]
    assert rivals.naive["ann"] == pytest.approx(stdev(shifts) / len(shifts) ** 0.5)
    left = []
    for cell in cells:
        place = [
            other.shift
            for other in rivals.cells
            if (other.topic, other.side, other.other) == (cell.topic, cell.side, cell.other)
            and other.model != "ann"
        ]
        left.append(cell.shift - sum(place) / len(place))
    assert rivals.residual["ann"] == pytest.approx(stdev(left) / len(left) ** 0.5)


def test_a_side_that_looks_easier_is_drift(finding: Finding) -> None:
    rows = {str(row[0]): row for row in part(finding, "drift").rows}
    for row in rows.values():
        _, pro, con, effect, _, _, drift, *_ = row
        assert (number(pro) - number(con)) / 2 == pytest.approx(number(drift), abs=0.25)
        assert number(effect) > 0
    assert "The largest gap is at t1: PRO" in words(finding, "drift")
    assert "At 1 of 3 topics the drift is settled" in words(finding, "drift")


def stubborn(topic: str, persuader: str, target: str, sign: int, random: Random) -> int:
    """`cid` ends at an end of the scale whatever was argued; `dan` hardly moves at all."""
    if target == "cid":
        return 3 if (len(persuader) + ord(persuader[0]) + ord(topic[1])) % 2 else -3
    if target == "dan":
        return sign * (topic == "t2")
    return honest(topic, persuader, target, sign, random)


def test_who_moves_against_the_side_argued_is_not_called_unmoved() -> None:
    said = words(found(talks(stubborn)), "resistance")
    assert "cid has the smallest mean shift" in said
    assert "is not the one that stays" in said
    assert "The target that moves least is dan" in said


def test_without_words_the_page_says_which_command_joins_them(finding: Finding) -> None:
    there = part(finding, "quotes")
    assert "no quote can be looked up" in there.words[0]
    assert there.command.startswith("suasion import persuasion-transcripts FILE --cells")


def test_with_words_and_a_list_quotes_are_looked_up() -> None:
    quotes = [
        {"text": "the hinge decides", "speaker": "ann"},
        {"text": "ann: the hinge", "speaker": "bob"},
        {"text": "never said", "speaker": ""},
    ]
    filed = talks(said="the hinge decides it")
    assert part(found(filed), "quotes").command.startswith("suasion quotes RUN")
    rows = part(found(filed, {"quotes": quotes}), "quotes").rows
    assert [row[2] for row in rows] == [
        "found as it stands",
        "spoken by another",
        "not found in any turn",
    ]
    assert [row[3] for row in rows] == ["ann as persuader", "ann as persuader", None]


def test_every_figure_and_row_links_to_an_event_of_the_run(finding: Finding) -> None:
    ids = {each.id for each in talks()}
    marks = [mark for each in finding.parts if each.panel for mark in each.panel.marks]
    assert marks
    assert all(mark.link is not None and mark.link.episode in ids for mark in marks)


# --- the published table -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def published(reference: Path) -> RunResults:
    table = reference / "persuasion" / "persuasion_cells.csv"
    return RunResults(KIT, list(KIT.imports["persuasion-cells"]([table], frozenset()).filed))


def test_of_the_published_pairs_fewer_are_told_apart_than_it_seems(published: RunResults) -> None:
    claims = Claims(published)
    apart = claims.persuaders.apart
    assert apart.pairs == 105
    assert apart.residual > apart.naive > apart.both > apart.draws
    assert abs(apart.topics - 89) <= 3
    assert abs(apart.draws - 73) <= 3
    errors = [each for each in claims.persuaders.residual.values() if each is not None]
    assert (round(min(errors), 3), round(max(errors), 3)) == (0.046, 0.062)
    errors = [each for each in claims.targets.residual.values() if each is not None]
    assert (round(min(errors), 3), round(max(errors), 3)) == (0.047, 0.076)


def test_the_published_claims_stand_beside_what_the_table_supports(published: RunResults) -> None:
    finding = CLAIMS.answer(published)
    assert (
        "gpt-5.4-high, claude-opus-4-6-adaptive, seed-2.0-pro and claude-sonnet-4-6-adaptive "
        "cannot be told apart at the top" in finding.sentence
    )
    order = words(finding, "order")
    assert "seed-2.0-pro comes first (0.609), and gpt-5.4-high, first on the board, has 0.608" in (
        order
    )
    assert "prop_0102: PRO 1.99, CON \N{MINUS SIGN}0.0556" in words(finding, "drift")
    resists = words(finding, "resistance")
    assert "grok-4.20-beta-0309-reasoning has the smallest mean shift, 0.0151" in resists
    assert "is 1.39" in resists
    assert "47% of its conversations went against" in resists
    assert "moves least is claude-opus-4-6-adaptive: mean size 0.92" in resists
    rows = {row[0]: row for row in part(finding, "regression").rows}
    assert [round(number(rows[name][1]), 3) for name in ("opposed", "neutral", "aligned")] == [
        1.425,
        1.375,
        0.674,
    ]
    assert {filed.id for filed in published.filed} >= {
        mark.link.episode for mark in finding.panel.marks if mark.link
    }
    assert Claims(published).link(0.0, PERSUADER, "glm-5").event is not None
