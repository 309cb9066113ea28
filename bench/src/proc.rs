//! What a process has taken, from /proc.

use std::{fs, time::Duration};

use anyhow::Context;

/// The CPU time of all threads of a process that are there now.
pub(crate) fn cpu(pid: u32) -> anyhow::Result<Duration> {
    let mut nanoseconds = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task")).context("there is no such process")? {
        // A thread that ended meanwhile is left out.
        let Ok(line) = fs::read_to_string(thread?.path().join("schedstat")) else {
            continue;
        };
        nanoseconds += line
            .split(' ')
            .next()
            .and_then(|on_cpu| on_cpu.parse::<u64>().ok())
            .context("schedstat has another form")?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// The resident memory of a process, in KiB.
pub(crate) fn resident(pid: u32) -> anyhow::Result<u64> {
    fs::read_to_string(format!("/proc/{pid}/status"))
        .context("there is no such process")?
        .lines()
        .find_map(|line| kib(line.strip_prefix("VmRSS:")?))
        .context("status names no resident memory")
}

/// The memory of a process that is no file's, in bytes: its heap and its stacks, page by page. Slower than [`resident`], and exact.
pub(crate) fn anonymous(pid: u32) -> anyhow::Result<u64> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"));
    rollup
        .context("there is no such process, or it is not ours")?
        .lines()
        .find_map(|line| kib(line.strip_prefix("Anonymous:")?))
        .map(|kib| kib * 1024)
        .context("smaps_rollup names no anonymous memory")
}

fn kib(value: &str) -> Option<u64> {
    value.trim().strip_suffix(" kB")?.parse().ok()
}
