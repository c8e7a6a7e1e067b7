# Lines of `tgge benchmark forces` and `collectives` to a table, a row for each engine, R, L and ranks.

def median: sort | (length / 2 | floor) as $half
  | if length % 2 == 1 then .[$half] else (.[$half - 1] + .[$half]) / 2 end;
def short: if . == null then "" elif . == 0 then 0 else
  pow(10; 3 - (fabs | log10 | floor)) as $scale | (. * $scale | round) / $scale end;
def seconds: .evaluationSeconds // (.exactMicroseconds // .microseconds) * 1e-6;
def limit: .fractionOfPeak // (if .timeOverTriad then 1 / .timeOverTriad else null end);

map(. + {curve: "\(.engine)-R\(.channels // 0)-on-\(.ranks)"})
| group_by([.engine, .ranks, .channels, .modes])
| ["curve", "engine", "channels", "modes", "ranks", "seconds", "limit", "verified", "starts"],
  (.[] | [.[0].curve, .[0].engine, (.[0].channels // ""), (.[0].modes // ""), .[0].ranks,
    (map(seconds) | median | short), (map(limit | select(.)) | if length > 0 then median | short else "" end),
    all(.verified), length])
| join(",")
