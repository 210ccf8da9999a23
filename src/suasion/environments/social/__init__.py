"""Social spread: every day each seat meets a few others, and comes to believe some news or not.

Seats A1, A2, … (30) are asked once a day, for `days` days (15), whether they believe one piece of
false news. Each is told what it believed itself and what `contact_rate` (3) others, drawn anew for
each seat and day, believe and, where they chose to, what they post. The last `seeds` seats (2)
believe at first. A seat that never believed is susceptible, one that believes is infected, one
that did and no longer does is recovered, and may believe again. Two days (`quiet_days`) after the
first day that ends without a believer it is over. On `correction_day`, and then every
`correction_every` days, everyone is told an official correction.

With `updates=sync` all answer at once and are told what others believed in the morning; with
`async` they answer in an order drawn each day and are told what others believe by then.

Hidden: who met whom, what others believe who were not met, and how many do. What a seat holds at
the end is its belief, 1 or 0: no reward, and none is told. Source: FPS, Liu et al. 2024 ("From
Skepticism to Acceptance", IJCAI; repository LiuYuHan31/FPS), whose order is `async`, and whose
code counts the first day without believers as one of the two; here two more are played. The
personas, summaries and memories of its language models are no part of the rules.
"""

from __future__ import annotations

from suasion.environments.social.belief import stated
from suasion.environments.social.measures import MEASURES, beside, glyph, group
from suasion.environments.social.policies import POLICIES
from suasion.environments.social.presets import PRESETS
from suasion.environments.social.questions import QUESTIONS
from suasion.environments.social.rules import Social
from suasion.environments.social.skins import SKINS
from suasion.measures.kit import Kit

KIT = Kit(
    environment=Social,
    policies=POLICIES,
    presets=PRESETS,
    measures=MEASURES,
    questions=QUESTIONS,
    group=group,
    glyph=glyph,
    beside=beside,
    stated=stated,
    skins=SKINS,
)
