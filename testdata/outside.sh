# Sourced by the scripts beside it, which try the command from outside: a folder that goes
# away with the script ($work), the command, newly built ($work/crawl), and the lab.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=$(mktemp -d)
lab=     # process of the lab, once it is started
running= # that of the command, while there is one to kill

clean_up() {
  kill -9 $running 2>/dev/null || true
  kill $lab 2>/dev/null || true # it may have children to end
  wait
  rm -rf "$work"
}
trap clean_up EXIT

die() {
  echo "$(basename "$0" .sh): $*" >&2
  exit 1
}

go build -o "$work/crawl" ./cmd/crawl

start_lab() { # HOSTS: sets port, which the lab itself says
  : >"$work/lab.log"
  "$work/crawl" lab --port 0 --hosts "$1" 2>"$work/lab.log" &
  lab=$!
  local i
  for ((i = 0; i < 100; i++)); do
    port=$(sed -n 's/^crawl: lab on http:[^ ]*:\([0-9]*\)\/.*/\1/p' "$work/lab.log")
    [[ -n $port ]] && return
    kill -0 "$lab" 2>/dev/null || die "the lab did not start: $(cat "$work/lab.log")"
    sleep 0.1
  done
  die "the lab does not say its port"
}
