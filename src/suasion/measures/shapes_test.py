"""Facts about measures of unordered pairs, and of series that belong to an episode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from suasion.core.episode import Episode, Header
from suasion.measures.filed import Filed, Held
from suasion.measures.kit import one_group
from suasion.measures.measure import (
    Number,
    OfEpisodeSeries,
    OfUnordered,
    Parameters,
    Undefined,
)
from suasion.measures.pooling import of_episodes, pools, samples

EPISODE = Episode(Header("x", "1", {}, 0), (), (), (), (), {})
"""Nothing happened in it."""


def filed(id_: str) -> Filed:
    return Filed(id_, EPISODE, [Held(name, "m") for name in "abc"])


def pairs(_: Filed, __: Parameters) -> Mapping[tuple[int, int], Number]:
    """By the sum of both places."""
    return {(i, j): i + j for i in range(3) for j in range(3)}


def series(filed_: Filed, _: Parameters) -> Sequence[Number] | Undefined:
    """Longer in some than in others."""
    found: Mapping[str, Sequence[Number] | Undefined] = {"a": [1, 2, 6], "b": [4]}
    return found.get(filed_.id, Undefined("none"))


def test_an_unordered_pair_is_given_once_to_the_first_by_seat_order() -> None:
    found = list(OfUnordered("pairs", "x", pairs).values(filed("a"), {}))
    assert [(v.seat, v.other, v.value) for v in found] == [
        ("a", "b", 1),
        ("a", "c", 2),
        ("b", "c", 3),
    ]


def test_a_series_of_an_episode_has_a_row_for_each_place() -> None:
    measure = OfEpisodeSeries("series", "x", series, "round")
    rows = [value.row() for value in measure.values(filed("a"), {})]
    assert [(row["round"], row["value"], row["seat"]) for row in rows] == [
        (1, 1, None),
        (2, 2, None),
        (3, 6, None),
    ]
    [none] = measure.values(filed("c"), {})
    assert (none.reason, none.row()["round"]) == ("none", None)


def test_the_estimate_of_a_series_is_of_each_episodes_mean() -> None:
    measure = OfEpisodeSeries("series", "x", series, "round")
    games = [filed(name) for name in "abc"]
    values = [value for game in games for value in measure.values(game, {})]
    [pool] = pools(games, one_group)
    [sample] = samples(measure, pool, of_episodes(games, values))
    assert list(sample.values) == [3, 4]
    assert sample.unit == "episode"
