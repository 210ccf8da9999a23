"""How fast calls may leave: limits a minute, and a pace that is found again after a refusal."""

from __future__ import annotations

from math import exp, inf

MINUTE = 60.0


class Bucket:
    """A limit a minute that is used evenly: at once only what a few seconds make.

    In no 60 seconds does it let more through than the limit, but for one amount that is more than
    it holds: that leaves when it is full, and what is owed then is waited for before the next.
    """

    __slots__ = ("at", "capacity", "level", "rate")

    def __init__(self, a_minute: float, at_once_s: float, least: float) -> None:
        """`at_once_s`: seconds whose amount may leave at once; `least`: what always may."""
        self.capacity = max(least, a_minute * at_once_s / MINUTE)
        # What may leave at once is taken off the rest of the minute; the last one leaves as a new
        # minute begins.
        whole = a_minute - self.capacity + least
        self.rate = max(whole, a_minute / 2) / MINUTE
        self.level, self.at = self.capacity, 0.0
        """What may leave now, less what does leave: below nought it owes."""

    def ready(self, amount: float, now: float) -> float:
        """When that amount may leave: `now`, or later. More than the bucket holds needs it full."""
        self._fill(now)
        missing = min(amount, self.capacity) - self.level
        return now if missing <= 1e-9 * self.capacity else now + missing / self.rate

    def _fill(self, now: float) -> None:
        if now > self.at:
            self.level = min(self.capacity, self.level + (now - self.at) * self.rate)
            self.at = now


def requests(a_minute: float) -> Bucket:
    """Requests a minute: those of one second may leave at once, and always one."""
    return Bucket(a_minute, 1.0, 1.0)


class Tokens:
    """Tokens a minute: booked as they are expected when a call leaves, put right when it ends.

    Of what is reserved for a call only a part is used; which part is learnt from the calls that
    have ended, so that a limit is not left half unused by what is reserved on top.
    """

    __slots__ = ("bucket", "share")

    LEARNT = 0.05
    """How much one call tells of the part that is used."""
    AT_ONCE = 5.0
    """Seconds whose tokens may leave at once."""

    def __init__(self, a_minute: float) -> None:
        self.bucket, self.share = Bucket(a_minute, self.AT_ONCE, 0.0), 1.0

    def ready(self, reserved: int, now: float) -> float:
        """When a call with that reservation may leave: `now`, or later."""
        return self.bucket.ready(reserved * self.share, now)

    def book(self, reserved: int) -> float:
        """A call leaves; the tokens that it will use as far as is known, which are taken."""
        booked = reserved * self.share
        self.bucket.level -= booked
        return booked

    def ended(self, reserved: int, booked: float, used: int | None) -> None:
        """Put right what was booked; what is not known stays booked."""
        if used is None:
            return
        self.bucket.level -= used - booked
        if used and reserved:
            self.share += self.LEARNT * (min(1.0, used / reserved) - self.share)


class Late:
    """How often something happened of late; older times count less."""

    __slots__ = ("_at", "_count")

    MEMORY = 2.0
    """Seconds that `of late` means."""

    def __init__(self) -> None:
        self._count = self._at = 0.0

    def add(self, now: float) -> None:
        """It happened."""
        self._count, self._at = self.count(now) + 1.0, now

    def count(self, now: float) -> float:
        """Times, of late; divided by `MEMORY`, times a second."""
        return self._count * exp(-max(0.0, now - self._at) / self.MEMORY)


class Pace:
    """Calls a second after a server refused many, from few to as many as it takes.

    A single refusal says little, and whoever was refused waits anyway. A storm of them makes all
    begin again from very few; after that the pace is cut to what was served of late, where many
    calls that left since were refused, or where one refusal makes all of them wait. The longer that
    does not happen, the faster it grows, but slowly about the pace that was refused before, and the
    more slowly the longer the server makes its clients wait: a look beyond the limit then costs
    that much. (The plateau about the last limit is that of CUBIC, RFC 9438.)
    """

    __slots__ = (
        "_at",
        "_from",
        "_haste",
        "_refused",
        "_served",
        "_storm",
        "_wall",
        "credit",
        "rate",
        "since",
    )

    SLOWEST, FIRST, GENTLE, LIFTED = 0.02, 1.0, 10.0, 10_000.0
    """Calls a second: at least, after a storm, after a pause alone, and where there is no pace."""
    HASTE = 0.04
    """A second: how much the growth itself grows in a second."""
    FASTEST = 0.3
    """A second: the growth at most, by a third a second."""
    KEPT, HALF = 0.85, 0.5
    """What a cut leaves of what was served of late, which is taken to be half the pace at least:
    in a slow start replies are late."""
    MANY, STORM, SHARE = 3.0, 0.5, 0.25
    """Refusals of late that say anything, and the share of all that makes a storm, or a cut."""
    DEARER = 4.0
    """How much more slowly a pace is tried again for each second that the last trial cost."""
    NEAR = 0.1
    """How near, as a share of it, is about the pace that was refused."""
    AT_ONCE = 0.05
    """Seconds whose calls may leave at once, since nobody looks at the clock all the time."""

    def __init__(self) -> None:
        self.rate: float | None = None
        """Calls a second; None while there is no pace to keep."""
        self.since = 0.0
        """When it last began: calls that left before say nothing of it."""
        self.credit = 0.0
        """Calls that may leave now; whoever lets one leave takes it off."""
        self._served, self._refused = Late(), Late()
        self._storm = False
        self._wall, self._haste = inf, self.HASTE
        self._at = self._from = 0.0

    def ready(self, now: float) -> float:
        """When the next call may leave: `now`, or later."""
        self._grow(now)
        if self.rate is None or self.credit >= 1.0 - 1e-9:
            return now
        return max(now, self._at) + (1.0 - self.credit) / self.rate

    def served(self, now: float) -> None:
        """A call was served."""
        self._served.add(now)

    def refused(self, now: float, left: float, pause: float) -> None:
        """A call that left at `left` was refused; the next may leave after the pause."""
        fresh = self.rate is None or left >= self.since
        if fresh or not self._storm:
            self._refused.add(now)
        late = self._served.count(now) / Late.MEMORY
        if not self._storm and self._many(now, self.STORM):
            self._storm = True
            self._begin(max(self.FIRST, self.HALF * late), now + pause)
        elif self._storm and fresh and (self._dear(pause) or self._many(now, self.SHARE)):
            self._cut(now, pause, late)
        elif pause:
            self.begin(now + pause, max(self.GENTLE, late))

    def begin(self, at: float, rate: float) -> None:
        """Begin with this rate, though no storm was seen; a pace that there is already stays."""
        if self.rate is None:
            self._begin(rate, at)
        elif at > self._at:
            self._from += at - self._at
            self._at, self.credit = at, 0.0

    def _many(self, now: float, share: float) -> bool:
        """Whether so many were refused of late that they can be no accident."""
        refused = self._refused.count(now)
        return refused >= self.MANY and refused >= share * (refused + self._served.count(now))

    def _dear(self, pause: float) -> bool:
        """Whether one refusal is enough to be slower: all wait for it, and it is not slow yet."""
        return pause > 0 and self.rate is not None and self.rate > self.FIRST

    def _cut(self, now: float, pause: float, late: float) -> None:
        # What a server holds in reserve after a pause lets the pace grow past its limit for a
        # while: what it served is nearer to it.
        assert self.rate is not None
        self._wall = min(self.rate, max(late, self.HALF * self.rate))
        self._haste = self.HASTE / (1.0 + (self.DEARER * pause) ** 2)
        self._begin(max(self.KEPT * self._wall, self.SLOWEST), now + pause)

    def _begin(self, rate: float, at: float) -> None:
        self.rate, self.since, self._at, self._from, self.credit = rate, at, at, at, 0.0
        self._refused = Late()

    def _grow(self, now: float) -> None:
        passed = now - self._at
        if passed <= 0.0 or self.rate is None:
            return
        rate = self.rate
        self.credit = min(max(1.0, rate * self.AT_ONCE), self.credit + rate * passed)
        if rate > self._wall * (1 + self.NEAR):
            self._wall, self._from = inf, now
        near = rate >= self._wall * (1 - self.NEAR)
        haste = self._haste if near else self.HASTE
        growth = min(self.FASTEST, haste * (now - self._from))
        self._at, self.rate = now, rate * exp(min(growth * passed, 50.0))
        if self.rate > self.LIFTED:
            self.rate, self._wall, self._storm = None, inf, False
