# Where images are, and the source that Cloud Build makes them from.

resource "google_artifact_registry_repository" "images" {
  # checkov:skip=CKV_GCP_84: Google's own keys encrypt it; nothing in an image is secret, and a key of one's own that is lost or
  # disabled stops every new instance.
  repository_id = "callgate"
  location      = var.region
  format        = "DOCKER"
  description   = "Images of the services, deployed by digest"

  docker_config {
    # A tag that names a commit goes on naming it.
    immutable_tags = true
  }

  # Rolling back takes the revisions of the last weeks.
  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"
    most_recent_versions {
      keep_count = 20
    }
  }

  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      older_than = "7776000s" # 90 days
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_storage_bucket" "builds" {
  # checkov:skip=CKV_GCP_62: Access to the sources of builds is in the project's audit log; a log bucket would want one in turn.
  name     = "${var.project_id}-callgate-builds"
  location = var.region

  public_access_prevention    = "enforced"
  uniform_bucket_level_access = true

  versioning {
    enabled = true
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age = 30
    }
  }

  depends_on = [google_project_service.api]
}
