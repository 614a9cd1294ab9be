#!/usr/bin/env bash
# Kills a transform with -9 at random moments and runs the same command again, until it
# may finish. Then every result must be, byte for byte, what an undisturbed run makes,
# and meanwhile none may have stood there in part.
#
#   testdata/kill9-transform.sh [ROUNDS=10] [FILES=20000]
set -euo pipefail

rounds=${1:-10}
files=${2:-20000}
source "$(dirname "$0")/outside.sh"

# Small files in many folders, and a few that are streamed.
mkdir "$work/in"
awk -v n="$files" -v dir="$work/in" 'BEGIN {
  srand(1)
  for (i = 0; i < n; i++) {
    if (i % 100 == 0) { folder = dir "/" i / 100; system("mkdir " folder) }
    name = folder "/" i ".txt"
    lines = i % 1000 == 0 ? 60000 : 1 + int(rand() * 40)
    for (j = 0; j < lines; j++) print i, j, "some text, and a number:", rand() >name
    close(name)
  }
}'

command=("$work/crawl" transform -q gzip,sha256 "$work/in" -o)

begin=$(date +%s%N)
timeout 300 "${command[@]}" "$work/whole" || die "the undisturbed run ended with $?"
span=$((($(date +%s%N) - begin) / 1000000))

# compare ALL: what is there is as it should be, and with ALL nothing is missing.
compare() {
  local found
  found=$(diff -rq -x manifest.jsonl -x .crawl "$work/whole" "$work/out" || true)
  [[ $1 == all ]] || found=$(grep -v "^Only in $work/whole" <<<"$found" || true)
  [[ -z $found ]] || die "$(head -3 <<<"$found")"
}

killed=0
for ((round = 1; round <= rounds; round++)); do
  "${command[@]}" "$work/out" 2>>"$work/log" &
  running=$!
  pause=$((10 + (RANDOM * 32768 + RANDOM) % (span * 3 / 2 / rounds + 20)))
  sleep "$(awk -v ms="$pause" 'BEGIN { print ms / 1000 }')"
  if kill -9 "$running" 2>/dev/null; then killed=$((killed + 1)); fi
  code=0
  wait "$running" 2>/dev/null || code=$?
  running=
  [[ $code == 0 || $code == 137 ]] || die "round $round ended with $code: $(tail -3 "$work/log")"
  [[ ! -d $work/out ]] || compare some
  echo "round $round: killed after $pause ms with $(find "$work/out" -name '*.gz' 2>/dev/null | wc -l) of $files there"
done

timeout 300 "${command[@]}" "$work/out" || die "the last run ended with $?"
compare all
"$work/crawl" verify "$work/out" || die "verify is not content"
(cd "$work/out" && sha256sum --quiet -c SHA256SUMS) || die "SHA256SUMS is wrong"
echo "kill9-transform: killed $killed times, and all of $files results are what they should be"
