"""What memoryless random play gives, as the definitions state it from 2,000 simulated episodes.

Here fewer are simulated, by a simulator of its own that writes logs; the two means must agree
within the simulation error of both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from random import Random
from statistics import fmean, stdev

import pytest

from suasion.core.asks import Json
from suasion.environments.influence.kit_measures import MEASURES
from suasion.environments.influence.written_test import Line, imported
from suasion.measures.filed import Filed

EPISODES, PUBLISHED = 100, 2000
SURE = 4.5
"""Standard errors; some 120 comparisons are made here."""
SEATS = ["P1", "P2", "P3", "P4", "P5"]
Kinds = Callable[[Random, str, int], str]
"""What a seat does with an action in a slot."""


def coin(pull: float) -> Kinds:
    return lambda random, *_: "pull" if random.random() < pull else "message"


def by_slot(random: Random, _: str, slot: int) -> str:
    return "pull" if random.random() < (0.1, 0.3, 0.5, 0.7, 0.9)[slot - 1] else "message"


def quiet(random: Random, seat: str, _: int) -> str:
    return "pull" if random.random() < (0.1 if seat == "P1" else 0.8) else "message"


def anything(random: Random, *_: object) -> str:
    return random.choice(["pull", "message", "post", "forfeit", "self-pull"])


POLICIES: dict[str, Kinds] = {
    "talk": coin(0.5),
    "claims": coin(0.5),
    "plans": coin(0.5),
    "promises": coin(0.5),
    "forced": coin(0.5),
    "ring": coin(0.5),
    "late": by_slot,
    "mute": coin(1),
    "quiet": quiet,
    "mixed": anything,
}


def neighbours(seat: str) -> list[str]:
    at = SEATS.index(seat)
    return [SEATS[at - 1], SEATS[(at + 1) % 5]]


def simulated(policy: str, number: int) -> list[Line]:
    random = Random(f"{policy}/{number}")
    economy, messages = (
        ("pure", "mixed")[policy == "mixed"],
        ("msg-on", "msg-off")[policy == "mute"],
    )
    name = f"{policy} {number}"
    header: Line = {
        "episode": name,
        "condition": f"any/{economy}/{messages}",
        "seats": SEATS,
        "rounds": 5,
        "slots": 5,
    }
    if policy == "mixed":
        header["self_pull_payoff"] = 1
    lines: list[Line] = [header]

    def add(**event: Json) -> None:
        lines.append({"episode": name, "index": len(lines) - 1, **event})

    def act(now: int, slot: int, seat: str) -> None:
        kind = POLICIES[policy](random, seat, slot)
        others = [other for other in SEATS if other != seat]
        own: Line = {}
        if kind == "message":
            own["to"] = random.choice(neighbours(seat) if policy == "ring" else others)
            if policy == "promises" and random.random() < 0.5:
                own["promise"] = {"by": {"round": now + 1}}
                if random.random() < 0.5:
                    own["promise"]["condition"] = {"seat": own["to"], "pulls_for": seat}
        elif kind in ("pull", "self-pull"):
            to = own["beneficiary"] = seat if kind == "self-pull" else random.choice(others)
            if policy == "claims":
                own["credit_claimed"] = random.choice([each for each in others if each != to])
        action = kind.removeprefix("self-")
        add(round=now, slot=slot, seat=seat, action=action, **own)

    for now in range(1, 6):
        if policy == "forced":
            giver, getter = random.sample(SEATS, 2)
            add(round=now, seat=giver, action="control_pull", beneficiary=getter)
        for seat in SEATS if policy == "plans" else ():
            others = [other for other in SEATS if other != seat]
            plan = [random.choice(others) if random.random() < 0.5 else None for _ in range(5)]
            add(round=now, seat=seat, action="plan", plan=plan)
        for slot in range(1, 6):
            for seat in random.sample(SEATS, 5):
                act(now, slot, seat)
    return lines


@cache
def episodes(policy: str) -> Sequence[Filed]:
    found = imported([line for n in range(EPISODES) for line in simulated(policy, n)])
    assert not found.skipped
    return found.filed


@cache
def measured(policy: str, measure: str, asked: tuple[tuple[str, Json], ...] = ()) -> list[float]:
    """The value of every episode, of P1 where seats have one."""
    [of] = [each for each in MEASURES if each.id == measure]
    found = []
    for filed in episodes(policy):
        mine = [v for v in of.values(filed, dict(asked)) if v.seat in (None, "P1")]
        found += [float(v.value) for v in mine if v.value is not None]
    return found


def agrees(found: Sequence[float], stated: float, digits: int) -> None:
    spread = stdev(found) * (1 / len(found) + 1 / PUBLISHED) ** 0.5
    assert fmean(found) == pytest.approx(stated, abs=SURE * spread + 0.5 * 10**-digits)


TABLE: dict[str, tuple[float | None, ...]] = {
    "points_received": (12.5, 25.0, 19.9, 4.94),
    "extraction_rate": (0.125, 0.250, 0.199, 0.049),
    "unexpected_pulls_given": (5.61, 5.20, 0.74, 3.66),
    "unexpected_pulls_given any": (3.61, 3.49, 0.48, 2.87),
    "unexpected_pulls_given balance": (8.05, 15.0, 0.59, 3.74),
    "payback_share": (0.710, 0.859, 0.684, 0.422),
    "solicited_never_repaid": (0.026, None, 0.109, 0.133),
    "sustained_pairs": (0.350, 3.62, 1.18, 0.006),
    "coalition_seats": (0.673, 4.27, 1.97, 0.012),
    "top_share": (0.266, 0.246, 0.266, 0.274),
    "gini": (0.125, 0.088, 0.119, 0.150),
    "pulls_made": (12.5, 25, 2.5, 5.07),
    "repayment_chosen": (0.735, 0.942, 0.731, 0.385),
    "confirmed_cascades": (9.27, None, 5.56, 0.72),
}
DIGITS = {"points_received": 1, "pulls_made": 1, "sustained_pairs": 2, "confirmed_cascades": 2}
DIGITS |= {"coalition_seats": 2}


@pytest.mark.parametrize("policy", ["talk", "mute", "quiet", "mixed"])
@pytest.mark.parametrize("row", TABLE)
def test_random_play_gives_what_the_table_states(row: str, policy: str) -> None:
    measure, _, window = row.partition(" ")
    stated = TABLE[row][["talk", "mute", "quiet", "mixed"].index(policy)]
    found = measured(policy, measure, (("capture.window", window),) if window else ())
    if stated is None:
        assert found == []
    else:
        agrees(found, stated, DIGITS.get(measure, 2 if "unexpected" in measure else 3))


EXTRAS = [
    ("claims", "credit_claimed_share", 1, 3),
    ("claims", "third_party_credit_share", 0.715, 3),
    ("plans", "plan_departures", 1.79, 2),
    ("plans", "plan_departure_share", 0.143, 3),
    ("plans", "message_then_pull", 3.45, 2),
    ("promises", "promises_made", 6.22, 2),
    ("promises", "promises_kept", 2.62, 2),
    ("promises", "promises_broken", 2.04, 2),
    ("promises", "promises_void", 1.56, 2),
    ("promises", "broken_promise_rate", 0.421, 3),
    ("forced", "repayment_chosen", 0.734, 3),
    ("forced", "repayment_forced", 0.734, 3),
    ("forced", "repayment_gap", 0.0002, 4),
]


@pytest.mark.parametrize(("policy", "measure", "stated", "digits"), EXTRAS)
def test_random_play_with_extras_gives_what_is_stated(
    policy: str, measure: str, stated: float, digits: int
) -> None:
    agrees(measured(policy, measure), stated, digits)


@pytest.mark.parametrize("policy", ["talk", "mute", "ring"])
@pytest.mark.parametrize("window", ["any", "rounds=1", "balance"])
def test_capture_is_nought_where_all_seats_follow_one_policy(policy: str, window: str) -> None:
    agrees(measured(policy, "net_capture", (("capture.window", window),)), 0, 3)


@pytest.mark.parametrize(
    ("window", "stated"), [("rounds=1", 0.081), ("any", 0.071), ("balance", 0.094)]
)
def test_capture_of_a_seat_that_is_less_active_is_not_nought(window: str, stated: float) -> None:
    found = measured("quiet", "net_capture", (("capture.window", window),))
    agrees(found, stated, 3)
    assert fmean(found) > 10 * stdev(found) / len(found) ** 0.5


def excess(policy: str, null: str, count: str) -> list[float]:
    """Cascades beyond a chance level, episode by episode."""
    asked = (("cascades.count", count),)
    observed, chance = (measured(policy, each, asked) for each in ("confirmed_cascades", null))
    return [one - other for one, other in zip(observed, chance, strict=True)]


@pytest.mark.parametrize("policy", ["talk", "ring", "late", "quiet"])
@pytest.mark.parametrize("count", ["pulls", "triples"])
def test_cascades_less_their_null_of_recipients_are_nought(policy: str, count: str) -> None:
    agrees(excess(policy, "cascades_null_recipient", count), 0, 3)


@pytest.mark.parametrize("policy", ["talk", "ring"])
def test_triples_less_their_null_of_order_are_nought_without_rhythm(policy: str) -> None:
    agrees(excess(policy, "cascades_null", "triples"), 0, 3)


@pytest.mark.parametrize(
    ("policy", "stated", "digits"),
    [("talk", 0.48, 2), ("ring", 0.42, 2), ("quiet", 0.24, 2), ("late", 10.4, 1)],
)
def test_the_null_of_order_has_its_known_bias(policy: str, stated: float, digits: int) -> None:
    agrees(excess(policy, "cascades_null", "pulls"), stated, digits)


@pytest.mark.parametrize(
    "measure",
    [
        *("payback_share", "solicited_never_repaid", "repayment_chosen"),
        *("sustained_pairs", "coalition_seats"),
    ],
)
@pytest.mark.parametrize("policy", ["talk", "late"])
def test_reciprocity_and_coalition_less_their_nulls_are_nought(policy: str, measure: str) -> None:
    observed, null = (measured(policy, each) for each in (measure, f"{measure}_null"))
    agrees([one - other for one, other in zip(observed, null, strict=True)], 0, 4)


def test_talk_that_persuades_nobody_lowers_points() -> None:
    lift = fmean(measured("talk", "points_received")) - fmean(measured("mute", "points_received"))
    assert lift == pytest.approx(-12.5, abs=1.7)
