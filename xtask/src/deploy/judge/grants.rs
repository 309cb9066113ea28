//! Rules for who is granted what.

use serde_json::Value;

/// Roles that may do nearly anything: no grant of ours is that broad.
const BROAD: [&str; 3] = ["roles/owner", "roles/editor", "roles/viewer"];

/// Members that are not somebody.
const ANYBODY: [&str; 2] = ["allUsers", "allAuthenticatedUsers"];

/// What is wrong with an IAM policy. Of an internal service the only invoker is Identity-Aware Proxy (G25).
pub(super) fn faults(policy: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let bindings = policy["bindings"].as_array().map_or(&[][..], Vec::as_slice);
    for binding in bindings {
        let role = binding["role"].as_str().unwrap_or_default();
        if BROAD.contains(&role) {
            faults.push(format!("bindings: {role} may do nearly anything"));
        }
        let members = binding["members"].as_array();
        for member in members.into_iter().flatten().filter_map(Value::as_str) {
            if ANYBODY.contains(&member) {
                faults.push(format!("bindings: {member} is anybody"));
            } else if role == "roles/run.invoker" && !is_proxy(member) {
                faults.push(format!(
                    "bindings: {member} may invoke it, and only Identity-Aware Proxy should"
                ));
            }
        }
    }
    let roles: Vec<_> = bindings.iter().map(|it| &it["role"]).collect();
    if roles != ["roles/run.invoker"] {
        faults.push("bindings: not roles/run.invoker alone".to_owned());
    }
    faults
}

/// The service agent of Identity-Aware Proxy.
fn is_proxy(member: &str) -> bool {
    let number = member
        .strip_prefix("serviceAccount:service-")
        .and_then(|rest| rest.strip_suffix("@gcp-sa-iap.iam.gserviceaccount.com"));
    number.is_some_and(|number| number.parse::<u64>().is_ok())
}
