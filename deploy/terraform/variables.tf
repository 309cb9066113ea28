# What differs from one deployment to another. An example: terraform.tfvars.example.

variable "project_id" {
  description = "Google Cloud project, made and billed before: it holds everything below, and the users who sign in."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id)) && !startswith(var.project_id, "demo-")
    error_message = "A project id has 6 to 30 letters, digits and hyphens; one that begins with demo- is for development."
  }
}

variable "region" {
  description = "Where services, images and database are."
  type        = string
  default     = "europe-west1"
}

variable "authorized_domains" {
  description = "Further hosts of pages that may ask users to sign in. The page's own is known: the domain, or else the address of the service site."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for host in var.authorized_domains : can(regex("^[a-z0-9.-]+\\.[a-z]+$", host))])
    error_message = "Hosts without a scheme, a port or a path; localhost is not for production."
  }
}

variable "guests" {
  description = "Whether users may sign in anonymously."
  type        = bool
  default     = false
}

variable "sms_regions" {
  description = "Countries that sign-in codes are sent to by SMS, as two letters; none: no sign-in by phone. Each SMS costs, and fraud is common."
  type        = list(string)
  default     = []
}

variable "tenants" {
  description = "Pools of users of their own, each by its display name. None: the project's own pool only."
  type        = set(string)
  default     = []
}

variable "administrators" {
  description = "Who may open the admin page, such as group:admins@example.com. The project must belong to an organization."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for who in var.administrators : can(regex("^(user|group):.+@.+$|^domain:.+$", who))])
    error_message = "user:.., group:.. or domain:.. only: everybody is nobody's administrator."
  }
}

variable "admin_is_deployed" {
  description = "Set to true after the first deployment: who may reach a service can only be said once the service is there."
  type        = bool
  default     = false
}

variable "domain" {
  description = "Host of a load balancer with page and APIs at one origin, such as app.example.com; null: no load balancer."
  type        = string
  default     = null
}

variable "telemetry" {
  description = "Whether the services send traces and metrics to Google Cloud."
  type        = bool
  default     = false
}

variable "database_tier" {
  description = "Machine of the database."
  type        = string
  default     = "db-custom-1-3840"
}

variable "database_connections" {
  description = "Most connections to the database; the same number is SQL_MAX_CONNECTIONS in deploy/variables.env, where it is compared with the instances."
  type        = number
  default     = 200
}

variable "database_high_availability" {
  description = "Whether a second machine in another zone stands by. It doubles the database's price."
  type        = bool
  default     = false
}

variable "database_password_version" {
  description = "Raise it by one to give both database users new passwords: deploy/README.md, Rotating secrets."
  type        = number
  default     = 1
}
