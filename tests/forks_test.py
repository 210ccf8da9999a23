"""A planted lie, a dropped message and a reversed draw each change what they should, and nothing
before it: every event, told word, decision and draw up to there is compared, in three games.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from suasion import catalogue
from suasion.agents import line_up
from suasion.core.asks import Json
from suasion.core.environment import Environment
from suasion.core.episode import Episode, canonical
from suasion.core.fork import Edit, drop, fork, rewrite, steps_of
from suasion.core.play import Play, drive, groups_of
from suasion.core.replay import replay
from suasion.report.rules import moments


@dataclass
class Game:
    """An episode of scripts, and its forks."""

    env: Environment[Any]
    agents: Sequence[str]
    seed: int

    def __post_init__(self) -> None:
        self.kit = catalogue.kit(self.env.name)
        seats = line_up(self.agents, self.kit)
        self.episode = drive(Play(self.env, self.seed, groups=groups_of(seats)), seats)
        self.steps = steps_of(self.env, self.episode)

    def fork(self, edit: Edit) -> Episode:
        """The fork, which replays from its own record, and whose scripts repeat themselves."""
        seats = line_up(self.agents, self.kit)
        play, record = fork(self.env, self.episode, edit, (), seats)
        made = drive(play, seats, record)
        assert replay(self.env, made, line_up(self.agents, self.kit)) == made
        return made

    def past(self, episode: Episode, step: int, event: int) -> bytes:
        """All before a step: what was told, decided and drawn; and every event before one."""
        told = [[s.asked.key, s.words] for s in moments(self.env, episode) if s.asked.step < step]
        decided = [d.row() for d in episode.decisions if d.step < step - 1]
        drawn = [draw for draw in episode.draws if draw.step < step]
        return canonical([told, decided, drawn, [list(e) for e in episode.events[:event]]])

    def only_after(self, made: Episode, step: int, event: int) -> None:
        """Nothing differs before, and something does after."""
        past = self.past(made, step, event)
        assert past == self.past(self.episode, step, event)
        assert len(past) > 500
        assert made.digest() != self.episode.digest()


def influence() -> Game:
    agents = ("promise_breaker", "tit_for_tat", "talking_random")
    env = catalogue.make("influence", None, {"size": 3, "slots": 3})
    return Game(env, [f"policy/{name}" for name in agents], 3)


def terrarium() -> Game:
    env = catalogue.make("terrarium", None, {"rounds": 12})
    return Game(env, ["policy/cooperator"] * 6, 0)


def persuasion() -> Game:
    settings = {"total_turns": 6, "probe_each_turn": True}
    agents = ["policy/persuader?strength=1", "policy/target?susceptibility=1&noise=0.5"]
    return Game(catalogue.make("persuasion", None, settings), agents, 5)


GAMES: Sequence[Callable[[], Game]] = (influence, terrarium, persuasion)


@pytest.mark.parametrize("game", GAMES)
def test_with_nothing_changed_every_game_is_the_original_to_the_last_bit(
    game: Callable[[], Game],
) -> None:
    whole = game()
    for event in (0, len(whole.steps) // 2, len(whole.steps) - 1):
        made = whole.fork(Edit(whole.steps[event]))
        assert made.digest() == whole.episode.digest()
        assert made == whole.episode


@pytest.mark.parametrize("game", GAMES)
def test_with_fresh_chance_alone_the_past_stands(game: Callable[[], Game]) -> None:
    whole = game()
    event = len(whole.steps) // 2
    step = whole.steps[event]
    whole.only_after(whole.fork(Edit(step, seed=1)), step + 1, event + 1)


# --- Delegated Influence: offers, and who takes them up ------------------------------------------


def an_offer(game: Game) -> tuple[int, int, int]:
    """The first offer that is taken up at once: its event, its step, the decision to take it up."""
    for at, event in game.episode.of("message"):
        after = (n for n, d in enumerate(game.episode.decisions) if d.step >= game.steps[at])
        turns = (n for n in after if game.episode.decisions[n].seat == event.data["to"])
        next_turn = next(turns, 0)
        taken = game.episode.decisions[next_turn]
        if event.by == 0 and not taken.draws and taken.answer == FOR_P1:
            return at, game.steps[at], next_turn
    raise AssertionError("nobody takes up an offer")


FOR_P1 = {"action": "pull", "beneficiary": "P1", "credit": None}


def test_a_lie_in_place_of_an_offer_is_not_taken_up() -> None:
    game = influence()
    offer, step, taken = an_offer(game)
    decision = game.episode.decisions[step - 1]
    lie = {**decision.row()[4]["answer"], "text": "I have already pulled for you twice."}
    made = game.fork(Edit(step, answers={decision.key: lie}))
    game.only_after(made, step, offer)
    assert made.events[offer].data["text"] == lie["text"]
    assert made.events[offer].truth == {}, "no script meant it"
    assert made.decisions[taken].answer != FOR_P1, "there is no offer to take up"


def test_a_dropped_offer_is_sent_and_not_heard() -> None:
    game = influence()
    offer, step, taken = an_offer(game)
    to = game.episode.events[offer].data["to"]
    made = game.fork(Edit(step, deliveries=[drop(offer, to)]))
    game.only_after(made, step, offer + 1)
    assert made.changed == ([offer, to, []],)
    heard = [s.words for s in moments(game.env, made) if s.asked.seat == to]
    text = str(game.episode.events[offer].data["text"])
    told = [words for words in heard if f"P1 → you, private: {text}" in words]
    again = [
        at for at, e in made.of("message") if (e.by, e.data["to"], e.data["text"]) == (0, to, text)
    ]
    assert len(told) == len(again) - 1
    assert made.decisions[taken].answer != FOR_P1


def test_a_reversed_order_of_play_changes_who_acts_when_and_no_other_draw() -> None:
    game = influence()
    order = [draw for draw in game.episode.draws if draw.name == "order"]
    made = game.fork(Edit(order[4].step, draws={("order", 4): order[4].value[::-1]}))
    first = game.steps.index(order[4].step) + 1
    game.only_after(made, order[4].step, first)
    assert [d.seat for d in made.decisions[12:15]] == order[4].value[::-1]
    assert [d.seat for d in game.episode.decisions[12:15]] == order[4].value
    rest = [[d for n, d in enumerate(e.draws) if n != 4] for e in (made, game.episode)]
    assert rest[0] == rest[1]


# --- Terrarium: clues, and who solves a puzzle with them -----------------------------------------


def a_clue(game: Game) -> tuple[int, int, int]:
    """A public clue that another seat solves a puzzle with: its event, its step, the solving."""
    for at, event in game.episode.of("public"):
        solved = next((i for i, e in game.episode.of("solved") if i > at), None)
        if solved is None:
            break
        found = game.episode.events[solved]
        name = f"clue for {found.data['puzzle']}:"
        said = [i for i, e in game.episode.of("public") if i < solved and name in e.data["text"]]
        if said[:1] == [at] and found.by != event.by:
            return at, game.steps[at], solved
    raise AssertionError("nobody solves a puzzle with what was said")


def puzzle(game: Game, solved: int) -> str:
    return str(game.episode.events[solved].data["puzzle"])


def lie_about(name: str) -> str:
    return f"I have a clue for {name}: The answer is QQ__. Looking for partners."


def test_a_false_clue_in_public_keeps_a_puzzle_from_being_solved_with_it() -> None:
    game = terrarium()
    clue, step, solved = a_clue(game)
    [decision] = [d for d in game.episode.decisions if d.step == step - 1]
    answers = decision.row()[4]["answer"]
    name = puzzle(game, solved)
    lie = [
        {**act, "text": lie_about(name)} if act["action"] == "public" else act for act in answers
    ]
    made = game.fork(Edit(step, answers={decision.key: lie}))
    game.only_after(made, step, clue)
    assert made.events[clue].data["text"] == lie_about(name)
    assert game.steps[solved] not in solving(game, made, name)


def solving(game: Game, episode: Episode, name: str) -> list[int]:
    """The steps in which a puzzle is solved."""
    steps = steps_of(game.env, episode)
    return [steps[at] for at, event in episode.of("solved") if event.data["puzzle"] == name]


@pytest.mark.parametrize("how", ["drop", "rewrite"])
def test_one_seats_copy_of_a_clue_is_lost_or_false_and_the_others_are_not(how: str) -> None:
    game = terrarium()
    clue, step, solved = a_clue(game)
    name, solver = puzzle(game, solved), game.episode.events[solved].by
    assert solver is not None
    channel = drop(clue, solver) if how == "drop" else rewrite(clue, solver, text=lie_about(name))
    made = game.fork(Edit(step, deliveries=[channel]))
    game.only_after(made, step, clue + 1)
    assert [(at, seat) for at, seat, _ in made.changed] == [(clue, solver)]
    assert game.steps[solved] not in solving(game, made, name)
    text = game.episode.events[clue].data["text"]
    seen: dict[int, str] = {}
    for each in moments(game.env, made):
        if each.asked.step >= step:
            seen.setdefault(each.asked.seat, each.words)
    author = made.events[clue].by
    assert {seat: text in words for seat, words in seen.items() if seat != author} == {
        seat: seat != solver for seat in range(6) if seat != author
    }


def test_a_clue_dealt_the_other_way_round_changes_who_holds_it_and_no_other_draw() -> None:
    game = terrarium()
    holders = next(d for d in game.episode.draws if d.name.startswith("holders/"))
    made = game.fork(Edit(holders.step, draws={(holders.name, 0): holders.value[::-1]}))
    dealt = [next(e.of("puzzle"))[1].data for e in (game.episode, made)]
    assert dealt[0]["seat"] == dealt[1]["seat"][::-1]
    assert dealt[0]["clue"] == dealt[1]["clue"]
    drawn = [
        [(d.name, d.value) for d in e.draws if d.step == 0 and d.name != holders.name]
        for e in (game.episode, made)
    ]
    assert drawn[0] == drawn[1]
    assert made.digest() != game.episode.digest()


# --- Persuasion: turns, and where the target stands after them -----------------------------------


def stances(episode: Episode) -> list[Json]:
    """What the target answers to the probes, in order."""
    return [event.data["answer"] for _, event in episode.of("aside")]


def turns(game: Game) -> list[int]:
    return [at for at, event in game.episode.of("say") if event.by == 0]


def test_a_turn_that_argues_nothing_moves_nobody_and_what_was_before_stands() -> None:
    game = persuasion()
    turn = turns(game)[1]
    step = game.steps[turn]
    [decision] = [d for d in game.episode.decisions if d.step == step - 1 and not d.aside]
    made = game.fork(Edit(step, answers={decision.key: "Lovely weather today."}))
    game.only_after(made, step, turn)
    assert made.events[turn].data["text"] == "Lovely weather today."
    asked = sum(at < turn for at, _ in game.episode.of("aside"))
    assert stances(made)[:asked] == stances(game.episode)[:asked]
    assert sum(stances(made)[asked:]) < sum(stances(game.episode)[asked:])


def test_a_turn_that_does_not_arrive_moves_nobody() -> None:
    game = persuasion()
    turn = turns(game)[0]
    made = game.fork(Edit(game.steps[turn], deliveries=[drop(turn, 1)]))
    game.only_after(made, game.steps[turn], turn + 1)
    assert sum(stances(made)) < sum(stances(game.episode))
    said = str(game.episode.events[turn].data["text"])
    assert not any(said in each.words for each in moments(game.env, made) if each.asked.seat == 1)
