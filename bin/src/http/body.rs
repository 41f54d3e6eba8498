//! Bodies, read up to a limit.

use axum::body::{Body, Bytes};
use futures_util::StreamExt as _;

/// How much of a body that is too large is read all the same, in bytes: one who is still sending does not hear
/// the answer.
const DRAINED: usize = 64 << 20;

/// Why a body was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Untaken {
    /// It has more bytes than the limit.
    TooLarge,
    /// It ended early.
    Broken,
}

/// The whole body, of at most so many bytes.
pub(super) async fn read(body: Body, limit: usize) -> Result<Bytes, Untaken> {
    let (mut kept, mut seen) = (Vec::new(), 0_usize);
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Untaken::Broken)?;
        seen = seen.saturating_add(chunk.len());
        if seen <= limit {
            kept.extend_from_slice(&chunk);
        } else {
            kept = Vec::new();
        }
        if seen > limit.saturating_add(DRAINED) {
            break;
        }
    }
    if seen <= limit { Ok(kept.into()) } else { Err(Untaken::TooLarge) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_is_taken_up_to_its_limit_and_not_beyond() {
        assert_eq!(read(Body::from("12345"), 5).await.unwrap(), "12345");
        assert_eq!(read(Body::from("123456"), 5).await, Err(Untaken::TooLarge));
    }
}
