# Results of `tgge evolve` at several tolerances to a table of their errors; the tightest is the reference.

def short: if . == 0 then 0 else
  pow(10; 2 - (fabs | log10 | floor)) as $scale | (. * $scale | round) / $scale end;
def components: if type == "array" then . else [.] end;
def distance($other): [., $other] | transpose | map(.[0] - .[1] | fabs) | max // 0;

min_by(.tolerance) as $reference
| group_by(.tolerance)
| ["tolerance", "evaluations", "steps", "lambda", "current", "filling", "seconds", "same_bits"],
  (.[] | .[0] as $first | [$first.tolerance, $first.forceEvaluations, $first.steps,
    ([$first.lambda[].value] | distance([$reference.lambda[].value]) | short),
    ($first.current | components | distance($reference.current | components) | short),
    ($first.fillingDrift | short), (map(.wallSeconds) | min | short),
    (map(.digest) | unique | length == 1)])
| join(",")
