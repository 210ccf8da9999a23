"""M35 and M36: how much seats write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from suasion.environments.influence.measures.game import Game, game_of, measured
from suasion.measures.filed import Filed
from suasion.measures.measure import Measure, Number, OfSeat, Parameters, Place, Undefined


@measured("messages_off")
def messages_sent(game: Game, _: Parameters) -> Sequence[Number]:
    """Private messages that a seat sent (M35); posts are none. Undefined: `messages_off`. [ours]"""
    return game.by_seat(game.messages)


@measured("messages_off")
def message_characters(game: Game, _: Parameters) -> Sequence[Number]:
    """Unicode code points in all messages of a seat (M36).

    Undefined: `messages_off`; `text_missing` for a seat of whose messages one has no text. [ours]
    """
    lengths: list[Number] = [0] * game.size
    for message in game.messages:
        text, so_far = game.texts.get(message.at), lengths[message.seat]
        if text is None:
            lengths[message.seat] = Undefined("text_missing")
        elif isinstance(so_far, int):
            lengths[message.seat] = so_far + len(text)
    return lengths


def _sent(filed: Filed, place: Place) -> Iterable[int]:
    game = game_of(filed)
    return [game.ids[message.at] for message in game.messages if message.seat == place.seat]


MEASURES: Sequence[Measure] = (
    OfSeat("messages_sent", "messages", messages_sent, low=0, evidence=_sent),
    OfSeat("message_characters", "code points", message_characters, low=0, evidence=_sent),
)
