# Lines of `tgge benchmark` to a table of scaling. Each group of one curve, equal modes and ranks becomes
# a row with the median over its starts and their spread. The efficiency of a row is the work that a core
# does in a second, next to that of the base case, the row with the fewest ranks of its curve; the unit
# of work is a pair for direct forces and a mode for all else. Where others use the machine, too, that of
# the fastest repeats says more.

def median: sort | (length / 2 | floor) as $half
  | if length % 2 == 1 then .[$half] else (.[$half - 1] + .[$half]) / 2 end;
def units: if .engine == "direct" then .modes * .modes else .modes end;
def digits($count): if . == 0 then 0 else
  pow(10; $count - 1 - (fabs | log10 | floor)) as $scale | (. * $scale | round) / $scale end;

group_by([.curve, .ranks, .modes])
| map(.[0] + {starts: length, median: (map(.seconds) | median),
    fastest: (map(.fastestSeconds) | min), slowest: (map(.slowestSeconds) | max),
    cost: (map(.coreSecondsPerModeAndEvaluation) | median), verified: all(.verified)})
| group_by(.curve)
| map(sort_by(.ranks) as $rows
    | ($rows[0] | .median * .ranks / units) as $base
    | ($rows[0] | .fastest * .ranks / units) as $best
    | $rows[] | . + {speedup: ($base * units / .median),
        fastest_efficiency: ($best * units / (.fastest * .ranks))})
| ["curve", "modes", "ranks", "starts", "seconds", "fastest", "slowest", "speedup", "efficiency",
    "efficiency_of_fastest", "core_ns_per_mode_and_evaluation", "verified"],
  (.[] | [.curve, .modes, .ranks, .starts, (.median | digits(4)), (.fastest | digits(4)),
    (.slowest | digits(4)), (.speedup | digits(4)), (.speedup / .ranks | digits(4)),
    (.fastest_efficiency | digits(4)), (1e9 * .cost | digits(4)), .verified])
| join(",")
