"""Every gcloud command in deploy/ is one that gcloud knows, with flags that it knows.

gcloud judges them itself (`gcloud meta lint-gcloud-commands`), without a network. It lets unknown flags of some commands pass, so the flags are compared
once more with those that it lists.
"""

import json
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

# What deploy.sh is asked for, in a dry run.
RUNS = ["prepare", "settings", "database", "provider github.com", "release", "reconfigure", "roll-out", "shift 10", "smoke next", "rollback r1"]


class Fault(Exception):
    """What is wrong: the command, and the reason."""


def dry_runs(root):
    """What deploy.sh would do, command by command."""
    for run in RUNS:
        command = ["bash", "deploy/deploy.sh", "--dry-run", *run.split()]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True)
        if done.returncode:
            raise Fault(f"deploy/deploy.sh --dry-run {run}: {done.stderr.strip() or done.stdout.strip()}")
        for line in (done.stdout + done.stderr).splitlines():
            yield f"deploy.sh {run}", line


def shell_in(path, text):
    """Lines of shell in a page or a Cloud Build file, continued ones joined."""
    if path.suffix == ".md":
        text = "\n".join(re.findall(r"^ *```sh\n(.*?)^ *```", text, re.S | re.M))
    for line in text.replace("\\\n", " ").splitlines():
        yield path.name, line.strip().removeprefix("#").strip()


def commands(lines):
    """The gcloud commands among them: (where, command)."""
    for where, line in lines:
        for part in re.split(r"\||&&|;|\$\(", line):
            # What is only for the reader: redirections, comments, the other half of a bracket.
            part = re.sub(r"\s#.*$|[<>].*$", "", part.strip()).strip()
            if part.startswith("gcloud ") and " meta " not in part:
                yield where, part if part.count("(") else part.rstrip(")")


def known_flags(arguments):
    """All flags that a command has, at any depth of its groups."""
    for argument in arguments:
        if "group" in argument:
            yield from known_flags(argument["group"]["arguments"])
        elif not argument.get("positional"):
            yield f"--{argument['name']}"
            yield f"--no-{argument['name']}"


def judge(where_and_commands):
    """Lines for what gcloud does not know."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump([{"command_string": command} for _, command in where_and_commands], file)
        file.flush()
        done = subprocess.run(
            ["gcloud", "meta", "lint-gcloud-commands", "--commands-file", file.name], capture_output=True, text=True
        )
    if done.returncode:
        raise Fault(f"gcloud cannot judge: {done.stderr.strip()}")
    for (where, command), judged in zip(where_and_commands, json.loads(done.stdout)):
        if not judged["success"]:
            yield f"{where}: {command}: {judged['error_message'].splitlines()[0]}"
            continue
        flags = {word.split("=")[0] for word in shlex.split(command) if word.startswith("--")}
        known = set(known_flags(judged["args_structure"]["arguments"]))
        for flag in sorted(flags - known):
            yield f"{where}: {command}: there is no flag {flag}"


def check(root):
    lines = [*dry_runs(root)]
    for name in ["deploy/README.md", "deploy/cloudbuild.yaml"]:
        lines += shell_in(root / name, (root / name).read_text())
    found = sorted(set(commands(lines)))
    faults = [*judge(found)]
    if faults:
        raise Fault("\n".join(faults))
    version = subprocess.run(["gcloud", "version", "--format=value(core)"], capture_output=True, text=True).stdout.strip()
    return f"{len(found)} commands, as gcloud itself knows them (core {version})"


if __name__ == "__main__":
    try:
        print(check(Path(sys.argv[1])))
    except Fault as fault:
        sys.exit(str(fault))
