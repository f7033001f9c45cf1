//! Bytes that are no Terraform, and documents and settings that are too large or too deep.

use super::{findings, json, run, status};
use crate::tree::{READY, Tree};

#[test]
fn encodings_are_read_or_said_to_be_wrong() {
    let text = READY.as_bytes();
    let crlf = READY.replace('\n', "\r\n").into_bytes();
    let marked = [b"\xef\xbb\xbf", text].concat();
    for good in [text.to_vec(), crlf, marked] {
        let tree = Tree::new(&[]);
        tree.write("main.tf", &good);
        let (report, code) = json(&tree, &[]);
        assert_eq!((status(&report, "KFP001").as_str(), code), ("met", 0));
    }
    let utf16: Vec<u8> = READY.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bad in [
        [&b"\xff\xfe"[..], &utf16].concat(),
        [text, b"\0\0\0"].concat(),
        [text, b"locals {\n  a = \"\xff\"\n}\n"].concat(),
    ] {
        let tree = Tree::new(&[]);
        tree.write("main.tf", &bad);
        let (report, code) = json(&tree, &[]);
        assert_eq!((findings(&report, "TF001").is_empty(), code), (false, 1));
    }
}

#[test]
fn documents_that_are_too_much_are_refused_by_name() {
    use std::io::Write;
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    (0..200).for_each(|_| bomb.write_all(&[b' '; 1 << 20]).unwrap());
    let deep = format!("{{\"format_version\": \"1.2\", \"planned_values\": {}", "[".repeat(100_000));
    let tree = Tree::new(&[("main.tf", READY), ("deep.json", &deep)]);
    tree.write("bomb.json.gz", &bomb.finish().unwrap());
    for (file, said) in [("bomb.json.gz", "larger than 128 MiB"), ("deep.json", "levels")] {
        let ended = run(&tree, &[file]);
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        assert!(ended.stderr.contains(said) && ended.stderr.contains(file), "{}", ended.stderr);
    }
}

#[test]
fn settings_and_baselines_that_are_too_much_are_refused_by_name() {
    let deep = format!("ignore = {}", "[".repeat(100_000));
    let tree = Tree::new(&[("main.tf", READY), ("deep.toml", &deep), ("deep.json", &"[".repeat(100_000))]);
    tree.write("huge.toml", "# x\n".repeat(1 << 19).as_bytes());
    for (args, said) in [
        (["--config", "huge.toml"], "larger than 1 MiB"),
        (["--config", "deep.toml"], "deep.toml"),
        (["--baseline", "deep.json"], "deep.json"),
    ] {
        let ended = run(&tree, &args);
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        assert!(ended.stderr.contains(said), "{}", ended.stderr);
    }
}
