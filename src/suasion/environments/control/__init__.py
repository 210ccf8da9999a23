"""Numeric influence control: spend a budget over channels, of which some pay later and unseen.

The seat `controller` answers `horizon` times (50) with what it spends on each of three channels,
0 to 1 on each. Spending beyond the `budget` (1.5 a step) is scaled down to it; whoever does not
answer spends nothing. With u what is spent, each channel i keeps a hidden state x, nought at first:

    reward = sum over i of (c[i] x[i] + d[i] u[i]) + sigma · noise
    next x[i] = a[i] x[i] + b[i] u[i] + sigma · noise of its own

Each noise has mean 0 and variance 1 (twelve uniform numbers less six). So u pays d at once and
h = d + b c / (1 - a) over time, and the best steady spending goes where h is highest. Rewards are
in units of reward, spending in units of budget, a in shares kept from step to step.

Hidden: the states, and unless `known` is set the numbers a, b, c and d. It pays the sum of the
rewards. Source: dynamical linear bandits, Mussi, Metelli and Restelli 2023 (ICML), with the
settings of their repository (marcomussi/DLB), whose matrices are diagonal. As in the paper one
noise of sigma is in the reward; the repository adds three.
"""

from __future__ import annotations

from suasion.environments.control.measures import MEASURES, beside, glyph, group
from suasion.environments.control.policies import POLICIES
from suasion.environments.control.presets import PRESETS
from suasion.environments.control.questions import QUESTIONS
from suasion.environments.control.rules import Control
from suasion.environments.control.skins import SKINS
from suasion.measures.kit import Kit

KIT = Kit(
    environment=Control,
    policies=POLICIES,
    presets=PRESETS,
    measures=MEASURES,
    questions=QUESTIONS,
    group=group,
    glyph=glyph,
    beside=beside,
    skins=SKINS,
)
