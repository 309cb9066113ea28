//! What goes back: JSON without the fields that have no value.

use axum::response::{IntoResponse, Response};
use http::header;
use serde::Serialize;
use serde_json::{Map, Value};

/// A JSON object. Fields that are null are left out, as Identity Toolkit does. It may hold tokens, so nobody may cache it.
pub(crate) struct Answer(Map<String, Value>);

impl Answer {
    /// `fields` is an object.
    pub(crate) fn of(fields: impl Serialize) -> Self {
        Self(Map::new()).with(fields)
    }

    /// Adds the fields of another object; they win over those of the same name.
    pub(crate) fn with(mut self, fields: impl Serialize) -> Self {
        if let Ok(Value::Object(fields)) = serde_json::to_value(fields) {
            self.0.extend(fields);
        }
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let body = without_nulls(Value::Object(self.0));
        ([(header::CACHE_CONTROL, "no-store")], axum::Json(body)).into_response()
    }
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_nulls(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}
