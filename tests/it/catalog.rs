//! The compact catalog says what the source facts say.

mod allocatable;
mod defaults;
mod facts;
mod iam;
mod kfp;
mod machine;
mod schema;
mod scope;

/// The facts must not make the binary large: everything compiled in, by the files that build.rs wrote.
#[test]
fn compact_facts_stay_below_two_megabytes() {
    let files = std::fs::read_dir(env!("OUT_DIR")).unwrap();
    let total: u64 = files.map(|f| f.unwrap().metadata().unwrap().len()).sum();
    assert!(total > 500_000 && total < 2_000_000, "{total}");
}
