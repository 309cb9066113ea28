"""The checks of Terraform, roles, names and database fail where they should: each change below, made to a copy, is found by the check named, in these words."""

import shutil
import sys
import tempfile
from pathlib import Path

import agreement
import arguments
import database
import evaluate
import roles

# Check, file in deploy/, what stands there, what is put in its place, what the check says.
CHANGES = [
    ("arguments", "terraform/database.tf", "deletion_protection =", "deletion_protectoin =", "there is no argument deletion_protectoin"),
    ("arguments", "terraform/database.tf", "      start_time  ", "      start_tyme  ", "there is no argument start_tyme"),
    ("arguments", "terraform/registry.tf", '  format        = "DOCKER"\n', "", "the argument format is missing"),
    ("arguments", "terraform/iap.tf", "google_cloud_run_v2_service_iam_binding", "google_cloud_run_v3_service_iam_binding", "the provider has no resource"),
    ("arguments", "terraform/outputs.tf", "images.location}", "images.place}", "has no place"),
    ("arguments", "terraform/outputs.tf", "google_storage_bucket.builds", "google_storage_bucket.build", "there is no resource google_storage_bucket.build"),
    ("arguments", "terraform/outputs.tf", "var.project_id", "var.project", "there is no var.project"),
    ("arguments", "terraform/balancer.tf", "local.routes", "local.balanced", "local.routes is used nowhere"),
    ("arguments", "terraform/secrets.tf", "secret_data_wo =", "secret_data =", "secret_data would be in the state"),
    ("arguments", "terraform/secrets.tf", 'ephemeral "random_password" "votes"', 'resource "random_password" "votes"', "it would be in the state, as a secret"),
    ("arguments", "terraform/database.tf", "password_wo         = ephemeral.random_password.admin.result", 'password = "x"', "password would be in the state"),
    ("arguments", "terraform/apis.tf", "for_each =", "for_each = =", "no HCL"),
    ("roles", "README.md", "| `callgate-profiles` | the project | `callgateProfileAccounts`", "| `callgate-votes` | the project | `callgateProfileAccounts`", "Terraform has the grant callgate-profiles"),
    ("roles", "terraform/accounts.tf", '"roles/cloudsql.client"', '"roles/cloudsql.editor"', "README.md has the grant callgate-votes | the project | roles/cloudsql.client"),
    ("roles", "terraform/accounts.tf", '"roles/cloudsql.client"', '"roles/editor"', "nobody is given roles/editor"),
    ("roles", "terraform/accounts.tf", '    "firebaseauth.users.update",\n', '    "firebaseauth.users.update",\n    "firebaseauth.configs.update",\n', "Terraform has the permission"),
    ("roles", "README.md", "`firebaseauth.users.delete`, ", "", "Terraform has the permission callgateProfileAccounts | firebaseauth.users.delete"),
    ("roles", "terraform/iap.tf", "members  = [local.iap_agent]", 'members  = [local.iap_agent, "allUsers"]', "a member that cannot be read here: allUsers"),
    ("roles", "terraform/iap.tf", "members  = [local.iap_agent]", "members  = [local.iap_agent, google_service_account.build.member]", "past Identity-Aware Proxy (G25)"),
    ("roles", "terraform/iap.tf", 'binding" "admin_only_by_iap', 'member" "admin_only_by_iap', "by a binding only"),
    ("roles", "services/votes.yaml", "run.googleapis.com/invoker-iam-disabled", "allUsers", "nobody is given allUsers"),
    ("roles", "deploy.sh", "--versioning", "--versioning --role=roles/owner", "nobody is given roles/owner"),
    ("roles", "terraform/accounts.tf", 'resource "google_storage_bucket_iam_member"', 'resource "google_kms_key_ring_iam_member"', "what it is granted on cannot be read here"),
    ("agreement", "terraform/balancer.tf", '"/profiles.v1.ProfileService/*"', '"/profiles.v1.Profiles/*"', "profiles.v1.ProfileService has no path"),
    ("agreement", "terraform/balancer.tf", '"/votes.v1.VoteService/*"', '"/votes.v1.VoteService/*", "/admin.v1.AdminService/*"', "admin.v1.AdminService is reached past Identity-Aware Proxy"),
    ("agreement", "terraform/secrets.tf", '"callgate-votes-database-url"', '"votes-database-url"', "services/votes.yaml: Terraform makes no secret callgate-votes-database-url"),
    ("agreement", "services/site.yaml", "callgate-site@", "callgate-page@", "services/site.yaml: Terraform makes no account callgate-page"),
    ("agreement", "variables.example.env", "SQL_MAX_CONNECTIONS=200", "SQL_MAX_CONNECTIONS=100", "SQL_MAX_CONNECTIONS is 100, and 200 in Terraform"),
    ("evaluate", "terraform/identity.tf", "coalesce(var.domain", "coalesse(var.domain", "Call to unknown function"),
    ("evaluate", "terraform/accounts.tf", 'for_each = var.telemetry ? google_service_account.service : {}', "count = var.telemetry ? 4 : 0", "each.value"),
    ("evaluate", "terraform/database.tf", "depends_on = [google_project_service.api]", "depends_on = [google_secret_manager_secret_version.votes_database_url]", "Cycle"),
    ("evaluate", "terraform/variables.tf", '!startswith(var.project_id, "demo-")', "true", "should say 'one that begins with demo-"),
    ("evaluate", "terraform/iap.tf", "count = var.admin_is_deployed ? 1 : 0", "count = 1", "0 expected"),
    ("database", "database.sql", "NOCREATEROLE", "CREATEROLE", "`CREATE ROLE intruder` was done"),
    ("database", "database.sql", "'REVOKE cloudsqlsuperuser FROM %I'", "'-- %I'", "was done"),
    ("database", "database.sql", "REVOKE CONNECT, TEMPORARY", "REVOKE TEMPORARY", "`SELECT 1` was done"),
    ("database", "database.sql", "ALTER DATABASE votes OWNER TO votes;", "", 'permission denied for database "votes"'),
]


def changed(root, file, old, new):
    """A copy of what the checks read, with one change."""
    copy = Path(tempfile.mkdtemp(prefix="callgate-broken-"))
    shutil.copytree(root / "deploy", copy / "deploy", ignore=shutil.ignore_patterns(".terraform", "check"))
    for service in ("votes", "admin"):
        shutil.copytree(root / f"services/{service}/migrations", copy / f"services/{service}/migrations")
    (copy / "docs").mkdir()
    shutil.copy(root / "docs/policy.json", copy / "docs")
    path = copy / "deploy" / file
    text = path.read_text()
    if old not in text:
        raise SystemExit(f"{file} has no {old!r} any more: change broken.py with it")
    path.write_text(text.replace(old, new, 1))
    return copy


def found(check, copy, bindings):
    """What the check says of the copy; nothing where it finds no fault."""
    try:
        match check:
            case "arguments":
                arguments.check(copy / "deploy/terraform", bindings)
            case "agreement":
                agreement.check(copy)
            case "roles":
                roles.check(copy / "deploy")
            case "evaluate":
                evaluate.check(copy / "deploy/terraform")
            case "database":
                database.check(copy)
    except (arguments.Fault, database.Fault) as fault:
        return str(fault)
    return ""


def check(root, wheels):
    bindings = arguments.Bindings(wheels)
    # Without Terraform its own check is not tried, and neither is what it would find.
    changes = [change for change in CHANGES if change[0] != "evaluate" or shutil.which("terraform")]
    for check, file, old, new, words in changes:
        copy = changed(root, file, old, new)
        said = found(check, copy, bindings)
        shutil.rmtree(copy)
        if words not in said:
            sys.exit(f"{check}: with {new!r} for {old!r} in {file} it should say {words!r}, and says {said or 'nothing'}")
    return f"{len(changes)} faults, each found by its check"


if __name__ == "__main__":
    print(check(Path(sys.argv[1]), sys.argv[2]))
