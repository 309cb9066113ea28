#!/bin/sh
# How to call the votes from a terminal, with grpcurl, which asks the server for its protos by reflection:
#
#   ./call.sh http://localhost:8080
set -eu
origin=$1
server=${origin#http://}
email="grpcurl-$(date +%s%N)@example.com"
cats='{"candidate": "CANDIDATE_CATS"}'

# Against a real service there is no -plaintext.
call() { grpcurl -plaintext -emit-defaults -max-time 60 "$@"; }
# The identity provider: https://identitytoolkit.googleapis.com/ where it is Google's.
identity() { curl -sS --fail-with-body -H 'content-type: application/json' -d "$2" "$origin/identitytoolkit.googleapis.com/v1/$1?key=local"; }
# The value of the first such line of JSON.
value() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" | head -n 1; }
# The next one, of a stream that goes on.
next() { while read -r line; do case $line in *"\"$1\":"*) echo "$line" | value "$1" && return ;; esac; done; }

# Without a token it is refused, and grpcurl shows why.
refused=$(call -d "$cats" "$server" votes.v1.VoteService/CastVote 2>&1 || true)
echo "refusal: $(echo "$refused" | value reason)"

# The stream: the results as they are, then after each change.
folder=$(mktemp -d)
mkfifo "$folder/results"
call "$server" votes.v1.VoteService/WatchResults >"$folder/results" &
watch=$!
trap 'kill "$watch" 2>/dev/null; rm -r "$folder"' EXIT
exec 3<"$folder/results"
before=$(next cats <&3)

# With a user's token it is taken. An app gets it by Firebase's SDK.
user=$(identity accounts:signUp "{\"email\": \"$email\", \"password\": \"correct horse\", \"returnSecureToken\": true}")
token=$(echo "$user" | value idToken)
cast=$(call -H "authorization: Bearer $token" -d "$cats" "$server" votes.v1.VoteService/CastVote)
echo "vote: $(echo "$cast" | value cats)"
echo "stream: $before $(next cats <&3)"

# A stream that is open ends when its user is gone, and grpcurl shows why.
mkfifo "$folder/profile"
call -H "authorization: Bearer $token" "$server" profiles.v1.ProfileService/WatchMyProfile >"$folder/profile" 2>&1 &
exec 4<"$folder/profile"
next uid <&4 >/dev/null
identity accounts:delete "{\"idToken\": \"$token\"}" >/dev/null
echo "end: $(next reason <&4)"
