//! Where the process runs, as far as that decides what may be configured.

/// Variables that are set where a program runs in production, and nowhere else (G22).
const PRODUCTION: [&str; 3] = ["K_SERVICE", "CLOUD_RUN_JOB", "KUBERNETES_SERVICE_HOST"];

/// Where the process runs.
///
/// [`Config::default`](crate::Config) detects it, so that a configuration made in code meets the same refusals as one from the
/// environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Platform {
    production: Option<&'static str>,
    cloud_run: bool,
}

impl Platform {
    /// A machine for development.
    pub const DEVELOPMENT: Self = Self {
        production: None,
        cloud_run: false,
    };

    /// Looks at the environment of this process: `K_SERVICE`, `CLOUD_RUN_JOB` and `KUBERNETES_SERVICE_HOST` say production.
    pub fn detect() -> Self {
        Self::from_variables(|name| std::env::var_os(name).is_some())
    }

    /// As [`Platform::detect`], in an environment where the variables are set for which `is_set` is true.
    pub fn from_variables(is_set: impl Fn(&str) -> bool) -> Self {
        Self {
            production: PRODUCTION.into_iter().find(|name| is_set(name)),
            cloud_run: is_set("K_SERVICE"),
        }
    }

    /// The variable that says that this is production.
    pub fn production(&self) -> Option<&'static str> {
        self.production
    }

    /// Whether this is a service on Cloud Run.
    pub fn is_cloud_run(&self) -> bool {
        self.cloud_run
    }
}
