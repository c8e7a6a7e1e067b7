# Rounds of benchmarks/checkpoint to a table of rates, and of their ratios to those of dd in the same round.

def short: . * 1000 | round / 1000;
def median: sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2;
def rate: map(.[0] / .[1] / 1e6) | median | round;
def spread: [median, min, max] | map(short);

group_by([.modes, .ranks])
| ["modes", "ranks", "megabytes", "checkpoint", "dd_zeros", "dd_random",
   "over_zeros", "over_zeros_low", "over_zeros_high", "over_random", "over_random_low", "over_random_high"],
  (.[] | [.[0].modes, .[0].ranks, .[0].bytes / 1e6,
    (map([.bytes, .seconds]) | rate), (map([.bytes, .zeros]) | rate), (map([.bytes, .random]) | rate),
    (map(.zeros / .seconds) | spread)[], (map(.random / .seconds) | spread)[]])
| join(",")
