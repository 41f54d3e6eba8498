//! The tables that translate WorkMarket for 1099Policy, kept by the operator (guide 4.1 and 4.2).

use super::worker::Worker;
use covertrail_domain::id::{ClientId, WorkerId};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;
use thiserror::Error;

/// The longest part of an address before its `@`, in bytes.
const MAX_LOCAL_PART: usize = 64;

/// What stands for what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    /// 1099Policy's code of each of WorkMarket's categories; neither case nor outer white space counts.
    pub categories: BTreeMap<String, String>,
    /// The code of every other category.
    pub default_category: Option<String>,
    /// 1099Policy's entity of each of WorkMarket's clients; neither case nor outer white space counts.
    pub entities: BTreeMap<String, String>,
    /// The entity of every other client, and of work orders without one.
    pub default_entity: Option<String>,
    /// The domain under which workers without an address get a proxy.
    pub relay_domain: String,
}

/// What the operator has to add to the tables before a work order can be insured.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unmapped {
    /// No code for the category.
    #[error(
        "no job category for {category:?}: add it to [mapping.categories], or set mapping.default_category"
    )]
    Category {
        /// The category that is missing, in WorkMarket's words.
        category: String,
    },
    /// No entity for the client.
    #[error("no entity for client {client}: add it to [mapping.entities], or set mapping.default_entity")]
    Client {
        /// The client that is missing.
        client: ClientId,
    },
    /// No client on the work order, and no entity for such.
    #[error("the work order names no client: set mapping.default_entity")]
    NoClient,
}

impl Mapping {
    /// 1099Policy's code of a category.
    pub fn category_code(&self, category: &str) -> Result<&str, Unmapped> {
        found(&self.categories, category)
            .or(self.default_category.as_deref())
            .ok_or_else(|| Unmapped::Category { category: category.trim().to_owned() })
    }

    /// 1099Policy's entity of a client.
    pub fn entity(&self, client: Option<&ClientId>) -> Result<&str, Unmapped> {
        client
            .and_then(|client| found(&self.entities, client.as_str()))
            .or(self.default_entity.as_deref())
            .ok_or_else(|| {
                client.map_or(Unmapped::NoClient, |client| Unmapped::Client { client: client.clone() })
            })
    }

    /// The address a worker is known by: the worker's own, or a proxy that no other worker has.
    pub fn email(&self, worker: &Worker) -> String {
        match worker.email.as_deref().map(str::trim) {
            Some(email) if !email.is_empty() => email.to_owned(),
            Some(_) | None => format!("{}@{}", local_part(&worker.id), self.relay_domain),
        }
    }
}

fn found<'a>(table: &'a BTreeMap<String, String>, key: &str) -> Option<&'a str> {
    let normal = |text: &str| text.trim().to_lowercase();
    let wanted = normal(key);
    table.iter().find(|(key, _)| normal(key) == wanted).map(|(_, value)| value.as_str())
}

/// A worker's id as the part of an address before its `@`. What cannot stand there is written `=2F`, and
/// an id too long for it ends in its hash, so that different workers never share an address.
fn local_part(worker: &WorkerId) -> String {
    let id = worker.as_str().as_bytes();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    let mut local = String::with_capacity(id.len());
    for (index, &byte) in id.iter().enumerate() {
        // A dot may stand between two other characters only.
        let inner = |at: Option<usize>| at.and_then(|at| id.get(at)).is_some_and(|&next| plain(next));
        let dot = byte == b'.' && inner(index.checked_sub(1)) && inner(index.checked_add(1));
        push(&mut local, byte, dot || plain(byte));
    }
    if local.len() > MAX_LOCAL_PART {
        local.truncate(MAX_LOCAL_PART / 2 - 1);
        local.push('=');
        Sha256::digest(id).iter().take(16).for_each(|&byte| push_hex(&mut local, byte));
    }
    local
}

fn push(local: &mut String, byte: u8, as_it_is: bool) {
    if as_it_is {
        local.push(char::from(byte));
    } else {
        local.push('=');
        push_hex(local, byte);
    }
}

fn push_hex(text: &mut String, byte: u8) {
    // Writing to a string cannot fail.
    let _ = write!(text, "{byte:02X}");
}
