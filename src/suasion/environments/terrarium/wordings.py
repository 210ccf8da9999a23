"""Paraphrases of what seats of Terrarium are told: the same facts in other sentences.

The forms of actions are no part of them: they are what an answer is read by.
"""

from __future__ import annotations

from dataclasses import dataclass

PARTS = (
    *("persona", "opening", "puzzles", "reward", "self_solving", "messages", "shout", "trades"),
    *("ratings", "ear", "swaps", "order", "memory", "reply"),
)


@dataclass(frozen=True)
class Wording:
    """Templates of every sentence; what stands in braces comes from the settings in force."""

    opening: str
    puzzles: str
    category: str
    """Added in `puzzles` where seats are told the kind of word."""
    reward: str
    alone: str
    """In place of `reward` where nobody can write."""
    self_solving: str
    messages: str
    shout: str
    trades: str
    ratings: str
    ear: str
    swaps: str
    at_once: str
    by_turns: str
    memory: str
    reply: str

    moment: str
    character: str
    others: str
    clues: str
    """The titles of what follows in a view; `other_clue` and `offer` are lines in them."""
    other_clue: str
    open_puzzles: str
    public: str
    inbox: str
    between: str
    offers: str
    offer: str
    trust: str
    parts: tuple[str, ...] = PARTS
    """The order of the brief."""


FIRST = Wording(
    opening="""\
You are {me}, one of {size} players: {names}.
You start with {start}. At the end of every round each player alive pays {drain}; with none left \
you are out of the game. It ends after {rounds}, or when at most one player is alive. The tokens \
you hold then are your result.""",
    puzzles="""\
In each round a new puzzle opens: one word. Two players alive are drawn, and each gets a clue \
that shows some of its letters and blanks for the others. A puzzle has an id, such as A-1. It is \
shown for {lifetime}, its own included, and closes at the end of the round after. {category}Any \
player may solve any open puzzle; a wrong answer costs nothing.""",
    category="You are told what kind of word it is. ",
    reward="""\
Solving a puzzle pays {alone} if you contributed alone. A holder of one of its clues, other than \
you, who wrote its id in a public or private message in this round or the {credit} before has \
contributed too: then each of you gets {split} instead.""",
    alone="Solving a puzzle pays {alone}.",
    self_solving="""\
A puzzle also solves itself at the end of a round, and each of its two holders gets {split}, if \
both are alive and each has sent the other a private message in this round or the {window} before \
that holds the puzzle's id or the letters that either clue shows. What else such a message says, \
and whether it is true, does not matter.""",
    messages="""\
A message costs tokens by its words: {rate} for each, rounded down, and at least 1. A public \
message goes to all players and costs {multiple} times as much, rounded down, and at least 1; \
a private message goes to one. What you cannot pay for is not sent; spending your last token \
puts you out. You can send {most} in a round.""",
    shout="Once a round you can shout up to {words} to all players, free; what is more is cut off.",
    trades="""\
You can offer another player tokens for whatever you ask. If they accept, in the same round or \
the {lifetime} after, and you still have the tokens, these are theirs; nothing makes anybody \
give what was asked.""",
    ratings="""\
You can rate other players: {ratings}. Your latest rating of each counts, as {scores}; all \
players see the mean rating of each.""",
    ear="You also read every private message that other players send one another.",
    swaps="Characters change places among the players every {rounds}; you are told which is yours.",
    at_once="All players act at the same time.",
    by_turns="""\
In each round the players act one after the other, in the order of their names above.""",
    memory="""\
Each time you see the latest {window} public messages and the latest {window} private messages \
to you, and nothing older. You are not told what became of your actions.""",
    reply="""\
Answer with one or two actions, one a line, in these forms and nothing else:
{forms}
Only the first two actions count; other lines are ignored.""",
    moment="Round {round} of {rounds}. You have {tokens}.",
    character="Your character: {persona}",
    others="Others alive: {others}.",
    clues="Your clues:",
    other_clue=" The other clue: {name}.",
    open_puzzles="Other open puzzles:",
    public="Public messages:",
    inbox="Private messages to you:",
    between="Private messages between others:",
    offers="Offers to you:",
    offer="{trade}: {who} offers {tokens} for: {ask}",
    trust="Ratings:",
)
SECOND = Wording(
    opening="""\
{names} are the {size} players of this game, and you are {me}.
The tokens that you hold when it is over are your result. It is over after {rounds}, or as soon as \
no more than one player is alive. To start with you have {start}. Whoever is alive at the end of a \
round pays {drain} then, and a player with none left is out of the game.""",
    puzzles="""\
A new puzzle, which is one word, opens in each round. For each of two players, drawn from those \
alive, there is a clue, in which some letters of the word are shown and the others are blanks. \
Puzzles have ids such as A-1. One is shown for {lifetime}, that in which it opens included, and \
it closes at the end of the round after these. {category}Every player may solve every puzzle that \
is open, and wrong answers cost nothing.""",
    category="What kind of word it is, you are told. ",
    reward="""\
If you solve a puzzle and contributed alone, you are paid {alone} for it. Another holder of a clue \
to it has contributed as well by writing its id in a message, public or private, in this round or \
the {credit} before; in that case each of you gets {split} instead.""",
    alone="For solving a puzzle you are paid {alone}.",
    self_solving="""\
There are puzzles, too, that solve themselves at the end of a round, with {split} for each of the \
two holders. For that, both must be alive, and each must have sent the other, in this round or the \
{window} before, a private message that holds the puzzle's id or the letters that one of the clues \
shows. It does not matter what else these messages say, nor whether that is true.""",
    messages="""\
In a round you can send {most}. A private message goes to one player and costs, in tokens, {rate} \
a word, rounded down, though at least 1. A public one goes to all players, at {multiple} times \
that cost, rounded down, though at least 1. If you cannot pay for a message it is not sent, and \
if you spend your last token on one you are out.""",
    shout="""\
A shout is free and goes to all players: once a round, up to {words}, and the rest of a longer one \
is cut off.""",
    trades="""\
For whatever you ask of another player you can offer them tokens. Should they accept in the same \
round or in the {lifetime} after, these become theirs if you still have them; whether they give \
what was asked, nobody makes them.""",
    ratings="""\
Other players can be rated by you: {ratings}, which counts as {scores}. Only the latest of your \
ratings of a player does count, and the mean rating of each is seen by all players.""",
    ear="Whatever private messages other players send one another, you read them too.",
    swaps="""\
Every {rounds} the characters change places among the players, and you are told which one is then \
yours.""",
    at_once="Players act all at once.",
    by_turns="""\
The players act one by one in each round; who comes when is the order of their names above.""",
    memory="""\
What became of your actions, nobody tells you. What you see each time are the latest {window} \
public messages and the latest {window} of the private ones to you; nothing that is older.""",
    reply="""\
Your answer has to be one action or two, each on a line of its own, in these forms and with \
nothing else:
{forms}
Of the actions only the first two count, and all other lines are ignored.""",
    moment="You have {tokens}. This is round {round} of {rounds}.",
    character="The character you have: {persona}",
    others="Alive beside you: {others}.",
    clues="Clues that you hold:",
    other_clue=" The other clue is with {name}.",
    open_puzzles="Puzzles that are open besides:",
    public="Messages that are public:",
    inbox="Messages that are private, to you:",
    between="Messages that are private, of others to one another:",
    offers="Offers that are made to you:",
    offer="{trade}: from {who}, {tokens} for: {ask}",
    trust="Mean ratings:",
    parts=(
        *("opening", "persona", "puzzles", "reward", "self_solving", "trades", "messages", "shout"),
        *("ear", "ratings", "swaps", "memory", "order", "reply"),
    ),
)
THIRD = Wording(
    opening="""\
Players: {names}; {size} in all. You: {me}.
Tokens to start with: {start}. To be paid by each player alive at the end of every round: {drain}. \
With none left: out of the game. End of the game: after {rounds}, or when at most one player is \
alive. Result: the tokens you hold then.""",
    puzzles="""\
Puzzles: a new one opens in each round, one word. Its two holders: players alive, drawn. For each \
of them, one clue: some of the letters shown, blanks for the others. Id of a puzzle: such as A-1. \
Shown for: {lifetime}, its own included. Closed: at the end of the round after. {category}May be \
solved, while open: any of them, by any player. Cost of a wrong answer: nothing.""",
    category="Told to you: what kind of word it is. ",
    reward="""\
Pay for solving a puzzle: {alone} if you contributed alone. Contributed too: a holder of one of \
its clues, other than you, who wrote its id in a message (public or private; in this round or the \
{credit} before). Pay in that case: {split} for each of you instead.""",
    alone="Pay for solving a puzzle: {alone}.",
    self_solving="""\
A puzzle solves itself, too, at the end of a round, with {split} for each of its two holders. \
Conditions: both alive; a private message from each to the other, in this round or the {window} \
before, that holds the puzzle's id or the letters either clue shows. Of no matter: what else such \
a message says, and whether it is true.""",
    messages="""\
Cost of a message, in tokens: {rate} a word, rounded down, and at least 1. Private: to one player. \
Public: to all players, at {multiple} times the cost, rounded down, and at least 1. Not sent: what \
you cannot pay for. With your last token spent: out. In a round: {most}.""",
    shout="""\
Shouts: free, to all players, once a round, up to {words}; what is more is cut off.""",
    trades="""\
Trades: an offer of tokens to another player, for whatever you ask. Accepted in the same round or \
the {lifetime} after, and with the tokens still yours, they go to that player. Not enforced: that \
anybody gives what was asked.""",
    ratings="""\
Ratings of other players: {ratings}; counted as {scores}. Counted of yours: the latest of each. \
Seen by all players: the mean rating of each.""",
    ear="Read by you as well: every private message that other players send one another.",
    swaps="Characters: they change places among the players every {rounds}; yours is told to you.",
    at_once="Order of acting: all players at the same time.",
    by_turns="Order of acting in each round: one after the other, in the order of the names above.",
    memory="""\
Seen by you each time: the latest {window} public messages, the latest {window} private messages \
to you, nothing older. Not told to you: what became of your actions.""",
    reply="""\
Form of an answer, one or two actions, one a line, and nothing else:
{forms}
Counted: only the first two actions. Ignored: other lines.""",
    moment="Round: {round} of {rounds}. Yours: {tokens}.",
    character="Character: {persona}",
    others="Others who are alive: {others}.",
    clues="Clues, yours:",
    other_clue=" Holder of the other clue: {name}.",
    open_puzzles="Puzzles, open, others:",
    public="Messages, public:",
    inbox="Messages, private, to you:",
    between="Messages, private, between others:",
    offers="Offers, to you:",
    offer="{trade}: offered by {who}, {tokens} for: {ask}",
    trust="Ratings, mean:",
    parts=(
        *("persona", "opening", "order", "puzzles", "reward", "self_solving", "reply", "messages"),
        *("shout", "trades", "ratings", "ear", "swaps", "memory"),
    ),
)
FOURTH = Wording(
    opening="""\
In this game they call you {me}. With you there are {size} players: {names}.
You have {start} at the start. When a round ends, everybody who is alive pays {drain}, and once \
you have none left, you are out of the game. We stop after {rounds}, or when at most one player is \
alive, and what counts for you is the tokens you hold by then.""",
    puzzles="""\
We open a new puzzle in each round, and it is always one word. Then we draw two players who are \
alive and give each of them a clue, where you can see some letters of the word and blanks for the \
others. We call puzzles by an id, A-1 for example. You are shown a puzzle for {lifetime}, counting \
the one it opens in, and at the end of the round after that it closes. {category}Whoever plays may \
solve whatever puzzle is open, and it costs nothing to answer wrong.""",
    category="We tell you what kind of word it is. ",
    reward="""\
When you solve a puzzle, we pay you {alone} if nobody but you contributed. But if a player other \
than you holds one of its clues, and has written its id in this round or the {credit} before, \
whether in a public message or in a private one, that player has contributed too, and then we give \
each of you {split} instead.""",
    alone="When you solve a puzzle, we pay you {alone}.",
    self_solving="""\
Some puzzles we take as solved without anybody solving them. It happens at the end of a round, and \
each of the two holders gets {split}. They both have to be alive for it, and each of them has to \
have sent the other a private message, in this round or the {window} before, with the puzzle's id \
in it or the letters that either clue shows. Never mind what else the message says, and whether it \
is true.""",
    messages="""\
When you write, you pay by the word. In tokens it is {rate} for each, rounded down, but at least \
1. If you write to one player, the message is private; if you write to all, it is public and \
costs {multiple} times as much, rounded down, but at least 1. We do not send what you cannot pay \
for, and if you spend your last token, you are out. Within a round you can send {most}.""",
    shout="""\
You can also shout to all players once a round, and that is free. You have up to {words}, and if \
you use more, the rest is cut off.""",
    trades="""\
If there is something you want from another player, ask for it and offer them tokens. They can \
accept in the same round or the {lifetime} after, and if you still have the tokens, they get them. \
Nothing makes anybody give what was asked.""",
    ratings="""\
You can say what you make of the other players by rating them: {ratings}. We count that as \
{scores}, and only your latest rating of each player. The mean rating of each is there for all \
players to see.""",
    ear="When other players send one another private messages, you get to read every one of them.",
    swaps="""\
Among the players, characters change places every {rounds}. When they do, we tell you which is \
yours.""",
    at_once="You all act at the same time.",
    by_turns="You act one after the other in each round, in the order we gave your names in above.",
    memory="""\
Whenever it is up to you, we show you the latest {window} public messages and the latest {window} \
private messages to you, but nothing older. What became of your actions we do not tell you.""",
    reply="""\
Please answer with one action or with two. Put each on a line, write it in one of these forms, and \
leave out everything else:
{forms}
We take only the first two actions, and we ignore other lines.""",
    moment="We are in round {round} of {rounds}, and you have {tokens}.",
    character="Your character is now: {persona}",
    others="Those alive with you: {others}.",
    clues="You have these clues:",
    other_clue=" {name} has the other clue.",
    open_puzzles="There are these other open puzzles:",
    public="To all, these public messages were written:",
    inbox="To you, these private messages were written:",
    between="Others wrote these private messages to one another:",
    offers="You have these offers:",
    offer="{trade}: {who} would give {tokens} for: {ask}",
    trust="The ratings are:",
    parts=(
        *("opening", "puzzles", "reward", "self_solving", "messages", "shout", "ear", "trades"),
        *("ratings", "swaps", "order", "memory", "persona", "reply"),
    ),
)
WORDINGS = (FIRST, SECOND, THIRD, FOURTH)
