# Simulated points of strong scaling to a table (`form` csv), or to the place where each curve falls
# below 80 %, and why (`form` losses).
#
# With t the time on P ranks, made of work and messages, and t₁ that on one: the efficiency is t₁/(P t),
# and what it lacks is messages/t, and work that is not shared or dearer, (P work − t₁)/(P t).

def short: if . == 0 then 0 else
  pow(10; 3 - (fabs | log10 | floor)) as $scale | (. * $scale | round) / $scale end;
def percent: . * 1000 | round / 10;

group_by([.engine, .modes])
| map((min_by(.ranks) | .seconds * .ranks) as $base
    | map(. + {messages: (.seconds - .local), efficiency: ($base / (.ranks * .seconds))}
      | .lost_to_messages = .messages / .seconds
      | .lost_to_work = (.ranks * .local - $base) / (.ranks * .seconds)))
| if $form == "csv" then
    (["curve", "engine", "modes", "ranks", "seconds", "work", "messages", "efficiency",
      "lost_to_messages", "lost_to_work", "source_of_work"],
     (.[][] | ["\(.engine)-\(.modes)", .engine, .modes, .ranks, (.seconds | short), (.local | short),
       (.messages | short), (.efficiency | short), (.lost_to_messages | short),
       (.lost_to_work | short), .source]))
    | join(",")
  else
    .[] | (map(select(.efficiency < 0.8)) | min_by(.ranks)) as $fall | max_by(.ranks) as $last
    | "\(.[0].engine), L = \(.[0].modes): " + (if $fall == null then
        "never below 80 % up to \($last.ranks) ranks; \($last.efficiency | percent) % there, of which "
        + "messages take \($last.lost_to_messages | percent) % (\($last.messages * 1e6 | short) µs)"
      else
        "below 80 % from \($fall.ranks) ranks on (\($fall.efficiency | percent) %): messages take "
        + "\($fall.lost_to_messages | percent) % (\($fall.messages * 1e6 | short) µs), work that is not "
        + "shared or dearer \($fall.lost_to_work | percent) %; \($last.efficiency | percent) % on "
        + "\($last.ranks) ranks"
      end)
  end
