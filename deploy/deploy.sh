#!/usr/bin/env bash
# Deploys callgate to Cloud Run by hand, with gcloud. Cloud Build runs the same steps (cloudbuild.yaml).
#
#   deploy/deploy.sh [--dry-run] COMMAND
#
# Once, for a project (deploy/README.md has the order):
#   prepare             the APIs that Terraform itself needs, a bucket for its state, the agent of Identity-Aware Proxy
#   settings            copies what Terraform made into deploy/variables.env
#   database            makes each service's user the owner of its own database (database.sql)
#   provider NAME       lets users sign in with google.com, github.com or facebook.com
#
# For each release:
#   release             all of the following, in this order; rolls back where the smoke test fails
#   begin               gives the release a name, and notes which one has the traffic, and its images
#   test                builds and tests what is here, with locked dependencies
#   images              builds the images, pushes them, and notes their digests
#   render              fills in the service files, with these digests and the revision that has the traffic now
#   deploy              makes a new revision of each service, without traffic
#   smoke next|live     calls the new revisions, or those that have the traffic
#   shift PERCENT       gives the new revisions so much of the traffic
#   roll-out            smoke next, shift 10, smoke live, shift 100, smoke live
#   reconfigure         begin, render, deploy, roll-out: other settings or secrets for the images that are live
#   rollback [RELEASE]  gives all traffic to the release before, or to this one
#
# Every step may be run again: what is there already is left as it is. --dry-run prints the commands and runs none. Settings are in
# deploy/variables.env, or the file named in VARIABLES; what this script notes between two steps is in target/deploy/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

SERVICES=(
  votes
  profiles
  admin
  site
)
VARIABLES=${VARIABLES:-deploy/variables.env}
NOTES=target/deploy
RELEASE=$NOTES/variables.env
RENDERED=$NOTES/services
NEW=$NOTES/new-services
DRY_RUN=

# --- How a step is told and run ------------------------------------------------------------------------------------------

# Why the next command is run.
say() {
  printf '\n# %s\n' "$@"
}

fail() {
  printf 'deploy.sh: %s\n' "$*" >&2
  exit 1
}

# Prints a command, as it could be typed, and runs it.
run() {
  printf '%q ' "$@"
  printf '\n'
  [[ -n $DRY_RUN ]] || "$@"
}

# Whether a command succeeds, in silence. In a dry run nothing is there yet.
is_there() {
  [[ -z $DRY_RUN ]] && "$@" >/dev/null 2>&1
}

# What a command prints; in a dry run, the word given first.
ask() {
  local instead=$1
  shift
  printf '%q ' "$@" >&2
  printf '\n' >&2
  if [[ -n $DRY_RUN ]]; then
    printf '%s\n' "$instead"
  else
    "$@"
  fi
}

# Reads the variables: NAME=VALUE, a line each. A later one wins.
load() {
  local file=$VARIABLES
  # A release that is under way has settings of its own.
  [[ ! -f $RELEASE || -n ${RELEASE_BEGINS:-} ]] || file=$RELEASE
  if [[ ! -f $file ]]; then
    [[ -n $DRY_RUN ]] || fail "$file is missing: copy deploy/variables.example.env, and fill it in"
    file=deploy/variables.example.env
  fi
  local name value
  while IFS='=' read -r name value; do
    [[ $name =~ ^[A-Z][A-Z0-9_]*$ ]] || continue
    printf -v "$name" '%s' "$value"
  done <"$file"
  : "${PROJECT_ID:?is missing in $file}" "${PROJECT_NUMBER:?is missing in $file}" "${REGION:?is missing in $file}"
}

# Notes a variable of this release.
note() {
  printf 'noted: %s=%s\n' "$1" "$2"
  printf -v "$1" '%s' "$2"
  [[ -z $DRY_RUN ]] || return 0
  [[ -f $RELEASE ]] || fail "there is no release: begin with 'release', 'reconfigure' or 'begin'"
  set_in "$RELEASE" "$1" "$2"
}

# Sets a variable in a file, in its place where it is there already.
set_in() {
  local text
  text=$(awk -v name="$2" -v line="$2=$3" \
    'index($0, name "=") == 1 { $0 = line; found = 1 } { print } END { if (!found) print line }' "$1")
  printf '%s\n' "$text" >"$1"
}

# --- Once, for a project -------------------------------------------------------------------------------------------------

prepare() {
  say "Terraform switches on every other API, but needs these to begin with."
  run gcloud services enable cloudresourcemanager.googleapis.com iam.googleapis.com serviceusage.googleapis.com \
    storage.googleapis.com iap.googleapis.com --project="$PROJECT_ID"

  local bucket=gs://$PROJECT_ID-terraform
  if is_there gcloud storage buckets describe "$bucket" --project="$PROJECT_ID"; then
    say "The bucket $bucket is there."
  else
    say "Terraform's state: nobody on the internet reads it, and old versions are kept."
    run gcloud storage buckets create "$bucket" --project="$PROJECT_ID" --location="$REGION" \
      --uniform-bucket-level-access --public-access-prevention
    run gcloud storage buckets update "$bucket" --versioning
  fi

  say "The account that Identity-Aware Proxy calls the admin service as. Terraform gives it the right to, so it has to be there."
  run gcloud beta services identity create --service=iap.googleapis.com --project="$PROJECT_ID"
}

settings() {
  local lines name value
  say "What Terraform made, under the names that the service files know. What is said otherwise in $VARIABLES is replaced."
  lines=$(ask REGION=europe-west1 terraform -chdir=deploy/terraform output -raw settings)
  while IFS='=' read -r name value; do
    [[ $name =~ ^[A-Z][A-Z0-9_]*$ ]] || continue
    printf 'set: %s\n' "$name"
    [[ -n $DRY_RUN ]] || set_in "$VARIABLES" "$name" "$value"
  done <<<"$lines"
}

database() {
  local instance=${SQL_INSTANCE:?} socket proxy password tries=0
  if [[ -z $DRY_RUN ]]; then
    command -v cloud-sql-proxy psql >/dev/null || fail "cloud-sql-proxy and psql are needed; Cloud Shell has both"
  fi
  say "A password for the administrator of the database, for a minute. Nobody has to know it."
  password=$(made_up_password)
  set_administrators_password "$password"

  say "A connection as you, through Google's proxy: no address has to be let in."
  socket=$(mktemp -d)
  printf 'cloud-sql-proxy --unix-socket %q %q &\n' "$socket" "$instance"
  if [[ -z $DRY_RUN ]]; then
    cloud-sql-proxy --unix-socket "$socket" "$instance" &
    proxy=$!
    # The proxy begins to listen, and a password becomes another one, within seconds.
    until PGPASSWORD=$password psql --no-psqlrc --host="$socket/$instance" --username=postgres --dbname=postgres \
      --command='SELECT 1' >/dev/null 2>&1 || [[ $((tries += 1)) -ge 60 ]]; do sleep 1; done
  fi

  say "Each service's user owns its own database, and may do nothing else."
  local done=0
  PGPASSWORD=$password run psql --no-psqlrc --host="$socket/$instance" --username=postgres --dbname=postgres \
    --file=deploy/database.sql || done=$?
  [[ -n $DRY_RUN ]] || kill "$proxy"
  rm -rf "$socket"

  say "Another one, which nobody knows at all."
  set_administrators_password "$(made_up_password)"
  return "$done"
}

made_up_password() {
  head -c 48 /dev/urandom | base64 --wrap=0 | tr -d '+/='
}

# gcloud would take the password as an argument, where every process of the machine sees it.
set_administrators_password() {
  google PUT "https://sqladmin.googleapis.com/v1/projects/$PROJECT_ID/instances/${SQL_INSTANCE##*:}/users?name=postgres" \
    "$(printf '{"name": "postgres", "password": "%s"}' "$1")"
}

provider() {
  local name=${1:-} id=${CLIENT_ID:-} secret=${CLIENT_SECRET:-} url
  [[ $name =~ ^(google|github|facebook)\.com$ ]] || fail "which provider: google.com, github.com or facebook.com?"
  if [[ -z $DRY_RUN ]]; then
    [[ -n $id ]] || read -rp "Client id (or app id) at $name: " id
    [[ -n $secret ]] || { read -rsp "Client secret: " secret && echo; }
    [[ $id$secret =~ ^[A-Za-z0-9._-]+$ ]] || fail "neither a client id nor a secret has such characters"
  fi
  url=https://identitytoolkit.googleapis.com/v2/projects/$PROJECT_ID/defaultSupportedIdpConfigs
  say "Terraform would keep the secret in its state, so it is set here: changed where $name is set up already, else made."
  local body
  body=$(printf '{"enabled": true, "clientId": "%s", "clientSecret": "%s"}' "$id" "$secret")
  if is_there google GET "$url/$name"; then
    google PATCH "$url/$name?updateMask=enabled,clientId,clientSecret" "$body"
  else
    google POST "$url?idpId=$name" "$body"
  fi
}

# Calls an API of Google's as the person who runs this. Token and body are secret: they go through pipes, and are not shown.
google() {
  local method=$1 url=$2 body=()
  [[ $# -lt 3 ]] || body=(--header 'content-type: application/json' --data '@-')
  printf 'curl --request %s %q%s\n' "$method" "$url" "${3:+ # with a body that is not shown}"
  [[ -z $DRY_RUN ]] || return 0
  curl --silent --show-error --fail-with-body --output /dev/null --request "$method" "$url" "${body[@]}" <<<"${3:-}" \
    --header @<(printf 'authorization: Bearer %s\nx-goog-user-project: %s\n' "$(gcloud auth print-access-token)" "$PROJECT_ID")
}

# --- For each release ----------------------------------------------------------------------------------------------------

# The release that has all of the traffic of a service; nothing where the service is not there yet. A dry run is of a later release.
live_release() {
  local described
  [[ -n $DRY_RUN ]] || is_there gcloud run services describe "$1" --region="$REGION" --project="$PROJECT_ID" || return 0
  described=$(ask "$1-BEFORE,100" gcloud run services describe "$1" --region="$REGION" --project="$PROJECT_ID" \
    --flatten='status.traffic[]' --format='csv[no-heading](status.traffic.revisionName,status.traffic.percent)')
  described=$(awk -F, '$2 == 100 { print $1 }' <<<"$described")
  [[ -n $described ]] || fail "$1: two releases share the traffic: finish with 'shift 100' or 'rollback'"
  printf '%s\n' "${described#"$1"-}"
}

begin() {
  say "A release with a name of its own. It begins with the settings of $VARIABLES."
  run mkdir -p "$NOTES"
  [[ -n $DRY_RUN ]] || cp "$VARIABLES" "$RELEASE"
  [[ -n $DRY_RUN ]] || : >"$NEW"
  local live service
  live=$(live_release votes)
  note REVISION "${RELEASE_NAME:-r$(date -u +%Y%m%d-%H%M%S)}"
  note LIVE_REVISION "${live:-$REVISION}"
  [[ -n $live ]] || return 0
  for service in "${SERVICES[@]}"; do
    if [[ -z $DRY_RUN ]] && ! is_there gcloud run services describe "$service" --region="$REGION" --project="$PROJECT_ID"; then
      printf '%s\n' "$service" >>"$NEW"
      continue
    fi
    note "$(image_variable "$service")" "$(ask IMAGE gcloud run revisions describe "$service-$live" --region="$REGION" --project="$PROJECT_ID" \
      --format='value(spec.containers[0].image)')"
  done
}

# Whether a service was not there yet when the release began, while others were: it has no revision to share the traffic with, nor to go back to.
is_new() { [[ -f $NEW ]] && grep --quiet --line-regexp --fixed-strings -e "$1" "$NEW"; }

# What the variable with a service's image is called.
image_variable() { tr 'a-z-' 'A-Z_' <<<"IMAGE_$1"; }

test_it() {
  say "The tests, with the dependencies of the lock files. On Debian as root they install PostgreSQL and Chromium."
  run cargo xtask test tidy web lints rust browser
}

images() {
  local service registry=$REGION-docker.pkg.dev image archive digest
  say "Whoever may push to the registry is let in by a token of an hour."
  printf 'gcloud auth print-access-token | skopeo login --username oauth2accesstoken --password-stdin %s\n' "$registry"
  [[ -n $DRY_RUN ]] || access_token | skopeo login --username oauth2accesstoken --password-stdin "$registry"
  for service in "${SERVICES[@]}"; do
    image=$registry/$PROJECT_ID/callgate/$service
    archive=${CARGO_TARGET_DIR:-target}/image/$service.tar
    say "The image of $service, pushed under the name of the release, and deployed by the digest of what was pushed."
    run cargo xtask image "$service" --engine buildah
    run skopeo copy --digestfile "$NOTES/digest" "oci-archive:$archive" "docker://$image:$REVISION"
    digest=$(ask sha256:DIGEST cat "$NOTES/digest")
    [[ -n $DRY_RUN || $digest =~ ^sha256:[0-9a-f]{64}$ ]] || fail "$image: no digest"
    note "$(image_variable "$service")" "$image@$digest"
  done
}

# The token of whoever runs this: a person with gcloud, or a step of Cloud Build without it.
access_token() {
  if command -v gcloud >/dev/null; then
    gcloud auth print-access-token
  else
    curl --silent --show-error --fail --header 'Metadata-Flavor: Google' \
      http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token |
      sed -n 's/.*"access_token": *"\([^"]*\)".*/\1/p'
  fi
}

render() {
  say "The service files, with every variable filled in and checked; nothing is written where one is missing or wrong."
  run cargo xtask render --variables "$RELEASE" --out "$RENDERED"
}

deploy() {
  local service
  for service in "${SERVICES[@]}"; do
    if is_new "$service"; then
      say "$service was not there before: this revision gets its traffic."
      run sed -i "s/$service-$LIVE_REVISION\$/$service-$REVISION/" "$RENDERED/$service.yaml"
    else
      say "A new revision of $service, which gets no traffic yet: $LIVE_REVISION keeps it."
    fi
    run gcloud run services replace "$RENDERED/$service.yaml" --region="$REGION" --project="$PROJECT_ID" --quiet
  done
  only_iap_invokes_admin
}

# Terraform says the same, from its second run on; a build that runs as callgate-build may not, and need not: it is so already.
only_iap_invokes_admin() {
  [[ -z ${CLOUD_BUILD:-} ]] || return 0
  say "Nobody but Identity-Aware Proxy may call the admin service: whoever else was granted that loses it (G25)."
  run gcloud run services set-iam-policy admin "$RENDERED/admin.iam.yaml" --region="$REGION" --project="$PROJECT_ID" --quiet
}

shift_traffic() {
  local percent=${1:-} service rest
  [[ $percent =~ ^([1-9][0-9]?|100)$ ]] || fail "how much of the traffic: 1 to 100?"
  rest=$((100 - percent))
  for service in "${SERVICES[@]}"; do
    ! is_new "$service" || continue
    local to=$service-$REVISION=$percent
    [[ $rest == 0 || $REVISION == "$LIVE_REVISION" ]] || to+=,$service-$LIVE_REVISION=$rest
    say "$service: $percent% to $REVISION."
    run gcloud run services update-traffic "$service" --to-revisions="$to" --region="$REGION" --project="$PROJECT_ID" --quiet ||
      return
  done
}

rollback() {
  local release=${1:-$LIVE_REVISION} service failed=
  for service in "${SERVICES[@]}"; do
    if is_new "$service"; then
      say "$service stays: it was not there before."
      continue
    fi
    say "$service: all traffic to $release. Its revision is there still, so this takes seconds; the database's schema stays."
    # One that was not there at that time keeps none of the others.
    run gcloud run services update-traffic "$service" --to-revisions="$service-$release=100" --region="$REGION" \
      --project="$PROJECT_ID" --quiet || failed+=" $service"
  done
  [[ -z $failed ]] || fail "not rolled back:$failed"
}

smoke() {
  local which=${1:-live}
  [[ $which == next || $which == live ]] || fail "which ones to call: next or live?"
  run deploy/smoke.sh "$which" "$PROJECT_NUMBER" "$REGION"
}

reconfigure() {
  begin
  render
  deploy
  roll_out
}

# From the first test to all of the traffic. What the new revisions are refused for, the old ones go on with.
release() {
  begin
  test_it
  images
  render
  deploy
  roll_out
}

roll_out() {
  local percent
  # On the first release there is nothing to compare with, and nothing to go back to.
  if [[ $REVISION == "$LIVE_REVISION" ]]; then
    smoke live
    return
  fi
  smoke next
  for percent in 10 100; do
    if ! { shift_traffic "$percent" && smoke live; }; then
      rollback "$LIVE_REVISION"
      fail "rolled back to $LIVE_REVISION: $REVISION failed with $percent% of the traffic"
    fi
  done
}

# --- Which one -----------------------------------------------------------------------------------------------------------

[[ ${1:-} != --dry-run ]] || { DRY_RUN=yes && shift; }
command=${1:-help}
shift || true
case $command in
  help | --help | -h) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" && exit ;;
  begin | release | reconfigure | settings) RELEASE_BEGINS=yes ;;
esac
load
case $command in
  prepare | settings | database | provider | begin | images | render | deploy | rollback | release | reconfigure | smoke) "$command" "$@" ;;
  test) test_it ;;
  shift) shift_traffic "$@" ;;
  roll-out) roll_out ;;
  *) fail "there is no command $command; 'deploy/deploy.sh help' names them" ;;
esac
