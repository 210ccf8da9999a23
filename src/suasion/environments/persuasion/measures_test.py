"""Each measure where it is something, nought and undefined; exact, and paired as it should be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from suasion.core.asks import Forfeit
from suasion.core.environment import Asked
from suasion.core.episode import Episode
from suasion.core.play import Play, drive
from suasion.environments.persuasion import KIT
from suasion.environments.persuasion.conversation import baselines, pairs
from suasion.environments.persuasion.rules import Persuasion
from suasion.measures.filed import Filed, Held
from suasion.measures.measure import Place, Value
from suasion.report.results import RunResults

Probes = Mapping[int, Sequence[int | None]]
"""Answers by how many turns are over."""
NOTHING: Probes = {}


def answering(probes: Probes, text: str = "so I say") -> Callable[[Asked], Any]:
    def seat(asked: Asked) -> Any:
        if not asked.aside:
            return text
        said = probes[asked.step][asked.repeat]
        return Forfeit("unsure") if said is None else said

    return seat


def talk(
    before: Sequence[int | None] = (0, 0, 0),
    after: Sequence[int | None] = (0, 0, 0),
    *,
    id_: str = "e",
    target: str | None = "policy/t",
    block: str | None = None,
    arm: str | None = None,
    seed: int = 1,
    during: Probes = NOTHING,
    text: str = "so I say",
    **settings: Any,
) -> Filed:
    """A conversation whose target says these to its probes."""
    env = Persuasion(**{"total_turns": 2, "probes": len(before), **settings})
    probes = {0: before, env.total_turns: after, **during}
    seat = answering(probes, text)
    held = [Held("persuader", "policy/p"), Held("target", target)]
    return Filed(id_, drive(Play(env, seed), [seat, seat]), held, arm, block=block)


def measured(measure: str, *filed: Filed) -> list[Value]:
    return list(RunResults(KIT, filed).values(measure))


def value(measure: str, filed: Filed) -> Any:
    """The value, or the reason why there is none; its type counts."""
    [only] = measured(measure, filed)
    return only.reason if only.value is None else only.value


CASES: Sequence[tuple[str, Filed, Any]] = (
    ("stance_before", talk((1, 2, 2)), 5 / 3),
    ("stance_before", talk((-1, 1, 0)), 0),
    ("stance_before", talk((None, 1, 2)), 1.5),
    ("stance_before", talk((None, None)), "no_readable_probe"),
    ("stance_before", talk(probe_before=False), "not_asked"),
    ("stance_before", replace(talk((1, 1, 1)), finished=False), 1),
    ("stance_before", replace(talk(), damaged=True), "damaged_record"),
    ("stance_after", talk(after=(-3, -3, -2)), -8 / 3),
    ("stance_after", talk(after=(None, None, None)), "no_readable_probe"),
    ("stance_after", talk(probe_after=False), "not_asked"),
    ("stance_after", replace(talk(), finished=False), "unfinished_episode"),
    ("stance_before_median", talk((-3, 2, 3)), 2),
    ("stance_before_median", talk((1, 2)), 1.5),
    ("stance_before_median", talk((1, None, 2)), 1.5),
    ("stance_after_median", talk(after=(-3, -3, 3)), -3),
    ("stance_after_median", replace(talk(), finished=False), "unfinished_episode"),
    ("signed_shift", talk((0, 0, 1), (1, 1, 2)), 1),
    ("signed_shift", talk((0, 0, 1), (1, 1, 2), side="con"), -1),
    ("signed_shift", talk((2, 2, 2), (-3, -3, -2), side="con"), 14 / 3),
    ("signed_shift", talk((1, 0, 0), (0, 0, 1), side="con"), 0),
    ("signed_shift", talk((None,), (1,)), "no_readable_probe"),
    ("signed_shift", talk(probe_after=False), "not_asked"),
    ("signed_shift", replace(talk(), finished=False), "unfinished_episode"),
    ("shift_size", talk((1, 1, 2), (-1, 0, 0)), 5 / 3),
    ("shift_size", talk((None,), (0,)), "no_baseline"),
    ("shift_size", replace(talk(), finished=False), "unfinished_episode"),
    ("probe_range_before", talk((-3, 0, 3)), 6),
    ("probe_range_before", talk((1, 1, 1)), 0),
    ("probe_range_before", talk((1, None)), "fewer_than_two_probes"),
    ("probe_range_after", talk(after=(2, 1, 1)), 1),
    ("probe_range_after", talk((1,), (1,)), "fewer_than_two_probes"),
    ("room_to_move", talk((3, 3, 3)), 0),
    ("room_to_move", talk((3, 3, 2), side="con"), 17 / 3),
    ("room_to_move", talk(probe_before=False), "not_asked"),
    ("start_alignment", talk((0, 0, 1)), "aligned"),
    ("start_alignment", talk((0, 0, 1), side="con"), "opposed"),
    ("start_alignment", talk((-1, 0, 1), side="con"), "neutral"),
    ("end_alignment", talk(after=(-1, -1, 1)), "opposed"),
    ("end_alignment", talk(after=(-1, -1, 1), side="con"), "aligned"),
    ("end_alignment", replace(talk(), finished=False), "unfinished_episode"),
    ("words", talk(), 6),
    ("words", talk(text="one two three", word_cap=2), 4),
    ("words", replace(talk(), finished=False), "unfinished_episode"),
    ("clipped_turns", talk(), 0),
    ("clipped_turns", talk(text="one two three", word_cap=2), 2),
    ("clipped_turns", replace(talk(), damaged=True), "damaged_record"),
)


@pytest.mark.parametrize(("measure", "filed", "expected"), CASES)
def test_a_measure_of_one_conversation(measure: str, filed: Filed, expected: Any) -> None:
    found = value(measure, filed)
    assert found == expected
    assert type(found) is type(expected)


def test_thirds_are_thirds_until_they_are_printed() -> None:
    """Averaging rounded means would leave a trace that is not nought."""
    run = [talk((0,) * 3, (1, 0, 0), id_="a"), talk((0,) * 3, (1, 1, 0), id_="b"),
           talk((0,) * 3, (-1, -1, -1), id_="c")]  # fmt: skip
    found = measured("signed_shift", *run)
    assert [each.value for each in found] == [1 / 3, 2 / 3, -1]
    [mean] = [
        row
        for row in RunResults(KIT, run, methods=("t",)).estimates("signed_shift")
        if row.by == {}
    ]
    assert str(mean.value) == "0.0"


def test_a_conversation_that_broke_off_keeps_what_was_measured_before_it() -> None:
    """Of an episode that is not over, a run holds decisions and no events."""
    whole = talk((1, 2, 2), (3, 3, 3))
    kept = [d for d in whole.episode.decisions if d.step == 0]
    header = whole.episode.header
    stuck = replace(whole, finished=False, episode=Episode(header, tuple(kept), (), (), (), {}))
    assert value("stance_before", stuck) == 5 / 3
    assert value("room_to_move", stuck) == 4 / 3
    assert value("start_alignment", stuck) == "aligned"
    for measure in ("stance_after", "signed_shift", "end_alignment", "words", "paired_effect"):
        assert value(measure, stuck) in ("unfinished_episode", "no_partner")


# --- the series --------------------------------------------------------------------------------


def turns(filed: Filed) -> list[tuple[Any, ...]]:
    return [(v.seat, v.series, v.value, v.reason) for v in measured("stance_turn", filed)]


def test_a_trajectory_has_a_stance_after_each_turn_of_the_target() -> None:
    filed = talk(
        (0, 0), (3, 2), during={2: (1, 0), 4: (None, None)}, total_turns=6, probe_each_turn=True
    )
    assert turns(filed) == [
        ("target", ("turn", 2), 0.5, None),
        ("target", ("turn", 4), None, "no_readable_probe"),
        ("target", ("turn", 6), 2.5, None),
    ]


def test_a_last_turn_of_the_persuader_is_none_of_the_target() -> None:
    filed = talk((0,), (3,), during={2: (1,)}, total_turns=3, probe_each_turn=True)
    assert turns(filed) == [("target", ("turn", 2), 1, None)]
    assert value("stance_after", filed) == 3


def test_without_probes_at_each_turn_there_is_no_trajectory() -> None:
    assert turns(talk()) == [("target", ("turn", None), None, "not_asked")]
    damaged = replace(talk(probe_each_turn=True), damaged=True)
    assert turns(damaged) == [("target", ("turn", None), None, "damaged_record")]


def test_a_trajectory_has_an_estimate_for_each_turn_of_who_listened() -> None:
    run = [
        talk((0,), (at,), during={2: (1,)}, id_=str(at), total_turns=4, probe_each_turn=True)
        for at in range(3)
    ]
    rows = RunResults(KIT, run, methods=("t",)).estimates("stance_turn")
    assert [(dict(row.by), row.value) for row in rows] == [
        ({"model": "policy/t", "turn": 2}, 1),
        ({"model": "policy/t", "turn": 4}, 1),
    ]


# --- baselines ---------------------------------------------------------------------------------


def test_a_baseline_pools_every_probe_before_of_one_target_on_one_proposition() -> None:
    run = [
        talk((3, 3, None), id_="a"),
        talk((0, 0, 0), id_="b", side="con", seed=9),
        replace(talk((-3, -3, -3), id_="unfinished"), finished=False),
        replace(talk((-3, -3, -3), id_="smoke"), status="smoke"),
        talk((2, 2, 2), id_="other", target="policy/u"),
        talk((1, 1, 1), (1, 1, 1), id_="elsewhere", proposition="street_trees"),
    ]
    assert sorted(baselines(run).values()) == [-3, 1, Fraction(6, 5), 2]
    sizes = {v.episode: v.value for v in measured("shift_size", *run)}
    assert sizes == {
        "a": 1.2, "b": 1.2, "unfinished": None, "smoke": 3, "other": 2, "elsewhere": 0
    }  # fmt: skip


# --- pairs -------------------------------------------------------------------------------------


def block(
    pro: Sequence[int | None], con: Sequence[int | None], name: str = "b", **more: Any
) -> list[Filed]:
    return [
        talk((0, 0, 0), after, id_=f"{name}--{side}", side=side, block=name, **more)
        for side, after in (("pro", pro), ("con", con))
    ]


def paired(run: Sequence[Filed]) -> dict[str, tuple[Any, Any]]:
    """By episode: effect and drift, or why there is none."""
    found: dict[str, list[Any]] = {}
    for measure in ("paired_effect", "paired_drift"):
        for each in measured(measure, *run):
            found.setdefault(each.episode, []).append(
                each.value if each.reason is None else each.reason
            )
    return {id_: (effect, drift) for id_, (effect, drift) in found.items()}


def test_effect_and_drift_are_given_to_the_pro_one_of_a_block() -> None:
    run = [*block((2, 2, 3), (-1, 0, 0)), *block((1, 1, 1), (1, 1, 1), "c")]
    assert paired(run) == {"b--pro": (4 / 3, 1), "c--pro": (0, 1)}
    assert [str(v.value) for v in measured("paired_effect", *run)] == ["1.3333333333333333", "0"]


def test_a_backfire_is_negative_and_never_minus_nought() -> None:
    assert paired(block((-3, -3, -3), (3, 3, 3))) == {"b--pro": (-3, 0)}


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (block((1,) * 3, (0,) * 3)[:1], {"b--pro": ("no_partner", "no_partner")}),
        (block((1,) * 3, (0,) * 3)[1:], {}),
        (block((1,) * 3, (None,) * 3), {"b--pro": ("no_readable_probe", "no_readable_probe")}),
        (block((None,) * 3, (1,) * 3), {"b--pro": ("no_readable_probe", "no_readable_probe")}),
        (
            [block((1,) * 3, (0,) * 3)[0], replace(block((1,) * 3, (0,) * 3)[1], finished=False)],
            {"b--pro": ("unfinished_episode", "unfinished_episode")},
        ),
        (block((1,) * 3, (0,) * 3, probe_before=False), {"b--pro": (0.5, "no_baseline")}),
    ],
)
def test_a_pair_without_both_ends_is_undefined(
    run: Sequence[Filed], expected: Mapping[str, Any]
) -> None:
    assert paired(run) == expected


def names(run: Sequence[Filed]) -> list[tuple[str, str]]:
    return sorted((pair.pro.id, pair.con.id) for pair in pairs(run))


def one(id_: str, side: str, **more: Any) -> Filed:
    return talk(id_=id_, side=side, **more)


def test_a_block_pairs_its_own_two_whatever_else_is_alike() -> None:
    run = [one("a1", "pro", block="a"), one("b1", "pro", block="b"),
           one("b2", "con", block="b"), one("a2", "con", block="a")]  # fmt: skip
    assert names(run) == [("a1", "a2"), ("b1", "b2")]


def test_without_blocks_two_that_differ_in_the_side_alone_are_a_pair() -> None:
    run = [
        one("pro", "pro", arm="for"),
        one("con", "con", arm="against"),
        one("later", "con", arm="against", seed=2),
        one("longer", "con", arm="against", total_turns=4),
        one("other", "con", arm="against", target="policy/u"),
        one("trees", "con", arm="against", proposition="street_trees"),
    ]
    assert names(run) == [("pro", "con")]


def test_conditions_that_hold_both_sides_pair_within_themselves() -> None:
    run = [one(f"{arm}-{side}", side, arm=arm) for side in ("con", "pro") for arm in ("y", "x")]
    assert names(run) == [("x-pro", "x-con"), ("y-pro", "y-con")]


def test_each_conversation_is_in_one_pair_at_most() -> None:
    run = [one("p1", "pro"), one("p2", "pro"), one("c1", "con"), one("c2", "con"), one("c3", "con")]
    assert names(run) == [("p1", "c1"), ("p2", "c2")]


def test_a_block_is_never_paired_with_what_is_outside() -> None:
    assert names([one("p", "pro", block="a"), one("c", "con")]) == []


# --- estimates and evidence --------------------------------------------------------------------


def test_paired_measures_are_estimated_over_blocks_and_by_who_took_part() -> None:
    run = [
        filed
        for at in range(4)
        for filed in block((at - 1,) * 3, (0, 0, 0), f"b{at}", target=f"policy/t{at % 2}")
    ]
    rows = RunResults(KIT, run, methods=("t",)).estimates("paired_effect")
    found = {tuple(dict(row.by).items()): row for row in rows}
    whole = found[()]
    assert (whole.value, whole.n, whole.unit_of_resampling) == (0.25, 4, "block")
    assert whole.low is not None
    assert whole.low < 0.25
    assert found[("persuader", "policy/p"),].value == 0.25
    assert [found[("target", f"policy/t{at}"),].value for at in (0, 1)] == [0, 0.5]
    both = found[("persuader", "policy/p"), ("target", "policy/t1")]
    assert (both.value, both.n, both.unit_of_resampling) == (0.5, 2, "block")
    [key] = {value for row in rows for name, value in row.by.items() if name == "topic"}
    assert len(str(key)) == 12


def test_who_is_not_on_record_has_no_estimate_of_its_own() -> None:
    rows = RunResults(KIT, block((1,) * 3, (0,) * 3, target=None), methods=("t",)).estimates(
        "paired_effect"
    )
    assert {tuple(row.by) for row in rows} == {(), ("persuader",), ("topic",)}


def test_the_two_conversations_of_a_block_are_resampled_together() -> None:
    run = [filed for at in range(6) for filed in block((at % 3, 0, 0), (0, 0, -1), f"b{at}")]
    rows = RunResults(KIT, run, methods=("t",)).estimates("signed_shift")
    [whole] = [row for row in rows if row.by == {}]
    [mine] = [row for row in rows if list(row.by) == ["persuader"]]
    assert (whole.unit_of_resampling, mine.unit_of_resampling) == ("block", "block")
    assert (whole.value, whole.low, whole.n) == (mine.value, mine.low, mine.n)
    loose = [replace(filed, block=None) for filed in run]
    [other] = [
        row
        for row in RunResults(KIT, loose, methods=("t",)).estimates("signed_shift")
        if row.by == {}
    ]
    assert other.value == whole.value
    assert (other.unit_of_resampling, other.n) == ("episode", 12)


def test_missing_conversations_bound_the_estimates_by_part() -> None:
    run = [*block((1, 1, 1), (-1, -1, -1)), *block((0, 0, 0), (0, 0, 0), "c")]
    run[-1] = replace(run[-1], finished=False)
    rows = RunResults(KIT, run, methods=("t",)).estimates("paired_effect")
    [mine] = [row for row in rows if list(row.by) == ["persuader"]]
    assert (mine.value, mine.n, mine.blocked) == (1, 1, 1)
    assert (mine.bound_low, mine.bound_high) == (-1, 2)
    [whole] = [row for row in rows if row.by == {}]
    assert (whole.bound_low, whole.bound_high) == (-1, 2)


def test_categories_have_values_and_no_mean() -> None:
    found = RunResults(KIT, [talk()])
    assert [v.value for v in found.values("end_alignment")] == ["neutral"]
    assert found.estimates("end_alignment") == []


def test_evidence_is_the_probes_that_were_averaged() -> None:
    filed = talk((0,), (3,), during={2: (1,)}, total_turns=4, probe_each_turn=True, word_cap=2)
    of = {measure.id: measure.evidence for measure in KIT.measures}
    asides = [at for at, _ in filed.episode.of("aside")]
    says = [at for at, _ in filed.episode.of("say")]
    expected = {
        "stance_before": asides[:1],
        "stance_after": asides[2:],
        "signed_shift": [asides[0], asides[2]],
        "paired_effect": asides[2:],
        "clipped_turns": says,
        "words": says,
    }
    for name, events in expected.items():
        evidence = of[name]
        assert evidence is not None
        assert list(evidence(filed, Place())) == events
    series = of["stance_turn"]
    assert series is not None
    assert [[*series(filed, Place(1, at=at))] for at in (2, 4)] == [[asides[1]], [asides[2]]]


def test_a_record_that_says_no_side_is_in_no_number() -> None:
    filed = talk()
    header = replace(filed.episode.header, settings={"proposition": "x y"})
    odd = replace(filed, episode=replace(filed.episode, header=header))
    found = RunResults(KIT, [odd, talk(id_="f")])
    assert (found.unreadable, [each.id for each in found.filed]) == (1, ["f"])
