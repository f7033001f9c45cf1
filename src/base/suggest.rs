//! Did-you-mean.

use crate::base::budget::NEAR;
use std::cell::Cell;

thread_local! {
    /// How many more steps the search may take on this thread.
    static LEFT: Cell<u64> = const { Cell::new(NEAR) };
}

/// Lets the search take as long as a root module's may, from now on.
pub fn renew() {
    LEFT.set(NEAR);
}

/// Takes so many steps; `false` where there are none left.
fn spend(steps: usize) -> bool {
    let left = LEFT.get();
    LEFT.set(left.saturating_sub(steps as u64));
    left > 0
}

/// The longest word, in bytes, that something is suggested for: none that kfplint knows is longer.
const LONGEST: usize = 200;

/// About the steps that it takes to look at a candidate of about the word's length.
const SETUP: usize = 50;

/// The candidate that `word` was most likely meant to be: the nearest one, if few enough letters differ.
///
/// One edit is allowed for every three characters (at least one, at most four); a difference in case alone always
/// matches. Among equally near ones the first wins. `None` if nothing is near, or `word` is itself a candidate, or longer
/// than a name should be. Where [`NEAR`] steps were taken, nothing is suggested any more.
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest(word, candidates, (word.chars().count() / 3).clamp(1, 4))
}

/// The nearest candidate that at most two letters differ from, where its numbers begin with those of `word`: another number
/// is another name, and none that was mistyped.
pub fn within_two<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let own = numbers(word);
    nearest(word, candidates.into_iter().filter(|candidate| numbers(candidate).starts_with(&own)), 2)
}

/// The numbers in a text, as they are written.
fn numbers(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty()).collect()
}

fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>, limit: usize) -> Option<&'a str> {
    if word.len() > LONGEST || !spend(1) {
        return None;
    }
    let lower = word.to_lowercase();
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        if candidate == word {
            return None;
        }
        if !spend(1) {
            return None;
        }
        if candidate.len().abs_diff(word.len()) > limit * 4 {
            continue;
        }
        spend(SETUP + candidate.len());
        let other = candidate.to_lowercase();
        if differ(&lower, &other) > 2 * limit {
            continue;
        }
        spend(lower.len() * other.len());
        let distance = if other == lower { 0 } else { strsim::damerau_levenshtein(&lower, &other).max(1) };
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many letters one word has that the other has not, wherever they stand: at most two for each edit between them.
/// Letters that share a remainder are taken for one.
fn differ(a: &str, b: &str) -> usize {
    let mut counts = [0i32; 64];
    let mut count = |text: &str, by: i32| {
        for c in text.chars() {
            if let Some(letter) = counts.get_mut(c as usize % 64) {
                *letter += by;
            }
        }
    };
    count(a, 1);
    count(b, -1);
    counts.iter().map(|n| n.unsigned_abs() as usize).sum()
}

#[cfg(test)]
mod tests {
    use super::suggest;

    #[test]
    fn nearest_is_suggested() {
        let names = ["e2-standard-2", "e2-standard-4", "n1-standard-2"];
        assert_eq!(suggest("e2-standrad-4", names), Some("e2-standard-4"));
        assert_eq!(suggest("E2-STANDARD-2", names), Some("e2-standard-2"));
    }

    #[test]
    fn another_number_is_another_name() {
        let names = ["us-east1", "us-east1-b", "e2-standard-16", "n2-standard-2"];
        for (word, near) in [
            ("us-eats1", Some("us-east1")),
            ("us-east", Some("us-east1")),
            ("us-east-1b", Some("us-east1-b")),
            ("us-east2", None),
            ("us-east10", None),
            ("e2-standrad-16", Some("e2-standard-16")),
            ("e2-standard-1", None),
            ("n4-standard-2", None),
        ] {
            assert_eq!(super::within_two(word, names), near, "{word}");
        }
    }

    #[test]
    fn far_ones_and_equal_ones_are_not() {
        assert_eq!(suggest("elephant", ["e2-standard-2"]), None);
        assert_eq!(suggest("node_count", ["node_count", "node_counts"]), None);
    }

    #[test]
    fn a_search_that_takes_too_long_ends_without_an_answer() {
        super::renew();
        let names: Vec<String> = (0..20_000).map(|i| format!("name_number_{i:06}")).collect();
        let near = |i: usize| suggest(&format!("nam_number_{i:06}"), names.iter().map(String::as_str)).is_some();
        let found = (0..200).filter(|i| near(*i)).count();
        assert!((1..200).contains(&found), "{found}");
        super::renew();
        assert!(near(7));
    }

    #[test]
    fn words_that_are_no_names_cost_nothing() {
        let long = "a".repeat(1 << 20);
        let (word, near) = (format!("{long}b"), format!("{long}c"));
        assert_eq!(suggest(&word, [near.as_str(), "a"]), None);
    }

    #[test]
    fn letters_in_another_place_are_near() {
        for near in
            ["e2-standard-4", "e2-standrad-4", "2e-standard-4", "e2_standard_4", "E2-STANDARD4", "x2-standard-4é"]
        {
            assert_eq!(suggest(near, ["e2-standard-4"]).is_none(), near == "e2-standard-4", "{near}");
        }
    }
}
