"""deploy/deploy.sh with stand-ins for the programs that reach Google: what it calls, in which order, and what it does when a call fails.

The stand-ins note each call with its arguments, and answer as the real ones would. Nothing leaves the machine.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

DIGEST = "sha256:" + "ab" * 32

# Everything that deploy.sh calls, and what stands in for it. `$STATE` has what is "deployed": a file a service with the revision that has the traffic.
STAND_IN = r"""#!/usr/bin/env bash
name=$(basename "$0")
printf '%s %s\n' "$name" "$*" >>"$STATE/calls"
case "$name $*" in
  "gcloud run services describe "*)
    service=$4
    [[ -f $STATE/$service ]] || exit 1
    printf '%s,100\n' "$(cat "$STATE/$service")" ;;
  "gcloud run revisions describe "*) printf 'image-of-%s' "$4" ;;
  "gcloud run services replace "*)
    service=$(basename "$4" .yaml)
    [[ -f $STATE/$service ]] || printf '%s' "$(sed -n 's/.*revisionName: //p' "$4")" >"$STATE/$service" ;;
  "cargo xtask render "*)
    mkdir -p "${@: -1}"
    for service in $ALL_SERVICES; do
      printf -- '- revisionName: %s-%s\n' "$service" "$(sed -n 's/^LIVE_REVISION=//p' "$4")" >"${@: -1}/$service.yaml"
    done ;;
  "gcloud run services update-traffic ${FAIL_SHIFT:-none} --to-revisions=$FAIL_SHIFT-r"[3-9]*) exit 1 ;;
  "gcloud run services update-traffic "*"=100 "*)
    to=${5#--to-revisions=} && printf '%s' "${to%=100}" >"$STATE/$4" ;;
  "terraform -chdir=deploy/terraform output -raw settings") printf 'REGION=europe-north1\nWEB_API_KEY=AIza-own\nNEW=a=b' ;;
  "gcloud auth print-access-token") echo secret-token ;;
  "skopeo login "*) cat >/dev/null ;;
  "skopeo copy "*) printf DIGEST >"$3" ;;
  "smoke.sh "*)
    # The call that must fail, counted from 1.
    calls=$(grep -c '^smoke.sh' "$STATE/calls")
    [[ $calls != "${FAIL_SMOKE:-}" ]] || exit 1 ;;
  "cloud-sql-proxy "*)
    echo $$ >"$STATE/proxy"
    mkdir "$2/$3" && python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$2/$3/.s.PGSQL.5432"
    exec sleep 60 ;;
  "psql "*)
    socket=$(sed -n 's/.*--host=\([^ ]*\).*/\1/p' <<<"$*")/.s.PGSQL.5432
    [[ -S $socket ]] && printf '%s' "$PGPASSWORD" >"$STATE/password" || exit 2
    [[ -z ${PSQL_FAILS:-} || $* != *--file* ]] || exit 3 ;;
  "curl --silent --show-error --fail-with-body --output /dev/null --request PUT "*) cat >>"$STATE/bodies" ;;
  "curl "*metadata.google.internal*) printf '{"access_token":"secret-token","expires_in":3599}' ;;
  "gcloud storage cp gs://example-project-callgate-builds/variables.env "*) cp deploy/variables.example.env "${@: -1}" ;;
  "curl "*) [[ -z ${CURL_FAILS:-} ]] || exit 22 ;;
esac
""".replace("DIGEST", DIGEST)
PROGRAMS = ["terraform", "gcloud", "skopeo", "cargo", "curl", "cloud-sql-proxy", "psql", "apt-get", "rustup"]

# What the images of Cloud Build's steps lack.
LACKS = {"rust": ["gcloud"], "google-cloud-cli": ["cargo", "skopeo", "apt-get", "rustup"]}
# What every image has, and deploy.sh uses.
EVERYWHERE = ["awk", "basename", "bash", "cat", "cp", "date", "dirname", "env", "grep", "mkdir", "mktemp", "rm", "sed", "tr"]


class Fault(Exception):
    """What is wrong."""


class Trial:
    """A copy of what deploy.sh needs, with the stand-ins."""

    def __init__(self, root):
        self.folder = Path(tempfile.mkdtemp(prefix="callgate-deploy-"))
        (self.folder / "deploy").mkdir()
        for name in ["deploy.sh", "cloudbuild.yaml", "variables.example.env", "database.sql"]:
            shutil.copy(root / "deploy" / name, self.folder / "deploy")
        shutil.copy(root / "deploy/variables.example.env", self.folder / "deploy/variables.env")
        listed = re.search(r"^SERVICES=\(([^)]*)\)", (root / "deploy/deploy.sh").read_text(), re.M)
        self.services = listed[1].split()
        self.state = self.folder / "state"
        self.state.mkdir()
        stand_ins = self.folder / "bin"
        stand_ins.mkdir()
        for path in [*(stand_ins / name for name in PROGRAMS), self.folder / "deploy/smoke.sh"]:
            path.write_text(STAND_IN)
            path.chmod(0o755)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    def run(self, *arguments, succeeds=True, **environment):
        """Runs it, and returns what it called since the last time."""
        (self.state / "calls").write_text("")
        return self.start(["bash", "deploy/deploy.sh", *arguments], arguments, succeeds, environment)

    def start(self, command, arguments, succeeds, environment):
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={"PATH": f"{self.folder}/bin:{os.environ['PATH']}", "STATE": str(self.state), "ALL_SERVICES": " ".join(self.services), "FAIL_SHIFT": "", "HOME": str(self.folder), **environment},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        if (done.returncode == 0) != succeeds:
            raise Fault(f"deploy.sh {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        self.said = done.stdout + done.stderr
        return (self.state / "calls").read_text().splitlines()

    def traffic(self):
        return {path.name: path.read_text() for path in self.state.iterdir() if path.name != "calls"}


def must(holds, what):
    if not holds:
        raise Fault(what)


def everything_has(trial, release):
    expected = {service: f"{service}-{release}" for service in trial.services}
    must(trial.traffic() == expected, f"the traffic is with {trial.traffic()}, {release} expected")


def dry_run(trial):
    """A dry run calls nothing."""
    for arguments in [["prepare"], ["settings"], ["database"], ["provider", "github.com"], ["release"], ["rollback", "r1"]]:
        calls = trial.run("--dry-run", *arguments)
        must(not calls, f"--dry-run {' '.join(arguments)} called {calls}")


def first_release(trial):
    """Without services: all are made, tried, and nothing is shifted."""
    calls = trial.run("release", RELEASE_NAME="r1")
    order = [call for call in calls if re.match(r"cargo|skopeo copy|gcloud run services (replace|set|update)|smoke", call)]
    kinds = [" ".join(call.split()[:4]) for call in order]
    must(kinds[0].startswith("cargo xtask test"), "the tests come first")
    must(sum(call.startswith("skopeo copy") for call in order) == len(trial.services), "an image of each is pushed")
    must(sum(call.startswith("gcloud run services replace") for call in order) == len(trial.services), "each service is deployed")
    must(any("set-iam-policy admin" in call for call in calls), "only IAP may invoke admin")
    must(not any("update-traffic" in call for call in calls), "there is no traffic to shift")
    must(calls[-1] == "smoke.sh live 123456789012 europe-west1", f"the last call is {calls[-1]}")
    variables = (trial.folder / "target/deploy/variables.env").read_text()
    must("\nREVISION=r1\n" in variables and "\nLIVE_REVISION=r1\n" in variables, "the release is noted")
    images = re.findall(r"^IMAGE_\w+=(.*)$", variables, re.M)
    must(len(images) == len(trial.services) and all(image.endswith(f"@{DIGEST}") for image in images), f"the digests are noted: {images}")


def next_release(trial):
    """With services: tried without traffic, then with a tenth, then with all."""
    calls = trial.run("release", RELEASE_NAME="r2")
    steps = [call for call in calls if re.match(r"smoke|gcloud run services update-traffic votes", call)]
    expected = [
        "smoke.sh next 123456789012 europe-west1",
        "gcloud run services update-traffic votes --to-revisions=votes-r2=10,votes-r1=90 --region=europe-west1 --project=example-project --quiet",
        "smoke.sh live 123456789012 europe-west1",
        "gcloud run services update-traffic votes --to-revisions=votes-r2=100 --region=europe-west1 --project=example-project --quiet",
        "smoke.sh live 123456789012 europe-west1",
    ]
    must(steps == expected, f"the steps are {steps}")
    everything_has(trial, "r2")


def failures(trial):
    """A smoke test that fails gives the traffic back, and the command fails."""
    for number, (fail_at, shifts) in enumerate([("1", 0), ("2", 2), ("3", 3)], 3):
        calls = trial.run("release", RELEASE_NAME=f"r{number}", FAIL_SMOKE=fail_at, succeeds=False)
        of_votes = [call for call in calls if "update-traffic votes" in call]
        must(len(of_votes) == shifts, f"smoke test {fail_at} fails, and the traffic of votes is shifted: {of_votes}")
        everything_has(trial, "r2")
    trial.run("release", RELEASE_NAME="r6", FAIL_SHIFT="admin", succeeds=False)
    everything_has(trial, "r2")


def reconfiguring(trial):
    """Nothing is built: the images are those that have the traffic."""
    calls = trial.run("reconfigure", RELEASE_NAME="r7")
    must(not any("cargo xtask image" in call or "test" in call.split()[:3] for call in calls), f"something was built: {calls}")
    must("\nIMAGE_SITE=image-of-site-r0a1b\n" in (trial.folder / "target/deploy/variables.env").read_text(), "the live images are noted")
    everything_has(trial, "r7")


def cloud_build(trial):
    """The scripts of cloudbuild.yaml, each with the programs of its image, make the same release."""
    build = yaml.safe_load((trial.folder / "deploy/cloudbuild.yaml").read_text())
    (trial.state / "calls").write_text("")
    fill = {"PROJECT_ID": "example-project", "BUILD_ID": "0a1b"}
    for step in build["steps"]:
        if "script" not in step:
            continue
        environment = {}
        for assignment in step.get("env", []):
            name, value = assignment.split("=", 1)
            for _ in range(2):  # a substitution may hold another one
                value = re.sub(r"\$\{(\w+)\}", lambda m: {**build["substitutions"], **fill}[m[1]], value)
            environment[name] = value.replace("/workspace", str(trial.folder))
        lacks = next(programs for image, programs in LACKS.items() if image in step["name"])
        path = Path(tempfile.mkdtemp(dir=trial.folder))
        for program in set(PROGRAMS) - set(lacks):
            (path / program).symlink_to(trial.folder / "bin" / program)
        # gcloud may be installed on this machine; in the image of Rust it is not.
        for program in EVERYWHERE:
            (path / program).symlink_to(shutil.which(program))
        environment["PATH"] = str(path)
        trial.start(["bash", "-c", step["script"]], [step["id"]], True, environment)
    calls = (trial.state / "calls").read_text().splitlines()
    must(not any("set-iam-policy" in call for call in calls), "a build may not say who reaches a service")
    must(sum(call.startswith("skopeo copy") for call in calls) == len(trial.services), "an image of each is pushed")
    everything_has(trial, "r0a1b")


def rolling_back(trial):
    trial.run("rollback")
    everything_has(trial, "r0a1b")
    trial.run("rollback", "r1")
    everything_has(trial, "r1")


def new_service(trial):
    """A service that was not there before gets its traffic at once, and keeps it where the others go back."""
    (trial.state / "profiles").unlink()
    calls = trial.run("release", RELEASE_NAME="r8")
    must(not any("update-traffic profiles" in call for call in calls), "there is no traffic of profiles to shift")
    everything_has(trial, "r8")
    (trial.state / "profiles").unlink()
    trial.run("release", RELEASE_NAME="r9", FAIL_SMOKE="2", succeeds=False)
    must(trial.traffic().pop("profiles") == "profiles-r9", "profiles has nothing to go back to")
    must((trial.state / "votes").read_text() == "votes-r8", "votes goes back")
    (trial.state / "profiles").write_text("profiles-r8")
    # Nor does one that has no such revision keep the others from going back.
    (trial.folder / "target/deploy/new-services").write_text("")
    trial.run("rollback", "r3", FAIL_SHIFT="votes", succeeds=False)
    must((trial.state / "site").read_text() == "site-r3", "site goes back, though votes does not")


def secrets(trial):
    """No secret is an argument of a program, nor printed."""
    calls = trial.run("provider", "github.com", CLIENT_ID="Iv1.0123", CLIENT_SECRET="hush-hush")
    must(any("PATCH" in call for call in calls), "a provider that is there is changed")
    calls += trial.run("provider", "facebook.com", CLIENT_ID="12", CLIENT_SECRET="hush-hush", CURL_FAILS="yes", succeeds=False)
    must(any("POST" in call for call in calls), "a provider that is not there is made")
    for text in [*calls, trial.said]:
        must("hush-hush" not in text and "secret-token" not in text, f"a secret is shown: {text}")
    trial.run("provider", "nonsense.com", succeeds=False)


def database(trial):
    """database.sql is run with a password that was just set, and then nobody knows it; the proxy is gone."""
    for succeeds, environment in [(True, {}), (False, {"PSQL_FAILS": "yes"})]:
        calls = trial.run("database", succeeds=succeeds, **environment)
        password = (trial.state / "password").read_text()
        bodies = (trial.state / "bodies").read_text().splitlines()
        must(len(bodies) == 2, f"the administrator's password is set {len(bodies)} times, and not twice")
        first, last = bodies
        must(len(password) > 40 and f'"{password}"' in first and password not in last, "the password is set, used, and replaced")
        must(not any(password in text for text in [*calls, trial.said]), "the password is shown")
        proxy = Path("/proc") / (trial.state / "proxy").read_text().strip()
        must(not proxy.exists() or "\nState:\tZ" in (proxy / "status").read_text(), "the proxy goes on")
        (trial.state / "bodies").unlink()


def settings(trial):
    """What Terraform made stands in the variables, each once, and the rest as before."""
    path = trial.folder / "deploy/variables.env"
    before = path.read_text().splitlines()
    trial.run("settings")
    after = path.read_text().splitlines()
    expected = [{"REGION": "REGION=europe-north1", "WEB_API_KEY": "WEB_API_KEY=AIza-own"}.get(line.split("=")[0], line) for line in before]
    must(after == [*expected, "NEW=a=b"], f"the variables are {after}")


TRIALS = [dry_run, first_release, next_release, failures, cloud_build, reconfiguring, rolling_back, new_service, secrets, settings, database]


def check(root):
    with Trial(root) as trial:
        for one in TRIALS:
            try:
                one(trial)
            except Fault as fault:
                raise Fault(f"deploy.sh: {one.__name__}: {fault}") from None
    return f"{len(TRIALS)} trials with stand-ins for gcloud and the like: releases, failures, Cloud Build, other settings, rolling back, secrets, settings, the database"


if __name__ == "__main__":
    try:
        print(check(Path(sys.argv[1])))
    except Fault as fault:
        sys.exit(str(fault))
