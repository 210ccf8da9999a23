"""An episode again: from its record alone, bit for bit, or over every outcome of chance."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction
from typing import Any

from suasion.core.asks import Json
from suasion.core.chance import Enumerated, Recorded
from suasion.core.environment import Environment, gained, settings
from suasion.core.episode import Decision, Episode, Header, all_draws
from suasion.core.play import Play, Seats, drive, groups_of, together
from suasion.core.views import as_recorded


class OtherRules(ValueError):
    """A record of another environment, version or settings; it can still be read."""


def same_rules(env: Environment[Any], episode: Episode) -> None:
    """Refuse to play on a record of other rules or settings; it can still be read."""
    header = episode.header
    unsaid = json.loads(json.dumps(gained(env)))
    said = {**unsaid, **_added(env, header), **header.settings}
    was = (header.environment, header.version, said)
    now = (env.name, env.version, {**unsaid, **settings(env)})
    if was[:2] != now[:2]:
        raise OtherRules(
            f"the record is of {was[0]}, rules version {was[1]}; these rules are {now[0]},"
            f" version {now[1]}: it can be read, and not played on"
        )
    if was != now:
        raise OtherRules(f"the record is of the settings {was[2]}, and these are {now[2]}")


def _added(env: Environment[Any], header: Header) -> dict[str, Json]:
    """Settings that rules have gained since, at their defaults, which leave a record as it was."""
    rules: Any = env
    known = [each for each in fields(rules) if getattr(rules, each.name) == each.default]
    usual = {each.name for each in known} - header.settings.keys()
    return {name: value for name, value in settings(env).items() if name in usual}


def replaying(
    env: Environment[Any],
    episode: Episode,
    keep: Callable[[Decision], object] | None = None,
    seats: Seats = (),
) -> Play[Any]:
    """A play that will repeat an episode from its record alone, once it is driven with it.

    Groups are who answered together, and those among `seats`, which are to be audited.
    """
    same_rules(env, episode)
    header, changed = episode.header, episode.changed
    return Play(
        env,
        header.seed,
        Recorded(all_draws(episode), None, header.source),
        keep,
        channels=[as_recorded(changed)] if changed else (),
        named=header.channels,
        groups=together(seats, episode.decisions),
    )


def replay(env: Environment[Any], episode: Episode, seats: Seats | None = None) -> Episode:
    """The episode again from its record alone; `seats` are scripts to be audited on the way."""
    play = replaying(env, episode, seats=seats or ())
    again = drive(play, seats or [None] * play.seats, episode.decisions)
    return replace(again, header=episode.header)


def exact(
    env: Environment[Any], seats: Callable[[], Seats], of: Callable[[Episode], Fraction | float]
) -> Fraction:
    """The expectation of a number over every outcome of chance, for small games.

    Every path is walked, those of scripts' own draws too; NoDraw where a draw is a number.
    """
    source: Enumerated | None = Enumerated()
    total = Fraction(0)
    while source is not None:
        line_up = seats()
        play = Play(env, 0, source, groups=groups_of(line_up))
        total += Fraction(of(drive(play, line_up))) * source.share
        source = source.following()
    return total
