# What is written here follows these versions. `cargo xtask deploy-check` compares every argument with the google provider 6.50.0.

terraform {
  # Write-only arguments, which keep the passwords out of the state, are there from 1.11 on.
  required_version = ">= 1.11, < 2.0"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 6.50"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
  }

  # The bucket is made before Terraform first runs: deploy/README.md, "Terraform". `terraform init -backend-config=bucket=NAME`.
  backend "gcs" {
    prefix = "callgate"
  }
}

provider "google" {
  project = var.project_id
  region  = var.region

  # The Identity Platform and API key APIs charge a call's quota to the project named in the call, not to the caller's own.
  billing_project       = var.project_id
  user_project_override = true
}

data "google_project" "this" {
  project_id = var.project_id
  depends_on = [google_project_service.api]
}
