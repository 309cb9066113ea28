//! The comments of a proto.

use std::collections::HashMap;

use prost_reflect::FileDescriptor;

/// Comments before messages and fields, by the path of what they are about.
pub(super) struct Comments(HashMap<Vec<i32>, String>);

// === impl Comments ===

impl Comments {
    pub(super) fn of(file: &FileDescriptor) -> Self {
        let info = file.file_descriptor_proto().source_code_info.clone();
        let locations = info.map(|info| info.location).unwrap_or_default();
        Self(
            locations
                .into_iter()
                .filter_map(|location| {
                    let comment = location.leading_comments?;
                    let lines: Vec<_> = comment.lines().map(str::trim).collect();
                    Some((location.path, lines.join("\n").trim().to_owned()))
                })
                .collect(),
        )
    }

    /// Empty, where there is none.
    pub(super) fn of_path(&self, path: &[i32]) -> &str {
        self.0.get(path).map_or("", String::as_str)
    }
}
