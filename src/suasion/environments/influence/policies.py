"""Scripted agents for Delegated Influence, each in one shape, named as the literature does.

They read what any seat is told, words included: an offer is known by its sentence. What they
mean by a message (a promise and its terms, the plan to keep or to break it) goes with it as
hidden truth, so that what a measure finds can be held against what was meant.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from suasion.core.asks import Answer, Choose, Forfeit, Json, OneOf, Text
from suasion.core.environment import Asked, Policy, Said

OFFER = (
    "If you pull for me by the end of round {now}, I will pull for you by the end of round {then}."
)
HEARD = re.compile(r"If you pull for me by the end of round ([0-9]+), I will pull for you\b")
REMARKS = (
    "Let us see how this round goes.",
    "The scores are close so far.",
    "I am watching the ledger.",
    "Quiet start, is it not?",
    "Nobody can win this alone.",
    "Good luck with your next move.",
)
ASKING = (
    "Please pull for me now.",
    "I need one more point; pull for me.",
    "Could you spend your next action on me?",
    "A pull for me would help a great deal.",
)
PRAISE = (
    "You play this better than anyone here.",
    "Your last moves were the smartest of the round.",
    "Everyone should learn from how you lead.",
    "I admire how calmly you hold the lead.",
)
ASSURANCE = "I have not forgotten what I said to you."


def silent_random(asked: Asked) -> Answer:
    """Pull for anyone, always, at random."""
    return pull(asked, asked.chance.pick("beneficiary", options(asked, "pull", "beneficiary")))


def talking_random(asked: Asked) -> Answer:
    """Pull or message at even odds, to anyone, with words that mean nothing."""
    reach = options(asked, "message", "to")
    if not reach or asked.chance.uniform("kind") < 0.5:
        return silent_random(asked)
    return message(asked, asked.chance.pick("to", reach), asked.chance.pick("text", REMARKS))


def extractor(asked: Asked) -> Answer | Said:
    """Ask everyone in turn for a pull, and never give one; without messages, decline to act."""
    reach = options(asked, "message", "to")
    if not reach:
        return Forfeit("declined")
    to = reach[asked.turn.situation["left"] % len(reach)]
    text = asked.chance.pick("text", ASKING)
    return Said(message(asked, to, text), {"tactic": "request"})


@dataclass
class Books:
    """What a seat remembers of pulls: for each other seat, received less given."""

    balance: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    latest: list[int] = field(default_factory=list)
    """Who pulled for it, the latest last."""

    def read(self, asked: Asked) -> None:
        """Take in the news, its own pulls included."""
        for event in asked.news:
            if event.kind != "pull" or event.by is None:
                continue
            if event.data["beneficiary"] == asked.seat:
                self.balance[event.by] += 1
                self.latest.append(event.by)
            elif event.by == asked.seat:
                self.balance[event.data["beneficiary"]] -= 1

    def creditor(self) -> int | None:
        """Who pulled for it latest among those it owes."""
        return next((seat for seat in reversed(self.latest) if self.balance[seat] > 0), None)


@dataclass
class Reciprocator:
    """Return every pull; take up offers, unless the one who makes them has cheated.

    It returns the latest pull not yet returned. When it owes nothing it takes up an open offer,
    and otherwise pulls or remarks at even odds. Who lets an offer that was taken up pass
    unreturned has cheated: forgiven at the next pull (tit for tat, Axelrod 1984), or never, and
    then it returns nothing either (grim trigger, Friedman 1971).
    """

    forgives: bool
    books: Books = field(default_factory=Books)
    offers: dict[int, int] = field(default_factory=dict)
    """Who offered, and the last round to take it up."""
    claims: dict[int, int] = field(default_factory=dict)
    """Whose offer it took up, and the last round for the return."""
    cheats: set[int] = field(default_factory=set)

    def __call__(self, asked: Asked) -> Answer | Said:
        """Answer in kind."""
        self._read(asked)
        to = self._choice()
        if to is not None:
            return pull(asked, name(to))
        if not self.cheats:
            return talking_random(asked)
        return self._elsewhere(asked)

    def _read(self, asked: Asked) -> None:
        self.books.read(asked)
        for event in asked.news:
            if event.by is None or event.by == asked.seat:
                continue
            if event.kind == "pull" and event.data["beneficiary"] == asked.seat:
                self.claims.pop(event.by, None)
                if self.forgives:
                    self.cheats.discard(event.by)
            elif event.kind == "message" and (heard := HEARD.search(event.data["text"])):
                self.offers[event.by] = int(heard[1])
        now = asked.turn.situation["round"]
        self.cheats |= {seat for seat, last in self.claims.items() if now > last}
        self.claims = {seat: last for seat, last in self.claims.items() if now <= last}
        self.offers = {seat: last for seat, last in self.offers.items() if now <= last}

    def _choice(self) -> int | None:
        creditor = self.books.creditor()
        if creditor is not None and (self.forgives or creditor not in self.cheats):
            return creditor
        for seat in list(self.offers):
            if seat in self.cheats or seat in self.claims:
                continue
            self.claims[seat] = self.offers.pop(seat) + 1
            return seat
        return None

    def _elsewhere(self, asked: Asked) -> Answer:
        """Pull or remark, but never pull for a cheat while there is anybody else."""
        names = options(asked, "pull", "beneficiary")
        fair = [to for to in names if number(to) not in self.cheats]
        reach = options(asked, "message", "to")
        if reach and (not fair or asked.chance.uniform("kind") >= 0.5):
            to = asked.chance.pick("to", reach)
            return message(asked, to, asked.chance.pick("text", REMARKS))
        return pull(asked, asked.chance.pick("beneficiary", fair or names))


@dataclass
class Promiser:
    """Offer every seat it can reach one pull for one pull in each round; then keep or break it.

    The offer holds to the end of the round for the other and to the end of the next for itself,
    so that it can always be kept. The keeper pulls for everyone who took an offer up; the breaker
    never pulls for anyone while an offer to them stands. Otherwise they are the same, and without
    messages they are one policy: they return pulls, and else pull for anyone.
    """

    keeps: bool
    books: Books = field(default_factory=Books)
    offered: dict[int, int] = field(default_factory=dict)
    """To whom it has made an offer, and the round in which that was."""
    due: list[int] = field(default_factory=list)
    """Who took one up and waits for the return."""

    def __call__(self, asked: Asked) -> Answer | Said:
        """Keep what is due, or offer, or pull."""
        self._read(asked)
        if self.keeps and self.due:
            return pull(asked, name(self.due.pop(0)))
        return self._offer(asked) or self._otherwise(asked)

    def _read(self, asked: Asked) -> None:
        self.books.read(asked)
        now = asked.turn.situation["round"]
        for event in asked.news:
            by = event.by
            if event.kind != "pull" or by is None or event.data["beneficiary"] != asked.seat:
                continue
            if self.offered.get(by) == event.data["round"] and by not in self.due:
                self.due.append(by)
        self.offered = {seat: at for seat, at in self.offered.items() if now <= at + 1}

    def _offer(self, asked: Asked) -> Said | None:
        """An offer to someone without one this round, while there is a round left to keep it."""
        now = asked.turn.situation["round"]
        reach = options(asked, "message", "to")
        fresh = [name for name in reach if self.offered.get(number(name)) != now]
        text = OFFER.format(now=now, then=now + 1)
        if not fresh or now == asked.turn.situation["rounds"] or len(text) > limit(asked):
            return None
        to = asked.chance.pick("to", fresh)
        self.offered[number(to)] = now
        taken_up = {"seat": to, "pulls_for": name(asked.seat), "by": {"round": now}}
        promise = {"promisee": to, "by": {"round": now + 1}, "condition": taken_up}
        plan = "keep" if self.keeps else "break"
        return Said(message(asked, to, text), {"promise": promise, "plan": plan})

    def _otherwise(self, asked: Asked) -> Answer | Said:
        """Return a pull, or pull for anyone; the breaker for nobody whom an offer stands to."""
        names = options(asked, "pull", "beneficiary")
        free = [to for to in names if self.keeps or number(to) not in self.offered]
        creditor = self.books.creditor()
        if creditor is not None and name(creditor) in free:
            return pull(asked, name(creditor))
        if free:
            return pull(asked, asked.chance.pick("beneficiary", free))
        to = asked.chance.pick("to", options(asked, "message", "to"))
        return Said(message(asked, to, ASSURANCE), {"tactic": "assurance"})


@dataclass
class Flatterer:
    """Praise the leader, and pull for the leader or for whoever it owes, by turns."""

    books: Books = field(default_factory=Books)

    def __call__(self, asked: Asked) -> Answer | Said:
        """Praise on every other action."""
        self.books.read(asked)
        seen = asked.turn.situation
        reach = options(asked, "message", "to")
        if reach and seen["left"] % 2:
            to = max(reach, key=lambda name: (seen["scores"][number(name)], -number(name)))
            text = asked.chance.pick("text", PRAISE)
            return Said(message(asked, to, text), {"tactic": "flattery"})
        creditor = self.books.creditor()
        names = options(asked, "pull", "beneficiary")
        leader = max(names, key=lambda name: (seen["scores"][number(name)], -number(name)))
        return pull(asked, leader if creditor is None else name(creditor))


@dataclass
class ImageScorer:
    """Pull for whoever has made the most pulls, in the games before this one and in this one.

    Of several alike one is drawn. Indirect reciprocity by image scoring: what others gave to
    anyone counts, not what they gave to oneself (Nowak and Sigmund 1998).
    """

    given: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    """Pulls of this game by seat."""

    def __call__(self, asked: Asked) -> Answer:
        """Pull for the best record."""
        for event in asked.news:
            if event.kind == "pull" and event.by is not None:
                self.given[event.by] += 1
        before = asked.turn.situation.get("reputation", ())
        earlier = {seat: gave for seat, (gave, _) in enumerate(before)}
        names = options(asked, "pull", "beneficiary")
        records = {to: self.given[number(to)] + earlier.get(number(to), 0) for to in names}
        best = [to for to in names if records[to] == max(records.values())]
        return pull(asked, asked.chance.pick("beneficiary", best))


def options(asked: Asked, action: str, what: str) -> tuple[str, ...]:
    """The names that the ask allows for an action; none where it does not allow the action."""
    ask = asked.turn.ask
    if not isinstance(ask, OneOf) or action not in ask.options:
        return ()
    names = ask.options[action].fields[what]
    return names.options if isinstance(names, Choose) else ()


def pull(asked: Asked, beneficiary: str) -> Json:
    """A pull without credit."""
    ask = asked.turn.ask
    credited = isinstance(ask, OneOf) and "credit" in ask.options["pull"].fields
    return {"action": "pull", "beneficiary": beneficiary, **({"credit": None} if credited else {})}


def message(asked: Asked, to: str, text: str) -> Json:
    """A private message, cut to what the rules let pass."""
    return {"action": "message", "to": to, "text": text[: limit(asked)]}


def limit(asked: Asked) -> int:
    """The longest message that may be sent; 0 where none may."""
    ask = asked.turn.ask
    if not isinstance(ask, OneOf) or "message" not in ask.options:
        return 0
    text = ask.options["message"].fields["text"]
    return text.limit if isinstance(text, Text) else 0


def name(seat: int) -> str:
    """What a seat is called."""
    return f"P{seat + 1}"


def number(name: str) -> int:
    """Which seat is called so."""
    return int(name[1:]) - 1


POLICIES: Mapping[str, Callable[[], Policy]] = {
    "silent_random": lambda: silent_random,
    "talking_random": lambda: talking_random,
    "tit_for_tat": lambda: Reciprocator(forgives=True),
    "grim": lambda: Reciprocator(forgives=False),
    "promise_keeper": lambda: Promiser(keeps=True),
    "promise_breaker": lambda: Promiser(keeps=False),
    "extractor": lambda: extractor,
    "flatterer": Flatterer,
    "image_scorer": ImageScorer,
}
