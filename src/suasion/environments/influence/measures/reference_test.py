"""Every measure held against a second one, written straight from the definitions, on random logs.

The reference knows nothing of the package: it reads the lines of a log as they stand, and looks
at all events again for every question.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from statistics import fmean

import pytest

from suasion.core.asks import Json
from suasion.environments.influence.measures.promises import rows
from suasion.environments.influence.written_test import (
    Line,
    imported,
    of_episode,
    one,
    random_log,
    values,
)

SPENT = ("pull", "message", "post", "forfeit")


class Reference:
    """One episode, as its lines stand."""

    def __init__(self, lines: Sequence[Line], window: str = "rounds=1", repay: int = 2) -> None:
        self.header, *self.events = lines
        self.seats = self.header["seats"]
        self.n = len(self.seats)
        self.rounds, self.slots = self.header["rounds"], self.header["slots"]
        self.budget: int = self.rounds * self.slots
        self.window, self.repay = window, repay

    def pulls(self) -> list[Line]:
        return [e for e in self.events if e["action"] == "pull" and e["beneficiary"] != e["seat"]]

    def of(self, action: str) -> list[Line]:
        return [e for e in self.events if e["action"] == action]

    def selfish(self) -> list[Line]:
        return [e for e in self.of("pull") if e["beneficiary"] == e["seat"]]

    def favours(self) -> list[Line]:
        return self.pulls() + self.of("control_pull")

    def before(self, events: list[Line], event: Line) -> list[Line]:
        return [e for e in events if e["index"] < event["index"]]

    def after(self, events: list[Line], event: Line) -> list[Line]:
        return [e for e in events if e["index"] > event["index"]]

    def between(self, events: list[Line], seat: str, other: str) -> list[Line]:
        return [
            e for e in events if (e["seat"], e.get("beneficiary", e.get("to"))) == (seat, other)
        ]

    def actions(self, seat: str) -> list[Line]:
        return [e for e in self.events if e["seat"] == seat and e["action"] in SPENT]

    def unexpected(self, j: str, i: str) -> list[Line]:
        found = []
        for pull in self.between(self.pulls(), j, i):
            back = self.before(self.between(self.favours(), i, j), pull)
            if self.window == "any":
                expected = bool(back)
            elif self.window == "balance":
                expected = len(back) > len(self.before(self.between(self.favours(), j, i), pull))
            else:
                oldest = pull["round"] - int(self.window.split("=")[1])
                expected = any(e["round"] >= oldest for e in back)
            if not expected:
                found.append(pull)
        return found

    def capture(self, i: str, j: str) -> float:
        return (len(self.unexpected(j, i)) - len(self.unexpected(i, j))) / (2 * self.budget)

    def payback(self, pull: Line) -> bool:
        back = self.between(self.favours(), pull["beneficiary"], pull["seat"])
        return bool(self.before(back, pull))

    def never_repaid(self, pull: Line) -> bool:
        i, j = pull["beneficiary"], pull["seat"]
        asked = self.before(self.between(self.of("message"), i, j), pull)
        later = self.after(self.between(self.pulls(), i, j), pull)
        return not self.payback(pull) and bool(asked) and not later

    def triples(self) -> list[tuple[Line, Line, Line]]:
        return [
            (first, second, pull)
            for first, second, pull in itertools.product(
                self.of("message"), self.of("message"), self.pulls()
            )
            if first["index"] < second["index"] < pull["index"]
            and first["round"] == second["round"] == pull["round"]
            and first["to"] == second["seat"]
            and second["to"] == pull["seat"]
            and pull["beneficiary"] == first["seat"]
            and len({first["seat"], second["seat"], pull["seat"]}) == 3
        ]

    def sustained(self) -> list[set[str]]:
        def exchange(a: str, b: str, now: int) -> bool:
            return all(
                any(e["round"] == now for e in self.between(self.pulls(), *pair))
                for pair in ((a, b), (b, a))
            )

        return [
            {a, b}
            for a, b in itertools.combinations(self.seats, 2)
            if any(
                all(exchange(a, b, now + more) for more in range(3))
                for now in range(1, self.rounds - 1)
            )
        ]

    def survives(self, pull: Line) -> bool:
        claim = pull.get("credit_claimed")
        if claim is None or claim not in self.seats or claim in (pull["seat"], pull["beneficiary"]):
            return False
        return bool(self.before(self.between(self.of("message"), claim, pull["seat"]), pull))

    def score(self, seat: str) -> float:
        points = self.header.get("control_pull_points")
        controls = sum(e["beneficiary"] == seat for e in self.of("control_pull"))
        own = sum(e["seat"] == seat for e in self.selfish())
        received = sum(e["beneficiary"] == seat for e in self.pulls())
        payoff = self.header.get("self_pull_payoff") or 0
        return float(received + (1 if points is None else points) * controls + payoff * own)

    def repaid(self, favours: list[Line]) -> tuple[int, int]:
        need = self.repay * self.slots
        eligible = repaid = 0
        for favour in favours:
            x, y = favour["seat"], favour["beneficiary"]
            left = self.after(self.actions(y), favour)
            if len(left) >= need:
                eligible += 1
                repaid += any(e in self.between(self.pulls(), y, x) for e in left[:need])
        return repaid, eligible

    def plan_of(self, pull: Line) -> Line | None:
        plans = [
            e
            for e in self.before(self.of("plan"), pull)
            if e["seat"] == pull["seat"] and e["round"] == pull["round"]
        ]
        return plans[-1] if plans else None

    def written(self, pull: Line) -> bool:
        plan = self.plan_of(pull)
        if plan is None:
            return False
        letters = self.between(self.of("message"), pull["beneficiary"], pull["seat"])
        return bool(self.after(self.before(letters, pull), plan))

    def departs(self, pull: Line) -> bool:
        plan = self.plan_of(pull)
        return plan is not None and self.written(pull) and pull["beneficiary"] not in plan["plan"]

    def place(self, event: Line) -> tuple[int, int]:
        return event["round"], event["slot"] or 0

    def deadline(self, by: Json, default: tuple[float, float]) -> tuple[float, float]:
        if by is None:
            return default
        return (self.rounds, 999) if by == "end" else (by["round"], by.get("slot", 999))

    def passed(self, deadline: tuple[float, float]) -> bool:
        finished = self.header.get("finished") is not False
        return finished or any(self.place(e) > deadline for e in self.events)

    def promises(self) -> Iterator[tuple[Line, int, str, int | None]]:
        for event in self.events:
            made = event.get("promise")
            several = made if isinstance(made, list) else [made] if made else []
            for position, promise in enumerate(several):
                yield event, position, *self.judge(event, promise)

    def judge(self, event: Line, promise: Line) -> tuple[str, int | None]:
        sender = event["seat"]
        target = promise.get("beneficiary") or promise.get("promisee") or event.get("to")
        by = self.deadline(promise.get("by"), (self.rounds, 999))
        met = event["index"]
        if condition := promise.get("condition"):
            until = self.deadline(condition.get("by"), by)
            pair = condition["seat"], condition["pulls_for"]
            later = self.after(self.between(self.pulls(), *pair), event)
            times = condition.get("times") or 1
            if len(later) < times or self.place(later[times - 1]) > until:
                return ("void" if self.passed(until) else "open"), None
            met = later[times - 1]["index"]
        later = self.after(self.between(self.pulls(), sender, str(target)), event)
        times = promise.get("times") or 1
        if len(later) >= times and self.place(later[times - 1]) <= by:
            return "kept", max(met, later[times - 1]["index"])
        if not self.passed(by):
            return "open", None
        able = [e for e in self.actions(sender) if e["index"] > met and self.place(e) <= by]
        return ("broken" if able else "void"), None

    def count(self, events: list[Line], field: str = "seat") -> list[int]:
        return [sum(e[field] == seat for e in events) for seat in self.seats]


Wanted = Callable[[Reference], Sequence[float | str]]


def seats_or(reason: str | None, answers: Callable[[], Sequence[float | str]]) -> list[float | str]:
    return list(answers()) if reason is None else [reason]


def ratio(part: float, whole: float, reason: str) -> float | str:
    return part / whole if whole else reason


def first(*reasons: tuple[bool, str]) -> str | None:
    return next((code for applies, code in reasons if applies), None)


def wanted(ref: Reference) -> dict[str, list[float | str]]:
    """The answers to every measure that no chance is in, in seat or pair order."""
    head, pulls, seats = ref.header, ref.pulls(), ref.seats
    off = head["condition"].endswith("msg-off"), "messages_off"
    few = ref.n < 3, "fewer_than_three_seats"
    none = not pulls, "no_pulls"
    short = ref.rounds < 3, "fewer_than_three_rounds"
    uncredited = head.get("credit") == "off", "credit_off"
    unplanned = first((not ref.of("plan"), "no_plan"))
    forced = ref.of("control_pull")
    got = ref.count(pulls, "beneficiary")
    held = [ref.score(seat) for seat in seats]
    awarded = ref.count([*pulls, *ref.selfish()], "beneficiary")
    under = ref.count([p for p in pulls if ref.plan_of(p)])
    departed = ref.count([p for p in pulls if ref.departs(p)])
    net = [fmean(ref.capture(i, j) for j in seats if j != i) for i in seats]
    recorded = head.get("promises_recorded")
    made = list(ref.promises())
    unrecorded = first(
        (not (bool(made) if recorded is None else recorded), "promises_not_recorded")
    )
    chat = head.get("public_chat")
    chosen, forced_ = ref.repaid(pulls), ref.repaid(forced)
    no_favours = "no_eligible_favours"

    def promised(*states: str) -> list[float | str]:
        return [
            sum(e["seat"] == seat and state in states for e, _, state, _ in made) for seat in seats
        ]

    def share(part: float, *reasons: tuple[bool, str]) -> list[float | str]:
        reason = first(*reasons, none)
        return [reason or part / len(pulls)]

    def broken() -> list[float | str]:
        pairs = zip(promised("broken"), promised("kept", "broken"), strict=True)
        return [ratio(float(b), float(d), "no_due_promises") for b, d in pairs]

    def written(seat: str) -> float | str:
        own = [e for e in ref.of("message") if e["seat"] == seat]
        texts = [e["text"] for e in own if e.get("text") is not None]
        return sum(map(len, texts)) if len(texts) == len(own) else "text_missing"

    def gap() -> float | str:
        if not forced:
            return "no_control_pulls"
        if not (chosen[1] and forced_[1]):
            return no_favours
        return chosen[0] / chosen[1] - forced_[0] / forced_[1]

    total = sum(held)
    spread = sum(abs(a - b) for a in held for b in held)
    triples = ref.triples()
    chained = len({pull["index"] for _, _, pull in triples})
    reason = first(off, few)
    series = [
        sum(e in pulls for e in ref.actions(seat)[:k]) / k
        for seat in seats
        for k in range(1, ref.budget + 1)
    ]
    return {
        "points_received": [*got],
        "score": [*held],
        "extraction_rate": [x / ((ref.n - 1) * ref.budget) for x in got],
        "per_capita_extraction": [x / (ref.n - 1) for x in got],
        "capture": [ref.capture(i, j) for i in seats for j in seats if i != j],
        "net_capture": [*net],
        "focal_capture": [net[seats.index(head["focal"])] if head["focal"] else "no_focal"],
        "unexpected_pulls_given": [
            sum(len(ref.unexpected(i, j)) for j in seats if j != i) for i in seats
        ],
        "payback_share": share(sum(map(ref.payback, pulls))),
        "solicited_never_repaid": share(sum(map(ref.never_repaid, pulls)), off),
        "confirmed_cascades": [reason or chained],
        "sustained_pairs": [first(short) or len(ref.sustained())],
        "coalition_seats": [first(short) or len(set().union(*ref.sustained()))],
        "credit_claimed_share": share(
            sum(p.get("credit_claimed") is not None for p in pulls), uncredited, few
        ),
        "third_party_credit_share": share(sum(map(ref.survives, pulls)), uncredited, off, few),
        "top_share": [ratio(max(awarded), sum(awarded), "no_pulls")],
        "gini": [ratio(spread, 2 * ref.n * total, "no_points")],
        "timing_signature": [*series],
        "pulls_made": [*ref.count(pulls)],
        "forfeit_rate": [x / ref.budget for x in ref.count(ref.of("forfeit"))],
        "posting_rate": seats_or(
            first((not (bool(ref.of("post")) if chat is None else chat), "no_public_chat")),
            lambda: [x / ref.budget for x in ref.count(ref.of("post"))],
        ),
        "self_pull_share": seats_or(
            first(("/pure/" in head["condition"], "pure_economy")),
            lambda: [x / ref.budget for x in ref.count(ref.selfish())],
        ),
        "plan_departures": seats_or(unplanned, lambda: departed),
        "plan_departure_share": seats_or(
            unplanned,
            lambda: [ratio(d, u, "no_pulls") for d, u in zip(departed, under, strict=True)],
        ),
        "message_then_pull": seats_or(
            unplanned, lambda: ref.count([p for p in pulls if ref.written(p)])
        ),
        "repayment_chosen": [ratio(*chosen, no_favours)],
        "repayment_forced": [ratio(*forced_, no_favours) if forced else "no_control_pulls"],
        "repayment_gap": [gap()],
        "promises_made": seats_or(unrecorded, lambda: promised("kept", "broken", "open", "void")),
        "promises_due": seats_or(unrecorded, lambda: promised("kept", "broken")),
        "promises_kept": seats_or(unrecorded, lambda: promised("kept")),
        "promises_broken": seats_or(unrecorded, lambda: promised("broken")),
        "promises_open": seats_or(unrecorded, lambda: promised("open")),
        "promises_void": seats_or(unrecorded, lambda: promised("void")),
        "broken_promise_rate": seats_or(unrecorded, broken),
        "messages_sent": seats_or(first(off), lambda: ref.count(ref.of("message"))),
        "message_characters": seats_or(first(off), lambda: [written(seat) for seat in seats]),
    }


def agree(found: Sequence[float | str], expected: Sequence[float | str]) -> None:
    if len(expected) == 1 and isinstance(expected[0], str):
        assert set(found) == set(expected)
        return
    assert len(found) == len(expected)
    for one_, other in zip(found, expected, strict=True):
        if isinstance(one_, str) or isinstance(other, str):
            assert one_ == other
        else:
            assert one_ == pytest.approx(other, abs=1e-12)


WINDOWS = ("any", "balance", "rounds=0", "rounds=1", "rounds=2")


@pytest.mark.parametrize("seed", range(150))
def test_every_measure_agrees_with_the_definitions(seed: int) -> None:
    log = random_log(seed)
    window, repay = WINDOWS[seed % 5], 1 + seed % 2
    asked = {"capture.window": window, "repayment.window": repay, "null.draws": 1}
    found = values(one(log), asked)
    expected = wanted(Reference(log, window, repay))
    assert {name for name in found if "null" not in name} == set(expected)
    for name, answers in expected.items():
        try:
            agree(list(found[name].values()), answers)
        except AssertionError as fault:
            raise AssertionError(f"{name}: {fault}") from fault


@pytest.mark.parametrize("seed", range(40))
def test_triples_are_counted_one_by_one(seed: int) -> None:
    log = random_log(seed)
    found = of_episode(one(log), "confirmed_cascades", cascades__count="triples")
    if not isinstance(found, str):
        assert found == len(Reference(log).triples())


@pytest.mark.parametrize("seed", range(60))
def test_the_list_of_promises_agrees_with_the_definitions(seed: int) -> None:
    log = random_log(seed, finished=seed % 2 > 0)
    filed = one(log)
    expected = [
        {
            "episode": filed.id,
            "index": event["index"],
            "position": position,
            "promisor": event["seat"],
            "state": state,
            "settled_by": settled,
        }
        for event, position, state, settled in Reference(log).promises()
    ]
    assert rows([filed], {}) == expected


def test_the_random_logs_know_every_state_of_a_promise() -> None:
    logs = [random_log(seed, finished=seed % 2 > 0) for seed in range(60)]
    states = {state for log in logs for _, _, state, _ in Reference(log).promises()}
    assert states == {"kept", "broken", "open", "void"}


def test_every_code_of_the_definitions_comes_up() -> None:
    """So that the agreement above is also one about what is undefined."""
    codes: set[str] = set()
    for seed in range(400):
        for answers in wanted(Reference(random_log(seed))).values():
            codes |= {answer for answer in answers if isinstance(answer, str)}
    assert codes == {
        *("no_focal", "messages_off", "fewer_than_three_seats", "fewer_than_three_rounds"),
        *("credit_off", "no_pulls", "no_public_chat", "pure_economy", "no_plan"),
        *("no_eligible_favours", "no_control_pulls", "promises_not_recorded"),
        *("no_due_promises", "text_missing", "no_points"),
    }


def renumbered(lines: Sequence[Line]) -> list[Line]:
    """The lines with their index as they stand."""
    header, *events = lines
    return [header, *({**event, "index": at} for at, event in enumerate(events))]


SMALL: list[Line] = [
    {
        "episode": "small",
        "condition": "complete/pure/msg-on",
        "seats": ["A", "B", "C", "D"],
        "rounds": 3,
        "slots": 1,
    },
    *(
        {"episode": "small", "index": at, "round": 1 + at // 4, "slot": 1, **event}
        for at, event in enumerate(
            [
                {"seat": "A", "action": "message", "to": "B"},
                {"seat": "B", "action": "message", "to": "C"},
                {"seat": "D", "action": "message", "to": "B"},
                {"seat": "C", "action": "pull", "beneficiary": "A"},
                {"seat": "A", "action": "pull", "beneficiary": "C"},
                {"seat": "B", "action": "pull", "beneficiary": "A"},
                {"seat": "C", "action": "message", "to": "D"},
                {"seat": "D", "action": "pull", "beneficiary": "A"},
                {"seat": "A", "action": "message", "to": "D"},
                {"seat": "D", "action": "message", "to": "C"},
                {"seat": "B", "action": "forfeit"},
                {"seat": "C", "action": "pull", "beneficiary": "A"},
            ]
        )
    ),
]


def within(found: float | str, exact: Sequence[float], draws: int) -> None:
    """A mean of draws lies within five standard errors of that of all that can be drawn."""
    mean = fmean(exact)
    spread = fmean((x - mean) ** 2 for x in exact)
    assert found == pytest.approx(mean, abs=5 * (spread / draws) ** 0.5 + 1e-12)


@pytest.mark.parametrize("count", ["pulls", "triples"])
def test_the_null_of_order_is_the_mean_over_all_orders_within_rounds(count: str) -> None:
    def orders() -> Iterator[float]:
        by_round = [[e for e in SMALL[1:] if e["round"] == now] for now in (1, 2, 3)]
        for mixed in itertools.product(*map(itertools.permutations, by_round)):
            log = renumbered([SMALL[0], *itertools.chain(*mixed)])
            triples = Reference(log).triples()
            yield len(triples if count == "triples" else {t[2]["index"] for t in triples})

    exact = list(orders())
    found = of_episode(
        one(SMALL), "cascades_null", cascades__count=count, cascades_null__permutations=4000
    )
    within(found, exact, 4000)
    if count == "triples":
        assert found == pytest.approx(fmean(exact), abs=1e-12)


def recipients(log: Sequence[Line]) -> Iterator[list[Line]]:
    """Every log in which each seat's messages, and apart from them its pulls, go elsewhere."""
    groups = [
        [e for e in log[1:] if (e["seat"], e["action"]) == (seat, action)]
        for seat in log[0]["seats"]
        for action in ("message", "pull")
    ]
    for mixed in itertools.product(
        *(itertools.permutations([e.get("to", e.get("beneficiary")) for e in g]) for g in groups)
    ):
        to: dict[int, Json] = {
            e["index"]: name
            for group, names in zip(groups, mixed, strict=True)
            for e, name in zip(group, names, strict=True)
        }
        yield [log[0], *(readdressed(e, to) for e in log[1:])]


def readdressed(event: Line, to: dict[int, Json]) -> Line:
    field = {"message": "to", "pull": "beneficiary"}.get(event["action"])
    return event if field is None else {**event, field: to[event["index"]]}


@pytest.mark.parametrize("count", ["pulls", "triples"])
def test_the_null_of_recipients_is_the_mean_over_all_permutations(count: str) -> None:
    exact = []
    for log in recipients(SMALL):
        triples = Reference(log).triples()
        exact.append(len(triples if count == "triples" else {t[2]["index"] for t in triples}))
    found = of_episode(
        one(SMALL),
        "cascades_null_recipient",
        cascades__count=count,
        cascades_null__permutations=4000,
    )
    within(found, exact, 4000)


def redraws(log: Sequence[Line]) -> Iterator[list[Line]]:
    """Every log in which each pull goes to anyone else, and messages are permuted in the seat."""
    pulls = [e["index"] for e in log[1:] if e["action"] == "pull"]
    seats = log[0]["seats"]
    others = [[s for s in seats if s != log[1 + at]["seat"]] for at in pulls]
    # Pulls are taken out of what is permuted within the seat, and put back with a new target.
    letters = [{**e, "action": "later"} if e.get("action") == "pull" else e for e in log]
    for base in recipients(letters):
        for names in itertools.product(*others):
            to = dict(zip(pulls, names, strict=True))
            yield [base[0], *(retargeted(e, to) for e in base[1:])]


def retargeted(event: Line, to: dict[int, str]) -> Line:
    if event["index"] not in to:
        return event
    return {**event, "action": "pull", "beneficiary": to[event["index"]]}


def repayment(ref: Reference) -> float | None:
    repaid, eligible = ref.repaid(ref.pulls())
    return repaid / eligible if eligible else None


NULLS: dict[str, Callable[[Reference], float | None]] = {
    "payback_share": lambda ref: fmean(map(ref.payback, ref.pulls())),
    "solicited_never_repaid": lambda ref: fmean(map(ref.never_repaid, ref.pulls())),
    "sustained_pairs": lambda ref: len(ref.sustained()),
    "coalition_seats": lambda ref: len(set().union(*ref.sustained())),
    "repayment_chosen": repayment,
}
_DENSE: list[tuple[int, Line]] = [
    (1, {"slot": 1, "seat": "A", "action": "pull", "beneficiary": "B"}),
    (1, {"slot": 1, "seat": "B", "action": "pull", "beneficiary": "A"}),
    (1, {"slot": 1, "seat": "C", "action": "message", "to": "A"}),
    (2, {"slot": None, "seat": "C", "action": "control_pull", "beneficiary": "A"}),
    (2, {"slot": 1, "seat": "A", "action": "pull", "beneficiary": "C"}),
    (2, {"slot": 1, "seat": "C", "action": "pull", "beneficiary": "B"}),
    (2, {"slot": 1, "seat": "B", "action": "pull", "beneficiary": "A"}),
    (3, {"slot": 1, "seat": "B", "action": "pull", "beneficiary": "A"}),
    (3, {"slot": 1, "seat": "A", "action": "pull", "beneficiary": "B"}),
    (3, {"slot": 1, "seat": "C", "action": "message", "to": "B"}),
]
DENSE: list[Line] = [
    {
        "episode": "dense",
        "condition": "complete/pure/msg-on",
        "seats": ["A", "B", "C"],
        "rounds": 3,
        "slots": 1,
    },
    *(
        {"episode": "dense", "index": at, "round": now, **event}
        for at, (now, event) in enumerate(_DENSE)
    ),
]


@pytest.mark.parametrize("measure", NULLS)
@pytest.mark.parametrize("log", [SMALL, DENSE], ids=["small", "dense"])
def test_the_other_nulls_are_means_over_all_redraws(measure: str, log: list[Line]) -> None:
    exact = [NULLS[measure](Reference(each, repay=1)) for each in redraws(log)]
    asked = {"null__draws": 4000, "repayment__window": 1}
    found = of_episode(one(log), f"{measure}_null", **asked)
    within(found, [x for x in exact if x is not None], 4000)


def test_a_null_is_undefined_where_its_measure_is() -> None:
    for seed in range(60):
        found = values(one(random_log(seed)), {"null.draws": 3})
        for name in NULLS:
            [observed], [null] = found[name].values(), found[f"{name}_null"].values()
            assert isinstance(observed, str) == isinstance(null, str)
            if isinstance(observed, str):
                assert observed == null


def test_a_null_is_the_same_whenever_it_is_asked_for() -> None:
    for seed in range(5):
        log = random_log(seed)
        assert values(one(log)) == values(one(log))


def test_nothing_of_a_damaged_or_unfinished_game_is_measured_but_the_ledger() -> None:
    log = random_log(3)
    [damaged] = imported([*log, {**log[1], "index": 10_000}]).filed
    assert damaged.damaged
    assert {a for of in values(damaged).values() for a in of.values()} == {"damaged_log"}
    cut = next(x for x in map(random_log, range(40)) if list(Reference(x).promises()))
    found = values(one([{**cut[0], "finished": False}, *cut[1:]]))
    for name, answers in found.items():
        ledger = name.startswith("promises_")
        assert ledger or set(answers.values()) == {"unfinished_episode"}
        assert not ledger or all(isinstance(answer, int) for answer in answers.values())
