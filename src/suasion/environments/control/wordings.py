"""Paraphrases of what the controller is told: the same facts in other sentences."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    """Templates of every sentence; what stands in braces comes from the settings in force."""

    opening: str
    noise: str
    """Added in `opening` where there is noise."""
    known: str
    """What may be known of the channels, a row each."""
    row: str
    reply: str
    now: str
    parts: tuple[str, ...] = ("opening", "known", "reply")
    """The order of the brief."""


FIRST = Wording(
    opening="""\
You decide at each of {steps} how much to spend on {channels}. On each you can spend any \
amount from 0 to 1; at each step {budget} in all. If you name more, all amounts are scaled down \
alike until they sum to {budget}. What you do not spend is lost.
After each step you are told one reward for all channels together. What a channel pays for \
an amount can come at once, over the steps that follow, or both{noise}. Your result is the sum of \
all rewards: make it as large as you can.""",
    noise=", and every reward has some noise that nobody can foresee",
    known="""\
This is how it works. Each channel has a state x that you are not told, 0 before step 1. The \
amount u that you spend on a channel adds to the reward of this step, and to its state for the \
next step; at each step the state adds to the reward, and a share of it stays for the next:
{rows}""",
    row="""\
- {name}: u adds {d} u at once and {b} u to its state; a state of x adds {c} x; {a} x stays""",
    reply="""\
Answer with one JSON object and nothing else, a number from 0 to 1 for each:
{form}
Any other answer spends nothing at that step.""",
    now="Step {step} of {steps}: at most {budget} in all.",
)
SECOND = Wording(
    opening="""\
The sum of all rewards is your result, and you should make it as large as you can. There are \
{channels}, and {steps}. At each step you decide how much to spend on each channel: any amount \
from 0 to 1, and no more than {budget} for all channels together. Should your amounts come to more \
than {budget}, all of them are reduced in proportion until they do not. Nothing that you leave \
unspent is kept.
When a step is over you are told a single reward, which is that of all channels together. An \
amount can pay at once, or over later steps, or both{noise}.""",
    noise="; in every reward there is also some noise, which nobody can foresee",
    known="""\
What follows is how rewards come about. A channel has a state x, 0 before step 1, which is not \
told to you. Spending the amount u on a channel adds to this step's reward and to the channel's \
state for the step after. The state itself adds to the reward at each step, and a share of it \
stays until the next:
{rows}""",
    row="""\
- {name}: at once u adds {d} u, and to its state {b} u; where the state is x it adds {c} x, and \
{a} x of it stays""",
    reply="""\
Your answer has to be a single JSON object without anything around it, in which each has a number \
from 0 to 1:
{form}
With any other answer nothing is spent at that step.""",
    now="This is step {step} of {steps}, and you can spend {budget} in all at most.",
    parts=("opening", "reply", "known"),
)
THIRD = Wording(
    opening="""\
To be decided at each step: how much to spend on each channel. Given: {channels}; {steps}. \
Amounts: from 0 to 1 on each channel, {budget} in all at each step. More than {budget} named: all \
amounts scaled down alike, to that sum. Less spent: the rest is lost.
Told to you after each step: one reward, of all channels together. A channel's pay for an amount: \
at once, over the steps that follow, or both{noise}. Result: the sum of all rewards. Aim: as \
large a sum as you can reach.""",
    noise="; noise in every reward, which nobody can foresee",
    known="""\
How it works. For each channel: a state x, not told to you, 0 before step 1. For an amount u \
spent on it: an addition to the reward of this step, and one to the state for the next step. For \
the state, at each step: an addition to the reward, and a share that stays for the next step:
{rows}""",
    row="""\
- {name}: by u, {d} u at once and {b} u to its state; by a state of x, {c} x; staying, {a} x""",
    reply="""\
Form of an answer, one JSON object and nothing else, with a number from 0 to 1 for each:
{form}
Any other answer: nothing spent at that step.""",
    now="Step: {step} of {steps}. In all, at most: {budget}.",
)
FOURTH = Wording(
    opening="""\
You have {channels} to spend on, and {steps} to do it. Each time you say how much goes to each \
channel. It can be anything from 0 to 1 on each, but only {budget} on all of them at one step; if \
you ask for more, we scale all your amounts down alike until {budget} is their sum. If you spend \
less, what is left over is lost.
Once a step is done we tell you one reward, and it is for all channels together. A channel may pay \
for what you spent at once, it may pay over the steps that follow, or it may do both{noise}. What \
counts for you in the end is all rewards added up, so make that as large as you can.""",
    noise=". Nobody can foresee the noise, of which every reward has some",
    known="""\
Here is how it works. Every channel has its state x. It is 0 before step 1, and we do not tell \
you what it is. When you spend the amount u on a channel, that adds to the reward of this step \
and also to the state for the next one. At each step the state adds to the reward as well, and a \
share of it stays for the step after:
{rows}""",
    row="""\
- {name}: your u adds {d} u at once, and its state gets {b} u; when that state is x, it adds {c} x \
and {a} x stays""",
    reply="""\
Please answer with just one JSON object, and leave out everything else. Give each a number from 0 \
to 1:
{form}
If you answer in any other way, nothing is spent at that step.""",
    now="We are at step {step} of {steps}, and in all you can spend at most {budget}.",
    parts=("opening", "known", "reply"),
)
WORDINGS = (FIRST, SECOND, THIRD, FOURTH)
