"""Facts of social spread: who meets whom, what an answer does, when it is over."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise, permutations
from typing import Any

import pytest

from suasion.core.asks import Answer, Forfeit, Json
from suasion.core.chance import units
from suasion.core.environment import Asked, BadSetting, Policy, Reply
from suasion.core.episode import Episode
from suasion.core.events import EACH, EVERYONE, NOBODY
from suasion.core.play import Play, drive
from suasion.environments.social.meetings import others
from suasion.environments.social.opinion import Opinion
from suasion.environments.social.policies import any_contact, believer, doubter
from suasion.environments.social.rules import Social

ORDERS = ["sync", "async"]


def one(maker: Any) -> Policy:
    policy: Policy = maker().alone
    return policy


def played(script: Policy, seed: int = 0, **settings: Any) -> Episode:
    env = Social(**settings)
    return drive(Play(env, seed), [script] * env.size)


def counts(episode: Episode) -> list[tuple[int, int, int]]:
    days = (event.data for _, event in episode.of("day"))
    return [(day["susceptible"], day["infected"], day["recovered"]) for day in days]


# --- meetings ---


@pytest.mark.parametrize(("size", "k"), [(2, 1), (4, 3), (5, 2), (30, 3)])
def test_everyone_meets_different_others_and_never_itself(size: int, k: int) -> None:
    for start in range(50):
        for seat, row in enumerate(others(size, k, units(start, size * k))):
            assert len({*row, seat}) == k + 1
            assert all(0 <= other < size for other in row)


def test_every_order_of_others_is_as_likely() -> None:
    """All pairs of numbers on a grid, for one seat of four that meets two of three others."""
    grid = [(at + 0.5) / 6 for at in range(6)]
    found = [tuple(others(4, 2, [u, v] * 4)[1]) for u in grid for v in grid]
    assert {each: found.count(each) for each in found} == dict.fromkeys(
        permutations((0, 2, 3), 2), 6
    )


def test_meetings_are_drawn_anew_each_day_by_one_number_a_day() -> None:
    episode = played(one(any_contact))
    days = [event.data["met"] for _, event in episode.of("met")]
    assert len(days) == 15
    assert all(day != other for day, other in pairwise(days))
    assert [draw.name for draw in episode.draws] == ["contacts"] * 15


# --- a day ---


@pytest.mark.parametrize("updates", ORDERS)
def test_the_last_seats_believe_at_first(updates: str) -> None:
    firsts: dict[int, int] = {}

    def looking(asked: Asked) -> Answer:
        met = next(event.data for event in asked.news if event.kind == "met")
        firsts.setdefault(asked.seat, met["own"])
        return "doubt"

    played(looking, size=5, seeds=2, updates=updates)
    assert firsts == {0: 0, 1: 0, 2: 0, 3: 1, 4: 1}


def test_in_sync_a_seat_is_told_what_others_believed_that_morning() -> None:
    episode = played(one(any_contact), size=9)
    belief = [0] * 7 + [1] * 2
    for (_, event), answers in zip(episode.of("met"), by_day(episode, 9), strict=True):
        data = event.data
        assert event.to == EACH
        assert data["own"] == belief
        assert data["believed"] == [[belief[other] for other in row] for row in data["met"]]
        belief = [int(answer == "believe") for answer in answers]
    assert episode.payoffs == tuple(belief)


def by_day(episode: Episode, size: int) -> list[list[Json]]:
    said = [d.answer for d in episode.decisions]
    return [said[at : at + size] for at in range(0, len(said), size)]


def test_in_async_a_seat_is_told_what_others_believe_by_then() -> None:
    episode = played(one(any_contact), seed=4, size=9, updates="async", days=3)
    belief, orders = [0] * 7 + [1] * 2, []
    for (_, event), decision in zip(episode.of("met"), episode.decisions, strict=True):
        seat = event.data["seat"]
        assert (event.to, decision.seat) == ((seat,), seat)
        assert event.data["own"] == belief[seat]
        assert event.data["believed"] == [belief[other] for other in event.data["met"]]
        belief[seat] = int(decision.answer == "believe")
        orders.append(seat)
    assert [sorted(orders[at : at + 9]) for at in (0, 9, 18)] == [list(range(9))] * 3
    assert orders[:9] != orders[9:18]


@pytest.mark.parametrize("updates", ORDERS)
def test_never_believed_believes_and_no_longer_does_are_everyone(updates: str) -> None:
    for seed in range(5):
        found = counts(played(one(any_contact), seed, updates=updates))
        assert {sum(day) for day in found} == {30}
        assert [day[0] for day in found] == sorted((day[0] for day in found), reverse=True)


def test_who_stops_believing_is_recovered_and_may_believe_again() -> None:
    def in_turn(asked: Asked) -> Answer:
        return "believe" if asked.step % 2 else "doubt"

    found = counts(played(in_turn, size=3, contact_rate=1, seeds=1, days=4, quiet_days=None))
    assert found == [(2, 0, 1), (0, 3, 0), (0, 0, 3), (0, 3, 0)]


def test_a_forfeit_leaves_belief_and_post_and_is_told_to_its_seat_alone() -> None:
    def once(asked: Asked) -> Answer:
        said = {"belief": "believe", "post": "It is true."}
        return said if asked.seat == 0 and asked.step == 0 else Forfeit("asleep")

    episode = played(once, size=3, contact_rate=2, seeds=1, days=3)
    assert episode.payoffs == (1, 0, 1)
    assert {event.to for _, event in episode.of("forfeit")} == {(0,), (1,), (2,)}
    assert len(list(episode.of("read"))) == 2


# --- posts ---


def test_a_post_is_read_by_those_who_meet_its_seat_and_by_no_other() -> None:
    def poster(asked: Asked) -> Answer:
        if asked.seat != 2:
            return "doubt"
        return {"belief": "believe", "post": f"Day {asked.step}."} if asked.step < 3 else "believe"

    episode = played(poster, size=6, seeds=0, days=6, contact_rate=2, quiet_days=None)
    met = {event.data["day"]: event.data["met"] for _, event in episode.of("met")}
    read = {event.data["day"]: event.data for _, event in episode.of("read")}
    for day, rows in met.items():
        readers = [seat for seat, row in enumerate(rows) if 2 in row]
        told = read.get(day, {"seat": [], "text": []})
        assert told["seat"] == (readers if 1 < day < 5 else [])
        assert all(texts == [f"Day {day - 2}."] for texts in told["text"])
    assert len(read) == 3


def test_a_post_is_told_by_its_words() -> None:
    env = Social(size=3, seeds=0, days=2, contact_rate=2, updates="async")
    heard: list[str] = []

    def poster(asked: Asked) -> Answer:
        heard.extend(env.tell(event, asked.seat) for event in asked.news)
        return {"belief": "doubt", "post": "No, it is not."}

    drive(Play(env, 0), [poster] * 3)
    assert any("they posted:\nA" in words and ": No, it is not." in words for words in heard)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("believe", "believe"),
        (" Doubt. ", "doubt"),
        ('"believe"', "believe"),
        ('{"belief": "doubt"}', "doubt"),
        ('{"belief": "doubt", "post": ""}', "doubt"),
        ('{"belief": "doubt", "post": null}', "doubt"),
        ('{"belief": "believe", "post": "x"}', {"belief": "believe", "post": "x"}),
        (
            '```json\n{"belief": "doubt", "post": "abcdef"}\n```',
            {"belief": "doubt", "post": "abcd"},
        ),
        ("I do not believe it", Forfeit("not_json")),
        ('{"belief": "maybe"}', Forfeit("belief:no_option")),
        ('{"post": "x"}', Forfeit("belief:missing")),
        ('{"belief": "doubt", "post": 7}', Forfeit("post:not_text")),
        ("7", Forfeit("no_option")),
    ],
)
def test_an_opinion_is_one_word_or_an_object(text: str, answer: Answer) -> None:
    assert Opinion(4).parse(text).answer == answer


def test_without_posts_a_post_is_left_out_of_a_reply_and_refused_of_a_script() -> None:
    said = {"belief": "believe", "post": "x"}
    assert Opinion(0).check(said).answer == "believe"
    assert Opinion(0).check(said).notes == ("ignored 'post'",)
    assert not Opinion(0).allows(said)
    assert Opinion(9).allows(said)
    assert not Opinion(9).allows({"belief": "believe", "post": ""})


# --- the end ---


@pytest.mark.parametrize(
    ("settings", "days"),
    [
        ({}, 3),
        ({"quiet_days": 0}, 1),
        ({"quiet_days": 5}, 6),
        ({"quiet_days": None}, 15),
        ({"seeds": 0}, 2),
        ({"days": 2}, 2),
    ],
)
@pytest.mark.parametrize("updates", ORDERS)
def test_it_is_over_so_many_days_after_the_first_without_a_believer(
    settings: Mapping[str, Any], days: int, updates: str
) -> None:
    episode = played(one(doubter), size=6, updates=updates, **settings)
    assert len(counts(episode)) == episode.outcome["days"] == days


def test_a_believer_who_comes_back_starts_the_quiet_days_anew() -> None:
    def relapse(asked: Asked) -> Answer:
        return "believe" if asked.step == 2 else "doubt"

    assert len(counts(played(relapse, size=4))) == 6


# --- corrections ---


@pytest.mark.parametrize(
    ("first", "every", "days"), [(0, 0, []), (3, 0, [3]), (3, 4, [3, 7, 11, 15]), (0, 2, [])]
)
def test_corrections_are_told_to_everyone_on_their_days(
    first: int, every: int, days: list[int]
) -> None:
    episode = played(one(believer), correction_day=first, correction_every=every)
    found = [event for _, event in episode.of("correction")]
    assert [event.data["day"] for event in found] == days
    assert {event.to for event in found} <= {EVERYONE}


# --- settings and words ---


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("size", 1), ("days", 0), ("contact_rate", 0), ("contact_rate", 30), ("seeds", -1),
        ("seeds", 31), ("post_limit", -1), ("correction_day", -1), ("quiet_days", -1),
        ("news", " "), ("correction", "x" * 2001),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_played_are_refused(name: str, value: Any) -> None:
    with pytest.raises(BadSetting, match=name):
        Social(**{name: value})


def test_the_brief_says_what_the_settings_are_and_nothing_else() -> None:
    plain = Social(post_limit=0).brief(0)
    assert "30 people" in plain
    assert "3 others a day" in plain
    assert "post" not in plain
    assert "official" not in plain
    full = Social(correction_day=3, updates="async", contact_rate=1).brief(7)
    assert "official statement" in full
    assert "one after the other" in full
    assert "1 other a day" in full
    assert "at most 280 characters" in full
    assert Social().brief(0) == Social().brief(29)


def test_the_count_of_a_day_is_told_to_nobody() -> None:
    episode = played(one(any_contact), size=5)
    assert {event.to for _, event in episode.of("day")} == {NOBODY}


def test_a_reply_in_words_is_read() -> None:
    play: Play[Any] = Play(Social(size=3, seeds=0, days=1, contact_rate=1), 0)
    for asked, text in zip(
        tuple(play.asked.values()), ("believe", "no idea", "Doubt"), strict=True
    ):
        play.answer(asked, Reply(text))
    assert play.episode().payoffs == (1, 0, 0)


def test_what_happens_is_told_in_words() -> None:
    env = Social(size=3, contact_rate=1, days=1, seeds=1, correction_day=1, correction="No.")

    def lost(asked: Asked) -> Answer:
        return Forfeit("asleep") if asked.seat else {"belief": "doubt", "post": "Oh."}

    episode = drive(Play(env, 0), [lost] * 3)
    said = [env.tell(told, 0) for event in episode.events if (told := event.told_to(0))]
    assert said[0] == "Day 1, official statement: No."
    assert said[1].startswith("Day 1: you do not believe it. You meet A")
    assert said[2] == "Day 1: you said you doubt it, and posted: Oh."
    others = [env.tell(event.told(), 1) for _, event in episode.of("forfeit", "day")]
    assert others[0] == "Day 1: you gave no answer that counts (asleep)."
    assert others[-1] == "Day 1 is over: 1 believe it, 0 no longer do, 2 never did."
    assert env.now(env.turn, 1) == "You are A2. Do you believe it?"
