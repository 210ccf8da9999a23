"""Paraphrases of what seats are told: the same facts in other sentences."""

from __future__ import annotations

from dataclasses import dataclass

FORM = '{"belief": "believe" or "doubt", "post": TEXT}'


@dataclass(frozen=True)
class Wording:
    """Templates of every sentence; what stands in braces comes from the settings in force."""

    opening: str
    morning: str
    """When those met believed what a seat is told of them, where all answer at once."""
    moment: str
    """The same where they answer one by one."""
    at_once: str
    by_turns: str
    posts: str
    correction: str
    reply: str
    form: str
    """Added in `reply` where there are posts."""
    said: str
    """What is kept beside a belief, where there are posts."""
    now: str
    parts: tuple[str, ...] = ("opening", "posts", "correction", "reply")
    """The order of the brief."""


FIRST = Wording(
    opening="""\
You are one of {size} people who hear some news: “{news}”
For up to {days} you meet {others} a day, anew each day and at random, and are told whether {they} \
{verb} it {when}. Each day you then say whether you believe it yourself; whoever meets you is \
told. {order}""",
    morning="that morning",
    moment="at that moment",
    at_once="All answer at the same time.",
    by_turns="People answer one after the other, in an order drawn anew each day.",
    posts="""\
With your answer you may post a few words, at most {limit} characters (what is longer is cut). \
Whoever meets you while it is your latest answer reads them.""",
    correction="There may be an official statement about the news; everyone is told it.",
    reply="""\
Answer with one word: believe, or doubt.{form} Any other answer is none: you keep what you \
believed{said}.""",
    form=f" To post something, answer with one JSON object and nothing else: {FORM}.",
    said=" and what you posted",
    now="You are {name}. Do you believe it?",
)
SECOND = Wording(
    opening="""\
Some news is heard by {size} people, and you are one of them: “{news}”
Each day, for up to {days}, you meet {others}, drawn anew and at random. You are told whether \
{they} {verb} it {when}. Then you say whether you yourself believe it, which those who meet you \
are told. {order}""",
    morning="on that morning",
    moment="at the moment you meet",
    at_once="Everybody answers at once.",
    by_turns="Answers come one after the other, in an order that is drawn anew for each day.",
    posts="""\
You may post a few words together with your answer. They may have {limit} characters at most, and \
what is longer is cut; those who meet you read them for as long as that answer is your latest.""",
    correction="""\
An official statement about the news is possible, and everyone is told it if there is one.""",
    reply="""\
Your answer has to be one word, which is believe or doubt.{form} If it is anything else you have \
not answered, and what you believed{said} is kept.""",
    form=f" To post something it has to be a single JSON object and nothing else: {FORM}.",
    said=" and posted",
    now="Do you believe it? You are asked as {name}.",
    parts=("opening", "correction", "posts", "reply"),
)
THIRD = Wording(
    opening="""\
News, heard by {size} people and you among them: “{news}”
Length: up to {days}. Each day, anew and at random: {others} for you to meet. Told to you: whether \
{they} {verb} it {when}. Said by you after that: whether you believe it yourself; told to whoever \
meets you. {order}""",
    morning="that morning",
    moment="at that moment",
    at_once="Answers: all at the same time.",
    by_turns="Answers: one after the other, in an order drawn anew each day.",
    posts="""\
Beside an answer, if you like: a post, that is, a few words of at most {limit} characters (longer \
ones are cut). Read by whoever meets you while that answer is your latest.""",
    correction="Possible: an official statement about the news, told to everyone.",
    reply="""\
Form of an answer, one word: believe, or doubt.{form} Anything else: no answer; kept is what you \
believed{said}.""",
    form=f" With a post, one JSON object and nothing else: {FORM}.",
    said=" and what you posted",
    now="You: {name}. Do you believe it?",
    parts=("opening", "reply", "posts", "correction"),
)
FOURTH = Wording(
    opening="""\
There is some news that {size} people get to hear, you and the others: “{news}”
It all takes up to {days}. On each of them you meet {others}, picked anew by chance, and we tell \
you whether {they} {verb} it {when}. After that it is for you to say whether you believe it \
yourself, and we tell whoever meets you. {order}""",
    morning="that same morning",
    moment="just at that moment",
    at_once="You all answer at the same time.",
    by_turns="You answer one after the other, and each day we draw the order anew.",
    posts="""\
If you want to, post a few words with your answer. You have up to {limit} characters, and if you \
write more, the rest is cut. While it is your latest answer, whoever meets you gets to read \
them.""",
    correction="""\
It may be that there is an official statement about the news. Then we tell everyone.""",
    reply="""\
Please answer with just one word, either believe or doubt.{form} If you answer in any other way \
it does not count, and you keep what you believed{said}.""",
    form=f" If you want to post something, answer with just one JSON object instead: {FORM}.",
    said=" as well as what you posted",
    now="We are asking you, {name}: do you believe it?",
    parts=("opening", "posts", "reply", "correction"),
)
WORDINGS = (FIRST, SECOND, THIRD, FOURTH)
