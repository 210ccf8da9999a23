"""Arrays to estimates: intervals, tests and corrections. It knows nothing of episodes.

Import the module that is needed (`suasion.stats.mean`, …): all but `interval`, `share` and `holm`
load numpy, and scipy is loaded only when a t distribution is asked for.
"""
