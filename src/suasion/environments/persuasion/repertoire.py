"""What scripted persuaders say: sentences of known force, which scripted targets can read.

Force travels by what is said and by nothing else. An argument is a sentence on one side with a
force in tenths; a turn's force is the sum of those it holds, for less against, each counted once.
The four weights 4, 3, 2 and 1 make every force from 0 to 1 in tenths.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

WEIGHTS = (4, 3, 2, 1)
"""Of the arguments, in tenths: evidence, consequences, fairness, practice."""
ARGUMENTS: Mapping[str, Mapping[int, Sequence[str]]] = {
    "pro": {
        4: (
            "Wherever it has been tried and counted, the figures came out in favour of it.",
            "The careful studies that compare before and after mostly support it.",
            "I have yet to see evidence against it that survives a second look.",
            "Those who have looked at the numbers for years end up on its side.",
        ),
        3: (
            "Without it, things go on getting worse in just the way nobody wants.",
            "What it brings about in ten years outweighs what it costs in the first.",
            "Its good effects reach people who never asked for them.",
            "Doing nothing here is a choice as well, and the dearer one.",
        ),
        2: (
            "It treats alike those who are alike, which what we have now does not.",
            "Those who would lose by it have had the advantage for a long time.",
            "It asks most of those who can most easily give it.",
            "Ask who bears the burden today, and it is hard to call that fair.",
        ),
        1: (
            "It can be started small and mended on the way.",
            "Nothing about it is beyond what offices manage every day.",
            "The people who would have to do the work say that it can be done.",
            "It needs no invention, only a decision.",
        ),
    },
    "con": {
        4: (
            "Wherever it has been tried and counted, the figures came out against it.",
            "The careful studies that compare before and after mostly find nothing to support it.",
            "I have yet to see evidence in favour of it that survives a second look.",
            "Those who have looked at the numbers for years end up opposed to it.",
        ),
        3: (
            "With it, things get worse in ways that its friends leave out.",
            "What it costs in the first year is not made up for in ten.",
            "Its bad effects reach people who never had a say in it.",
            "Doing this is not the same as doing something that helps.",
        ),
        2: (
            "It treats alike those who are not alike at all.",
            "Those who would lose by it can least afford to.",
            "It asks most of those who have least to give.",
            "Ask who would bear the burden then, and it is hard to call that fair.",
        ),
        1: (
            "It cannot be started small, and it is hard to undo.",
            "It takes far more than offices manage every day.",
            "The people who would have to do the work say that it cannot be done.",
            "It needs a good deal more than a decision.",
        ),
    },
}
"""By side and weight, one for each turn in turn."""
OPENERS = (
    "Let me say what I think of this.",
    "I see what you mean, and I would add something.",
    "Let us look at it from one more angle.",
    "I think that we are not far apart.",
)
NOTHING_MORE = "I have no argument to add to that."
ASIDES = (
    "Before we come to that: have you noticed how early it gets dark these days?",
    "I spent the morning looking for my keys, which were in the door.",
    "They have moved the bakery across the road, and the queue has moved with it.",
    "My neighbour is learning the trumpet, one note at a time.",
)
"""Talk about other things, for a control."""
SMALL_TALK = (
    "Mine drop their leaves as soon as the days get short, and I never know why.",
    "I am told that one waters them less in winter, which I cannot bring myself to do.",
    "There is one on the stairs that nobody looks after, and it is the finest of all.",
    "I have moved them all to one window, so that there is no room left for the cat.",
)
"""Talk about house plants, for an arm that talks of nothing else."""
REPLIES = (
    "Mine do much better by the window, as far as I can tell.",
    "I would not have thought of that; I mostly forget about them until they droop.",
    "That sounds right to me, though I have never tried it.",
    "I will keep it in mind when it gets colder.",
)
"""What a target says in such talk."""
QUESTIONS = (
    "Before we talk about it properly: where do you stand on this yourself, and why?",
    "And what would have to be so for you to see it otherwise?",
    "Is there a part of it that you have never been sure of?",
)
"""What a persuader asks before it argues."""
REASONS = (
    "I have thought about it on and off, and that is where I came out.",
    "I would have to see that it works out for those whom it touches.",
    "How it would be carried out is what I am least sure of.",
)
"""What a target says of its reasons, which a script does not have."""

_FORCE: Mapping[str, int] = {
    **{text: +n for n, several in ARGUMENTS["pro"].items() for text in several},
    **{text: -n for n, several in ARGUMENTS["con"].items() for text in several},
    **dict.fromkeys((NOTHING_MORE, *ASIDES, *SMALL_TALK, *QUESTIONS), 0),
}


def argued(side: str, tenths: int, number: int) -> str:
    """The words of a turn of such a force; `number` is which of the speaker's turns, from 0."""
    said = [OPENERS[number % len(OPENERS)]]
    for weight in WEIGHTS:
        if weight <= tenths:
            several = ARGUMENTS[side][weight]
            said.append(several[number % len(several)])
            tenths -= weight
    return " ".join(said if len(said) > 1 else [*said, NOTHING_MORE])


def force_of(text: str) -> float | None:
    """What a turn weighs, from -1 (against) to 1 (for); `None` where nothing in it is known."""
    found = [force for sentence, force in _FORCE.items() if sentence in text]
    return sum(found) / 10 if found else None
