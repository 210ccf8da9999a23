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
from suasion.environments.persuasion.baselines import Baselines
from suasion.environments.persuasion.pairs import pairs
from suasion.environments.persuasion.rules import Persuasion
from suasion.measures.estimate import Estimate
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
        said = probes[asked.step][asked.repeat % len(probes[asked.step])]
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
    how: str = "plain",
    known: str = "own",
    text: str = "so I say",
    **settings: Any,
) -> Filed:
    """A conversation whose target says these to its probes."""
    env = Persuasion(
        **{"total_turns": 2, "probes": len(before), "arm": how, "before": known, **settings}
    )
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
    rows = RunResults(KIT, run, methods=("t",)).estimates("signed_shift")
    means = [row for row in rows if row.by == {} and row.statistic == "mean"]
    assert {str(row.value) for row in means} == {"0"}


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


def test_a_trajectory_has_an_estimate_for_each_turn_and_side() -> None:
    run = [
        talk((0,), (at,), during={2: (1,)}, id_=str(at), total_turns=4, probe_each_turn=True)
        for at in range(3)
    ]
    rows = RunResults(KIT, run, methods=("t",)).estimates("stance_turn")
    assert {(*row.by.items(), row.value) for row in rows} == {
        (("turn", 2), 1), (("turn", 2), ("side", "pro"), 1),
        (("turn", 4), 1), (("turn", 4), ("side", "pro"), 1),
    }  # fmt: skip


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
    found = [pool.mean for pool in Baselines.of(run).own.values()]
    assert sorted(found) == [-3, 1, Fraction(6, 5), 2]
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


def rows_of(results: RunResults, measure: str, statistic: str = "mean") -> dict[Any, Estimate]:
    """Estimates by their group; of several methods the first that has bounds, if one has."""
    found: dict[Any, Estimate] = {}
    for row in results.estimates(measure):
        at = tuple(row.by.items())
        if row.statistic == statistic and (at not in found or found[at].low is None):
            found[at] = row
    return found


def test_paired_measures_are_estimated_over_blocks_and_by_who_took_part() -> None:
    run = [
        filed
        for at in range(4)
        for filed in block((at - 1,) * 3, (0, 0, 0), f"b{at}", target=f"policy/t{at % 2}")
    ]
    found = rows_of(RunResults(KIT, run), "paired_effect")
    whole = found[()]
    assert (whole.value, whole.n, whole.unit_of_resampling, whole.method) == (
        0.25,
        4,
        "target",
        "t",
    )
    assert whole.low is not None
    assert whole.low < 0.25
    assert found[("persuader", "policy/p"),].value == 0.25
    assert [found[("target", f"policy/t{at}"),].value for at in (0, 1)] == [0, 0.5]
    one = found[("target", "policy/t1"),]
    assert (one.n, one.unit_of_resampling, one.method) == (2, "block", "t")
    [key] = [at[0][1] for at in found if at and at[0][0] == "topic"]
    assert len(str(key)) == 12


def test_with_one_topic_the_default_has_no_bounds_and_says_so() -> None:
    run = [filed for at in range(4) for filed in block((at,) * 3, (0, 0, 0), f"b{at}")]
    first = RunResults(KIT, run).estimates("paired_effect")[0]
    assert (first.value, first.low, first.method) == (0.75, None, "none: one topic")


def test_who_is_not_on_record_has_no_estimate_of_its_own() -> None:
    rows = rows_of(RunResults(KIT, block((1,) * 3, (0,) * 3, target=None)), "paired_effect")
    assert {tuple(name for name, _ in at) for at in rows} == {(), ("persuader",), ("topic",)}


def test_the_two_conversations_of_a_block_are_resampled_together() -> None:
    run = [filed for at in range(6) for filed in block((at % 3, 0, 0), (0, 0, -1), f"b{at}")]
    rows = rows_of(RunResults(KIT, run), "signed_shift")
    whole, mine = rows[()], rows[("persuader", "policy/p"),]
    assert (whole.unit_of_resampling, mine.unit_of_resampling) == ("block", "block")
    assert (whole.value, whole.low, whole.n) == (mine.value, mine.low, 12)
    loose = [replace(filed, block=None) for filed in run]
    other = rows_of(RunResults(KIT, loose), "signed_shift")[()]
    assert other.value == whole.value
    assert other.low != whole.low
    assert (other.unit_of_resampling, other.n) == ("episode", 12)


def test_missing_conversations_bound_the_estimates_by_part() -> None:
    run = [*block((1, 1, 1), (-1, -1, -1)), *block((0, 0, 0), (0, 0, 0), "c")]
    run[-1] = replace(run[-1], finished=False)
    rows = rows_of(RunResults(KIT, run), "paired_effect")
    for at in ((), (("persuader", "policy/p"),)):
        assert (rows[at].value, rows[at].n, rows[at].blocked) == (1, 1, 1)
        assert (rows[at].bound_low, rows[at].bound_high) == (-1, 2)
    shifts = rows_of(RunResults(KIT, run), "signed_shift")[()]
    assert (shifts.n, shifts.blocked) == (3, 1)
    assert (shifts.bound_low, shifts.bound_high) == ((2 - 3) / 4, (2 + 3) / 4)


def talks_of(*shifts: tuple[str, str, int], **more: Any) -> list[Filed]:
    """Conversations by persuader, target and where the target ended, from nought."""
    run = []
    for at, (persuader, target, end) in enumerate(shifts):
        filed = talk((0,) * 3, (end,) * 3, id_=f"c{at}", target=target, **more)
        run.append(replace(filed, seats=[Held("persuader", persuader), Held("target", target)]))
    return run


def test_adjusted_shift_averages_replicates_first_and_leaves_out_who_stands_alone() -> None:
    run = talks_of(
        ("a", "t", 3), ("a", "t", 1), ("a", "t", 2), ("b", "t", 0), ("b", "u", 3), ("c", "v", 1)
    )
    rows = rows_of(RunResults(KIT, run), "adjusted_shift")
    found = {at[0]: (row.value, row.n, row.reason) for at, row in rows.items()}
    assert found["persuader", "a"] == (2, 3, None)
    assert found["persuader", "b"] == (-2, 1, None)
    assert found["persuader", "c"] == (None, 0, "no_other_in_its_place")
    assert found["target", "u"] == (3, 1, None)


def test_arms_and_kinds_of_probe_are_never_pooled_and_self_play_shows_no_strength() -> None:
    run = [
        *talks_of(("a", "t", 1), ("b", "t", 2)),
        *talks_of(("a", "a", 3), how="self_play"),
        *talks_of(("a", "t", -3), how="off_topic"),
        talk((1,) * 30, id_="base", how="baseline"),
    ]
    run = [replace(filed, id=f"{at}") for at, filed in enumerate(run)]
    results = RunResults(KIT, run)
    rows = rows_of(results, "signed_shift")
    assert {dict(at).get("arm") for at in rows} == {"plain", "self_play", "off_topic"}
    assert rows[("arm", "plain"),].value == 1.5
    assert (("arm", "self_play"), ("persuader", "a")) not in rows
    assert (("arm", "plain"), ("persuader", "a")) in rows
    for measure in ("rank", "tie_group", "adjusted_shift", "resistance_relative"):
        assert "self_play" not in {row.by.get("arm") for row in results.estimates(measure)}
    alone = rows_of(RunResults(KIT, run[:2]), "signed_shift")
    assert () in alone


def shared(ends: Sequence[tuple[int, int]], draws: Sequence[int]) -> list[Filed]:
    """Pairs of conversations that share one baseline."""
    run = [talk(draws, id_="base", how="baseline")]
    for at, (pro, con) in enumerate(ends):
        run += [
            talk((0,) * 3, (end,) * 3, id_=f"{side}{at}", side=side, seed=at, known="shared")
            for side, end in (("pro", pro), ("con", con))
        ]
    return run


def test_a_shared_baseline_is_the_stance_before_of_every_conversation() -> None:
    run = shared([(2, -1), (1, 0)], (1, 1, 0, 0, 1, 0, 2, -1))
    results = RunResults(KIT, run)
    assert {v.value for v in results.values("stance_before")} == {0.5}
    assert [v.value for v in results.values("signed_shift")][1:] == [1.5, 1.5, 0.5, 0.5]
    assert [v.value for v in results.values("start_alignment")][1:3] == ["aligned", "opposed"]
    assert paired(run) == {"pro0": (1.5, 0), "pro1": (0.5, 0)}
    without = RunResults(KIT, run[1:])
    assert {v.reason for v in without.values("signed_shift")} == {"no_baseline"}


def test_the_error_of_a_shared_baseline_widens_drift_and_one_side_but_no_effect() -> None:
    """With one target and topic nothing else would show it: it is the same in every pair."""
    ends = [(2, -1), (1, 0), (3, -2), (2, 0), (1, -1), (3, 1)]
    sure, unsure = (
        RunResults(KIT, shared(ends, draws)) for draws in ((0,) * 8, (3, -3, 3, -3, 3, -3, 3, -3))
    )

    def width(results: RunResults, measure: str, **by: str) -> float:
        row = rows_of(results, measure)[tuple(by.items())]
        assert row.low is not None
        assert row.high is not None
        return row.high - row.low

    assert width(unsure, "paired_effect") == width(sure, "paired_effect")
    assert width(unsure, "paired_drift") > 1.5 * width(sure, "paired_drift")
    one = {"persuader": "policy/p", "side": "pro"}
    assert width(unsure, "signed_shift", **one) > 1.5 * width(sure, "signed_shift", **one)
    assert width(unsure, "signed_shift") == pytest.approx(width(sure, "signed_shift"))


def test_a_bootstrap_draws_the_error_of_shared_baselines_too() -> None:
    sure, unsure = (_drift_bounds(draws) for draws in ((0,) * 4, (3, -3, 3, -3)))
    assert unsure[1] - unsure[0] > 1.1 * (sure[1] - sure[0])


def _drift_bounds(draws: Sequence[int]) -> tuple[float, float]:
    """Of three topics and three targets that all stand at nought, known by these draws."""
    run: list[Filed] = []
    for at, proposition in enumerate(("night_trains", "street_trees", "repair_duty")):
        for place in range(3):
            more: dict[str, Any] = {"target": f"t{place}", "proposition": proposition}
            end, name = at - place // 2, f"{proposition}-{place}"
            run.append(talk(draws, id_=f"{name}-base", how="baseline", **more))
            run += [
                talk((0,), (end,), id_=f"{name}-{side}", side=side, known="shared", **more)
                for side in ("pro", "con")
            ]
    rows = RunResults(KIT, run).estimates("paired_drift")
    [row] = [r for r in rows if not r.by and r.method == "two_way_percentile_bootstrap"]
    assert row.low is not None
    assert row.high is not None
    return row.low, row.high


def test_sorting_by_the_baseline_leaves_out_a_conversations_own_answers() -> None:
    run = [talk((3, 3, 3), id_="a"), talk((-1, -1, -1), id_="b"), talk((0, 0, 0), id_="c")]
    found = {v.episode: v.value for v in measured("baseline_alignment", *run)}
    assert found == {"a": "opposed", "b": "aligned", "c": "aligned"}
    assert value("baseline_alignment", run[0]) == "no_baseline"
    near = [talk((1, 0, 0, 0, 0, 0), id_="x"), talk((0,) * 6, id_="y")]
    found = {v.episode: v.value for v in measured("baseline_alignment", *near)}
    assert found["y"] == "neutral"


def test_what_else_is_asked_has_a_value_and_a_mean_where_it_was_asked() -> None:
    def seat(asked: Asked) -> Any:
        if not asked.aside:
            return "so I say"
        if asked.aside.startswith("vote"):
            return "yes" if asked.step else "abstain"
        return 1

    env = Persuasion(total_turns=2, probes=2, also=("vote",))
    filed = Filed(
        "e", drive(Play(env, 1), [seat, seat]), [Held("persuader", "p"), Held("target", "t")]
    )
    results = RunResults(KIT, [filed, talk(id_="f")])
    assert [(v.episode, v.value) for v in results.values("vote")] == [("e", 1)]
    assert [(v.episode, v.value) for v in results.values("vote_before")] == [("e", 0)]
    assert [row.value for row in results.estimates("vote")] == [1]
    assert results.values("delayed") == []


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
