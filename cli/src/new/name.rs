//! What a service is called, in each of the places that it has a name in.

use anyhow::bail;

use super::reserved;

/// The account that a service runs as is called `callgate-NAME`, and Google takes 30 letters.
const LONGEST: usize = 21;

/// The name of a service: words of small letters and digits, with dashes between them.
#[derive(Debug)]
pub(super) struct Name {
    words: Vec<String>,
}

impl Name {
    pub(super) fn parse(text: &str) -> anyhow::Result<Self> {
        let shown: String = text.chars().take(64).collect();
        let wrong = |why: &str| anyhow::anyhow!("{shown:?} cannot be the name of a service: {why}");
        if text.is_empty() {
            return Err(wrong("it is empty"));
        }
        if let Some(odd) = text
            .chars()
            .find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-'))
        {
            let why = format!(
                "{odd:?} is in it. Write small letters, digits, and dashes between words, such as order-book"
            );
            return Err(wrong(&why));
        }
        if text.starts_with('-') || text.ends_with('-') {
            return Err(wrong("a dash stands between words, not at the ends"));
        }
        let words: Vec<String> = text.split('-').map(String::from).collect();
        // So that all who make names of it (prost, Connect, protoc) find the same words in `OrderBook`.
        let begins_well =
            |word: &String| word.len() >= 2 && word.bytes().take(2).all(|b| b.is_ascii_lowercase());
        if !words.iter().all(begins_well) {
            return Err(wrong("each word begins with two letters"));
        }
        if text.len() > LONGEST {
            bail!(
                "{shown:?} cannot be the name of a service: it is longer than {LONGEST} letters, and Google would not take callgate-{shown} for the account that it runs as"
            );
        }
        let name = Self { words };
        if let Some(why) = reserved::why(&name) {
            return Err(wrong(&why));
        }
        Ok(name)
    }

    /// Of the package, the folder, the program, and of Cloud Run's service: `order-book`.
    pub(super) fn kebab(&self) -> String {
        self.words.join("-")
    }

    /// Of the crate and of the proto's package: `order_book`.
    pub(super) fn snake(&self) -> String {
        self.words.join("_")
    }

    /// Of the proto's service: `OrderBook`.
    fn camel(&self) -> String {
        let mut camel = String::new();
        for word in &self.words {
            let (first, rest) = word.split_at(1);
            camel.push_str(&first.to_ascii_uppercase());
            camel.push_str(rest);
        }
        camel
    }

    /// Of variables: `ORDER_BOOK`.
    fn screaming(&self) -> String {
        self.snake().to_ascii_uppercase()
    }

    /// A text about `hello-world`, about this service.
    pub(super) fn fill(&self, template: &str) -> String {
        template
            .replace("hello-world", &self.kebab())
            .replace("hello_world", &self.snake())
            .replace("HelloWorld", &self.camel())
            .replace("HELLO_WORLD", &self.screaming())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_as_each_place_wants_it() {
        let name = Name::parse("order-book2").unwrap();
        assert_eq!(
            name.fill("hello-world hello_world HelloWorldService IMAGE_HELLO_WORLD"),
            "order-book2 order_book2 OrderBook2Service IMAGE_ORDER_BOOK2"
        );
        let greeter = Name::parse("greeter").unwrap();
        assert_eq!(
            greeter.fill("hello-world hello_world HelloWorldService HELLO_WORLD"),
            "greeter greeter GreeterService GREETER"
        );
    }

    #[test]
    fn what_is_no_name_anywhere_is_refused_in_words() {
        for (text, why) in [
            ("", "it is empty"),
            ("Greeter", "'G' is in it"),
            ("order_book", "'_' is in it"),
            ("gre eter", "' ' is in it"),
            ("../greeter", "'.' is in it"),
            ("gr\u{fc}\u{df}e", "'\u{fc}' is in it"),
            ("-greeter", "not at the ends"),
            ("greeter-", "not at the ends"),
            ("order--book", "each word begins with two letters"),
            ("a", "each word begins with two letters"),
            ("2greeter", "each word begins with two letters"),
            ("order-2", "each word begins with two letters"),
            ("abcdefghijklmnopqrstuv", "longer than 21 letters"),
            ("match", "a word of Rust"),
            ("async", "a word of Rust"),
            ("message", "a word of protos"),
            ("string", "a word of protos"),
            ("google", "Google's own protos"),
            ("callgate", "callgate's own"),
            ("callgate-votes", "callgate's own"),
            ("build", "cargo"),
            ("test", "cargo"),
            ("std", "cargo"),
            ("con", "Windows"),
        ] {
            let error = Name::parse(text).expect_err(text).to_string();
            assert!(error.contains(why), "{text}: {error}");
            assert!(error.starts_with(&format!("{text:?} cannot be")), "{error}");
        }
    }

    #[test]
    fn a_name_of_the_greatest_length_is_taken() {
        assert!(Name::parse("abcdefghijklmnopqrstu").is_ok());
    }
}
