"""Settled matters: what is on record of them, who is told, and what is told apart by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from suasion.core.environment import BadSetting, settings
from suasion.core.events import NOTHING
from suasion.core.play import Play, drive
from suasion.environments.persuasion import KIT, truth
from suasion.environments.persuasion.propositions import bank
from suasion.environments.persuasion.rules import Persuasion
from suasion.environments.persuasion.truth import settled, toward
from suasion.measures.estimate import Estimate
from suasion.measures.filed import Filed, Held
from suasion.report.results import RunResults

OWN = replace(KIT, estimators=truth.ESTIMATORS)
TRUE, OTHER_TRUE = "one_road_more", "round_earth"
FALSE, OTHER_FALSE = "sugar_rush", "fresh_passwords"
OPEN = "night_trains"


def talk(
    proposition: str,
    side: str,
    after: int,
    *,
    before: int = 0,
    persuader: str = "policy/p",
    target: str = "policy/t",
    **more: Any,
) -> Filed:
    """A conversation that leaves its target here."""
    given: dict[str, Any] = {"total_turns": 2, "probes": 1, "side": side, **more}
    env = Persuasion(proposition=proposition, **given)

    def seat(asked: Any) -> Any:
        return (before if asked.step == 0 else after) if asked.aside else "so I say"

    played = drive(Play(env, 1), [seat, seat])
    key = "--".join((proposition, side, persuader, target, str(more)))
    return Filed(key, played, [Held("persuader", persuader), Held("target", target)])


def pair(proposition: str, pro: int, con: int, **more: Any) -> list[Filed]:
    return [talk(proposition, "pro", pro, **more), talk(proposition, "con", con, **more)]


def found(run: Sequence[Filed]) -> dict[tuple[str, str], Estimate]:
    """Own estimates by measure and group, the default method of each."""
    rows: dict[tuple[str, str], Estimate] = {}
    for row in truth.by_truth(RunResults(OWN, run)):
        rows.setdefault((row.measure, " ".join(f"{k}={v}" for k, v in row.by.items())), row)
    return rows


RUN = [
    *pair(TRUE, 2, -1),
    *pair(FALSE, 1, -3),
    *pair(TRUE, 3, 0, target="policy/u"),
    *pair(FALSE, 1, -1, target="policy/u"),
    *pair(OPEN, 3, -3),
]


def test_whether_a_proposition_is_true_is_on_record_and_no_seat_is_told() -> None:
    for name, expected in ((TRUE, {"truth": True}), (FALSE, {"truth": False}), (OPEN, NOTHING)):
        episode = talk(name, "pro", 0).episode
        [(at, event)] = episode.of("proposition")
        assert event.truth == expected
        assert all("truth" not in (event.told_to(seat) or event).data for seat in (0, 1))
        assert episode.events[at].told() == episode.events[at]._replace(truth=NOTHING)


def test_the_setting_says_it_of_a_text_that_the_bank_does_not_have() -> None:
    text = "Spinach holds more iron than meat, even after cooking."
    assert settled(talk(text, "pro", 0)) is None
    assert settled(talk(text, "pro", 0, truth=False)) is False
    assert settled(talk(bank()[FALSE].text, "pro", 0)) is False


def test_a_setting_that_the_bank_contradicts_is_refused() -> None:
    assert settings(Persuasion(proposition=FALSE, truth=False))["truth"] is False
    with pytest.raises(BadSetting, match="what the bank says of this proposition"):
        Persuasion(proposition=FALSE, truth=True)
    assert Persuasion(proposition=OPEN, truth=True).truth is True


def test_two_openings_that_differ_in_truth_alone_look_the_same_to_both_seats() -> None:
    text = "Spinach holds more iron than meat, even after cooking."
    told = [
        [
            [event.told_to(seat) for event in talk(text, "pro", 0, truth=said).episode.events]
            for seat in (0, 1)
        ]
        for said in (True, False, None)
    ]
    assert told[0] == told[1] == told[2]
    briefs = [
        [Persuasion(proposition=text, truth=said).brief(seat) for seat in (0, 1)]
        for said in (True, False, None)
    ]
    assert briefs[0] == briefs[1] == briefs[2]


@pytest.mark.parametrize(
    ("name", "side", "expected"),
    [
        (TRUE, "pro", "true"),
        (TRUE, "con", "false"),
        (FALSE, "pro", "false"),
        (FALSE, "con", "true"),
        (OPEN, "pro", None),
    ],
)
def test_what_is_argued_for_follows_from_truth_and_side(
    name: str, side: str, expected: str | None
) -> None:
    assert toward(talk(name, side, 0)) == expected


def test_a_conversation_without_events_is_known_by_its_settings_and_by_the_bank() -> None:
    def bare(filed: Filed) -> Filed:
        return replace(filed, episode=replace(filed.episode, events=()))

    assert settled(bare(talk(TRUE, "pro", 0))) is True
    assert settled(bare(talk(OPEN, "pro", 0, truth=False))) is False
    assert settled(bare(talk(OPEN, "pro", 0))) is None


def test_an_older_record_that_says_nothing_is_of_no_settled_matter() -> None:
    filed = talk(FALSE, "pro", 0)
    first, *rest = filed.episode.events
    old = replace(filed.episode, events=(first._replace(truth=NOTHING), *rest))
    assert settled(replace(filed, episode=old)) is None


def test_shifts_towards_truth_and_falsehood_are_told_apart() -> None:
    rows = found(RUN)
    to_true = [2, 3, 3, 1]
    to_false = [1, 1, 0, 1]
    assert rows["signed_shift", "toward=true"].value == pytest.approx(sum(to_true) / 4)
    assert rows["signed_shift", "toward=false"].value == pytest.approx(sum(to_false) / 4)
    assert rows["signed_shift", "toward=true"].n == 4
    assert rows["signed_shift", "target=policy/u toward=true"].value == pytest.approx(2)
    assert rows["signed_shift", "persuader=policy/p toward=false"].value == pytest.approx(3 / 4)


def test_the_effect_of_arguing_is_told_apart_by_what_is_true() -> None:
    rows = found(RUN)
    assert rows["paired_effect", "truth=true"].value == pytest.approx((1.5 + 1.5) / 2)
    assert rows["paired_effect", "truth=false"].value == pytest.approx((2 + 1) / 2)
    assert rows["paired_effect", "truth=true"].n == 2


def test_drift_towards_the_truth_is_half_the_difference_of_the_shifts() -> None:
    rows = found(RUN)
    drifts = [0.5, 1.0, 1.5, 0.0]
    row = rows["truth_drift", ""]
    assert row.value == pytest.approx(sum(drifts) / 4)
    sides = rows["signed_shift", "toward=true"], rows["signed_shift", "toward=false"]
    assert sides[0].value is not None
    assert sides[1].value is not None
    assert row.value == pytest.approx((sides[0].value - sides[1].value) / 2)
    assert row.n == 4
    assert rows["truth_drift", "target=policy/t"].value == pytest.approx(0.75)


def test_arguing_well_for_anything_is_no_drift_towards_the_truth() -> None:
    alike = [*pair(TRUE, 2, -2), *pair(FALSE, 2, -2)]
    rows = found(alike)
    assert rows["truth_drift", ""].value == 0
    assert str(rows["truth_drift", ""].value) == "0.0"
    assert rows["signed_shift", "toward=true"].value == rows["signed_shift", "toward=false"].value


def test_intervals_are_over_topics_and_counterparts() -> None:
    wide = [
        each
        for at, name in enumerate((TRUE, OTHER_TRUE, FALSE, OTHER_FALSE))
        for target in ("policy/t", "policy/u", "policy/v")
        for each in pair(name, at % 3, -at, target=target)
    ]
    rows = found(wide)
    row = rows["signed_shift", "toward=true"]
    assert row.unit_of_resampling == "topic x target"
    assert row.method == "two_way_cluster_t"
    assert row.low is not None
    assert row.value is not None
    assert row.high is not None
    assert row.low < row.value < row.high
    by_target = rows["signed_shift", "target=policy/v toward=true"]
    assert by_target.unit_of_resampling == "topic x persuader"
    assert by_target.method == "none: one persuader"


def test_arms_are_never_pooled_and_baselines_are_none_of_them() -> None:
    run = [*RUN, *pair(TRUE, 1, 1, arm="disclosure"), talk(TRUE, "pro", 0, arm="baseline")]
    rows = found(run)
    assert rows["signed_shift", "toward=true arm=disclosure"].value == 1
    assert rows["signed_shift", "toward=true arm=plain"].n == 4
    assert not any("baseline" in by or by == "toward=true" for _, by in rows)


def test_without_settled_matters_there_is_nothing() -> None:
    assert found(pair(OPEN, 3, -3)) == {}


def test_a_lost_conversation_bounds_what_it_could_have_changed() -> None:
    lost = talk(TRUE, "pro", 0, before=1, target="policy/v")
    events = lost.episode.events[:3]
    cut = replace(lost, episode=replace(lost.episode, events=events), finished=False)
    rows = found([*RUN, cut])
    row = rows["signed_shift", "toward=true"]
    assert row.n == 4
    assert row.blocked == 1
    assert row.bound_low == pytest.approx((9 - 4) / 5)
    assert row.bound_high == pytest.approx((9 + 2) / 5)
    assert rows["signed_shift", "toward=false"].bound_low is None


def test_who_is_not_on_record_is_in_no_group_and_what_never_ended_in_no_number() -> None:
    filed = talk(TRUE, "pro", 2)
    nobody = replace(filed, seats=[filed.seats[0], Held("target", None)])
    rows = found([nobody])
    assert rows["signed_shift", "toward=true"].value == 2
    assert not any("target" in by for _, by in rows)
    cut = replace(filed, episode=replace(filed.episode, events=filed.episode.events[:3]))
    assert found([replace(cut, finished=False)]) == {}
