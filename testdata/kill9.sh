#!/usr/bin/env bash
# Kills a crawl with -9 at random moments and runs the same command again, until it
# may finish. Then every URL must have exactly one record, and every body be whole.
#
#   testdata/kill9.sh [ROUNDS=20] [URLS=10000] [FORMAT=files]
set -euo pipefail

rounds=${1:-20}
urls=${2:-10000}
format=${3:-files}
source "$(dirname "$0")/outside.sh"
start_lab 16

# Bodies of three kinds: small, just above what is written at once, and empty ones
# that wait a little longer.
awk -v n="$urls" -v port="$port" 'BEGIN {
  for (i = 0; i < n; i++) {
    size = i % 50 == 0 ? 100000 : (i % 7 == 0 ? 0 : 4096)
    printf "http://127.0.0.%d:%d/d/%d/s/%d/%d\n", i % 16 + 1, port, i % 40, size, i
  }
}' >"$work/urls.txt"

command=("$work/crawl" -q -c 128 --per-host 16 --format "$format" -o "$work/out" "$work/urls.txt")

# How long a whole run takes tells from which span to draw the moments.
begin=$(date +%s%N)
timeout 300 "${command[@]}" || die "the first run ended with $?"
span=$((($(date +%s%N) - begin) / 1000000))
rm -rf "$work/out"
records() { wc -l <"$work/out/manifest.jsonl" 2>/dev/null || echo 0; }

killed=0
for ((round = 1; round <= rounds; round++)); do
  "${command[@]}" 2>>"$work/crawl.log" &
  running=$!
  pause=$((20 + (RANDOM * 32768 + RANDOM) % (2 * span / rounds + 20)))
  sleep "$(awk -v ms="$pause" 'BEGIN { print ms / 1000 }')"
  if kill -9 "$running" 2>/dev/null; then
    killed=$((killed + 1))
  fi
  code=0
  wait "$running" 2>/dev/null || code=$?
  running=
  [[ $code == 0 || $code == 137 ]] || die "round $round ended with $code: $(tail -3 "$work/crawl.log")"
  echo "round $round: killed after $pause ms with $(records) of $urls recorded"
done

timeout 300 "${command[@]}" || die "the last run ended with $?"

# Exactly one record a URL, all fetched. The rest is for verify.
sed -n 's/.*"url":"\([^"]*\)".*"outcome":"fetched".*/\1/p' "$work/out/manifest.jsonl" | sort >"$work/fetched"
sort "$work/urls.txt" >"$work/wanted"
cmp "$work/fetched" "$work/wanted" || die "not every URL has exactly one record"
[[ $(records) == "$urls" ]] || die "$(records) records for $urls URLs"
"$work/crawl" verify "$work/out" || die "verify is not content"
if [[ $format == *jsonl* ]]; then
  # The pages have each URL once, too.
  cat "$work/out"/jsonl/*.jsonl | sed -n 's/^{.*"url":"\([^"]*\)",.*/\1/p' | sort >"$work/pages"
  cmp "$work/pages" "$work/wanted" || die "not every URL has exactly one page"
fi
if [[ $format == *warc* ]]; then
  # And an archive answers every one of them.
  "$work/crawl" -q --from-warc "$work/out/warc" -o "$work/again" "$work/urls.txt" || die "the archive ends with $?"
  "$work/crawl" verify "$work/again" || die "verify is not content with what the archive answers"
fi
[[ -z $(ls -A "$work/out/.crawl/tmp" 2>/dev/null) ]] || die "temporary files were left"
echo "kill9: killed $killed times, and $(records) of $urls URLs have one record each"
