"""Writing: one seat writes a text from a source, and keeps to a number of words.

It is no game: nobody is influenced and nothing is paid. It is here so that whoever writes about a
run, a model or a script, is asked, retried, limited, paid and recorded as every seat is. The seat
`writer` is told its task once, then the source; what is too long is asked for again once, and then
cut at the end of a sentence. Source: ours.
"""

from __future__ import annotations

from suasion.environments._writing.rules import Writing
from suasion.environments._writing.stand_in import stand_in
from suasion.measures.kit import Kit

KIT = Kit(environment=Writing, policies={"stand_in": stand_in})
