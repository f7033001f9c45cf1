//! A root module whose files are in memory, evaluated and judged as `kfplint check` does.

use kfplint::base::source::Sources;
use kfplint::engine::{Session, Settings};
use kfplint::load::Root;
use kfplint::load::loader::Texts;
use kfplint::plan::StaticPlan;
use kfplint::report::Report;
use kfplint::suppress::Policy;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use time::macros::date;

/// A root module and what is said of it.
pub struct Judged {
    pub session: Session,
    pub sources: Arc<Sources>,
    pub report: Report,
}

/// A folder of empty files with these names. Texts take their place, so it is the same for all runs, and kept.
pub fn folder(name: &str, files: &[&str]) -> PathBuf {
    let dir = std::env::temp_dir().join("kfplint-properties").join(name);
    for file in files {
        let path = dir.join(file);
        if !path.is_file() {
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(&path, "").expect("a file");
        }
    }
    dir.canonicalize().expect("a folder")
}

/// Evaluates and judges the folder with these texts in its files.
pub fn judge(dir: &Path, texts: &[(&str, &[u8])]) -> Judged {
    let texts: Texts = texts.iter().map(|(name, bytes)| (dir.join(name), bytes.to_vec())).collect();
    judge_texts(dir, texts)
}

/// The same with real paths.
pub fn judge_texts(dir: &Path, texts: Texts) -> Judged {
    let policy = Policy { on: true, require_reason: false, today: date!(2026 - 11 - 24) };
    let settings = Settings { texts, policy, draws: true, ..Settings::of(dir) };
    let session = Session::new(settings).expect("the folder is there");
    let outcome = session.check(&()).expect("no values are read");
    Judged { session, sources: outcome.sources, report: outcome.report }
}

impl Judged {
    /// The static plan of the folder itself.
    pub fn plan(&self) -> StaticPlan {
        let own = |root: &&Root| self.session.found().named.contains(&root.dir);
        let root = self.session.roots().iter().find(own).expect("the folder is a root module");
        self.session.plan(root, None).expect("no values are read")
    }
}
