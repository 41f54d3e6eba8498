//! How fast the stored form reads: `cargo test --release -p covertrail-adapters speed -- --ignored --nocapture`.

use super::golden::golden;
use crate::schema::{Envelope, decode};
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: u32 = 200_000;

#[test]
#[ignore = "a measurement, for a release build on a quiet machine"]
#[expect(clippy::disallowed_methods, reason = "a measurement looks at the clock")]
fn decoding_speed_by_kind() {
    let mut seen = Vec::new();
    for line in golden() {
        if seen.contains(&line.kind) {
            continue;
        }
        seen.push(line.kind);
        let (data, metadata) = (line.data.get().as_bytes(), line.metadata.get().as_bytes());
        let start = Instant::now();
        for _ in 0..ROUNDS {
            black_box(decode(black_box(line.kind), black_box(data))).unwrap();
        }
        let event = start.elapsed() / ROUNDS;
        let start = Instant::now();
        for _ in 0..ROUNDS {
            black_box(Envelope::decode(black_box(metadata))).unwrap();
        }
        let envelope = start.elapsed() / ROUNDS;
        println!("{:<40} {:>4} bytes  {event:>8?}  envelope {envelope:>8?}", line.kind, data.len());
    }
}
