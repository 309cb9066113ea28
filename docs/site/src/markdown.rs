//! What is in a page of Markdown: its links, and the places in it that links may name.

use std::{collections::HashMap, ops::Range};

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

/// A page, read.
pub(crate) struct Page {
    source: String,
    pub(crate) links: Vec<Link>,
    /// What may follow `#`.
    pub(crate) anchors: Vec<String>,
}

/// A link or a picture.
pub(crate) struct Link {
    /// As it is written: path and anchor, or an address.
    pub(crate) to: String,
    pub(crate) line: usize,
    /// Where the destination stands in the source; nowhere, if it does not stand beside the text.
    place: Option<Range<usize>>,
}

// === impl Page ===

impl Page {
    pub(crate) fn read(source: String) -> Self {
        let options =
            Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES;
        let mut links = Vec::new();
        let mut anchors = Anchors::default();
        let mut heading: Option<String> = None;
        for (event, range) in Parser::new_ext(&source, options).into_offset_iter() {
            match event {
                Event::Start(
                    Tag::Link {
                        link_type,
                        dest_url,
                        ..
                    }
                    | Tag::Image {
                        link_type,
                        dest_url,
                        ..
                    },
                ) => links.push(Link {
                    line: source[..range.start].matches('\n').count() + 1,
                    place: (link_type == LinkType::Inline)
                        .then(|| place(&source, &range, &dest_url))
                        .flatten(),
                    to: dest_url.into_string(),
                }),
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    if let Some(text) = heading.take() {
                        anchors.add(&text);
                    }
                }
                Event::Text(text) | Event::Code(text) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                _ => {}
            }
        }
        Self {
            links,
            anchors: anchors.found,
            source,
        }
    }

    /// The page with other destinations, where there is another one.
    pub(crate) fn with_links(&self, new: impl Fn(&Link) -> Option<String>) -> String {
        let mut text = self.source.clone();
        let mut places: Vec<_> = self
            .links
            .iter()
            .filter_map(|link| Some((link.place.clone()?, new(link)?)))
            .collect();
        // A picture inside of a link ends before it does.
        places.sort_by_key(|(place, _)| std::cmp::Reverse(place.start));
        for (place, to) in places {
            text.replace_range(place, &to);
        }
        text
    }
}

/// Where the destination of an inline link stands.
fn place(source: &str, link: &Range<usize>, to: &str) -> Option<Range<usize>> {
    let start = link.start + source[link.clone()].rfind(&format!("]({to}"))? + 2;
    Some(start..start + to.len())
}

// === impl Link ===

impl Link {
    /// Path and anchor of a link within the repository; none of an address elsewhere.
    pub(crate) fn within(&self) -> Option<(&str, Option<&str>)> {
        if is_address(&self.to) {
            return None;
        }
        Some(match self.to.split_once('#') {
            Some((path, anchor)) => (path, Some(anchor)),
            None => (&self.to, None),
        })
    }

    /// Whether it can be written anew.
    pub(crate) fn is_inline(&self) -> bool {
        self.place.is_some()
    }
}

/// Whether a link begins with a scheme, as `https:` is.
pub(crate) fn is_address(link: &str) -> bool {
    link.split_once(':').is_some_and(|(scheme, _)| {
        !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

/// The names of headings, as GitHub gives them.
#[derive(Default)]
struct Anchors {
    found: Vec<String>,
    times: HashMap<String, usize>,
}

impl Anchors {
    fn add(&mut self, heading: &str) {
        let name: String = heading
            .trim()
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect();
        let times = self.times.entry(name.clone()).or_default();
        self.found.push(match *times {
            0 => name,
            times => format!("{name}-{times}"),
        });
        *times += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::Page;

    const PAGE: &str = "# Firebase's `emulator`, on a laptop\n
See [the *web*](web.md#streams), ![a picture](a.png) and <https://example.com>.\n
## Twice\n\n## Twice\n
```sh\n# [not](a-link.md)\n```\n
[![chart](b.svg)](figures.md)\n";

    #[test]
    fn links_are_found_with_their_lines_and_not_in_code() {
        let page = Page::read(PAGE.to_owned());
        let links: Vec<_> = page.links.iter().map(|l| (l.line, l.to.as_str())).collect();
        assert_eq!(
            links,
            [
                (3, "web.md#streams"),
                (3, "a.png"),
                (3, "https://example.com"),
                (13, "figures.md"),
                (13, "b.svg"),
            ]
        );
        assert_eq!(page.links[0].within(), Some(("web.md", Some("streams"))));
        assert_eq!(page.links[2].within(), None);
    }

    #[test]
    fn headings_have_the_names_that_github_gives_them() {
        let page = Page::read(PAGE.to_owned());
        assert_eq!(
            page.anchors,
            ["firebases-emulator-on-a-laptop", "twice", "twice-1"]
        );
    }

    #[test]
    fn destinations_are_exchanged_and_nothing_else() {
        let page = Page::read(PAGE.to_owned());
        let text = page.with_links(|link| {
            let (path, _) = link.within()?;
            Some(format!("x/{path}"))
        });
        assert!(text.contains("[the *web*](x/web.md), ![a picture](x/a.png)"));
        assert!(text.contains("[![chart](x/b.svg)](x/figures.md)"));
        assert!(text.contains("# [not](a-link.md)"));
    }
}
