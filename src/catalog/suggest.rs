//! Did-you-mean.

/// The candidate that `word` was most likely meant to be: the nearest one, if few enough letters differ.
///
/// One edit is allowed for every three characters (at least one, at most four); a difference in case alone always
/// matches. Among equally near ones the first wins. `None` if nothing is near, or `word` is itself a candidate.
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let limit = (word.chars().count() / 3).clamp(1, 4);
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        if candidate == word {
            return None;
        }
        if candidate.len().abs_diff(word.len()) > limit * 4 {
            continue;
        }
        let other = candidate.to_lowercase();
        let distance = if other == lower { 0 } else { strsim::damerau_levenshtein(&lower, &other).max(1) };
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
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
    fn far_ones_and_equal_ones_are_not() {
        assert_eq!(suggest("elephant", ["e2-standard-2"]), None);
        assert_eq!(suggest("node_count", ["node_count", "node_counts"]), None);
    }
}
