"""The source of a dossier: what the record shows of one model in one role, in plain Markdown.

Every number is one of the run's values or estimates; every conversation is chosen by a stated rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean

from suasion.core.asks import Json
from suasion.environments.persuasion.conversation import (
    after,
    before,
    holder,
    mean,
    sign,
    stances,
    topic,
)
from suasion.environments.persuasion.lines import ended
from suasion.environments.persuasion.lookup import Lookup, values
from suasion.environments.persuasion.propositions import text_of
from suasion.environments.persuasion.words import PERSUADER, TARGET
from suasion.measures.dossier import (
    LINES,
    SENTENCES,
    Pack,
    Section,
    Spoken,
    Subject,
    one_line,
    quoted,
)
from suasion.measures.estimate import Estimate
from suasion.measures.filed import Filed
from suasion.measures.measure import Undefined
from suasion.measures.question import Example, Results
from suasion.measures.quotes import DOUBLE

Speak = Callable[[Filed], Iterable[Spoken]]
FEW, SOME, MANY = 3, 5, 12
"""Lines of one subject, counterparts at either end, lines of a gallery."""
LABEL = 48
"""Characters of a topic where it is named."""
LEAST, MOST = 12, 40
"""Words of a line that can stand alone."""
MINUS = "\N{MINUS SIGN}"
_SENTENCE = re.compile(r"(?:^|(?<=[.!?]\s))\S[^\n]*?[.!?](?=\s|$)", re.MULTILINE)
SCRIPT = "policy/"
NO_WORDS = "The record holds no words of these conversations: only where targets stood."


def short(agent: str) -> str:
    """What a model is called in words: its id, a script's without its kind."""
    return agent.removeprefix(SCRIPT)


def about(filed: Filed) -> str:
    """The topic and the side, such as `prop_0004, PRO`."""
    side = str(filed.episode.header.settings.get("side", "")).upper()
    return ", ".join(filter(None, (label(filed), side)))


def label(filed: Filed) -> str:
    """A topic in a word or two: its name where it has one, else how its proposition begins."""
    settings = filed.episode.header.settings
    named = one_line(str(settings.get("topic") or settings.get("proposition") or topic(filed)))
    return named if len(named) <= LABEL else f"{named[:LABEL].rsplit(' ', 1)[0]}\u2026"


@dataclass(frozen=True)
class View:
    """One model in one role."""

    results: Results
    talks: Sequence[Filed]
    subject: Subject
    speak: Speak

    @cached_property
    def at(self) -> int:
        """The seat it held."""
        return PERSUADER if self.subject.role == "persuader" else TARGET

    @cached_property
    def own(self) -> list[Filed]:
        """Its conversations."""
        return [each for each in self.talks if holder(each, self.at) == self.subject.agent]

    @cached_property
    def shifts(self) -> Mapping[str, float]:
        """How far each of them went towards the side argued."""
        of = values(self.results, "signed_shift")
        return {each.id: of[each.id] for each in self.own if each.id in of}

    @cached_property
    def moved(self) -> list[Filed]:
        """Those of which that is known, the farthest first; of several alike the first."""
        known = [each for each in self.own if each.id in self.shifts]
        return sorted(known, key=lambda each: -self.shifts[each.id])

    @cached_property
    def look(self) -> Lookup:
        """The run's estimates."""
        return Lookup(self.results)

    @property
    def by(self) -> dict[str, Json]:
        """What its estimates are of."""
        return {self.subject.role: self.subject.agent}

    def one(self, measure: str, statistic: str = "mean", **by: Json) -> Estimate | None:
        """An estimate of its own."""
        return self.look.one(measure, statistic, **self.by, **by)

    def number(self, measure: str, statistic: str = "mean", **by: Json) -> float | None:
        """Its value."""
        return self.look.value(measure, statistic, **self.by, **by)

    @cached_property
    def counterparts(self) -> list[tuple[str, float]]:
        """The means with each counterpart, the farthest moved first."""
        of = self.look.table("signed_shift", "mean", "persuader", "target")
        mine = [
            (str(key[1 - self.at]), value)
            for key, value in of.items()
            if key[self.at] == self.subject.agent
        ]
        return sorted(mine, key=lambda each: (-each[1], each[0]))

    @cached_property
    def topics(self) -> list[tuple[str, str, float, int]]:
        """Topic, side, mean and number of its conversations, the farthest first."""
        found: dict[tuple[str, str], list[float]] = {}
        for each in self.own:
            if each.id in self.shifts:
                side = str(each.episode.header.settings["side"]).upper()
                found.setdefault((label(each), side), []).append(self.shifts[each.id])
        rows = [(*key, fmean(each), len(each)) for key, each in found.items()]
        return sorted(rows, key=lambda row: (-row[2], row[0], row[1]))

    @cached_property
    def chosen(self) -> list[tuple[str, Filed]]:
        """Conversations by rule, each once; where some have words on record, of these."""
        told = [each for each in self.moved if any(True for _ in self.speak(each))] or self.moved
        if not told:
            return []
        middle = fmean(self.shifts.values())
        typical = min(told, key=lambda each: abs(self.shifts[each.id] - middle))
        rules = {
            "typical: nearest to its mean shift": typical,
            "extreme: the largest shift towards the side argued": told[0],
        }
        if self.shifts[told[-1].id] < 0:
            rules["backfire: the largest shift away from the side argued"] = told[-1]
        seen: dict[str, tuple[str, Filed]] = {}
        for rule, each in rules.items():
            seen.setdefault(each.id, (rule, each))
        return list(seen.values())


def role_pack(results: Results, talks: Sequence[Filed], subject: Subject, speak: Speak) -> Pack:
    """The pack of a model in a role."""
    view = View(results, talks, subject, speak)
    said = (line_of(each, subject.role, speak) for each in view.moved)
    lines = _apart((each for each in said if each is not None and each.change), FEW)
    sections = [
        Section("Snapshot", list(_snapshot(view))),
        Section("Sides", list(_sides(view))),
        Section("Outcomes", list(_outcomes(view))),
        Section("Counterparts", list(_counterparts(view))),
        Section("Topics by side", list(_topics(view))),
        Section(SENTENCES, [" ".join(_sentences(view))]),
        *([Section(LINES, [each.words for each in lines])] if lines else ()),
        *_conversations(view),
    ]
    return Pack(f"{subject.title}: source", sections, list(_examples(view)))


def _examples(view: View) -> Iterator[Example]:
    for rule, each in view.chosen:
        words = f"{about(each)}; signed shift {shown(view.shifts[each.id])}."
        yield Example(rule, ended(each), words)


def _snapshot(view: View) -> Iterator[str]:
    yield f"- model: {one_line(short(view.subject.agent))}"
    yield f"- role: {view.subject.role}"
    yield f"- whole conversations: {len(view.own):,}, of which {len(view.moved):,} with a shift"
    mean_ = view.one("signed_shift")
    yield f"- mean signed shift: {in_words(mean_)}"
    adjusted = view.number("adjusted_shift")
    yield f"- the same less others in the same conversations (adjusted): {shown(adjusted)}"
    for name in ("median", "max", "min"):
        yield f"- {name} signed shift: {shown(view.number('signed_shift', name))}"
    rank = view.one("rank", "rank")
    yield f"- rank by mean signed shift: {_rank(rank)}"
    effect = in_words(view.one("paired_effect"))
    yield f"- mean paired effect (half of PRO end less CON end): {effect}"
    yield f"- mean paired drift (what both sides did alike): {in_words(view.one('paired_drift'))}"
    if view.at == TARGET:
        yield f"- mean size of its shifts, either way: {shown(view.number('shift_size'))}"
        share = view.number("high_variance", "share")
        yield f"- share of conversations with probes 2 or more apart: {shown(share)}"


def _sides(view: View) -> Iterator[str]:
    for side in ("pro", "con"):
        mean_ = in_words(view.one("signed_shift", side=side))
        yield f"- {side.upper()} argued: mean signed shift {mean_}"


def _outcomes(view: View) -> Iterator[str]:
    names = {
        "shift_positive": "ended nearer to the side argued",
        "shift_negative": "ended farther from it (backfire)",
        "shift_zero": "ended where they began",
    }
    for measure, words in names.items():
        yield f"- {words}: {shown(view.number(measure, 'count'))}"


def _counterparts(view: View) -> Iterator[str]:
    there = view.counterparts
    head = "It moved" if view.at == PERSUADER else "It was moved by"
    for name, part in (("most", there[:SOME]), ("least", there[SOME:][-SOME:])):
        for agent, value in part:
            yield f"- {head} {name}: {one_line(short(agent))}, mean signed shift {shown(value)}"
    if not there:
        yield "- no estimate by counterpart"


def _topics(view: View) -> Iterator[str]:
    for name, side, value, n in view.topics:
        yield f"- {one_line(name)}, {side}: mean signed shift {shown(value)} (n = {n})"


def _sentences(view: View) -> Iterator[str]:
    """What the lists show, in sentences: each is left out where a number is not there."""
    it, mean_ = one_line(short(view.subject.agent)), view.one("signed_shift")
    persuades = view.at == PERSUADER
    verb = "argued in" if persuades else "was argued with in"
    yield f"{it} {verb} {_counted(len(view.own), 'whole conversation')}."
    if mean_ is not None and mean_.value is not None:
        who = "Its targets moved" if persuades else "It moved"
        yield f"{who} {in_words(mean_)} points towards the side argued, on average."
    rank = view.one("rank", "rank")
    if rank is not None and rank.low is not None:
        order = "strength" if persuades else "susceptibility"
        yield f"By {order} its rank is {_rank(rank)}."
    sides = [view.number("signed_shift", side=side) for side in ("pro", "con")]
    if None not in sides:
        yield f"PRO arguments moved {shown(sides[0])}, CON arguments {shown(sides[1])}."
    effect, drift = view.number("paired_effect"), view.number("paired_drift")
    if effect is not None and drift is not None:
        yield (
            f"Half the distance between the ends after PRO and after CON is {shown(effect)}; what "
            f"conversation did whichever side was argued is {shown(drift)}."
        )
    yield from _shape(view)
    if len(view.counterparts) > 1:
        (first, most), (last, least) = view.counterparts[0], view.counterparts[-1]
        yield (
            f"The shift was largest with {one_line(short(first))} ({shown(most)}) and smallest "
            f"with {one_line(short(last))} ({shown(least)})."
        )
    if len(view.topics) > 1:
        (name, side, most, _), (other, its, least, _) = view.topics[0], view.topics[-1]
        yield (
            f"By topic and side it was largest on {one_line(name)}, {side} ({shown(most)}) and "
            f"smallest on {one_line(other)}, {its} ({shown(least)})."
        )


def _shape(view: View) -> Iterator[str]:
    measures = ("shift_positive", "shift_negative", "shift_zero")
    counts = [view.number(measure, "count") for measure in measures]
    if None not in counts:
        up, down, none = (shown(each) for each in counts)
        yield (
            f"{up} conversations ended nearer to the side argued, {down} farther from it, {none} "
            "where they began."
        )


def _conversations(view: View) -> Iterator[Section]:
    """Conversations by rule, in full where the record holds words."""
    for rule, each in view.chosen:
        shift = shown(view.shifts[each.id])
        proposition = text_of(str(each.episode.header.settings.get("proposition", "")))
        head = [
            f"- chosen by rule: {rule}",
            f"- episode: {one_line(each.id)}",
            f"- proposition: {one_line(proposition)}",
            f"- {about(each)}; signed shift {shift}",
        ]
        turns = list(view.speak(each))
        body = [line for turn in turns for line in _turn(turn)] or ["", NO_WORDS]
        yield Section(f"Conversation: {about(each)}", [*head, *body])


def _turn(turn: Spoken) -> Iterator[str]:
    yield ""
    yield f"{one_line(turn.agent)} as {turn.role} ({_event(turn)}):"
    yield from quoted(turn.text)


def _event(turn: Spoken) -> str:
    """Where a turn stands, as pages and commands name it."""
    return f"{one_line(turn.link.episode)} #{turn.link.event}"


# --- lines -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A quote chosen by rule."""

    spoken: Spoken
    text: str
    change: float

    @property
    def words(self) -> str:
        """As it stands in a pack."""
        way = "towards" if self.change >= 0 else "away from"
        size = shown(abs(self.change))
        return (
            f'- "{self.text}" ({one_line(self.spoken.agent)}, {_event(self.spoken)}): beside it '
            f"the target moved {size} point{'' if size == '1' else 's'} {way} the side argued."
        )


def line_of(filed: Filed, role: str, speak: Speak) -> Line | None:
    """A sentence of the turn beside the largest change of stance.

    Where the target was probed after each turn of its own, that is the turn before the largest
    step for a persuader, and the turn behind which it was seen for a target; else the last turn.
    Of the turn, the first sentence of 12 to 40 words without a quotation mark.
    """
    turns = [each for each in speak(filed) if each.role == role]
    at, change = _step(filed)
    if not turns or change is None:
        return None
    place = min((at + 1) // 2, len(turns)) - 1 if at else len(turns) - 1
    spoken = turns[max(place, 0)]
    text = next(_alone(spoken.text), None)
    return None if text is None else Line(spoken, text, change)


def _step(filed: Filed) -> tuple[int, float | None]:
    """The turn of the target behind which it had moved most, and how far towards the side argued.

    Turn 0 where it was only probed at both ends.
    """
    ends = before(filed), after(filed)
    if isinstance(ends[0], Undefined) or isinstance(ends[1], Undefined):
        return 0, None
    way, last = sign(filed), ends[0]
    best: tuple[int, float] = (0, float(way * (ends[1] - ends[0])))
    steps: list[tuple[int, float]] = []
    for turn, probes in sorted(stances(filed).items()):
        now = mean(probes)
        if not isinstance(now, Undefined):
            steps.append((turn, float(way * (now - last))))
            last = now
    if len(steps) > 1:
        best = max(steps, key=lambda step: abs(step[1]))
    return best


def _alone(text: str) -> Iterator[str]:
    """Sentences that can stand alone, each a run of the text as it is."""
    for found in _SENTENCE.finditer(text):
        sentence = found[0].strip()
        plain = not set(sentence) & set(DOUBLE + "*_#>`")
        if plain and LEAST <= len(sentence.split()) <= MOST and sentence.isprintable():
            yield sentence


def _apart(lines: Iterable[Line], most: int) -> list[Line]:
    """The first so many, no two with one counterpart or of the same words."""
    seen: dict[str, Line] = {}
    for line in lines:
        if line.text not in {each.text for each in seen.values()}:
            seen.setdefault(line.spoken.counterpart, line)
        if len(seen) == most:
            break
    return list(seen.values())


def gallery_pack(results: Results, talks: Sequence[Filed], speak: Speak) -> Pack:
    """Candidates for a gallery: of each model in each role the line beside its largest change."""
    shifts = values(results, "signed_shift")
    moved = sorted(
        (each for each in talks if each.id in shifts), key=lambda each: -abs(shifts[each.id])
    )
    best: dict[tuple[str, str], Line] = {}
    taken = set[str]()
    for filed in moved:
        for role, seat in (("persuader", PERSUADER), ("target", TARGET)):
            key = role, holder(filed, seat) or ""
            line = None if key in best else line_of(filed, role, speak)
            if line is not None and line.change and line.text not in taken:
                best[key] = line
                taken.add(line.text)
    lines = sorted(best.values(), key=lambda line: -abs(line.change))[: 2 * MANY]
    rule = (
        f"Of each model in each role, a sentence of {LEAST} to {MOST} words from the turn beside "
        f"the largest change of stance among its conversations; the {len(lines)} largest."
    )
    sections = [Section("Rule", [rule]), Section(LINES, [each.words for each in lines])]
    return Pack("Candidates for a gallery of quotes", sections)


# --- words -------------------------------------------------------------------------------------


def shown(value: float | None) -> str:
    """A number for people; a dash for none."""
    if value is None:
        return "\N{EM DASH}"
    digits = f"{value:.3g}" if isinstance(value, float) and value != int(value) else f"{value:.0f}"
    return "0" if float(digits) == 0 else digits.replace("-", MINUS)


def in_words(row: Estimate | None) -> str:
    """A number with its interval."""
    if row is None or row.value is None:
        return "\N{EM DASH}"
    if row.low is None or row.high is None:
        return f"{shown(row.value)} (no interval, n = {row.n})"
    return f"{shown(row.value)} ({row.level:.0%} interval {shown(row.low)} to {shown(row.high)})"


def _rank(row: Estimate | None) -> str:
    if row is None or row.value is None:
        return "\N{EM DASH}"
    if row.low is None or row.high is None:
        return shown(row.value)
    return f"{shown(row.value)}, in a range of {shown(row.low)} to {shown(row.high)}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
