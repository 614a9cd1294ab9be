#!/usr/bin/env bash
# Holds a crawl that follows links against wget -r on a real site: a folder of pages that
# nginx serves. Both must ask for the same URLs, the crawl for none twice. What either
# asked for is taken from the server's log. Where wget2 is installed, the processor time
# that both take is compared, too: three times in turn, of which the median counts.
#
#   testdata/follow-wget.sh DOCROOT [START=/]
#
# For example, with the package python3-doc:
#
#   testdata/follow-wget.sh /usr/share/doc/python3.11/html
set -euo pipefail

docroot=$(cd "${1:?a folder of pages}" && pwd)
start=${2:-/}
source "$(dirname "$0")/outside.sh"
for program in nginx wget; do
  command -v "$program" >/dev/null || die "$program is needed"
done
chmod 755 "$work"
port=$((20000 + RANDOM % 20000))
cat >"$work/nginx.conf" <<END
daemon off;
worker_processes 1;
pid $work/nginx.pid;
error_log $work/error.log;
events { worker_connections 1024; }
http {
  include /etc/nginx/mime.types;
  log_format asked '\$http_user_agent \$status \$request_uri';
  access_log $work/access.log asked;
  client_body_temp_path $work/body;
  proxy_temp_path $work/proxy;
  fastcgi_temp_path $work/fastcgi;
  uwsgi_temp_path $work/uwsgi;
  scgi_temp_path $work/scgi;
  server {
    listen 127.0.0.1:$port;
    root $docroot;
    index index.html;
  }
}
END
nginx -c "$work/nginx.conf" -e "$work/error.log" &
lab=$! # of another kind
for ((i = 0; i < 50; i++)); do
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
  kill -0 "$lab" 2>/dev/null || die "nginx did not start: $(cat "$work/error.log")"
  sleep 0.1
done
url=http://127.0.0.1:$port$start

# took PROGRAM ARG...: runs it, and says how many seconds of processor time it took. Both
# programs fail where a link is broken.
took() {
  local TIMEFORMAT='%U %S'
  { time timeout 900 "$@" >/dev/null 2>&1 || true; } 2>&1 | awk '{ printf "%.2f\n", $1 + $2 }'
}
by_wget() { took wget -q -r -l inf -U wget -e robots=off -P "$1" "$url"; }
by_wget2() { took wget2 -q -r -l inf -U wget2 --robots=off -P "$1" "$url"; }
by_crawl() { took "$work/crawl" -q -A crawl -d 1000000 --links all --per-host 32 -o "$1" "$url"; }
cpu_wget=$(by_wget "$work/wget")
cpu_crawl=$(by_crawl "$work/out")

asked() { # WHO STATUS: the paths that were asked for
  sed -n "s/^$1 $2 //p" "$work/access.log"
}
asked wget 200 | sort -u >"$work/by-wget"
asked crawl 200 | sort >"$work/by-crawl"
twice=$(uniq -d "$work/by-crawl" | head -3)
[[ -z $twice ]] || die "asked for twice: $twice"
[[ $(wc -l <"$work/by-crawl") -gt 1 ]] || die "the crawl came nowhere"
missed=$(comm -23 "$work/by-wget" "$work/by-crawl" | tee "$work/missed" | wc -l)
more=$(comm -13 "$work/by-wget" "$work/by-crawl" | sed '/^\/robots.txt$/d' | tee "$work/more" | wc -l)
sed -n '1,5s/^/only wget: /p' "$work/missed"
sed -n '1,5s/^/only crawl: /p' "$work/more"
echo "follow-wget: $(wc -l <"$work/by-wget") URLs by wget, $(wc -l <"$work/by-crawl") by crawl, none of them twice"
echo "follow-wget: wget took $cpu_wget s of processor time, crawl $cpu_crawl s"
[[ $missed == 0 && $more == 0 ]] || die "$missed only by wget, $more only by crawl"

command -v wget2 >/dev/null || exit 0
for ((i = 0; i < 3; i++)); do # into new folders: ext4 is slow where files were removed lately
  by_wget2 "$work/wget2-$i" >>"$work/of-wget2"
  by_crawl "$work/out-$i" >>"$work/of-crawl"
done
median() { sort -n "$1" | sed -n 2p; }
echo "follow-wget: wget2 took $(median "$work/of-wget2") s of processor time, crawl $(median "$work/of-crawl") s"
