//! Naming rules: by code (`KFP103`), by name (`broad-access`), or by the beginning of codes (`KFP1`, `TF`).

use crate::base::suggest::suggest;
use crate::diagnostic::ALWAYS;
use crate::rules;

/// A name for one or several rules. Letters may be of either case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector(String);

impl Selector {
    /// Reads one.
    ///
    /// # Errors
    /// No rule has this code, name or beginning: the name that was most likely meant, if one is near.
    pub fn parse(text: &str) -> Result<Selector, Option<&'static str>> {
        let selector = Selector(text.trim().to_ascii_lowercase());
        match rules::all().iter().any(|rule| selector.matches(rule.code, rule.name)) {
            true => Ok(selector),
            false => Err(suggest(text.trim(), rules::all().iter().flat_map(|rule| [rule.code, rule.name]))),
        }
    }

    /// How closely it names what it names: a code or name more closely than its beginning.
    pub fn closeness(&self) -> usize {
        self.0.len()
    }

    /// Whether all rules that it names count in any case.
    pub fn counts_always(&self) -> bool {
        let mut named = rules::all().iter().filter(|rule| self.matches(rule.code, rule.name));
        named.all(|rule| ALWAYS.contains(&rule.code))
    }

    /// Whether it names the rule of this code and name.
    pub fn matches(&self, code: &str, name: &str) -> bool {
        let begins = code.get(..self.0.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(&self.0));
        !self.0.is_empty() && (begins || name.eq_ignore_ascii_case(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<&'static str> {
        let selector = Selector::parse(text).unwrap();
        rules::all().iter().filter(|rule| selector.matches(rule.code, rule.name)).map(|rule| rule.code).collect()
    }

    #[test]
    fn rules_are_named_by_code_name_or_beginning() {
        assert_eq!(codes("KFP103"), ["KFP103"]);
        assert_eq!(codes(" kfp103 "), ["KFP103"]);
        assert_eq!(codes("broad-access"), ["KFP103"]);
        assert_eq!(codes("KFP30"), ["KFP301", "KFP302"]);
        assert!(codes("KFP").len() > 20);
    }

    #[test]
    fn what_names_no_rule_gets_the_nearest() {
        assert_eq!(Selector::parse("KFP13"), Err(Some("KFP103")));
        assert_eq!(Selector::parse("broad-acess"), Err(Some("broad-access")));
        assert_eq!(Selector::parse("KFP103x"), Err(Some("KFP103")));
        assert_eq!(Selector::parse("what"), Err(None));
        assert_eq!(Selector::parse(""), Err(None));
    }
}
