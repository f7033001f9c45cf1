//! What is wrong with a configuration file, and where.

use crate::base::suggest::suggest;
use miette::{Diagnostic, NamedSource, SourceSpan};
use std::ops::Range;

/// A fault in a configuration file.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{message}")]
pub struct ConfigError {
    message: String,
    #[help]
    help: Option<String>,
    #[source_code]
    source_code: NamedSource<String>,
    #[label("{label}")]
    place: SourceSpan,
    label: String,
}

/// A fault that does not know its file yet.
#[derive(Debug)]
pub struct Fault {
    /// The bytes that are wrong.
    pub place: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write.
    pub help: Option<String>,
}

/// A result that can be a fault.
pub type Checked<T> = Result<T, Fault>;

impl Fault {
    /// A fault at a place.
    pub fn at(place: Range<usize>, message: impl Into<String>) -> Fault {
        Fault { place, message: message.into(), help: None }
    }

    /// Says what to write.
    pub fn help(mut self, help: impl Into<String>) -> Fault {
        self.help = Some(help.into());
        self
    }

    /// A name that is not among those that are known.
    pub fn unknown<'a>(
        what: &str,
        given: &str,
        known: impl IntoIterator<Item = &'a str>,
        place: Range<usize>,
    ) -> Fault {
        let known: Vec<&str> = known.into_iter().collect();
        let fault = Fault::at(place, format!("there is no {what} `{given}`"));
        match suggest(given, known.iter().copied()) {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None if known.len() <= 20 => fault.help(format!("there is {}", known.join(", "))),
            None => fault,
        }
    }

    /// The fault in its file.
    pub fn within(self, shown: &str, text: &str) -> ConfigError {
        let start = self.place.start.min(text.len());
        let end = self.place.end.clamp(start, text.len());
        ConfigError {
            message: format!("{shown}: {}", self.message),
            help: self.help,
            source_code: NamedSource::new(shown, text.to_string()),
            place: (start..end).into(),
            label: "here".into(),
        }
    }
}

/// What the TOML reader says.
pub fn of_toml(error: &toml::de::Error) -> Fault {
    let message = error.message();
    let place = error.span().unwrap_or(0..0);
    // `unknown field `selct`, expected one of `rules`, `select`, …`
    let mut names = message.split('`').skip(1).step_by(2);
    if let (true, Some(given)) = (message.starts_with("unknown field"), names.next()) {
        return Fault::unknown("key", given, names, place);
    }
    let wanted = message.rsplit_once("expected ").filter(|_| message.starts_with("invalid ")).map(|(_, wanted)| wanted);
    match wanted {
        Some("a string") => Fault::at(place, "text is expected here").help("write it in quotes"),
        Some("a sequence") => Fault::at(place, "a list is expected here").help("write it in brackets: [\"…\"]"),
        Some("u32" | "u64") => Fault::at(place, "a whole number is expected here, 1 or more"),
        _ => Fault::at(place, message.lines().next().unwrap_or_default()),
    }
}
