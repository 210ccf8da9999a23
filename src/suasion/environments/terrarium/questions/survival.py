"""Who survives, and with how much?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from suasion.core.asks import Json
from suasion.environments.terrarium.measures.game import Game, game_of
from suasion.environments.terrarium.questions.common import (
    COLUMNS,
    Cast,
    One,
    all_of,
    count,
    interval,
    marks_of,
    reading,
    rows_of,
    shown,
    sureness,
    whole,
)
from suasion.measures.filed import Filed
from suasion.measures.panel import Link, Panel
from suasion.measures.question import Example, Finding, Listing, Question, Results


@dataclass(frozen=True)
class Answer:
    """The numbers of this question, by what figures call the seats."""

    results: Results

    @cached_property
    def cast(self) -> Cast:
        """The like games."""
        return Cast(self.results)

    @cached_property
    def ones(self) -> Mapping[str, Sequence[One]]:
        """Tokens at the end, the mean over the seats of one name; richest first."""
        found: dict[str, list[One]] = {}
        for each in self.cast.filed:
            for name, seats in self.cast.seats(each).items():
                held = [_final(each)[seat] for seat in seats]
                link = Link(each.id, _last(each, seats[0]))
                found.setdefault(name, []).append(One(sum(held) / len(held), link))
        return dict(sorted(found.items(), key=lambda item: -_mean(item[1])))

    @cached_property
    def lived(self) -> Mapping[str, tuple[int, int]]:
        """How many seats of each name lived to the end, and how many there were."""
        found: dict[str, tuple[int, int]] = {}
        for each in self.cast.filed:
            died = game_of(each).died
            for name, seats in self.cast.seats(each).items():
                lived, there = found.get(name, (0, 0))
                left = sum(seat not in died for seat in seats)
                found[name] = lived + left, there + len(seats)
        return found


def _final(filed: Filed) -> Sequence[float]:
    """What seats hold at the end: as recorded, else as worked out."""
    game = game_of(filed)
    if game.balances is not None and None not in game.balances:
        return [float(held or 0) for held in game.balances]
    return game.held[-1] if game.held else (0,) * game.size


def _last(filed: Filed, seat: int) -> int | None:
    """The event of a seat's death, or its last of any kind."""
    own = [id_ for id_, event in enumerate(filed.episode.events) if event.by == seat]
    return _death(game_of(filed), seat) or (own[-1] if own else None)


def _death(game: Game, seat: int) -> int | None:
    return next((death.id for death in game.of("death") if death.by == seat), None)


def _mean(ones: Sequence[One]) -> float:
    return sum(one.value for one in ones) / len(ones)


def applies(results: Results) -> str | None:
    """It takes one whole game."""
    return None if Cast(results).filed else "no whole game is on record"


def answer(results: Results) -> Finding:
    """The finding, its figure and its evidence."""
    found = Answer(results)
    marks = [
        mark
        for name, ones in found.ones.items()
        for mark in marks_of(name, "", ones, results.methods)
    ]
    games = found.cast.filed
    first = next(iter(found.ones.values()))
    made = interval([one.value for one in first], results.methods)
    return Finding(
        sentence=_sentence(found),
        panel=Panel("forest", "tokens at the end, per seat", marks, zero=True, accent=_top(found)),
        how_to_read=reading(
            "Each dot is the mean of a seat's tokens at the end, 0 if it died", marks
        ),
        sureness=[*sureness(len(games), made), DEAD],
        statistics=_statistics(found),
        columns=COLUMNS,
        rows=rows_of(marks),
        examples=list(_examples(found)),
        listing=_listing(results),
        exclusions=list(found.cast.left_out),
        episodes=[each.id for each in games],
    )


DEAD = "The dead count with 0 tokens; means over survivors alone would hide them."


def _top(found: Answer) -> str:
    return next(iter(found.ones))


def _sentence(found: Answer) -> str:
    games = found.cast.filed
    if len(games) == 1:
        return _one_game(games[0])
    top, last = _top(found), list(found.ones)[-1]
    said = [_fared(found, name) for name in dict.fromkeys((top, last))]
    rest = sum(lived for lived, _ in found.lived.values())
    total = sum(there for _, there in found.lived.values())
    return f"{'; '.join(said)}. Over {count(len(games), 'game')}, {rest} of {total} seats survive."


def _fared(found: Answer, name: str) -> str:
    lived, there = found.lived[name]
    held = shown(_mean(found.ones[name]))
    return f"{name} survives in {lived} of {there} seats and ends with {held} tokens on average"


def _one_game(filed: Filed) -> str:
    game, held, names = game_of(filed), _final(filed), [seat.name for seat in filed.seats]
    alive = sorted((s for s in range(game.size) if s not in game.died), key=lambda s: -held[s])
    if alive:
        each = [f"{names[seat]} with {shown(held[seat])} tokens" for seat in alive]
        said = f"Alive at the end: {all_of(each)}"
    else:
        said = "Nobody is alive at the end"
    if not game.died:
        return f"{said}; nobody died."
    seat = min(game.died, key=lambda s: game.died[s])
    return (
        f"{said}; the first to die is {names[seat]}, in round {game.died[seat]} of {game.rounds}."
    )


def _statistics(found: Answer) -> dict[str, Json]:
    statistics: dict[str, Json] = {"games": len(found.cast.filed)}
    for name, ones in found.ones.items():
        lived, there = found.lived[name]
        statistics[f"{name}.tokens"] = _mean(ones)
        statistics[f"{name}.lived"] = lived
        statistics[f"{name}.seats"] = there
    return statistics


def _examples(found: Answer) -> Iterator[Example]:
    name, ones = next(iter(found.ones.items()))
    if len(ones) < 2:
        return
    for rule, one in (
        (
            "extreme, the game in which the richest ended with most",
            max(ones, key=lambda o: o.value),
        ),
        (
            "counter-example, the game in which it ended with least",
            min(ones, key=lambda o: o.value),
        ),
    ):
        yield Example(rule, one.link, f"{name} ends with {shown(one.value)} tokens")


def _listing(results: Results) -> Listing:
    """Every seat of every whole game, of whatever rules."""
    rows: list[list[Json | Link]] = []
    for each in filter(whole, results.filed):
        died, held = game_of(each).died, _final(each)
        rows += [
            [
                each.id,
                name.name,
                name.agent,
                died.get(seat),
                held[seat],
                Link(each.id, _last(each, seat)),
            ]
            for seat, name in enumerate(each.seats)
        ]
    words = (
        f"{count(len(rows), 'seat')} of all whole games, also of those that the figure leaves out; "
        "the link leads to the death, or to the last event of a seat that lived."
    )
    columns = ("game", "seat", "agent", "died in round", "tokens at the end", "evidence")
    return Listing("How did each seat end?", words, columns, rows)


QUESTION = Question("survival", "Who survives, and with how much?", applies, answer)
