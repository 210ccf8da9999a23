"""What a run may spend, held by reservation: the worst is booked before a call leaves."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, floor
from typing import Protocol

from suasion.core.asks import Json
from suasion.models.model import Price

UNIT = 10**12
"""Money is counted in millionths of a millionth of a dollar, so that sums are exact; each amount is
rounded up."""


class Capped(Protocol):
    """Limits that cap what a run spends, such as `study.Limits`."""

    @property
    def max_cost(self) -> float | None:
        """US dollars."""

    @property
    def max_tokens(self) -> int | None:
        """Tokens read and written."""


class Priced(Protocol):
    """A model with a price, or none."""

    @property
    def id(self) -> str: ...
    @property
    def price(self) -> Price | None: ...


def unpriced(models: Iterable[Priced], limits: Capped) -> str | None:
    """Why a cap on money cannot be held, in words; None where it can."""
    names = sorted({model.id for model in models if model.price is None})
    if limits.max_cost is None or not names:
        return None
    prices, are = ("price", "is") if len(names) == 1 else ("prices", "are")
    return (
        f"max_cost is {limits.max_cost:g}, but the {prices} of {', '.join(names)} {are} unknown:"
        " leave max_cost out and give max_tokens, or give the price in your configuration"
    )


class Purse:
    """One kind of thing that is spent, in whole units."""

    __slots__ = ("cap", "overrun", "reserved", "spent", "unknown")

    def __init__(self, cap: int | None, spent: int) -> None:
        self.cap, self.spent, self.reserved = cap, spent, 0
        self.unknown = 0
        """Of what is spent, what was reserved for calls whose use nobody knows."""
        self.overrun = 0
        """What was reported beyond what was reserved."""

    def fits(self, amount: int) -> bool:
        """Whether so much may be reserved beside all that is."""
        return self.cap is None or self.spent + self.reserved + amount <= self.cap

    def ever_fits(self, amount: int) -> bool:
        """Whether it could be, if all that is reserved came back."""
        return self.cap is None or self.spent + amount <= self.cap

    def settle(self, reserved: int, used: int | None, paid: bool) -> int:
        """A call has ended; how much more it used than was reserved.

        What may have been paid and was not reported is spent as it was reserved.
        """
        self.reserved -= reserved
        if used is None:
            used = reserved if paid else 0
            self.unknown += used
        self.spent += used
        if used <= reserved:
            return 0
        self.overrun += used - reserved
        return used - reserved


class Caps:
    """Tokens and money of a run: what is spent, what is reserved, and why no more may be."""

    __slots__ = ("money", "stopped", "tokens", "unpriced")

    def __init__(self, limits: Capped, spent_tokens: int, spent_cost: float) -> None:
        dollars = limits.max_cost
        cap = None if dollars is None else floor(dollars * UNIT)
        self.tokens = Purse(limits.max_tokens, spent_tokens)
        self.money = Purse(cap, ceil(spent_cost * UNIT))
        self.unpriced = 0
        """Calls that left at an unknown price."""
        self.stopped: str | None = None
        """Why nothing is reserved any more, for good."""

    def reserve(self, tokens: int, cost: float | None, others: bool) -> bool:
        """Book a call, if it may be; else it waits for one of the `others` in flight, or for good.

        Without a price it is booked at nothing, which a cap on money does not allow.
        """
        if self.stopped is not None:
            return False
        if cost is None and self.money.cap is not None:
            self.stopped = f"a price is unknown, and max_cost is {_dollars(self.money.cap)}"
            return False
        money = 0 if cost is None else ceil(cost * UNIT)
        if not (self.tokens.fits(tokens) and self.money.fits(money)):
            if not (others and self.tokens.ever_fits(tokens) and self.money.ever_fits(money)):
                self.stopped = self._reached(tokens, money)
            return False
        self.tokens.reserved += tokens
        self.money.reserved += money
        self.unpriced += cost is None
        return True

    def settle(
        self, booked: tuple[int, float | None], tokens: int | None, cost: float | None, paid: bool
    ) -> None:
        """A call has ended: what it used is spent, and what is left of its reservation is free.

        `booked` are the tokens and dollars that were reserved for it.
        """
        reserved, dollars = booked
        more = self.tokens.settle(reserved, tokens, paid)
        if more and self.tokens.cap is not None:
            self._overran(f"{reserved + more:,} tokens", f"{reserved:,}")
        used = None if cost is None else ceil(cost * UNIT)
        if dollars is None:
            self.money.spent += used or 0
            return
        money = ceil(dollars * UNIT)
        more = self.money.settle(money, used, paid)
        if more and self.money.cap is not None:
            self._overran(_dollars(money + more), _dollars(money))

    def _reached(self, tokens: int, money: int) -> str:
        """Which cap the next call could pass."""
        if not self.tokens.fits(tokens):
            return (
                f"max_tokens is {self.tokens.cap:,}: {self.tokens.spent:,} are spent, and the next"
                f" call could take {tokens:,}"
            )
        return (
            f"max_cost is {_dollars(self.money.cap or 0)}: {_dollars(self.money.spent)} is spent,"
            f" and the next call could cost {_dollars(money)}"
        )

    def _overran(self, used: str, reserved: str) -> None:
        if self.stopped is None:
            self.stopped = (
                f"a server reported {used} for a call that can take {reserved} at most:"
                " with such reports no cap can be held"
            )

    def state(self) -> dict[str, Json]:
        """Where both stand, as plain JSON; money in dollars."""
        return {"tokens": _state(self.tokens, 1), "cost": _state(self.money, UNIT)} | (
            {"unpriced_calls": self.unpriced} if self.unpriced else {}
        )


def _state(purse: Purse, unit: int) -> Json:
    amounts = {
        "spent": purse.spent,
        "possibly_spent": purse.unknown,
        "reserved": purse.reserved,
        "cap": purse.cap,
        "overrun": purse.overrun,
    }
    return {
        name: None if amount is None else amount if unit == 1 else amount / unit
        for name, amount in amounts.items()
    }


def _dollars(money: int) -> str:
    return f"${money / UNIT:,.6g}"
