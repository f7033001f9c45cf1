//! Values that the google provider refuses at plan time, before it asks the cloud: TF003.

use crate::cty::value::HIDDEN;
use crate::diagnostic::Finding;
use crate::module::report::{INVALID_ARGUMENT, error};
use crate::plan::{Mode, Resource};

/// What the provider asks of a name (its `ValidateFunc`).
struct NameRule {
    type_name: &'static str,
    argument: &'static str,
    /// Fewest and most characters.
    length: (usize, usize),
    /// What else it asks for.
    form: Option<NameForm>,
}

/// What the letters of a name have to be, in words and as a check.
struct NameForm {
    words: &'static str,
    fits: fn(&str) -> bool,
}

const RULES: [NameRule; 3] = [
    NameRule {
        type_name: "google_service_account",
        argument: "account_id",
        length: (6, 30),
        form: Some(NameForm {
            words: "a lower-case letter, then such letters, digits and hyphens, and no hyphen at the end",
            fits: is_rfc1035,
        }),
    },
    NameRule { type_name: "google_container_cluster", argument: "name", length: (1, 40), form: None },
    NameRule { type_name: "google_container_node_pool", argument: "name_prefix", length: (1, 31), form: None },
];

fn is_rfc1035(name: &str) -> bool {
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    plain && name.starts_with(|c: char| c.is_ascii_lowercase()) && !name.ends_with('-')
}

/// Looks at the resources that are certainly made.
pub fn check(resources: &[Resource]) -> Vec<Finding> {
    let made = resources.iter().filter(|r| r.mode == Mode::Managed && r.uncertain.is_none());
    let refused =
        |resource: &Resource| RULES.iter().find(|rule| rule.type_name == &*resource.type_name)?.refused(resource);
    made.filter_map(refused).collect()
}

impl NameRule {
    fn refused(&self, resource: &Resource) -> Option<Finding> {
        let written = resource.config.attribute(self.argument)?;
        let (name, span) = (written.value.as_str()?, written.span?);
        let (least, most) = self.length;
        let count = name.chars().count();
        let what = format!("`{}` of {}", self.argument, resource.address);
        let hidden = written.value.marks.is_hidden();
        let message = match &self.form {
            _ if !(least..=most).contains(&count) => {
                let has = if hidden { format!("is {HIDDEN}") } else { format!("has {count} characters") };
                format!("{what} {has}: the google provider takes {least} to {most}")
            }
            Some(form) if !(form.fits)(name) => {
                let shown = if hidden { HIDDEN } else { name };
                format!("{what} is `{shown}`: the google provider takes {}", form.words)
            }
            _ => return None,
        };
        let mut finding = error(INVALID_ARGUMENT, span, message, "refused at plan time");
        finding.address = Some(resource.address.to_string());
        finding.attribute = Some(self.argument.into());
        finding.trace = written.trace();
        finding.help.push(format!("write a name of {least} to {most} characters"));
        Some(finding)
    }
}
