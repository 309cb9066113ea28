//! Who leads, in a sentence.

/// The sentence for these totals, as in Google's tutorial.
pub(crate) fn summary(cats: i64, dogs: i64) -> String {
    let lead = cats.abs_diff(dogs);
    let leader = if cats > dogs { "CATS" } else { "DOGS" };
    match lead {
        0 => "CATS and DOGS are evenly matched!".to_owned(),
        1 => format!("{leader} are winning by 1 vote!"),
        _ => format!("{leader} are winning by {lead} votes!"),
    }
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn the_sentence_names_the_leader_and_the_lead() {
        assert_eq!(summary(0, 0), "CATS and DOGS are evenly matched!");
        assert_eq!(summary(7, 7), "CATS and DOGS are evenly matched!");
        assert_eq!(summary(3, 1), "CATS are winning by 2 votes!");
        assert_eq!(summary(3, 4), "DOGS are winning by 1 vote!");
    }
}
