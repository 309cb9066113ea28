# PostgreSQL, with a database and a user for each service that keeps data.

resource "google_sql_database_instance" "this" {
  # checkov:skip=CKV_GCP_60: It has a public address and takes no connection there: no network is authorised, and only Google's
  # connectors are let in, with an account's token. A private address would want a VPC in every project that tries this.
  # checkov:skip=CKV_GCP_79: The version that the tests run on; see database_version below.
  # checkov:skip=CKV_GCP_108: All connections come from Google's connectors, whose host names say nothing.
  # checkov:skip=CKV_GCP_110: Changes by administrators are in a table of the admin service, which can only grow; pgAudit would log statements, and
  # with them what users wrote.
  # checkov:skip=CKV_GCP_111: A statement that sets a password would be in the log.
  # checkov:skip=CKV2_GCP_13: Query Insights has the durations, without a line of log for each call.
  name   = "callgate"
  region = var.region

  # What the tests run on. From 16 on the user `postgres` cannot take the role cloudsqlsuperuser from the services' users, as
  # deploy/database.sql does.
  database_version    = "POSTGRES_15"
  deletion_protection = true

  settings {
    edition                     = "ENTERPRISE"
    tier                        = var.database_tier
    availability_type           = var.database_high_availability ? "REGIONAL" : "ZONAL"
    disk_type                   = "PD_SSD"
    disk_size                   = 10
    disk_autoresize             = true
    deletion_protection_enabled = true
    connector_enforcement       = "REQUIRED"

    ip_configuration {
      ipv4_enabled = true
      # The connectors bring their certificates.
      ssl_mode = "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"
    }

    backup_configuration {
      enabled                        = true
      start_time                     = "02:00"
      point_in_time_recovery_enabled = true
      transaction_log_retention_days = 7
      backup_retention_settings {
        retained_backups = 14
      }
    }

    maintenance_window {
      day          = 7
      hour         = 3
      update_track = "stable"
    }

    insights_config {
      query_insights_enabled = true
      # Addresses are nobody's business.
      record_client_address = false
    }

    database_flags {
      name  = "max_connections"
      value = tostring(var.database_connections)
    }
    database_flags {
      name  = "log_checkpoints"
      value = "on"
    }
    database_flags {
      name  = "log_connections"
      value = "on"
    }
    database_flags {
      name  = "log_disconnections"
      value = "on"
    }
    database_flags {
      name  = "log_lock_waits"
      value = "on"
    }
    database_flags {
      name  = "log_min_error_statement"
      value = "error"
    }
  }

  depends_on = [google_project_service.api]
}

# Databases and users go with the instance, and cannot go before it: the one belongs to the other by then.
resource "google_sql_database" "votes" {
  name            = "votes"
  instance        = google_sql_database_instance.this.name
  deletion_policy = "ABANDON"
}

resource "google_sql_database" "admin" {
  name            = "admin"
  instance        = google_sql_database_instance.this.name
  deletion_policy = "ABANDON"
}

# Cloud SQL makes every user an administrator of the instance. deploy/database.sql, which is run once after this, makes them owners of
# one database each, and no more.
resource "google_sql_user" "votes" {
  name            = "votes"
  instance        = google_sql_database_instance.this.name
  deletion_policy = "ABANDON"

  password_wo         = ephemeral.random_password.votes.result
  password_wo_version = var.database_password_version
}

resource "google_sql_user" "admin" {
  name            = "admin"
  instance        = google_sql_database_instance.this.name
  deletion_policy = "ABANDON"

  password_wo         = ephemeral.random_password.admin.result
  password_wo_version = var.database_password_version
}
