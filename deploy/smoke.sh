#!/usr/bin/env bash
# Calls a deployment as a browser would, without signing in: what is public answers, and what is not refuses.
#
#   deploy/smoke.sh next|live PROJECT_NUMBER REGION
#   deploy/smoke.sh ORIGIN          one origin for everything, such as http://localhost:8080, or a load balancer's
#
# Needs nothing but curl.
set -euo pipefail

case $# in
  3)
    tag=
    [[ $1 != next ]] || tag=next---
    origin_of() { printf 'https://%s%s-%s.%s.run.app' "$tag" "$1" "$NUMBER" "$REGION"; }
    NUMBER=$2 REGION=$3 PROXIED='^HTTP/[0-9.]+ (302|401|403)'
    ;;
  1)
    ORIGIN=$1 PROXIED='^HTTP/[0-9.]+ (302|401|403|404|405|415)'
    origin_of() { printf '%s' "$ORIGIN"; }
    ;;
  *) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2 && exit 2 ;;
esac

failed=0
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

# A call by gRPC-Web, and the status that it must end with: 0 is success, 16 is "who are you?". The request is one message, whose first byte says
# that it is not compressed, and the next four how long it is. The status is a header or, after messages, a line of the body.
call() {
  local expected=$1 service=$2 method=$3 message=$4 status
  printf '%b' "$message" | curl --silent --show-error --include --max-time 20 --output "$answer" --data-binary @- \
    --header 'content-type: application/grpc-web+proto' --header 'x-grpc-web: 1' "$(origin_of "$service")/$method" || true
  status=$(grep --text --ignore-case --only-matching 'grpc-status: *[0-9]*' "$answer" | grep --only-matching '[0-9]*$' | head -1 || true)
  told "$([[ $status == "$expected" ]] && echo yes)" "$service: $method" "status ${status:-none}, $expected expected"
}

# A page, and what must stand in the answer: the HTTP status, headers and body are looked at.
page() {
  local service=$1 path=$2 expected=$3
  curl --silent --show-error --include --max-time 20 --output "$answer" "$(origin_of "$service")$path" || true
  told "$(grep --text --ignore-case --extended-regexp --quiet "$expected" "$answer" && echo yes)" "$service: $path" "no ${expected}"
}

told() {
  if [[ $1 == yes ]]; then
    printf 'ok      %s\n' "$2"
  else
    printf 'FAILED  %s: %s\n' "$2" "$3"
    failed=1
  fi
}

EMPTY='\0\0\0\0\0'
CATS='\0\0\0\0\2\x08\x01'

# What is public.
call 0 votes votes.v1.VoteService/GetResults "$EMPTY"
call 0 votes grpc.health.v1.Health/Check '\0\0\0\0\x16\x0a\x14votes.v1.VoteService'
call 0 profiles grpc.health.v1.Health/Check '\0\0\0\0\x1c\x0a\x1aprofiles.v1.ProfileService'
page site / '^content-security-policy:.*frame-ancestors'
page site /config.json '"projectId"'

# What is not: without a token nobody votes, sees a profile, or removes all votes.
call 16 votes votes.v1.VoteService/CastVote "$CATS"
call 16 votes votes.v1.VoteService/ResetVotes "$EMPTY"
call 16 profiles profiles.v1.ProfileService/GetMyProfile "$EMPTY"
# What `callgate new` makes goes above this line.

# An unknown method does not exist.
call 12 votes votes.v1.VoteService/Nonsense "$EMPTY"
# Identity-Aware Proxy asks who it is before anything of admin answers: it redirects, or refuses. Where there is one origin, admin is not behind it,
# or refuses itself.
page admin /admin.v1.AdminService/ListUsers "$PROXIED"

exit "$failed"
