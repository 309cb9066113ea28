# Who each program is, and what it may do. The table "Who may do what" in deploy/README.md is where this is decided;
# `cargo xtask deploy-check roles` compares the two, in both directions.

# An account of its own for each service: what one may do, no other may. None has a key.
resource "google_service_account" "service" {
  for_each = toset([
    "votes",
    "profiles",
    "admin",
    "site",
  ])

  # At least six letters, so `votes` alone will not do.
  account_id   = "callgate-${each.key}"
  display_name = "callgate ${each.key}"
  description  = "What the service ${each.key} runs as, on Cloud Run"
  depends_on   = [google_project_service.api]
}

resource "google_service_account" "build" {
  account_id   = "callgate-build"
  display_name = "callgate build"
  description  = "What Cloud Build builds, pushes and deploys as"
  depends_on   = [google_project_service.api]
}

# --- End users' account records -----------------------------------------------------------------------------------------

# roles/firebaseauth.admin could also read password hashes and change how people sign in.
resource "google_project_iam_custom_role" "profile_accounts" {
  role_id     = "callgateProfileAccounts"
  title       = "callgate: a user's own account"
  description = "Reads, changes and deletes account records, and makes session cookies"
  permissions = [
    "firebaseauth.users.createSession",
    "firebaseauth.users.delete",
    "firebaseauth.users.get",
    "firebaseauth.users.update",
  ]
}

resource "google_project_iam_custom_role" "admin_accounts" {
  role_id     = "callgateAdminAccounts"
  title       = "callgate: other people's accounts"
  description = "Lists and changes account records"
  permissions = [
    "firebaseauth.users.get",
    "firebaseauth.users.update",
  ]
}

resource "google_project_iam_member" "profiles_accounts" {
  project = var.project_id
  role    = google_project_iam_custom_role.profile_accounts.name
  member  = google_service_account.service["profiles"].member
}

resource "google_project_iam_member" "admin_accounts" {
  project = var.project_id
  role    = google_project_iam_custom_role.admin_accounts.name
  member  = google_service_account.service["admin"].member
}

# --- The database --------------------------------------------------------------------------------------------------------

resource "google_project_iam_member" "votes_database" {
  project = var.project_id
  role    = "roles/cloudsql.client"
  member  = google_service_account.service["votes"].member
}

resource "google_project_iam_member" "admin_database" {
  project = var.project_id
  role    = "roles/cloudsql.client"
  member  = google_service_account.service["admin"].member
}

# Each reads its own password only. A binding, not a member: it takes the role from anyone else who has it on the secret.
resource "google_secret_manager_secret_iam_binding" "votes_database_url" {
  secret_id = google_secret_manager_secret.votes_database_url.id
  role      = "roles/secretmanager.secretAccessor"
  members   = [google_service_account.service["votes"].member]
}

resource "google_secret_manager_secret_iam_binding" "admin_database_url" {
  secret_id = google_secret_manager_secret.admin_database_url.id
  role      = "roles/secretmanager.secretAccessor"
  members   = [google_service_account.service["admin"].member]
}

# --- Traces and metrics, where wanted ------------------------------------------------------------------------------------

resource "google_project_iam_member" "traces" {
  for_each = var.telemetry ? google_service_account.service : {}

  project = var.project_id
  role    = "roles/telemetry.tracesWriter"
  member  = each.value.member
}

resource "google_project_iam_member" "metrics" {
  for_each = var.telemetry ? google_service_account.service : {}

  project = var.project_id
  role    = "roles/telemetry.metricsWriter"
  member  = each.value.member
}

# --- Building and deploying ----------------------------------------------------------------------------------------------

# roles/run.developer could also delete services, and run jobs. Neither may open a service to the public: that takes
# run.services.setIamPolicy, which the person has who deploys first, and no build.
resource "google_project_iam_custom_role" "deployer" {
  role_id     = "callgateDeployer"
  title       = "callgate: a new revision"
  description = "Replaces a service of Cloud Run and shifts its traffic"
  permissions = [
    "run.configurations.get",
    "run.operations.get",
    "run.revisions.get",
    "run.revisions.list",
    "run.routes.get",
    "run.services.get",
    "run.services.update",
  ]
}

resource "google_project_iam_member" "build_deploys" {
  project = var.project_id
  role    = google_project_iam_custom_role.deployer.name
  member  = google_service_account.build.member
}

resource "google_project_iam_member" "build_logs" {
  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = google_service_account.build.member
}

# To deploy a service that runs as an account, one must be allowed to use that account: these four, and no other.
resource "google_service_account_iam_member" "build_acts_as_service" {
  for_each = google_service_account.service

  service_account_id = each.value.name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.build.member
}

resource "google_artifact_registry_repository_iam_member" "build_pushes" {
  location   = google_artifact_registry_repository.images.location
  repository = google_artifact_registry_repository.images.name
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.build.member
}

resource "google_storage_bucket_iam_member" "build_reads_source" {
  bucket = google_storage_bucket.builds.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.build.member
}
