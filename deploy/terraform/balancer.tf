# A load balancer, where `domain` is set: page and APIs at one origin, so that browsers ask no leave to call (no CORS).
#
# The admin service is not behind it: it has Identity-Aware Proxy on its own URL, and Google allows that in one place only.

locals {
  balanced = var.domain == null ? toset([]) : toset([
    "votes",
    "profiles",
    "site",
  ])

  # gRPC's paths are /PACKAGE.SERVICE/METHOD. Whatever is not listed goes to the page, health included.
  routes = {
    votes    = ["/votes.v1.VoteService/*"]
    profiles = ["/profiles.v1.ProfileService/*"]
    # What `callgate new` makes goes above this line.
  }
}

resource "google_compute_region_network_endpoint_group" "service" {
  for_each = local.balanced

  name                  = "callgate-${each.key}"
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = each.key
  }

  depends_on = [google_project_service.api]
}

resource "google_compute_backend_service" "service" {
  for_each = local.balanced

  name                  = "callgate-${each.key}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"

  backend {
    group = google_compute_region_network_endpoint_group.service[each.key].id
  }

  # Addresses would be in it; the services log every call without them.
  log_config {
    enable = false
  }
}

resource "google_compute_url_map" "this" {
  count = var.domain == null ? 0 : 1

  name            = "callgate"
  default_service = google_compute_backend_service.service["site"].id

  host_rule {
    hosts        = [var.domain]
    path_matcher = "services"
  }

  path_matcher {
    name            = "services"
    default_service = google_compute_backend_service.service["site"].id

    dynamic "path_rule" {
      for_each = local.routes
      content {
        paths   = path_rule.value
        service = google_compute_backend_service.service[path_rule.key].id
      }
    }
  }
}

resource "google_compute_managed_ssl_certificate" "this" {
  count = var.domain == null ? 0 : 1

  name = "callgate"
  managed {
    domains = [var.domain]
  }

  depends_on = [google_project_service.api]
}

resource "google_compute_ssl_policy" "this" {
  count = var.domain == null ? 0 : 1

  name            = "callgate"
  min_tls_version = "TLS_1_2"
  profile         = "MODERN"

  depends_on = [google_project_service.api]
}

resource "google_compute_target_https_proxy" "this" {
  count = var.domain == null ? 0 : 1

  name             = "callgate"
  url_map          = google_compute_url_map.this[0].id
  ssl_certificates = [google_compute_managed_ssl_certificate.this[0].id]
  ssl_policy       = google_compute_ssl_policy.this[0].id
}

resource "google_compute_global_address" "this" {
  count = var.domain == null ? 0 : 1

  name       = "callgate"
  depends_on = [google_project_service.api]
}

resource "google_compute_global_forwarding_rule" "https" {
  count = var.domain == null ? 0 : 1

  name                  = "callgate-https"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.this[0].id
  port_range            = "443"
  target                = google_compute_target_https_proxy.this[0].id
}
