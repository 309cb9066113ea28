# What the service files and the person who deploys need to know. None of it is secret.

output "project_number" {
  description = "Number of the project."
  value       = data.google_project.this.number
}

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

output "admin_unique_id" {
  description = "Id of admin's account, which is another one when the account is deleted and made again (G9)."
  value       = google_service_account.service["admin"].unique_id
}

output "database_instance" {
  description = "Connection name of the database: PROJECT:REGION:INSTANCE."
  value       = google_sql_database_instance.this.connection_name
}

output "secret_versions" {
  description = "Version of each secret that a new revision should name."
  value = {
    callgate-votes-database-url = google_secret_manager_secret_version.votes_database_url.version
    callgate-admin-database-url = google_secret_manager_secret_version.admin_database_url.version
  }
}

output "web_api_key" {
  description = "API key that the page signs users in with. It proves nothing, and is in every visitor's browser."
  value       = google_apikeys_key.page.key_string
  sensitive   = true
}

output "tenants" {
  description = "Id of each tenant, for CALLGATE_TENANTS."
  value       = { for name, tenant in google_identity_platform_tenant.this : name => tenant.name }
}

output "address" {
  description = "Address of the load balancer, for the A record of the domain."
  value       = one(google_compute_global_address.this[*].address)
}
