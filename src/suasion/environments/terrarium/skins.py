"""Other words for Terrarium: sailors crack riddles for shells before the tides run out."""

from __future__ import annotations

from collections.abc import Mapping

from suasion.measures.skin import Skin

SKINS: Mapping[str, Skin] = {
    "harbour": Skin.of("""\
    vera mirela, kip jory, sable tamsin, marsh ludo, dove elke, flint ivor,
    player sailor, players sailors, token shell, tokens shells, game voyage, games voyages,
    puzzle riddle, puzzles riddles, clue hint, clues hints, round tide, rounds tides,
    rate grade, rates grades, rated graded, rating grading, ratings gradings,
    helpful useful, unhelpful useless, neutral middling,
    shout holler, shouts hollers, shouted hollered, shouting hollering,
    trade barter, trades barters, traded bartered, trading bartering,
    accept agree, accepts agrees, accepted agreed, accepting agreeing, accept_trade agree_barter,
    solve crack, solves cracks, solved cracked, solving cracking, solver cracker, solvers crackers,
    public common, private quiet, send_public tell_common, send_private tell_quiet,
    pass skip, passes skips, passed skipped, passing skipping,
    message signal, messages signals, action deed, actions deeds,
    offer award, offers awards, offered awarded, offering awarding,
    holder bearer, holders bearers, character figure, characters figures,
    reward bounty, rewards bounties
"""),
}
