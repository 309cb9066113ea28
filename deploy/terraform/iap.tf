# Identity-Aware Proxy before the admin service. The proxy itself is switched on in the service's file; here is who may pass it, and that nobody
# reaches the service past it.

locals {
  # Made by `gcloud beta services identity create --service=iap.googleapis.com`, which deploy/deploy.sh runs.
  iap_agent = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-iap.iam.gserviceaccount.com"
}

# A binding: it is the only one who may. Whoever is granted the role elsewhere on the service loses it at the next apply.
resource "google_cloud_run_v2_service_iam_binding" "admin_only_by_iap" {
  count = var.admin_is_deployed ? 1 : 0

  name     = "admin"
  location = var.region
  role     = "roles/run.invoker"
  members  = [local.iap_agent]
}

resource "google_iap_web_cloud_run_service_iam_binding" "administrators" {
  count = var.admin_is_deployed ? 1 : 0

  cloud_run_service_name = "admin"
  location               = var.region
  role                   = "roles/iap.httpsResourceAccessor"
  members                = var.administrators
}
