"""Every gcloud command in deploy/ and docs/ is one that gcloud knows, with flags that it knows.

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


# What gcloud must refuse, or its word is worth nothing.
WRONG = ["gcloud run services replce x.yaml", "gcloud run services update-traffic votes --to-revision=a=1 --regio=r", "gcloud run services replace x.yaml --bogus"]


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
        blocks = re.findall(r"^ *```sh\n(.*?)^ *```", text, re.S | re.M)
        text = "\n".join([*blocks, *re.findall(r"`(gcloud [^`]+)`", text.replace("\n", " "))])
    for line in text.replace("\\\n", " ").splitlines():
        yield path.name, line.strip().removeprefix("#").strip()


def commands(lines):
    """The gcloud commands among them: (where, command)."""
    for where, line in lines:
        for part in re.split(r"\||&&|;|\$\(", line):
            # What is only for the reader: redirections, comments, the other half of a bracket.
            part = re.sub(r"\s#.*$|[<>].*$", "", part.strip()).strip()
            if part.startswith("gcloud ") and " meta " not in part:
                part = re.sub(r"\bPROJECT\b", "example-project", part)
                yield where, part if part.count("(") else part.rstrip(")")


def known_flags(arguments):
    """All flags that a command has, at any depth of its groups."""
    for argument in arguments:
        if "group" in argument:
            yield from known_flags(argument["group"]["arguments"])
        elif not argument.get("positional"):
            yield f"--{argument['name']}"
            yield f"--no-{argument['name']}"


def judge(where_of):
    """Lines for what gcloud does not know, of commands and where each is."""
    asked = {f"c{number}": command for number, command in enumerate(where_of)}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump([{"id": id, "command_string": command} for id, command in asked.items()], file)
        file.flush()
        lint = ["gcloud", "meta", "lint-gcloud-commands", "--serialize", "--commands-file", file.name]
        done = subprocess.run(lint, capture_output=True, text=True)
    if done.returncode:
        raise Fault(f"gcloud cannot judge: {done.stderr.strip()}")
    answers = json.loads(done.stdout)
    for id, command in asked.items():
        judged = next(iter(answers.get(id, [])), None)
        if judged is None:
            yield f"{where_of[command]}: {command}: gcloud says nothing of it"
        elif not judged["success"]:
            yield f"{where_of[command]}: {command}: {judged['error_message'].splitlines()[0]}"
        else:
            flags = {word.split("=")[0] for word in shlex.split(command) if word.startswith("--")}
            for flag in sorted(flags - set(known_flags(judged["args_structure"]["arguments"]))):
                yield f"{where_of[command]}: {command}: there is no flag {flag}"


def check(root):
    lines = [*dry_runs(root)]
    pages = [str(page.relative_to(root)) for page in sorted((root / "docs/callers").glob("*.md"))]
    for name in ["deploy/README.md", "deploy/services/README.md", *pages, "deploy/cloudbuild.yaml"]:
        lines += shell_in(root / name, (root / name).read_text())
    found = {command: where for where, command in commands(lines)}
    unseen = {*WRONG} - {fault.split(": ")[1] for fault in judge(dict.fromkeys(WRONG, "wrong on purpose"))}
    if unseen:
        raise Fault(f"gcloud finds nothing wrong with {', '.join(unseen)}: it cannot judge the others")
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
