//! On what it was measured, and with which versions.

use std::{fs, process::Command};

use super::envoy;
use crate::run::{command, output};

/// Lines for below the table.
pub(super) fn lines(with_peers: bool) -> Vec<String> {
    let mut lines = vec![
        format!("CPU: {}, {} of them", cpu(), cpus()),
        format!("system: {}", said(command("uname", &["-sr"], ""))),
        format!("built with: {}", said(command("rustc", &["--version"], ""))),
        format!("load of the machine before: {}", load()),
    ];
    if with_peers {
        lines.push(format!(
            "Node.js: {}",
            said(command("node", &["--version"], ""))
        ));
        if let Ok(envoy) = envoy::program() {
            lines.push(format!(
                "Envoy: {}",
                said(command(&envoy, &["--version"], ""))
            ));
        }
    }
    lines
}

fn cpu() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map(|(_, model)| model.to_owned());
    model.unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

fn cpus() -> usize {
    std::thread::available_parallelism().map_or(0, usize::from)
}

/// Of the last 15 minutes: what is much more than 1 was not only this.
fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').nth(2).unwrap_or("unknown").to_owned()
}

fn said(command: Command) -> String {
    let said = output(command).unwrap_or_else(|_| "unknown".to_owned());
    let line = said.lines().map(str::trim).find(|line| !line.is_empty());
    let line = line.unwrap_or("unknown");
    // Envoy names its program before.
    line.split_once("version: ")
        .map_or(line, |(_, version)| version)
        .to_owned()
}
