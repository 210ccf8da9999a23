"""The conversations of a run as questions read them: by who argued, who listened, about what.

Numbers come from the run's values and estimates. What is added here is evidence: for each
estimate the conversation nearest to it, and in that conversation the probe it ended with.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.environments.persuasion.conversation import arm, holder, lacking, stances, topic
from suasion.environments.persuasion.lines import ended
from suasion.environments.persuasion.lookup import Lookup, values
from suasion.environments.persuasion.propositions import bank
from suasion.environments.persuasion.words import PERSUADER, TARGET
from suasion.measures.estimate import Estimate
from suasion.measures.filed import Filed
from suasion.measures.panel import Link
from suasion.measures.question import Example, Results

PLAIN = "plain"
THIN = 20
"""Conversations or pairs below which a page warns."""
METHODS = {
    "t": "Student's t",
    "studentised_bootstrap": "the studentised bootstrap",
    "percentile_bootstrap": "the percentile bootstrap",
    "two_way_cluster_t": "a t whose variance counts two kinds of clusters that cross",
    "two_way_percentile_bootstrap": "the percentile bootstrap over two kinds of clusters",
    "cluster_t": "a t over whole clusters",
}


class Cell(NamedTuple):
    """What a conversation is one of."""

    persuader: str
    target: str
    topic: str
    side: str


@dataclass(frozen=True)
class Evidence:
    """The plain conversations of one status, with their numbers."""

    results: Results

    @cached_property
    def lookup(self) -> Lookup:
        """Estimates by what they are of."""
        return Lookup(self.results)

    @cached_property
    def all(self) -> list[Filed]:
        """Every plain conversation of the status that most have, whole or not."""
        found = [each for each in self.results.filed if each.status == self.lookup.status]
        return [each for each in found if arm(each) == PLAIN]

    @cached_property
    def filed(self) -> list[Filed]:
        """Those that are whole."""
        return [each for each in self.all if lacking(each) is None]

    @cached_property
    def cells(self) -> Mapping[str, Cell]:
        """What each is, by its id."""
        return {each.id: cell(each) for each in self.all}

    @cached_property
    def shifts(self) -> Mapping[str, float]:
        """The shift of each whole conversation, by its id."""
        return self.numbers("signed_shift")

    @cached_property
    def effects(self) -> Mapping[str, float]:
        """The effect of each pair, by the id of its PRO conversation."""
        return self.numbers("paired_effect")

    def numbers(self, measure: str) -> Mapping[str, float]:
        """Values of a measure, by the ids of conversations."""
        known = values(self.results, measure)
        return {each.id: known[each.id] for each in self.filed if each.id in known}

    def typical(self, of: Mapping[str, float], value: float, **by: str) -> Link | None:
        """Where the one of these conversations ended that is nearest to a value."""
        ids = [id_ for id_ in self._alike(**by) if id_ in of]
        nearest = min(ids, key=lambda id_: abs(of[id_] - value), default=None)
        return None if nearest is None else self.end(nearest)

    def end(self, id_: str) -> Link:
        """The last probe of a conversation."""
        return ended(self._by_id[id_])

    def probe(self, id_: str, turn: int) -> Link:
        """The last probe after a turn of a conversation."""
        events = [probe.event for probe in stances(self._by_id[id_]).get(turn, ())]
        there = [event for event in events if event is not None]
        return Link(id_, there[-1] if there else None)

    def _alike(self, **by: str) -> Sequence[str]:
        """The ids of those that are of these persuaders, targets, topics or sides."""
        return self._index(tuple(sorted(by))).get(tuple(by[name] for name in sorted(by)), ())

    def _index(self, names: tuple[str, ...]) -> Mapping[tuple[str, ...], Sequence[str]]:
        if names not in self._indices:
            found: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
            for each in self.filed:
                of = self.cells[each.id]
                found[tuple(getattr(of, name) for name in names)].append(each.id)
            self._indices[names] = found
        return self._indices[names]

    @cached_property
    def _indices(self) -> dict[tuple[str, ...], Mapping[tuple[str, ...], Sequence[str]]]:
        return {}

    @cached_property
    def _by_id(self) -> Mapping[str, Filed]:
        return {each.id: each for each in self.all}

    def examples(self) -> Iterator[Example]:
        """Of all shifts the typical one, the largest, and the one that went furthest back."""
        of = self.shifts
        if not of:
            return
        middle = sum(of.values()) / len(of)
        chosen = {
            "typical: nearest to the mean shift of all": min(of, key=lambda k: abs(of[k] - middle)),
            "extreme: the largest shift": max(of, key=lambda k: of[k]),
        }
        least = min(of, key=lambda k: of[k])
        back = "backfire: furthest from the side argued"
        chosen[back if of[least] < 0 else "counter-example: the smallest shift"] = least
        for rule, id_ in chosen.items():
            yield Example(rule, self.end(id_), self.told(id_))

    def told(self, id_: str) -> str:
        """A conversation in words: who argued what with whom, and how far it moved."""
        of = self.cells[id_]
        said = f"{of.persuader} argued {of.side.upper()} with {of.target} on {topic_name(of.topic)}"
        return f"{said}: {signed(self.shifts[id_])}"

    def exclusions(self) -> Iterator[str]:
        """What is in no mean here, counted."""
        lost = [each for each in self.all if lacking(each) is not None]
        for cause, count in Counter(_cause(each) for each in lost).most_common():
            yield f"{counted(count, 'conversation')} {cause}: worst-case bounds are in the data."
        other = [each for each in self.results.filed if each.status != self.lookup.status]
        if other:
            yield f"{counted(len(other), 'conversation')} of another status: never pooled."
        apart = Counter(
            arm(each)
            for each in self.results.filed
            if each.status == self.lookup.status and arm(each) != PLAIN
        )
        for name, count in apart.most_common():
            yield f"{counted(count, 'episode')} of the arm {name}: arms are never pooled."

    def many(self) -> bool:
        """Whether there are too many to list on a page that asks of all of them."""
        return len(self.filed) > 1000


def _cause(filed: Filed) -> str:
    if filed.damaged:
        return "with a damaged record"
    return f"ended by {filed.lost}" if filed.lost else "cut short"


def cell(filed: Filed) -> Cell:
    """What a conversation is one of."""
    persuader, target = (holder(filed, seat) or "unknown" for seat in (PERSUADER, TARGET))
    return Cell(persuader, target, topic(filed), str(filed.episode.header.settings["side"]))


def topic_name(name: str) -> str:
    """What a topic is called: our words on the same matter, before the name it goes by."""
    known = _topics().get(name)
    if known is None:
        return name
    return known if name in _keys() else f"{known} ({name})"


def _topics() -> dict[str, str]:
    found = {each.published_id: each.name for each in bank().values() if each.published_id}
    found |= {each.key: each.name for each in bank().values()}
    return {key: name.replace("_", " ") for key, name in found.items() if key}


def _keys() -> set[str]:
    return {each.key for each in bank().values()}


def mean_of(rows: Iterable[Estimate]) -> float | None:
    """The unweighted mean of estimates: where the middle of a figure is."""
    found = [row.value for row in rows if row.value is not None]
    return sum(found) / len(found) if found else None


# --- words -------------------------------------------------------------------------------------


def short(agent: str) -> str:
    """What a figure calls an agent."""
    return agent.removeprefix("policy/")


def shown(value: float) -> str:
    """A number with two decimals, a real minus, and no sign before nought."""
    words = f"{value:.2f}"
    return words.removeprefix("-") if float(words) == 0 else words.replace("-", "\N{MINUS SIGN}")


def signed(value: float) -> str:
    """The same with a sign that says which way."""
    words = shown(value)
    return words if words[0] in "0\N{MINUS SIGN}" and float(f"{value:.2f}") <= 0 else f"+{words}"


def bounds(row: Estimate) -> str:
    """An interval in words."""
    if row.low is None or row.high is None:
        return f"no interval, n = {row.n:,}"
    return f"{row.level:.0%} interval {shown(row.low)} to {shown(row.high)}"


def counted(number: int, noun: str) -> str:
    """`1 pair`, `2 pairs`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def how(row: Estimate, what: str) -> str:
    """How intervals were made, in a sentence."""
    if row.method.startswith("none: "):
        return f"No intervals: {row.method.removeprefix('none: ')}."
    made = METHODS.get(row.method, row.method.replace("_", " "))
    unit = row.unit_of_resampling.replace(" x ", " and ")
    return f"{what}: {row.level:.0%} intervals by {made}; what is independent is the {unit}."


def thin(rows: Iterable[Estimate], noun: str) -> Iterator[str]:
    """A warning where an estimate has few values."""
    few = min((row.n for row in rows), default=THIN)
    if few < THIN:
        yield f"Only {counted(few, noun)}, fewer than {THIN}: intervals are uncertain themselves."


def statistic(row: Estimate) -> dict[str, Json]:
    """An estimate as a page prints it, in full."""
    return {
        "value": row.value,
        "low": row.low,
        "high": row.high,
        "n": row.n,
        "method": row.method,
        **({} if row.bound_low is None else {"lowest": row.bound_low, "highest": row.bound_high}),
    }


CLAIMS = ("claims", "What the published numbers can and cannot support")
"""The page that holds claims about these boards against what the numbers allow."""
SELF_REPORT = "Stance is what a target says of itself when asked out of band, and nothing more."
