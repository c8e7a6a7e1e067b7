set title "SIMULATED: one evaluation, and its messages alone (dashed)"
set xlabel "simulated ranks"
set ylabel "seconds"
set logscale xy
set logscale x 2
set format y "10^{%L}"
curves = system("sed -E '/^(#|curve,)/d; s/,.*//' ".table." | sort -uV")
plot for [i = 1:words(curves)] sprintf("<grep '^%s,' %s", word(curves, i), table) \
    using 4:5 lc i lw 2 title word(curves, i), \
  for [i = 1:words(curves)] sprintf("<grep '^%s,' %s", word(curves, i), table) \
    using 4:($4 > 1 ? $7 : NaN) lc i dt 2 notitle
