//! Writes a made configuration: `cargo run --release --example inputs -- SHAPE SIZE DIR`.

mod generate;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [shape, size, dir] = args.as_slice()
        && let Some(shape) = generate::SHAPES.iter().find(|s| s.name == shape)
        && let Ok(size) = size.parse()
    {
        (shape.write)(Path::new(dir), size);
        return ExitCode::SUCCESS;
    }
    eprintln!("usage: inputs SHAPE SIZE DIR; the shapes, and what their size counts:");
    generate::SHAPES.iter().for_each(|s| eprintln!("  {:<10} {}", s.name, s.counts));
    ExitCode::from(2)
}
