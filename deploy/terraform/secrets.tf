# The only secrets: the addresses of the databases, with their passwords. They are made here, go to Cloud SQL and to Secret Manager, and stand
# neither in the state nor in a plan: `ephemeral` values are forgotten when Terraform ends, and `_wo` arguments are written and not kept.
# Both sides are written when database_password_version is raised, and at no other time.

ephemeral "random_password" "votes" {
  length = 40
  # Letters and digits only: it stands in a URL.
  special = false
}

ephemeral "random_password" "admin" {
  length  = 40
  special = false
}

resource "google_secret_manager_secret" "votes_database_url" {
  secret_id = "callgate-votes-database-url"

  replication {
    auto {}
  }

  depends_on = [google_project_service.api]
}

resource "google_secret_manager_secret" "admin_database_url" {
  secret_id = "callgate-admin-database-url"

  replication {
    auto {}
  }

  depends_on = [google_project_service.api]
}

resource "google_secret_manager_secret_version" "votes_database_url" {
  secret = google_secret_manager_secret.votes_database_url.id

  secret_data_wo = format(
    "postgres://votes:%s@localhost/votes?host=/cloudsql/%s",
    ephemeral.random_password.votes.result,
    google_sql_database_instance.this.connection_name,
  )
  secret_data_wo_version = var.database_password_version

  # The version before goes on existing until it is destroyed by hand: a revision of Cloud Run may name it.
  deletion_policy = "ABANDON"
  depends_on      = [google_sql_user.votes]
}

resource "google_secret_manager_secret_version" "admin_database_url" {
  secret = google_secret_manager_secret.admin_database_url.id

  secret_data_wo = format(
    "postgres://admin:%s@localhost/admin?host=/cloudsql/%s",
    ephemeral.random_password.admin.result,
    google_sql_database_instance.this.connection_name,
  )
  secret_data_wo_version = var.database_password_version

  deletion_policy = "ABANDON"
  depends_on      = [google_sql_user.admin]
}
