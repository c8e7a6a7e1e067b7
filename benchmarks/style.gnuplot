# The look of all plots; each script adds what it plots.
set terminal svg size 900,560 font "sans,13" background "white"
set output plot
set datafile separator ","
set datafile commentschars "#"
set key outside right top
set grid lc "#dddddd" lt 1
set border 3
set tics nomirror
set style data linespoints
set pointsize 0.6
