//! How fast configuration is cut into tokens and parsed, in MB/s: `cargo bench --bench syntax`.

#![allow(missing_docs)] // criterion makes a public function without one

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kfplint::base::source::FileId;
use kfplint::syntax::{self, lexer};
use std::hint::black_box;

/// About a megabyte of the fixtures' configuration.
fn text() -> String {
    let one = [
        include_str!("../fixtures/ready-regional/main.tf"),
        include_str!("../fixtures/for-each-pools/main.tf"),
        include_str!("../fixtures/iam-policy/main.tf"),
        include_str!("../fixtures/module-account/modules/gke/main.tf"),
    ]
    .concat();
    one.repeat((1 << 20) / one.len())
}

fn benches(c: &mut Criterion) {
    let text = text();
    let mut group = c.benchmark_group("syntax");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("lex", |b| b.iter(|| lexer::lex(black_box(&text))));
    group.bench_function("parse", |b| b.iter(|| syntax::parse(FileId(0), black_box(&text), &[])));
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
