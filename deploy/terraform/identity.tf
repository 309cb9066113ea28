# Identity Platform: how end users sign in.
#
# Google, GitHub and Facebook are not here: their client secrets would stand in Terraform's state, since the provider has no write-only
# argument for them. `deploy/deploy.sh providers` sets them from Secret Manager or from the terminal.

locals {
  sign_in_hosts = ["${var.project_id}.firebaseapp.com", "${var.project_id}.web.app"]
  page_host     = coalesce(var.domain, "site-${data.google_project.this.number}.${var.region}.run.app")
  page_hosts    = distinct(concat([local.page_host], var.authorized_domains))
}

resource "google_identity_platform_config" "this" {
  project = var.project_id

  # No localhost: a page on a developer's machine signs in to a project for development.
  authorized_domains = concat(local.sign_in_hosts, local.page_hosts)

  sign_in {
    allow_duplicate_emails = false

    email {
      enabled           = true
      password_required = true
    }

    phone_number {
      enabled = length(var.sms_regions) > 0
    }

    anonymous {
      enabled = var.guests
    }
  }

  sms_region_config {
    allowlist_only {
      allowed_regions = var.sms_regions
    }
  }

  # For users who add a second factor themselves: authenticator apps.
  mfa {
    state = "ENABLED"
    provider_configs {
      state = "ENABLED"
      totp_provider_config {
        adjacent_intervals = 1
      }
    }
  }

  multi_tenant {
    allow_tenants = length(var.tenants) > 0
  }

  monitoring {
    request_logging {
      # It would log who signs in.
      enabled = false
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_identity_platform_tenant" "this" {
  for_each = var.tenants

  display_name          = each.key
  allow_password_signup = true
  depends_on            = [google_identity_platform_config.this]
}

# It names the project to Google and proves nothing, so that it may be in the page and in the state; limited all the same to signing in, and
# to the pages that may ask for that.
resource "google_apikeys_key" "page" {
  name         = "callgate-page"
  display_name = "callgate page"
  project      = var.project_id

  restrictions {
    api_targets {
      service = "identitytoolkit.googleapis.com"
    }
    api_targets {
      service = "securetoken.googleapis.com"
    }

    browser_key_restrictions {
      allowed_referrers = [for host in concat(local.sign_in_hosts, local.page_hosts) : "https://${host}/*"]
    }
  }

  depends_on = [google_project_service.api]
}
