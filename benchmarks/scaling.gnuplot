set xlabel "ranks"
set ylabel "efficiency, next to the fewest ranks"
set logscale x 2
set yrange [0:1.3]
curves = system("sed -E '/^(#|curve,)/d; s/,.*//' ".table." | sort -uV")
plot 1 lc "#999999" dt 2 title "ideal", \
  for [curve in curves] sprintf("<grep '^%s,' %s", curve, table) using 3:9 title curve
