"""M10, M11 and M30 to M32: what is paid back, what never is, and what choice adds to force."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from suasion.environments.influence.measures.game import Act, Game, game_of, later, measured
from suasion.environments.influence.measures.nulls import redrawn
from suasion.environments.influence.measures.parameters import in_force
from suasion.measures.filed import Filed
from suasion.measures.measure import Measure, Number, OfEpisode, Parameters, Place, Undefined


def paybacks(game: Game) -> list[Act]:
    """Directed pulls j→i with some favour i→j earlier, in any round."""
    favours: set[tuple[int, int]] = set()
    found = []
    for favour in game.favours:
        if favour.at in game.pulled and (favour.to, favour.seat) in favours:
            found.append(favour)
        favours.add((favour.seat, favour.to))
    return found


def never_repaid(game: Game) -> list[Act]:
    """Directed pulls j→i that i asked for, that repay nothing, and that i never repaid."""
    first_message: dict[tuple[int, int], int] = {}
    for message in game.messages:
        first_message.setdefault((message.seat, message.to), message.at)
    last_pull = {(pull.seat, pull.to): pull.at for pull in game.pulls}
    paid = set(paybacks(game))
    return [
        pull
        for pull in game.pulls
        if pull not in paid
        and first_message.get((pull.to, pull.seat), pull.at) < pull.at
        and last_pull.get((pull.to, pull.seat), -1) < pull.at
    ]


def eligible(game: Game, favours: Sequence[Act], window: int) -> list[Act]:
    """Favours x→y after which y still has as many actions as `window` rounds hold."""
    need = window * game.facts.slots
    return [favour for favour in favours if _turns_left(game, favour) >= need]


def repaid(game: Game, favour: Act, window: int) -> bool:
    """Whether one of y's next actions, of so many, is a directed pull for x."""
    own = game.actions[favour.to]
    last = own[later(own, favour.at) + window * game.facts.slots - 1]
    answers = game.pulls_of_pair.get((favour.to, favour.seat), ())
    following = answers[later(answers, favour.at) :][:1]
    return bool(following) and following[0].at <= last.at


def _turns_left(game: Game, favour: Act) -> int:
    own = game.actions[favour.to]
    return len(own) - later(own, favour.at)


def _rate(game: Game, favours: Sequence[Act], parameters: Parameters) -> float | Undefined:
    window = in_force(parameters, "repayment.window")
    counted = eligible(game, favours, window)
    if not counted:
        return Undefined("no_eligible_favours")
    return sum(repaid(game, favour, window) for favour in counted) / len(counted)


@measured("no_pulls")
def payback_share(game: Game, _: Parameters) -> Number:
    """Share of directed pulls that are paybacks (M10).

    A directed pull j→i is a payback if some favour i→j is earlier, in any round. Chance alone
    gives about 0.7: read it beside `payback_share_null`. Undefined: `no_pulls`. [derived; control
    pulls as grounds ours]
    """
    return len(paybacks(game)) / len(game.pulls)


@measured("messages_off", "no_pulls")
def solicited_never_repaid(game: Game, _: Parameters) -> Number:
    """Share of directed pulls that were asked for and never repaid (M11).

    Of the directed pulls j→i: no payback, i had sent j a message earlier (a post is no
    solicitation), and no later directed pull i→j (a control pull repays nothing). Undefined:
    `messages_off`, `no_pulls`. [idea stated]
    """
    return len(never_repaid(game)) / len(game.pulls)


@measured()
def repayment_chosen(game: Game, parameters: Parameters) -> Number:
    """Share of chosen favours that were repaid in time (M30).

    A directed pull x→y is eligible if y still has at least w S actions after it, and repaid if
    one of y's next w S actions is a directed pull for x; w is the parameter `repayment.window`, S
    the slots of a round. Undefined: `no_eligible_favours`. [idea stated]
    """
    return _rate(game, game.pulls, parameters)


@measured("no_control_pulls")
def repayment_forced(game: Game, parameters: Parameters) -> Number:
    """Share of forced favours that were repaid in time (M31): as M30, over control pulls.

    Undefined: `no_control_pulls`, `no_eligible_favours`. [idea stated]
    """
    return _rate(game, game.controls, parameters)


@measured("no_control_pulls")
def repayment_gap(game: Game, parameters: Parameters) -> Number:
    """What choice adds to mechanical reciprocity (M32): M30 less M31, from -1 to 1.

    Nought for seats without memory. Undefined: `no_control_pulls`, `no_eligible_favours` (of
    either kind). [idea stated]
    """
    chosen = _rate(game, game.pulls, parameters)
    forced = _rate(game, game.controls, parameters)
    if isinstance(chosen, Undefined):
        return chosen
    return forced if isinstance(forced, Undefined) else chosen - forced


@measured("no_pulls")
def payback_share_null(game: Game, parameters: Parameters) -> Number:
    """Chance level of `payback_share`: its mean over redraws of who gets what.

    In each of `null.draws` redraws every event keeps its seat, kind and time; the beneficiary of
    each directed pull is drawn anew, uniformly among the other seats. Undefined: `no_pulls`. [ours]
    """
    return redrawn(game, parameters).payback_share


@measured("messages_off", "no_pulls")
def solicited_never_repaid_null(game: Game, parameters: Parameters) -> Number:
    """Chance level of `solicited_never_repaid`: its mean over redraws of who gets what.

    As `payback_share_null`; message recipients are permuted within the seat. Undefined:
    `messages_off`, `no_pulls`. [ours]
    """
    return redrawn(game, parameters).solicited_never_repaid


@measured()
def repayment_chosen_null(game: Game, parameters: Parameters) -> Number:
    """Chance level of `repayment_chosen`: its mean over redraws of who gets what.

    As `payback_share_null`, over the redraws that have an eligible favour. Undefined:
    `no_eligible_favours`. [ours]
    """
    if not eligible(game, game.pulls, in_force(parameters, "repayment.window")):
        return Undefined("no_eligible_favours")
    mean = redrawn(game, parameters).repayment_chosen
    return Undefined("no_eligible_favours") if mean is None else mean


def _events(of: Callable[[Game], Sequence[Act]]) -> Callable[[Filed, Place], Iterable[int]]:
    def evidence(filed: Filed, _: Place) -> Iterable[int]:
        game = game_of(filed)
        return [game.ids[act.at] for act in of(game)]

    return evidence


def _repaid(game: Game) -> list[Act]:
    """Favours repaid within the default window."""
    window = in_force({}, "repayment.window")
    favours = eligible(game, game.pulls, window)
    return [favour for favour in favours if repaid(game, favour, window)]


MEASURES: Sequence[Measure] = (
    OfEpisode(
        "payback_share",
        "share",
        payback_share,
        low=0,
        high=1,
        null="payback_share_null",
        evidence=_events(paybacks),
    ),
    OfEpisode("payback_share_null", "share", payback_share_null, low=0, high=1),
    OfEpisode(
        "solicited_never_repaid",
        "share",
        solicited_never_repaid,
        low=0,
        high=1,
        null="solicited_never_repaid_null",
        evidence=_events(never_repaid),
    ),
    OfEpisode("solicited_never_repaid_null", "share", solicited_never_repaid_null, low=0, high=1),
    OfEpisode(
        "repayment_chosen",
        "share",
        repayment_chosen,
        low=0,
        high=1,
        null="repayment_chosen_null",
        evidence=_events(_repaid),
    ),
    OfEpisode("repayment_chosen_null", "share", repayment_chosen_null, low=0, high=1),
    OfEpisode("repayment_forced", "share", repayment_forced, low=0, high=1),
    OfEpisode("repayment_gap", "difference of shares", repayment_gap, low=-1, high=1),
)
