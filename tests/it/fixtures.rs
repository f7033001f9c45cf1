//! Every root under `fixtures/` is checked as a user would check it; `expected.txt` beside its files has the report.
//! `UPDATE=1 cargo test --test it fixtures` writes the reports anew: read the difference before you keep it.

use std::path::{Path, PathBuf};
use std::process::Command;

fn roots() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut roots: Vec<PathBuf> = std::fs::read_dir(folder).expect("a folder").flatten().map(|e| e.path()).collect();
    roots.sort();
    roots
}

#[test]
fn reports_are_as_expected() {
    let roots = roots();
    assert!(roots.len() >= 15, "only {} fixtures", roots.len());
    let mut wrong = Vec::new();
    for root in roots {
        let name = root.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let done = Command::new(env!("CARGO_BIN_EXE_kfplint"))
            .arg(format!("fixtures/{name}"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env_clear()
            .output()
            .expect("kfplint runs");
        let code = done.status.code().unwrap_or(-1);
        let report = format!("{}\nexit code {code}\n", String::from_utf8_lossy(&done.stdout));
        let expected = root.join("expected.txt");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&expected, &report).expect("written");
        }
        if std::fs::read_to_string(&expected).unwrap_or_default() != report {
            wrong.push(format!("--- fixtures/{name}\n{report}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
