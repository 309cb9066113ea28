"""What one part of deploy/ calls by name is what another part makes: accounts, secrets, instances, and the paths of the load balancer."""

import json
import re
import sys
from pathlib import Path

import hcl
from hcl import Fault


def routes(module, policy):
    """Yields services without a path at the load balancer, and paths that should not be there."""
    routed = {path.strip("/*") for paths in module.locals["routes"].values() for path in paths}
    internal = {}
    for method, rule in policy["methods"].items():
        service = method.split("/")[0]
        internal[service] = internal.get(service, True) and rule["internal_user"] is not None
    for service, is_internal in sorted(internal.items()):
        if is_internal and service in routed:
            yield f"balancer.tf: {service} is reached past Identity-Aware Proxy"
        if not is_internal and service not in routed:
            yield f"balancer.tf: {service} has no path, and its calls would go to the page"
    for service in sorted(routed - internal.keys()):
        yield f"balancer.tf: there is no service {service}"


def names(module, services):
    """Yields accounts and secrets of the service files that Terraform does not make."""
    block = module.resource("google_service_account", "service").arguments
    made = {block["account_id"].replace("${each.key}", name) for name in re.findall(r'"([\w-]+)"', block["for_each"])}
    secrets = {b.arguments["secret_id"] for b in module.blocks if b.type == "google_secret_manager_secret"}
    for path in sorted(services.glob("*.yaml")):
        text = path.read_text()
        for account in re.findall(r"([a-z-]+)@\$\{PROJECT_ID\}\.iam\.gserviceaccount\.com", text):
            if account not in made:
                yield f"services/{path.name}: Terraform makes no account {account}"
        for secret in re.findall(r"secretKeyRef:\s+name: (\S+)", text):
            if secret not in secrets:
                yield f"services/{path.name}: Terraform makes no secret {secret}"


def example(module, text):
    """Yields example variables that say otherwise than Terraform's defaults."""
    values = dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.M))
    region = module.variables["region"]["default"]
    database = module.resource("google_sql_database_instance", "this").arguments["name"]
    images = module.resource("google_artifact_registry_repository", "images").arguments["repository_id"]
    expected = {
        "REGION": region,
        "SQL_INSTANCE": f"{values['PROJECT_ID']}:{region}:{database}",
        "SQL_MAX_CONNECTIONS": str(module.variables["database_connections"]["default"]),
    }
    for name, value in expected.items():
        if values[name] != value:
            yield f"variables.example.env: {name} is {values[name]}, and {value} in Terraform"
    for name, value in values.items():
        if name.startswith("IMAGE_") and not value.startswith(f"{region}-docker.pkg.dev/{values['PROJECT_ID']}/{images}/"):
            yield f"variables.example.env: {name} is not in the repository that Terraform makes"


def check(root):
    module = hcl.load(root / "deploy/terraform")
    faults = [
        *routes(module, json.loads((root / "docs/policy.json").read_text())),
        *names(module, root / "deploy/services"),
        *example(module, (root / "deploy/variables.example.env").read_text()),
    ]
    if faults:
        raise Fault("\n".join(faults))
    return "accounts, secrets, database, images and paths are called by the same names"


if __name__ == "__main__":
    try:
        print(check(Path(sys.argv[1])))
    except Fault as fault:
        sys.exit(str(fault))
