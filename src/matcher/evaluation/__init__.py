"""Whether a list is good, for whom, and how surely: metrics, intervals and baselines. Pure."""
