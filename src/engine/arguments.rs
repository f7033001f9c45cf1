//! Arguments of `terraform plan` that stand in the environment: `TF_CLI_ARGS`, `TF_CLI_ARGS_plan`.

use crate::eval::VariableOption;
use std::path::PathBuf;

/// The values of variables among the arguments in a text; `from` is the variable of the environment that holds it.
pub fn variables(text: &str, from: &'static str) -> Vec<VariableOption> {
    let mut words = words(text).into_iter();
    let mut out = Vec::new();
    while let Some(word) = words.next() {
        let Some(option) = word.strip_prefix("--").or(word.strip_prefix('-')) else { continue };
        let (name, value) =
            option.split_once('=').map_or((option, None), |(name, value)| (name, Some(value.to_string())));
        if !matches!(name, "var" | "var-file") {
            continue;
        }
        let Some(value) = value.or_else(|| words.next()) else { break };
        if name == "var-file" {
            out.push(VariableOption::EnvironmentFile(PathBuf::from(value), from));
        } else if let Some((name, value)) = value.split_once('=') {
            out.push(VariableOption::EnvironmentValue(name.trim().into(), value.into(), from));
        }
    }
    out
}

/// Splits as a shell does: at blanks, but for those in quotes and after a backslash.
fn words(text: &str) -> Vec<String> {
    let (mut out, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('\\', None | Some('"')) => word.get_or_insert_default().extend(chars.next()),
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, None) if c.is_whitespace() => out.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    out.extend(word);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_a_shell_does() {
        assert_eq!(words(" -var 'a=b c'  -var=d=\"e \\\" f\" g\\ h ''"), ["-var", "a=b c", "-var=d=e \" f", "g h", ""]);
    }

    #[test]
    fn only_variables_are_taken() {
        let taken = variables("-lock=false -var a=1 --var-file=x.tfvars -no-color -var", "TF_CLI_ARGS");
        let shown: Vec<String> = taken.iter().map(|option| format!("{option:?}")).collect();
        assert_eq!(shown.len(), 2, "{shown:?}");
        assert!(shown[0].contains("\"a\", \"1\"") && shown[1].contains("x.tfvars"), "{shown:?}");
    }
}
