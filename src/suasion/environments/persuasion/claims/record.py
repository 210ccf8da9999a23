"""What no number here can show, and whether quotes stand in the record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from suasion.core.asks import Json
from suasion.environments.persuasion.claims.numbers import Claims
from suasion.environments.persuasion.conversation import arm
from suasion.environments.persuasion.dossier import spoken
from suasion.measures.panel import Link
from suasion.measures.question import Part
from suasion.measures.quotes import VERDICTS, Checked, Claim, Turns, checked

CONTROLS = {
    "reprobe": "what asking again does by itself",
    "off_topic": "what talk about something else does",
    "dose": "what the arguments do without a conversation",
}


def design(found: Claims) -> Part:
    """What the design leaves open, however many conversations there are."""
    arms = set(map(arm, found.results.filed))
    lacking = [words for name, words in CONTROLS.items() if name not in arms]
    words = []
    if lacking:
        words.append(f"This run has no conversations that would show {', or '.join(lacking)}.")
    cells = Counter((c.topic, c.model, c.other, c.side) for c in found.persuaders.cells)
    most = max(cells.values(), default=0)
    if most == 1:
        words.append(
            f"Each of its {len(cells):,} cells (topic, persuader, target, side) was played once: "
            "what a cell shows cannot be told from what sampling did."
        )
    words.append(
        "A stance is what a target answers when it is asked. Whether it would act so, and whether "
        "what it was moved towards is true, is another question, which these numbers do not answer."
    )
    return Part("design", "What no number here can show", words)


def quotes(found: Claims) -> Part:
    """Quotes that were published, looked up in what was said."""
    title, slug = "Do the quotes stand in the record?", "quotes"
    turns = Turns([turn for each in found.results.filed for turn in spoken(each)])
    given = found.results.beside.get("quotes") or ()
    if not turns.spoken:
        said = (
            "The record holds probes and no words, so no quote can be looked up. With the "
            "transcripts joined to the same table, this section is computed:"
        )
        command = (
            "suasion import persuasion-transcripts FILE --cells CELLS.csv --out RUN && "
            "suasion quotes RUN QUOTES.csv && suasion site RUN"
        )
        return Part(slug, title, [said], command=command)
    if not given:
        said = (
            f"The record holds {len(turns.spoken):,} turns, and no list of quotes lies beside it. "
            "With one, a table of text and claimed speaker, this section is computed:"
        )
        return Part(
            slug, title, [said], command="suasion quotes RUN QUOTES.csv && suasion site RUN"
        )
    verdicts = checked([Claim(each["text"], each["speaker"]) for each in given], turns)
    columns = ("quote", "given to", "the record says", "spoken by", "where")
    return Part(
        slug, title, list(_of_quotes(verdicts)), columns=columns, rows=list(map(_verdict, verdicts))
    )


def _of_quotes(verdicts: Sequence[Checked]) -> Iterator[str]:
    counts = Counter(each.verdict for each in verdicts)
    kinds = ", ".join(f"{counts[kind]} {words}" for kind, words in VERDICTS.items())
    yield (
        f"Of {len(verdicts)} quotes, {kinds}. A quote is looked up as a run of words in a turn; "
        "its speaker is the one who wrote that turn."
    )


def _verdict(each: Checked) -> list[Json | Link]:
    where = each.found.spoken if each.found else None
    by = f"{where.agent} as {where.role}" if where else None
    claim = each.claim
    return [claim.text, claim.speaker or None, VERDICTS[each.verdict], by, where and where.link]
