//! `kfplint.toml`: read, or refused with a place in the file.

use kfplint::config::Config;
use miette::Diagnostic;

/// Reads the bytes as a configuration.
pub fn check(bytes: &[u8]) {
    let Ok(text) = String::from_utf8(bytes.to_vec()) else { return };
    let dir = std::env::temp_dir();
    match Config::of_text(text.clone(), &dir, "kfplint.toml", &|_| true) {
        Ok(config) => {
            toml::from_str::<toml::Table>(&text).expect("only TOML is taken");
            let file = config.sources().get(kfplint::base::source::FileId(0)).expect("the configuration is a file");
            assert_eq!(&*file.text, text);
            for ignore in &config.ignores {
                for (name, place, _) in &ignore.rules {
                    let written = file.slice(place.start, place.end);
                    assert!(written.contains(name.as_str()) || written.contains('\\'), "{name} is not at {written:?}");
                }
            }
        }
        Err(error) => {
            let mut shown = String::new();
            miette::GraphicalReportHandler::new().render_report(&mut shown, &*error).expect("an error can be shown");
            assert!(shown.contains("kfplint.toml"), "{shown}");
            for label in error.labels().into_iter().flatten() {
                let end = label.offset() + label.len();
                assert!(text.get(label.offset()..end).is_some(), "{label:?} is not in {text:?}");
            }
        }
    }
}
