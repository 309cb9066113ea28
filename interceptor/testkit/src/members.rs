//! JSON objects as tests need them: in order, and wrong in any way.

use serde_json::Value;

/// The members of a JSON object, each a name and the text of its value. A name may be there twice.
#[derive(Clone, Debug, Default)]
pub(crate) struct Members(Vec<(String, String)>);

impl Members {
    /// Sets a member, in the place where it is or at the end.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.set_text(name, value.into().to_string());
    }

    /// Sets a member to a value of this text.
    pub(crate) fn set_text(&mut self, name: &str, text: String) {
        match self.0.iter_mut().find(|(other, _)| other == name) {
            Some((_, other)) => *other = text,
            None => self.0.push((name.to_owned(), text)),
        }
    }

    /// Adds a member, whether there is one of this name or not.
    pub(crate) fn repeat(&mut self, name: &str, value: impl Into<Value>) {
        self.0.push((name.to_owned(), value.into().to_string()));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(other, _)| other != name);
    }

    pub(crate) fn to_json(&self) -> String {
        let members: Vec<String> = self
            .0
            .iter()
            .map(|(name, value)| format!("{}:{value}", Value::from(name.as_str())))
            .collect();
        format!("{{{}}}", members.join(","))
    }
}
