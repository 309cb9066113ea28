"""Every call that deploy.sh makes to an API of Google's by curl is one of Google's discovery documents: method, path, and parameters."""

import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import googleapiclient

DOCUMENTS = Path(googleapiclient.__file__).parent / "discovery_cache/documents"
APIS = {"identitytoolkit.googleapis.com": "identitytoolkit.v2", "sqladmin.googleapis.com": "sqladmin.v1"}
RUNS = ["database", "provider github.com"]


class Fault(Exception):
    """What is wrong."""


def calls(root):
    """(method, URL) of each call in a dry run, and of the ones that a dry run does not come to."""
    for run in RUNS:
        done = subprocess.run(["bash", "deploy/deploy.sh", "--dry-run", *run.split()], cwd=root, capture_output=True, text=True)
        for method, url in re.findall(r"^curl --request (\w+) (\S+)", done.stdout, re.M):
            yield method, url.replace("\\", "")
    # Where the provider is set up already: in a dry run it never is.
    for method, url in re.findall(r'google (PATCH|GET) "\$url/(\S+)"', (root / "deploy/deploy.sh").read_text()):
        base = "https://identitytoolkit.googleapis.com/v2/projects/example-project/defaultSupportedIdpConfigs/"
        yield method, base + url.replace("$name", "github.com")


def methods(resources):
    """All methods of an API, at any depth."""
    for resource in resources.values():
        yield from resource.get("methods", {}).values()
        yield from methods(resource.get("resources", {}))


def is_known(method, url):
    split = urlsplit(url)
    document = json.loads((DOCUMENTS / f"{APIS[split.netloc]}.json").read_text())
    for one in methods(document["resources"]):
        # flatPath has a part for each name: `v2/projects/{projectsId}/..`.
        path = re.sub(r"\{[^}]*\}", "[^/]+", one.get("flatPath", one["path"]))
        known = {*one["parameters"], *document["parameters"]}
        if one["httpMethod"] == method and re.fullmatch("/" + path, split.path) and parse_qs(split.query).keys() <= known:
            return True
    return False


def check(root):
    found = sorted(set(calls(root)))
    faults = [f"deploy.sh: {method} {url}: no API of Google's has this" for method, url in found if not is_known(method, url)]
    if len(found) < 4:
        faults.append(f"deploy.sh: only {len(found)} calls were found")
    # A check that takes anything would be none.
    if is_known("POST", found[0][1].replace("/v", "/w")) or is_known("PUT", "https://sqladmin.googleapis.com/v1/projects/p/instances/i/users?nome=x"):
        faults.append("rest.py: what is wrong on purpose is not found")
    if faults:
        raise Fault("\n".join(faults))
    return f"{len(found)} calls, as in Google's discovery documents"


if __name__ == "__main__":
    try:
        print(check(Path(sys.argv[1])))
    except Fault as fault:
        sys.exit(str(fault))
