//! What the tests need on the machine: installed on Debian as root, named elsewhere.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};

use crate::run::{command, output, root, run};

/// The oldest Node.js that the web page's tools run on.
const NODE: (u32, u32) = (20, 19);

/// The oldest Go that fetches a newer one where a module asks for it.
const GO: (u32, u32) = (1, 21);

/// A Debian package, how to see that it is there, and what is needed of it elsewhere.
struct Package {
    name: &'static str,
    is_there: fn() -> bool,
    elsewhere: &'static str,
}

const POSTGRESQL: Package = Package {
    name: "postgresql",
    is_there: || has_file_below("/usr/lib/postgresql", "bin/initdb"),
    elsewhere: "PostgreSQL's server programs in /usr/lib/postgresql/<version>/bin",
};

const CHROMIUM: Package = Package {
    name: "chromium",
    is_there: || std::env::var_os("CHROMIUM").is_some() || Path::new("/usr/bin/chromium").exists(),
    elsewhere: "Chromium's program named in the environment variable CHROMIUM",
};

const VALGRIND: Package = Package {
    name: "valgrind",
    is_there: || output(command("valgrind", &["--version"], "")).is_ok(),
    elsewhere: "valgrind on the PATH",
};

const PYTHON: Package = Package {
    name: "python3-venv",
    is_there: || output(command("python3", &["-c", "import ensurepip"], "")).is_ok(),
    elsewhere: "Python 3.11 or newer with its modules venv and ensurepip",
};

const CURL: Package = Package {
    name: "curl",
    is_there: || output(command("curl", &["--version"], "")).is_ok(),
    elsewhere: "curl on the PATH",
};

const BUILDAH: Package = Package {
    name: "buildah",
    is_there: || output(command("buildah", &["--version"], "")).is_ok(),
    elsewhere: "buildah on the PATH, or Docker with a running engine",
};

const SHELLCHECK: Package = Package {
    name: "shellcheck",
    is_there: || output(command("shellcheck", &["--version"], "")).is_ok(),
    elsewhere: "shellcheck on the PATH",
};

const PODMAN: [Package; 2] = [
    Package {
        name: "podman",
        is_there: || output(command("podman", &["--version"], "")).is_ok(),
        elsewhere: "podman on the PATH",
    },
    Package {
        name: "runc",
        is_there: || output(command("runc", &["--version"], "")).is_ok(),
        elsewhere: "runc on the PATH",
    },
];

const MAVEN: [Package; 2] = [
    Package {
        name: "maven",
        is_there: || output(command("mvn", &["--version"], "")).is_ok(),
        elsewhere: "Maven 3.8 or newer on the PATH",
    },
    Package {
        name: "default-jdk-headless",
        is_there: || output(command("javac", &["-version"], "")).is_ok(),
        elsewhere: "a JDK, 11 or newer, on the PATH",
    },
];

/// Makes sure that PostgreSQL and Chromium are there.
pub(crate) fn packages() -> anyhow::Result<()> {
    install(&[POSTGRESQL, CHROMIUM])?;
    println!("PostgreSQL and Chromium are there");
    Ok(())
}

/// Makes sure that Chromium is there: its program.
pub(crate) fn chromium() -> anyhow::Result<PathBuf> {
    install(&[CHROMIUM])?;
    Ok(std::env::var_os("CHROMIUM").map_or_else(|| "/usr/bin/chromium".into(), PathBuf::from))
}

/// Makes sure that valgrind is there.
pub(crate) fn valgrind() -> anyhow::Result<()> {
    install(&[VALGRIND])
}

/// Makes sure that PostgreSQL's server programs are there.
pub(crate) fn postgresql() -> anyhow::Result<()> {
    install(&[POSTGRESQL])
}

/// Makes sure that shellcheck is there.
pub(crate) fn shellcheck() -> anyhow::Result<()> {
    install(&[SHELLCHECK])
}

/// Makes sure that Python is there, and can make environments.
pub(crate) fn python() -> anyhow::Result<()> {
    install(&[PYTHON])
}

/// Makes sure that curl is there.
pub(crate) fn curl() -> anyhow::Result<()> {
    install(&[CURL])
}

/// Makes sure that buildah is there.
pub(crate) fn buildah() -> anyhow::Result<()> {
    install(&[BUILDAH])
}

/// Makes sure that podman is there, and runc, which it runs containers with.
pub(crate) fn podman() -> anyhow::Result<()> {
    install(&PODMAN)
}

/// Makes sure that Maven is there, and a JDK.
pub(crate) fn maven() -> anyhow::Result<()> {
    install(&MAVEN)
}

/// Whether this is root.
pub(crate) fn is_root() -> bool {
    output(command("id", &["-u"], "")).is_ok_and(|id| id.trim() == "0")
}

fn install(packages: &[Package]) -> anyhow::Result<()> {
    let (mut missing, mut elsewhere) = (Vec::new(), Vec::new());
    for package in packages {
        if !(package.is_there)() {
            missing.push(package.name);
            elsewhere.push(package.elsewhere);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    if !is_root() || !Path::new("/usr/bin/apt-get").exists() {
        bail!(
            "missing: {}. On Debian: sudo apt-get install {}. Elsewhere it takes {}",
            missing.join(", "),
            missing.join(" "),
            elsewhere.join(", and "),
        );
    }
    println!("installing {} ..", missing.join(", "));
    run(command("apt-get", &["-q", "update"], ""))?;
    let mut install = command(
        "apt-get",
        &["-q", "install", "-y", "--no-install-recommends"],
        "",
    );
    install
        .args(&missing)
        .env("DEBIAN_FRONTEND", "noninteractive");
    run(install)
}

/// Makes sure that Node.js is there and new enough.
pub(crate) fn node() -> anyhow::Result<()> {
    let (major, minor) = NODE;
    let needed = format!("Node.js {major}.{minor} or newer, with npm, is needed");
    let version = output(command("node", &["--version"], "")).context(needed.clone())?;
    let mut numbers = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .map(|n| n.parse::<u32>().unwrap_or(0));
    if (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < NODE {
        bail!("{needed}; here is {}", version.trim());
    }
    output(command("npm", &["--version"], "")).context(needed)?;
    Ok(())
}

/// Makes sure that Go is there, and new enough to fetch the version that a module asks for.
pub(crate) fn go() -> anyhow::Result<()> {
    let (major, minor) = GO;
    let needed = format!("Go {major}.{minor} or newer is needed: https://go.dev/dl");
    let version = output(command("go", &["env", "GOVERSION"], "")).context(needed.clone())?;
    let mut numbers = (version.trim().trim_start_matches("go").split('.'))
        .map(|number| number.parse::<u32>().unwrap_or(0));
    if (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < GO {
        bail!("{needed}; here is {}", version.trim());
    }
    Ok(())
}

/// Makes sure that a folder's npm packages are those of its lock file. No package's own scripts are run. The empty folder is the
/// root, where those of the pages and of the published packages are.
pub(crate) fn npm(folder: &str) -> anyhow::Result<()> {
    node()?;
    let folder_path = root().join(folder);
    let changed = |path: &str| fs::metadata(folder_path.join(path)).and_then(|m| m.modified());
    let locked = changed("package-lock.json")
        .with_context(|| format!("{} has no package-lock.json", folder_path.display()))?;
    if changed("node_modules/.package-lock.json").is_ok_and(|installed| installed >= locked) {
        return Ok(());
    }
    println!("installing npm packages ..");
    run(command(
        "npm",
        &["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        folder,
    ))
}

fn has_file_below(folder: &str, file: &str) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| {
        entries.any(|entry| entry.is_ok_and(|entry| entry.path().join(file).exists()))
    })
}
