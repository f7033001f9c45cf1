//! kfplint never uses a network: nothing that could is built into it, and no source of its own opens a socket.

use std::path::{Path, PathBuf};

/// Crates without which no Rust program talks to a network by the usual ways.
const NETWORKING: [&str; 11] =
    ["curl", "h2", "hyper", "mio", "native-tls", "openssl", "reqwest", "rustls", "socket2", "tokio", "ureq"];

#[test]
fn no_crate_that_it_is_built_of_can_use_a_network() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(folder.join("Cargo.lock")).expect("Cargo.lock");
    let names: Vec<&str> =
        text.lines().filter_map(|l| l.strip_prefix("name = \"")).map(|l| l.trim_end_matches('"')).collect();
    assert!(names.len() > 50 && names.contains(&"kfplint"));
    let found: Vec<_> = names.iter().filter(|name| NETWORKING.contains(name)).collect();
    assert!(found.is_empty(), "{found:?}");
}

/// What the standard library talks to a network with.
const SOCKETS: [&str; 5] = ["TcpStream", "TcpListener", "UdpSocket", "ToSocketAddrs", "UnixStream"];

fn sources(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|e| e == "rs") {
            all.push(path);
        }
    }
}

#[test]
fn no_source_opens_a_socket() {
    let mut all = Vec::new();
    for folder in ["src", "rules"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut all);
    }
    assert!(all.len() > 150);
    for path in all {
        let text = std::fs::read_to_string(&path).expect("a source");
        let found = SOCKETS.iter().find(|name| text.contains(**name));
        assert!(found.is_none(), "{}: {found:?}", path.display());
    }
}
