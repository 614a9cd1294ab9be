#!/usr/bin/env bash
# Kills a crawl that follows links with -9 at random moments and runs the same command
# again, until it may finish. Then it must have come to the pages of a crawl that nobody
# disturbed, each with one record, and have asked for none twice but for what was in
# flight when it was killed: the site itself counts.
#
#   testdata/kill9-follow.sh [ROUNDS=20] [PAGES=5000] [FORMAT=files]
set -euo pipefail

rounds=${1:-20}
pages=${2:-5000}
format=${3:-files}
width=64 # fetches in flight
source "$(dirname "$0")/outside.sh"
start_lab 4
url=http://127.0.0.1:$port

crawl_to() { # DIR: the command that is killed
  command=("$work/crawl" -q -d 1000 --sitemaps -c "$width" --per-host "$width" --format "$format" -o "$1" "$url/site/$pages/")
}
ask() { # PATH
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  printf 'GET %s HTTP/1.0\r\nHost: lab\r\n\r\n' "$1" >&3
  cat <&3
  exec 3>&-
}
counted() { # NAME: a number that the lab counts
  ask /stats | sed -n "s/.*\"$1\": \([0-9]*\).*/\1/p" | head -1
}
records() { wc -l <"$1/manifest.jsonl" 2>/dev/null || echo 0; }
# What was fetched, by where it came from in the end; and what became of all else but
# redirects to what others had fetched, of which there are more or fewer with luck.
outcomes() {
  sed -n -E 's/.*"url":"([^"]*)".*"outcome":"([^"]*)".*/\2 \1 &/p' "$1/manifest.jsonl" |
    sed -E 's/^([a-z_]+) [^ ]* \{.*"final_url":"([^"]*)".*/\1 \2/; s/^([a-z_]+ [^ ]*) \{.*/\1/' |
    grep -v '^duplicate' | sort
}

# The crawl that nobody disturbs. How long it takes tells from which span to draw the
# moments.
crawl_to "$work/whole"
begin=$(date +%s%N)
timeout 300 "${command[@]}" || [[ $? == 3 ]] || die "the first run ended with $?"
span=$((($(date +%s%N) - begin) / 1000000))
outcomes "$work/whole" >"$work/wanted"
[[ $(grep -c ^fetched "$work/wanted") -gt $pages ]] || die "the undisturbed run has come to few pages"
[[ $(counted requests) == $(counted distinct) ]] || die "the undisturbed run asked twice"
ask /reset-stats >/dev/null

crawl_to "$work/out"
killed=0
for ((round = 1; round <= rounds; round++)); do
  "${command[@]}" 2>>"$work/crawl.log" &
  running=$!
  pause=$((20 + (RANDOM * 32768 + RANDOM) % (2 * span / rounds + 20)))
  sleep "$(awk -v ms="$pause" 'BEGIN { print ms / 1000 }')"
  code=0
  if kill -9 "$running" 2>/dev/null; then
    killed=$((killed + 1))
  fi
  wait "$running" 2>/dev/null || code=$?
  running=
  [[ $code == 0 || $code == 137 ]] || die "round $round ended with $code: $(tail -3 "$work/crawl.log")"
  echo "round $round: killed after $pause ms with $(records "$work/out") records"
done
timeout 300 "${command[@]}" || die "the last run ended with $?: $(tail -3 "$work/crawl.log")"

outcomes "$work/out" >"$work/got"
cmp "$work/got" "$work/wanted" || die "other pages than undisturbed: $(diff "$work/got" "$work/wanted" | head -5)"
twice=$(sed -n 's/.*"url":"\([^"]*\)".*/\1/p' "$work/out/manifest.jsonl" | sort | uniq -d | head -3)
[[ -z $twice ]] || die "two records: $twice"
"$work/crawl" verify "$work/out" || die "verify is not content"
# Of each kill what was in flight may be asked for again, and the robots.txt is.
again=$(($(counted requests) - $(counted distinct)))
[[ $again -le $((killed * (width + 1))) ]] || die "$again requests too many after $killed kills"
echo "kill9-follow: killed $killed times; $(grep -c ^fetched "$work/got") pages as undisturbed, $(records "$work/out") records, $again requests repeated"
