//! The stylesheet, the scripts and the icon: in the program itself, under names that change with what is in them.
//!
//! Each lies beside its compressed form, and a test checks that both say the same.

use crate::http::path::{PagePath, PathValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;

/// One file.
pub(super) struct Asset {
    /// Its name without its hash.
    pub(super) name: &'static str,
    kind: &'static str,
    pub(super) plain: &'static [u8],
    pub(super) gzip: &'static [u8],
}

macro_rules! asset {
    ($name:literal, $kind:literal) => {
        Asset {
            name: $name,
            kind: $kind,
            plain: include_bytes!(concat!("assets/", $name)),
            gzip: include_bytes!(concat!("assets/", $name, ".gz")),
        }
    };
}

/// All of them.
pub(super) static ALL: [Asset; 5] = [
    asset!("board.css", "text/css; charset=utf-8"),
    asset!("htmx.js", "text/javascript; charset=utf-8"),
    asset!("sse.js", "text/javascript; charset=utf-8"),
    asset!("board.js", "text/javascript; charset=utf-8"),
    asset!("icon.svg", "image/svg+xml"),
];

static HASHES: LazyLock<Vec<String>> = LazyLock::new(|| ALL.iter().map(hash).collect());

fn hash(asset: &Asset) -> String {
    let whole: [u8; 32] = Sha256::digest(asset.plain).into();
    whole.get(..9).map(|part| URL_SAFE_NO_PAD.encode(part)).unwrap_or_default()
}

/// The address of a file, with what tells this version of it from others.
pub(super) fn address(name: &str) -> String {
    let found = ALL.iter().zip(HASHES.iter()).find(|(asset, _)| asset.name == name);
    found.map_or_else(String::new, |(_, hash)| format!("/assets/{hash}-{name}"))
}

/// A file that a path names with the hash of what is in it.
pub(super) struct Named(&'static Asset, &'static str);

impl PathValue for Named {
    fn read(text: &str) -> Result<Self, String> {
        let is_it = |(asset, hash): &(&Asset, &String)| {
            text.strip_prefix(hash.as_str()).and_then(|name| name.strip_prefix('-')) == Some(asset.name)
        };
        let found = ALL.iter().zip(HASHES.iter()).find(is_it);
        found.map(|(asset, hash)| Self(asset, hash)).ok_or_else(|| "is no file of ours".to_owned())
    }
}

/// `GET /assets/{hash}-{name}`
pub(super) async fn asset(PagePath(Named(asset, hash)): PagePath<Named>, headers: HeaderMap) -> Response {
    let tag = format!("\"{hash}\"");
    let fixed = [
        ("cache-control", "public, max-age=31536000, immutable"),
        ("content-type", asset.kind),
        ("vary", "accept-encoding"),
        ("x-content-type-options", "nosniff"),
    ];
    if headers.get("if-none-match").is_some_and(|known| known == tag.as_str()) {
        return (StatusCode::NOT_MODIFIED, fixed, [("etag", tag)]).into_response();
    }
    let takes = headers.get("accept-encoding").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if takes.split(',').any(|coding| coding.trim().split(';').next() == Some("gzip")) {
        return (fixed, [("etag", tag)], [("content-encoding", "gzip")], asset.gzip).into_response();
    }
    (fixed, [("etag", tag)], asset.plain).into_response()
}
