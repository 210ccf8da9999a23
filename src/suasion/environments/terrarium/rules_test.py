"""Facts of Terrarium's rules: what messages cost, what puzzles pay, how seats die."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from suasion.core.asks import Answer, Forfeit, Json
from suasion.core.environment import Asked, BadSetting
from suasion.core.events import EVERYONE
from suasion.core.fork import Edit, drop, fork, rewrite, steps_of
from suasion.core.play import drive
from suasion.environments.terrarium import KIT
from suasion.environments.terrarium.acts import cost
from suasion.environments.terrarium.bank import BANK, fragment, mentioned
from suasion.environments.terrarium.played_test import (
    PASS,
    Script,
    acted,
    game,
    line_up,
    of,
    preset,
)
from suasion.environments.terrarium.rules import Terrarium

NAMES = Terrarium().names


def only(seat: int, round_: int, *actions: Json) -> Script:
    """One seat acts, once; all others pass always."""
    return at({(round_, seat): list(actions)})


def at(plan: dict[tuple[int, int], list[Json]]) -> Script:
    """What seats do by round and seat; else they pass."""
    return lambda asked: plan.get((asked.turn.situation["round"], asked.seat), PASS)


def public(text: str) -> Json:
    return {"action": "public", "text": text}


def private(to: str, text: str) -> Json:
    return {"action": "private", "to": to, "text": text}


def first_puzzle(env: Terrarium, seed: int = 0) -> tuple[str, str, int, int, int]:
    """Id, word and the two holders of the first puzzle, and a seat that holds nothing of it."""
    episode = acted(env, lambda asked: PASS, seed)
    event = of(episode, "puzzle")[0]
    one, two = event.data["seat"]
    other = next(seat for seat in range(len(env.names)) if seat not in (one, two))
    return event.data["puzzle"], event.truth["answer"], one, two, other


# --- the bank ---


def test_the_bank_is_the_published_one() -> None:
    assert len(BANK) == 40
    assert [entry.category for entry in BANK[::10]] == ["color", "animal", "number", "object"]
    by_word = {entry.word: entry.clues for entry in BANK}
    assert by_word["BLUE"] == ("The answer is BL__", "The answer is __UE")
    assert by_word["THIRTEEN"] == ("The answer is THIR____", "The answer is ____TEEN")
    long = {w for w, (first, second) in by_word.items() if len(first) != len(second)}
    assert long == {"KANGAROO", "COMPUTER"}
    assert by_word["KANGAROO"][0] == "The answer is KAN______"


def test_an_id_is_found_as_a_part_of_longer_ones() -> None:
    assert mentioned("see A-12, b-3 and GH-45") == {"A-1", "A-12", "H-4", "H-45"}
    assert mentioned("A- 1") == set()
    assert [fragment(clue) for clue in BANK[1].clues] == ["R", "_ED"]


# --- messages ---


@pytest.mark.parametrize(
    ("name", "words", "letter", "post"),
    [
        ("scarce", 9, 1, 2),
        ("scarce", 10, 2, 4),
        ("scarce", 15, 3, 6),
        ("default", 6, 1, 2),
        ("default", 7, 2, 4),
        ("default", 15, 4, 8),
    ],
)
def test_a_message_costs_by_its_words(name: str, words: int, letter: int, post: int) -> None:
    env, text = preset(name), " ".join(["word"] * words)
    assert (cost(env, text, public=False), cost(env, text, public=True)) == (letter, post)


def test_a_message_that_costs_too_much_is_not_sent_and_one_that_costs_all_kills() -> None:
    env = preset("default", tokens=4, drain=0, rounds=1)
    text = " ".join(["word"] * 10)
    dear = acted(env, only(0, 1, public(text)))
    assert of(dear, "public") == []
    assert dear.outcome["balances"][0] == 4
    last = acted(env, only(0, 1, public("a b c d e f g"), public("never")))
    assert [event.data["text"] for event in of(last, "public")] == ["a b c d e f g"]
    assert of(last, "death")[0].data == {"round": 1, "cause": "message_cost"}
    assert last.outcome["death_rounds"] == [1, None, None, None, None, None]


def test_a_message_that_is_not_sent_takes_a_place_all_the_same() -> None:
    env = preset("default", tokens=4, drain=0, rounds=1, messages_per_round=1)
    dear = public(" ".join(["word"] * 10))
    assert of(acted(env, only(0, 1, dear, public("hi"))), "public") == []


def test_a_private_message_goes_to_the_living_by_any_case_and_to_oneself() -> None:
    env = preset("default", rounds=1)
    episode = acted(env, only(2, 1, private("KIP", "hi"), private("sable", "note")))
    assert [(e.data["to"], e.to) for e in of(episode, "private")] == [(1, (2, 1)), (2, (2,))]
    nobody = acted(env, only(2, 1, private("Anna", "hi")))
    assert of(nobody, "private") == []
    assert len(set(nobody.outcome["balances"])) == 1


def test_a_letter_to_the_dead_is_free_and_reaches_nobody() -> None:
    env = preset("default", tokens=2, drain=0, rounds=2)
    plan = {(1, 0): [public("hi")], (2, 1): [private("Vera", "hi")]}
    episode = acted(env, at(plan))
    assert episode.outcome["balances"] == [0, 2, 2, 2, 2, 2]
    assert of(episode, "private") == []


def test_a_shout_is_free_cut_and_made_once_a_round() -> None:
    env = preset("scarce", rounds=1, shout_words=3)
    shout: Json = {"action": "shout", "text": "one two three four"}
    episode = acted(env, only(1, 1, shout, shout))
    assert [(e.data["text"], e.to) for e in of(episode, "shout")] == [("one two three", EVERYONE)]
    assert len(set(episode.outcome["balances"])) == 1


# --- puzzles ---


@pytest.mark.parametrize(("wrote", "paid"), [(False, 50), (True, 40)])
def test_a_solution_is_shared_with_a_holder_who_wrote_of_the_puzzle(wrote: bool, paid: int) -> None:
    env = preset("default", rounds=2, drain=0)
    name, word, one, two, _ = first_puzzle(env)
    said = [private(NAMES[one], f"about {name}")] if wrote else PASS
    solve = [{"action": "solve", "puzzle": name, "answer": f" {word.lower()} "}]
    episode = acted(env, at({(1, two): said, (2, one): solve}))
    assert episode.outcome["balances"][one] == 800 + paid
    assert episode.outcome["balances"][two] == 800 + (40 - 1 if wrote else 0)
    [solved] = of(episode, "solved")
    assert solved.data["contributors"] == ([one, two] if wrote else [one])
    assert solved.data["cooperative"] is wrote


def test_a_solver_who_holds_nothing_shares_with_both_holders() -> None:
    env = preset("default", rounds=2, drain=0)
    name, word, one, two, other = first_puzzle(env)
    solve: list[Json] = [{"action": "solve", "puzzle": name, "answer": word}]
    plan = {(1, one): [public(f"{name}?")], (1, two): [public(f"{name}!")], (2, other): solve}
    [solved] = of(acted(env, at(plan)), "solved")
    assert solved.data["contributors"] == [other, one, two]


@pytest.mark.parametrize(("later", "credited"), [(10, True), (11, False)])
def test_credit_lasts_ten_rounds(later: int, credited: bool) -> None:
    env = preset("default", rounds=14, drain=0)
    name, word, one, two, _ = first_puzzle(env)
    solve: list[Json] = [{"action": "solve", "puzzle": name, "answer": word}]
    episode = acted(env, at({(1, two): [public(name)], (1 + later, one): solve}))
    assert of(episode, "solved")[0].data["cooperative"] is credited


def test_a_shout_earns_no_credit() -> None:
    env = preset("default", rounds=2, drain=0, shout_words=9)
    name, word, one, two, _ = first_puzzle(env)
    solve: list[Json] = [{"action": "solve", "puzzle": name, "answer": word}]
    shout: list[Json] = [{"action": "shout", "text": name}]
    assert not of(acted(env, at({(1, two): shout, (2, one): solve})), "solved")[0].data[
        "cooperative"
    ]


def test_a_puzzle_is_solved_once_and_a_wrong_word_costs_nothing() -> None:
    env = preset("default", rounds=1, drain=0)
    name, word, one, _, _ = first_puzzle(env)
    right, wrong = ({"action": "solve", "puzzle": name, "answer": a} for a in (word, word + "S"))
    episode = acted(env, only(one, 1, wrong, right))
    assert (len(of(episode, "wrong_solve")), len(of(episode, "solved"))) == (1, 1)
    again = acted(env, only(one, 1, right, right))
    assert again.outcome["solved"] == 1
    assert again.outcome["balances"][one] == 850


@pytest.mark.parametrize(("round_", "solved"), [(4, 1), (5, 0)])
def test_a_puzzle_leaves_the_view_a_round_before_it_closes(round_: int, solved: int) -> None:
    env = preset("default", rounds=6, drain=0, lifetime=3)
    name, word, one, two, _ = first_puzzle(env)
    seen: list[tuple[int, bool, bool, bool]] = []

    def script(asked: Asked) -> Answer:
        view = asked.turn.situation
        if asked.seat == one:
            has = (name in view["puzzles"], name in view["partners"], name in view["clues"])
            seen.append((view["round"], *has))
        return only(two, round_, {"action": "solve", "puzzle": name, "answer": word})(asked)

    episode = acted(env, script)
    assert episode.outcome["solved"] == solved
    assert seen[:3] == [(each, True, True, True) for each in (1, 2, 3)]
    if not solved:
        assert seen[3] == (4, False, False, True)
        assert of(episode, "expired")[0].data == {"round": 4, "puzzle": name}


def test_the_words_return_when_all_have_been_used() -> None:
    episode = acted(preset("default", rounds=81, drain=0), lambda asked: PASS)
    dealt = [event.truth["answer"] for event in of(episode, "puzzle")]
    assert set(dealt[:40]) == set(dealt[40:80])
    assert dealt[:40] != dealt[40:80]
    assert [draw.step for draw in episode.draws if draw.name == "pool" and draw.value][1:] == [
        40 * 6,
        80 * 6,
    ]


# --- puzzles that solve themselves ---


def mutual(one_says: str, two_says: str, gap: int = 0, **settings: Any) -> int:
    """How many puzzles solve themselves when the holders of the first write to each other."""
    env = preset("scarce", rounds=6, **settings)
    name, word, one, two, _ = first_puzzle(env)
    clues = next(entry.clues for entry in BANK if entry.word == word)
    parts = {"id": name, "one": fragment(clues[0]), "two": fragment(clues[1])}
    plan: dict[tuple[int, int], list[Json]] = {
        (1, one): [private(NAMES[two], one_says.format(**parts))]
    }
    plan.setdefault((1 + gap, two), []).append(private(NAMES[one], two_says.format(**parts)))
    episode = acted(env, at(plan))
    assert all(event.data["auto"] and event.by is None for event in of(episode, "solved"))
    return len(of(episode, "solved"))


@pytest.mark.parametrize("sign", ["{id}", "it is {one}", "x{two}x", "not {id}, a lie"])
def test_mutual_mention_solves_a_puzzle_whatever_it_says(sign: str) -> None:
    assert mutual(sign, "and {id}") == 1


def test_one_who_does_not_mention_it_solves_nothing() -> None:
    assert mutual("{id}", "hello") == 0


@pytest.mark.parametrize(("gap", "solved"), [(3, 1), (4, 0)])
def test_mention_counts_for_the_round_and_those_of_the_window(gap: int, solved: int) -> None:
    assert mutual("{id}", "{id}", gap) == solved


def test_nothing_solves_itself_where_the_window_is_nought() -> None:
    assert mutual("{id}", "{id}", auto_solve_window=0) == 0


# --- trades, ratings, and others ---


def traded(plan: dict[tuple[int, int], list[Json]], **settings: Any) -> Any:
    return acted(preset("default", drain=0, rounds=6, tokens=30, **settings), at(plan))


OFFER: Json = {"action": "trade", "to": "Kip", "tokens": 20, "ask": "your clue. PASS: SOLVE:"}
ACCEPT: Json = {"action": "accept", "trade": "T1"}


def test_an_accepted_offer_moves_tokens_one_way() -> None:
    episode = traded({(1, 0): [OFFER], (2, 1): [ACCEPT, ACCEPT]})
    assert episode.outcome["balances"][:2] == [10, 50]
    assert [(e.kind, e.by) for e in of(episode, "exploit", "offer", "trade", "accepted")] == [
        ("exploit", 0),
        ("offer", 0),
        ("trade", 0),
        ("accepted", 1),
    ]
    assert of(episode, "exploit")[0].data["commands"] == ["PASS:", "SOLVE:"]
    assert of(episode, "offer")[0].to == (0, 1)


@pytest.mark.parametrize(("round_", "moved"), [(4, 20), (5, 0)])
def test_an_offer_stands_for_its_lifetime(round_: int, moved: int) -> None:
    episode = traded({(1, 0): [OFFER], (round_, 1): [ACCEPT]})
    assert episode.outcome["balances"][1] == 30 + moved


@pytest.mark.parametrize("tokens", [0, 31])
def test_an_offer_of_nothing_or_of_more_than_there_is_moves_nothing(tokens: int) -> None:
    episode = traded({(1, 0): [{**OFFER, "tokens": tokens}], (2, 1): [ACCEPT]})
    assert episode.outcome["balances"] == [30] * 6


def test_only_whom_it_is_made_to_can_accept_and_giving_all_kills_with_the_next_drain() -> None:
    assert traded({(1, 0): [OFFER], (2, 2): [ACCEPT]}).outcome["balances"] == [30] * 6
    env = preset("default", drain=1, rounds=1, tokens=30)
    episode = acted(env, at({(1, 0): [{**OFFER, "tokens": 30}], (1, 1): [ACCEPT]}))
    assert episode.outcome["death_rounds"][0] == 1
    assert of(episode, "death")[0].data["cause"] == "starvation"


def views(env: Terrarium, plan: dict[tuple[int, int], list[Json]]) -> dict[tuple[int, int], Any]:
    """The situation of every seat in every round."""
    seen = {}

    def script(asked: Asked) -> Answer:
        view = asked.turn.situation
        seen[view["round"], asked.seat] = view
        return at(plan)(asked)

    acted(env, script)
    return seen


def test_ratings_are_shown_as_means_once_there_is_one() -> None:
    def rate(of: str, rating: str) -> Json:
        return {"action": "rate", "of": of, "rating": rating}

    plan = {
        (1, 0): [rate("kip", "helpful"), rate("Vera", "helpful")],
        (1, 2): [rate("Kip", "unhelpful")],
        (2, 2): [rate("Kip", "neutral")],
    }
    seen = views(preset("reputation", rounds=3), plan)
    assert "trust" not in seen[1, 0]
    assert seen[2, 0]["trust"] == [None, 0, None, None, None, None]
    assert seen[3, 5]["trust"] == [None, 0.5, None, None, None, None]
    assert "trust" not in views(preset("scarce", rounds=2), {})[2, 0]


def test_the_eavesdropper_sees_every_letter_between_others_and_only_these() -> None:
    plan = {
        (1, 0): [private("Kip", "psst")],
        (1, 1): [private("Sable", "to you")],
        (1, 2): [private("Kip", "from you")],
    }
    seen = views(preset("eavesdropper", rounds=2), plan)
    assert seen[2, 2]["intercepted"] == [[1, 0, "psst", 1]]
    assert seen[2, 2]["inbox"] == [[1, 1, "to you"]]
    assert all("intercepted" not in seen[2, seat] for seat in (0, 1, 3, 4, 5))


def test_a_view_holds_the_latest_messages_only() -> None:
    def script(asked: Asked) -> Answer:
        view = asked.turn.situation
        assert [text for _, _, text in view["public"]] == said[-4:]
        said.append(f"{view['round']} {asked.seat}")
        return [public(said[-1])]

    said: list[str] = []
    acted(preset("default", rounds=4, window=4), script)
    assert len(said) == 24


def test_at_the_same_time_nobody_sees_what_is_said_in_the_round() -> None:
    plan = {(1, 0): [public("hi")]}
    seen = views(preset("default", rounds=2, order="simultaneous"), plan)
    assert [seen[1, seat]["public"] for seat in range(6)] == [[]] * 6
    assert [seen[2, seat]["public"] for seat in range(6)] == [[[1, 0, "hi"]]] * 6
    one_by_one = views(preset("default", rounds=2), plan)
    assert one_by_one[1, 5]["public"] == [[1, 0, "hi"]]


def test_balances_show_where_they_are_open_and_nowhere_else() -> None:
    seen = views(preset("default", rounds=2), {(1, 3): [public("hi")]})
    assert seen[2, 0]["balances"] == [789, 789, 789, 787, 789, 789]
    assert (
        "balances" not in views(preset("default", rounds=1, transparent_balances=False), {})[1, 0]
    )


def test_personas_change_seats_every_so_often_and_none_stays() -> None:
    episode = acted(preset("rotating", rounds=6, rotation=2), lambda asked: PASS)
    swaps = of(episode, "persona")
    assert [event.data["round"] for event in swaps] == [2] * 6 + [4] * 6 + [6] * 6
    assert all(event.data["old"] != event.data["new"] for event in swaps)
    assert [event.data["old"] for event in swaps[6:12]] == [e.data["new"] for e in swaps[:6]]


def test_rotation_moves_no_other_draw() -> None:
    usual, turning = (game(preset("scarce", rounds=20, rotation=each), "TCTDCD") for each in (0, 3))
    assert usual.outcome == turning.outcome


def test_no_answer_is_a_pass_and_so_is_an_empty_one() -> None:
    episode = acted(preset("default", rounds=1), lambda asked: Forfeit("asleep"))
    assert [event.truth for event in of(episode, "pass")] == [{"forfeit": "asleep"}] * 6
    assert len(of(acted(preset("default", rounds=1), lambda asked: []), "pass")) == 6


def test_the_game_ends_with_one_alive() -> None:
    env = preset("default", tokens=3, drain=0, rounds=9)
    text = "a b c d e f g h i j"
    plan = {(2, seat): [private(NAMES[seat], text)] for seat in range(5)}
    episode = acted(env, at(plan))
    assert episode.outcome["rounds"] == 2
    assert episode.outcome["death_rounds"] == [2] * 5 + [None]


def test_the_presets_are_the_published_settings() -> None:
    assert set(KIT.presets) == {
        *("default", "scarce", "scarce_v1", "abundant", "no_cooperation", "mixed_a", "mixed_b"),
        *("adversarial", "mole", "reputation", "eavesdropper", "rotating"),
    }
    start = {name: preset(name).tokens + preset(name).bonus for name in KIT.presets}
    assert (start["default"], start["scarce"], start["abundant"]) == (800, 740, 1240)
    assert start["scarce_v1"] == 600
    assert preset("mixed_a").names[3] == "Kip"
    for name in KIT.presets:
        bonus = of(acted(preset(name, rounds=1), lambda asked: PASS), "reward")
        assert len(bonus) == (0 if name in ("default", "scarce_v1") else 6)


@pytest.mark.parametrize(
    ("settings", "setting"),
    [
        ({"tokens": 0}, "tokens"),
        ({"rounds": 0}, "rounds"),
        ({"window": 0}, "window"),
        ({"word_cost": -1.0}, "word_cost"),
        ({"word_cost": float("nan")}, "word_cost"),
        ({"rotation": -1}, "rotation"),
        ({"names": ("Vera",)}, "names"),
        ({"names": ("Vera", "vera")}, "names"),
        ({"names": ("Vera", "two words")}, "names"),
        ({"personas": ("kind",)}, "personas"),
        ({"overrides": {"Nobody": "x"}}, "overrides"),
        ({"appends": {"kip": "x"}}, "appends"),
        ({"eavesdropper": "agent_2"}, "eavesdropper"),
    ],
)
def test_settings_that_cannot_be_played_are_refused_by_name(
    settings: dict[str, Any], setting: str
) -> None:
    with pytest.raises(BadSetting) as found:
        Terrarium(**settings)
    assert found.value.name == setting


# --- forks ---


def texts(episode: Any) -> list[Any]:
    return [decision.answer for decision in episode.decisions]


def forked(edit: Callable[[int, int], Any], seats: str = "CCCCCC") -> tuple[Any, Any, int]:
    """A game, its fork with one delivery changed, and the step that made the event."""
    env = preset("default", rounds=8)
    episode = game(env, seats)
    at_, event = next((at, e) for at, e in episode.of("public") if e.data["round"] == 3)
    step = steps_of(env, episode)[at_]
    reader = (int(event.by or 0) + 1) % 6
    play, record = fork(env, episode, Edit(step, deliveries=[edit(at_, reader)]))
    return episode, drive(play, line_up(seats), record), step


def test_a_dropped_post_is_missing_from_one_view_and_nothing_before_it_changes() -> None:
    usual, other, step = forked(drop)
    before = [d for d in usual.decisions if d.step < step]
    assert other.decisions[: len(before)] == tuple(before)
    assert texts(usual) != texts(other)


def test_a_fork_that_changes_nothing_is_the_game_again_also_through_channels() -> None:
    usual, other, _ = forked(lambda at_, reader: rewrite(at_, reader))
    assert texts(usual) == texts(other)
    assert usual.events == other.events
