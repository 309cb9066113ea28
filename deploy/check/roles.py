"""Who may do what: the tables of deploy/README.md and Terraform say the same, and nobody may do everything.

The README decides. Its table "Who may do what" has a row for each account and what it may do; "Custom roles" has the permissions of each.
"""

import re
import sys
from pathlib import Path

import hcl
from hcl import Fault

README = "README.md"
GRANTS = "### Who may do what"
CUSTOM = "### Custom roles"

# Roles that nobody gets, and members who are everybody.
TOO_MUCH = re.compile(r"roles/(owner|editor|viewer|browser)\b|roles/[a-z.]*admin\b|\ballUsers\b|\ballAuthenticatedUsers\b", re.I)

# Only a binding takes the role from whoever else has it.
EXCLUSIVE = {"roles/run.invoker", "roles/iap.httpsResourceAccessor", "roles/secretmanager.secretAccessor"}


def table(text, heading):
    """The rows of the first table below a heading, cells without their backticks."""
    _, found, rest = text.partition(heading + "\n")
    if not found:
        raise Fault(f"{README}: there is no heading {heading!r}")
    lines = rest.splitlines()
    start = next((i for i, line in enumerate(lines) if line.startswith("|")), None)
    if start is None:
        raise Fault(f"{README}: there is no table below {heading!r}")
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip().replace("`", "") for cell in line.strip("|").split("|")])
    return rows


def decided(readme):
    """What the README says: grants as (who, on what, role), and the permissions of each custom role."""
    grants = set()
    for row in table(readme, GRANTS):
        if len(row) != 4:
            raise Fault(f"{README}: a row of {GRANTS!r} has {len(row)} cells: {' | '.join(row)}")
        for who in row[0].split(", "):
            if row[2] != "none":
                grants.add((who, row[1], row[2]))
    custom = {row[0]: set(row[1].split(", ")) for row in table(readme, CUSTOM)}
    return grants, custom


class Terraform:
    """What the Terraform files grant."""

    def __init__(self, module):
        self.module = module
        # Those that have an account of their own.
        self.services = re.findall(r'"([\w-]+)"', module.resource("google_service_account", "service").arguments["for_each"])

    def custom(self):
        return {
            block.arguments["role_id"]: set(block.arguments["permissions"])
            for block in self.module.blocks
            if block.type == "google_project_iam_custom_role"
        }

    def grants(self):
        """Everything that any resource of an IAM type grants. One that is not known here is a fault: it would go unseen."""
        for block in self.module.blocks:
            if "_iam_" not in block.type or block.kind != "resource" or block.type == "google_project_iam_custom_role":
                continue
            role = self.role(block)
            if role in EXCLUSIVE and not block.type.endswith("_binding"):
                raise Fault(f"{block}: {role} is given by a binding only, which takes it from everyone else")
            on = self.on(block)
            members = block.arguments.get("members", block.arguments.get("member"))
            for member in members if isinstance(members, list) else [members]:
                for who in self.who(block, member):
                    for what in on:
                        yield who, what, role

    def role(self, block):
        role = block.arguments["role"]
        inner = hcl.expression(role)
        if inner is None:
            return role
        found = re.fullmatch(r"google_project_iam_custom_role\.(\w+)\.name", inner)
        if not found:
            raise Fault(f"{block}: a role that cannot be read here: {role}")
        return self.module.resource("google_project_iam_custom_role", found[1]).arguments["role_id"]

    def who(self, block, member):
        inner = hcl.expression(member) or ""
        if inner == "local.iap_agent":
            return ["IAP's service agent"]
        if inner == "var.administrators":
            return ["administrators"]
        if inner == "google_service_account.build.member":
            return ["callgate-build"]
        found = re.fullmatch(r'google_service_account\.service\["([\w-]+)"\]\.member', inner)
        if found and found[1] in self.services:
            return [f"callgate-{found[1]}"]
        if inner == "each.value.member" and "google_service_account.service" in block.arguments.get("for_each", ""):
            return [f"callgate-{service}" for service in self.services]
        raise Fault(f"{block}: a member that cannot be read here: {member}")

    def on(self, block):
        arguments = block.arguments
        match block.type:
            case "google_project_iam_member":
                return ["the project"]
            case "google_secret_manager_secret_iam_binding":
                name = re.search(r"google_secret_manager_secret\.(\w+)\.id", arguments["secret_id"])
                secret = self.module.resource("google_secret_manager_secret", name[1])
                return [f"secret {secret.arguments['secret_id']}"]
            case "google_service_account_iam_member" if arguments["service_account_id"] == "${each.value.name}":
                return [f"account callgate-{service}" for service in self.services]
            case "google_artifact_registry_repository_iam_member":
                name = re.search(r"google_artifact_registry_repository\.(\w+)\.name", arguments["repository"])
                repository = self.module.resource("google_artifact_registry_repository", name[1])
                return [f"images {repository.arguments['repository_id']}"]
            case "google_storage_bucket_iam_member":
                name = re.search(r"google_storage_bucket\.(\w+)\.name", arguments["bucket"])
                bucket = self.module.resource("google_storage_bucket", name[1]).arguments["name"]
                return ["bucket " + bucket.replace("${var.project_id}", "PROJECT")]
            case "google_cloud_run_v2_service_iam_binding":
                return [f"service {arguments['name']}"]
            case "google_iap_web_cloud_run_service_iam_binding":
                return [f"service {arguments['cloud_run_service_name']}, through IAP"]
        raise Fault(f"{block}: what it is granted on cannot be read here")


def difference(what, here, there):
    """Lines for what only one of the two has."""
    for row in sorted(here - there):
        yield f"{README} has {what} {' | '.join(row)}, and Terraform has not"
    for row in sorted(there - here):
        yield f"Terraform has {what} {' | '.join(row)}, and {README} has not"


def too_much(folder):
    """Lines for roles and members that nobody may be given, in any file but a text."""
    kinds = {".tf", ".tfvars", ".example", ".yaml", ".yml", ".sh", ".env", ".json", ""}
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix in kinds):
        if path.relative_to(folder).parts[0] == "check" or ".terraform" in path.parts:
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            found = TOO_MUCH.search(line.split("#")[0])
            if found:
                yield f"{path.relative_to(folder)}:{number}: nobody is given {found[0]}"


def check(folder):
    terraform = Terraform(hcl.load(folder / "terraform"))
    grants, custom = decided((folder / README).read_text())
    granted = set(terraform.grants())
    faults = list(difference("the grant", grants, granted))
    there = terraform.custom()
    rows = lambda roles: {(role, permission) for role, permissions in roles.items() for permission in permissions}
    faults += difference("the permission", rows(custom), rows(there))
    for who, what in sorted({(who, what) for who, what, _ in granted if what.startswith("service ")}):
        if what == "service admin" and who != "IAP's service agent":
            faults.append(f"Terraform lets {who} invoke admin past Identity-Aware Proxy (G25)")
    faults += too_much(folder)
    if faults:
        raise Fault("\n".join(faults))
    return f"{len(granted)} grants and {len(custom)} custom roles are the same in {README} and Terraform; nobody may do everything"


if __name__ == "__main__":
    try:
        print(check(Path(sys.argv[1])))
    except Fault as fault:
        sys.exit(str(fault))
