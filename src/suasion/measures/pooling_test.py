"""What stands in an estimate, on values that were written by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from suasion.core.asks import Json
from suasion.core.episode import Episode, Header
from suasion.measures.filed import Filed, Held, Status
from suasion.measures.measure import (
    Number,
    OfEpisode,
    OfEvent,
    OfPair,
    OfSeat,
    OfSeries,
    Parameters,
    Undefined,
)
from suasion.measures.pooling import Sample, counted, of_episodes, pools, samples

AGENTS = ("a", "b", "b")


def filed(
    id_: str,
    agents: Sequence[str | None] = AGENTS,
    *,
    focal: int | None = None,
    arm: str | None = None,
    status: Status = "exploratory",
    finished: bool = True,
    damaged: bool = False,
    kind: str = "k",
) -> Filed:
    seats = [
        Held(
            f"P{at + 1}", agent, "" if focal is None else ("focal" if at == focal else "background")
        )
        for at, agent in enumerate(agents)
    ]
    episode = Episode(Header("toy", "1", {"kind": kind}, 1), (), (), (), (), {})
    return Filed(id_, episode, seats, arm, None, status, finished, damaged)


def kind(each: Filed) -> Mapping[str, Json]:
    return {"kind": each.episode.header.settings["kind"]}


def made(
    measure: OfEpisode | OfSeat | OfPair | OfEvent | OfSeries, games: Sequence[Filed]
) -> list[Sample]:
    values = [value for each in games for value in measure.values(each, {})]
    of = of_episodes(games, values)
    return [s for pool in pools(games, kind) for s in samples(measure, pool, of)]


def by_seat(numbers: Mapping[str, Sequence[Number]]) -> OfSeat:
    def of(each: Filed, _: Parameters) -> Sequence[Number]:
        return numbers[each.id]

    return OfSeat("m", "u", of)


def by_episode(numbers: Mapping[str, Number]) -> OfEpisode:
    return OfEpisode("m", "u", lambda each, _: numbers[each.id])


def test_the_focal_seat_alone_counts_and_only_for_its_model() -> None:
    assert counted(filed("e", focal=1)) == {"b": [1]}
    assert counted(filed("e")) == {"a": [0], "b": [1, 2]}
    assert counted(filed("e", ("a", None, "b"), focal=1)) == {}


def test_an_episode_gives_the_mean_over_the_seats_of_a_model() -> None:
    games = [filed("e"), filed("f")]
    a, b = made(by_seat({"e": [1, 2, 4], "f": [5, 6, Undefined("no")]}), games)
    assert (a.by["model"], a.values, a.unit) == ("a", [1, 5], "episode")
    assert (b.by["model"], b.values) == ("b", [3, 6])


def test_statuses_groups_and_arms_are_pools_of_their_own() -> None:
    games = [
        filed("e", arm="x"),
        filed("f", arm="y"),
        filed("g", arm="x", status="smoke"),
        filed("h", arm="x", kind="other"),
    ]
    found = made(by_episode({"e": 1, "f": 2, "g": 3, "h": 4}), games)
    assert [(s.status, dict(s.by), s.values) for s in found] == [
        ("exploratory", {"kind": "k"}, [1, 2]),
        ("smoke", {"kind": "k"}, [3]),
        ("exploratory", {"kind": "other"}, [4]),
        ("exploratory", {"kind": "k", "arm": "x"}, [1]),
        ("exploratory", {"kind": "k", "arm": "y"}, [2]),
        ("smoke", {"kind": "k", "arm": "x"}, [3]),
        ("exploratory", {"kind": "other", "arm": "x"}, [4]),
    ]


def test_without_conditions_no_row_names_one() -> None:
    [only] = made(by_episode({"e": 1}), [filed("e")])
    assert dict(only.by) == {"kind": "k"}


def test_unfinished_and_damaged_episodes_are_missing_and_counted() -> None:
    games = [filed("e"), filed("f", finished=False), filed("g", damaged=True), filed("h")]
    [found] = made(by_episode({"e": 1, "f": 9, "g": 9, "h": Undefined("no_pulls")}), games)
    assert (found.values, found.blocked, found.missing) == ([1], 2, 2)


def test_a_model_of_unfinished_episodes_alone_has_a_row_without_values() -> None:
    a, b = made(by_seat({"e": [1, 2, 3]}), [filed("e", finished=False)])
    assert (a.values, a.blocked, b.values, b.blocked) == ([], 1, [], 1)


def test_every_ordered_pair_is_a_unit() -> None:
    pairs = {(i, j): float(10 * i + j) for i in range(3) for j in range(3) if i != j}
    measure = OfPair("m", "u", lambda *_: pairs)
    games = [filed("e"), filed("f", finished=False)]
    [found] = made(measure, games)
    assert sorted(found.values) == sorted(pairs.values())
    assert (found.unit, len(set(found.clusters))) == ("ordered pair", 6)
    assert (found.blocked, found.missing) == (1, 6)


def test_a_series_pools_all_seats_of_a_counted_model_in_any_role() -> None:
    series = {"e": [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]], "f": [[0.7, 0.8], [0.9, 1.0], [0.0, 0.5]]}
    measure = OfSeries("m", "u", lambda each, _: series[each.id], "k")
    games = [filed("e", ("a", "b", "c"), focal=0), filed("f", ("b", "a", "c"), focal=0)]
    found = {(s.by["model"], s.by["k"]): s for s in made(measure, games)}
    assert set(found) == {("a", 1), ("a", 2), ("b", 1), ("b", 2)}
    assert found["a", 1].values == [0.1, 0.9]
    assert found["b", 2].values == [0.4, 0.8]


def test_seats_of_one_episode_are_one_cluster() -> None:
    measure = OfSeries("m", "u", lambda *_: [[1], [2], [3]], "k")
    found = {s.by["model"]: s for s in made(measure, [filed("e"), filed("f")])}
    assert found["b"].values == [2, 3, 2, 3]
    assert found["b"].clusters == [0, 0, 1, 1]


def test_a_series_has_all_its_places_though_no_episode_is_finished() -> None:
    measure = OfSeries("m", "u", lambda *_: Undefined("unfinished"), "k", lambda _: 3)
    found = made(measure, [filed("e", finished=False)])
    assert [(s.by["model"], s.by["k"], s.values) for s in found] == [
        (model, place, []) for model in "ab" for place in (1, 2, 3)
    ]
    assert [s.missing for s in found] == [1, 1, 1, 2, 2, 2]


def test_events_of_an_episode_are_averaged_first_and_categories_are_no_numbers() -> None:
    measure = OfEvent("m", "u", lambda *_: {0: 1.0, 3: 2.0, 4: "word"})
    [found] = made(measure, [filed("e")])
    assert found.values == [1.5]
