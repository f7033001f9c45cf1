//! kfplint never uses a network: nothing that could is built into it, and no source of its own opens a socket.

use crate::tree::{files, repository};

/// Crates without which no Rust program talks to a network by the usual ways.
const NETWORKING: [&str; 11] =
    ["curl", "h2", "hyper", "mio", "native-tls", "openssl", "reqwest", "rustls", "socket2", "tokio", "ureq"];

#[test]
fn no_crate_that_it_is_built_of_can_use_a_network() {
    let text = std::fs::read_to_string(repository("Cargo.lock")).expect("Cargo.lock");
    let names: Vec<&str> =
        text.lines().filter_map(|l| l.strip_prefix("name = \"")).map(|l| l.trim_end_matches('"')).collect();
    assert!(names.len() > 50 && names.contains(&"kfplint"));
    let found: Vec<_> = names.iter().filter(|name| NETWORKING.contains(name)).collect();
    assert!(found.is_empty(), "{found:?}");
}

/// What the standard library talks to a network with.
const SOCKETS: [&str; 5] = ["TcpStream", "TcpListener", "UdpSocket", "ToSocketAddrs", "UnixStream"];

#[test]
fn no_source_opens_a_socket() {
    let all = [files("src", "rs"), files("rules", "rs")].concat();
    assert!(all.len() > 150);
    for path in all {
        let text = std::fs::read_to_string(&path).expect("a source");
        let found = SOCKETS.iter().find(|name| text.contains(**name));
        assert!(found.is_none(), "{}: {found:?}", path.display());
    }
}
