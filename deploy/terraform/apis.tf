# The APIs that the services, the build and Terraform itself call.

locals {
  apis = toset([
    "apikeys.googleapis.com",          # the page's API key
    "artifactregistry.googleapis.com", # images
    "cloudbuild.googleapis.com",
    "cloudresourcemanager.googleapis.com", # roles on the project
    "compute.googleapis.com",              # the load balancer
    "iam.googleapis.com",
    "iap.googleapis.com",
    "identitytoolkit.googleapis.com", # users, their sign-in and their records
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "securetoken.googleapis.com", # users' tokens are refreshed there
    "serviceusage.googleapis.com",
    "sqladmin.googleapis.com", # also for Cloud Run's sockets of Cloud SQL
    "telemetry.googleapis.com",
  ])
}

resource "google_project_service" "api" {
  for_each = local.apis

  project = var.project_id
  service = each.key

  # What else is in the project may need it.
  disable_on_destroy = false
}
