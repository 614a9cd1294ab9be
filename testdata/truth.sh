#!/usr/bin/env bash
# Is what compare says true? Times `crawl LIST -c 1` and `crawl LIST -c WIDTH` from
# outside, as whole commands, and holds the ratio against the one that compare reports
# of the same list. They may differ by 5 %.
#
#   testdata/truth.sh [URLS=640] [MILLISECONDS=50] [TIMES=3] [WIDTH=32] [FLAG...]
#
# Further flags go to the whole commands: --format none where others keep the disk busy,
# or have removed many files a short while ago.
# A whole command starts and ends besides, some 30 ms that no width shortens and that
# compare leaves out; what that comes to is told. The list has to be long enough for it
# to be little: as given, it takes a second at width 32, half a minute one after the
# other, and the whole script some six minutes.
set -euo pipefail

urls=${1:-640}
delay=${2:-50}
times=${3:-3}
width=${4:-32}
flags=("${@:5}")
hosts=8
source "$(dirname "$0")/outside.sh"
start_lab "$hosts"

awk -v n="$urls" -v port="$port" -v delay="$delay" -v hosts="$hosts" 'BEGIN {
  for (i = 0; i < n; i++) printf "http://127.0.0.%d:%d/d/%d/s/4096/%d\n", i % hosts + 1, port, delay, i
}' >"$work/urls.txt"

# The same without anything to wait for, to know what it takes to start and to end.
echo "http://127.0.0.1:$port/d/0/s/4096/0" >"$work/nothing.txt"

# timed WIDTH LIST prints for how many seconds the command runs, from fork to exit.
timed() {
  local begin end out
  out=$(mktemp -d "$work/out.XXXX") # none is removed meanwhile, which would make ext4 slow
  begin=$(date +%s%N)
  "$work/crawl" -q -c "$1" --per-host "$width" "${flags[@]}" -o "$out" "$work/$2.txt" || die "crawl -c $1 ended with $?"
  end=$(date +%s%N)
  awk -v ns="$((end - begin))" 'BEGIN { printf "%.4f\n", ns / 1e9 }'
}

median() { sort -n | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }

timed "$width" nothing >/dev/null # so that the program is in the page cache
for ((i = 1; i <= times; i++)); do
  timed "$width" nothing | tee -a "$work/nothing" | sed 's/^/whole command, one URL at once: /; s/$/ s/'
  timed 1 urls | tee -a "$work/one" | sed 's/^/whole command, -c 1: /; s/$/ s/'
  timed "$width" urls | tee -a "$work/many" | sed "s/^/whole command, -c $width: /; s/$/ s/"
done

code=0
"$work/crawl" compare "$work/urls.txt" -c "$width" --per-host "$width" --modes pool --gil=false --no-python --no-progress \
  --rounds "$times" --json >"$work/compare.json" || code=$?
[[ $code == 0 || $code == 3 ]] || die "compare ended with $code"
grep -o '"headline":"[^"]*"' "$work/compare.json" | sed 's/^"headline":/compare: /'
# The estimate of the row "pool WIDTH": its ratio to "blocking".
reported=$(grep -o "\"row\":\"pool $width\",\"baseline\":\"blocking\"[^}]*}[^}]*}" "$work/compare.json" |
  sed 's/.*"ratio":{"value":\([0-9.]*\).*/\1/')
[[ -n $reported ]] || die "compare does not say what pool $width gains"

awk -v one="$(median <"$work/one")" -v many="$(median <"$work/many")" -v nothing="$(median <"$work/nothing")" -v reported="$reported" 'BEGIN {
  ratio = one / many
  off = 100 * (ratio / reported - 1)
  printf "whole commands: %.3f s / %.3f s = %.2f\n", one, many, ratio
  printf "compare: %.2f\n", reported
  printf "difference: %+.1f %% (%+.1f %% without the %.0f ms that either takes to start and to end)\n",
    off, 100 * ((one - nothing) / (many - nothing) / reported - 1), 1000 * nothing
  exit off < -5 || off > 5
}' || die "they differ by more than 5 %"
echo 'truth: they agree'
