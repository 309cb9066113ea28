# What the service files and the person who deploys need to know. None of it is secret.

output "image_repository" {
  description = "Where images are pushed, without the name of the image."
  value       = "${google_artifact_registry_repository.images.location}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.images.repository_id}"
}

output "builds_bucket" {
  description = "Where sources of builds are put: gs://BUCKET/source."
  value       = google_storage_bucket.builds.name
}

output "build_account" {
  description = "Service account that Cloud Build runs as."
  value       = google_service_account.build.email
}

output "service_accounts" {
  description = "Service account of each service."
  value       = { for name, account in google_service_account.service : name => account.email }
}

output "address" {
  description = "Address of the load balancer, for the A record of the domain."
  value       = one(google_compute_global_address.this[*].address)
}

# `deploy/deploy.sh settings` copies these lines into deploy/variables.env. Sensitive only for the API key, which Terraform takes for a secret.
output "settings" {
  description = "What deploy/variables.env takes from here."
  sensitive   = true
  value = join("\n", [
    "PROJECT_NUMBER=${data.google_project.this.number}",
    "REGION=${var.region}",
    "PAGE_ORIGIN=https://${local.page_host}",
    "API_ORIGIN=https://${coalesce(var.domain, "votes-${data.google_project.this.number}.${var.region}.run.app")}",
    "WEB_API_KEY=${google_apikeys_key.page.key_string}",
    "AUTH_DOMAIN=${var.project_id}.firebaseapp.com",
    "TENANTS=${join(",", concat(["-"], [for tenant in google_identity_platform_tenant.this : tenant.name]))}",
    "ADMIN_UNIQUE_ID=${google_service_account.service["admin"].unique_id}",
    "SQL_INSTANCE=${google_sql_database_instance.this.connection_name}",
    "SQL_MAX_CONNECTIONS=${var.database_connections}",
    "VOTES_DATABASE_URL_VERSION=${google_secret_manager_secret_version.votes_database_url.version}",
    "ADMIN_DATABASE_URL_VERSION=${google_secret_manager_secret_version.admin_database_url.version}",
  ])
}
