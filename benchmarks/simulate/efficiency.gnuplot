set title "SIMULATED: fat tree, 100 Gb/s, 1.5 µs, 16 ranks a node"
set xlabel "simulated ranks"
set ylabel "efficiency of strong scaling"
set logscale x 2
set yrange [0:*]
curves = system("sed -E '/^(#|curve,)/d; s/,.*//' ".table." | sort -uV")
plot 1 lc "#999999" dt 2 title "ideal", 0.8 lc "#cc6666" dt 3 title "80 %", \
  for [curve in curves] sprintf("<grep '^%s,' %s", curve, table) using 4:8 title curve
