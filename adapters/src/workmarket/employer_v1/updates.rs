//! Which assignments were changed, a page at a time.

use super::envelope::Opened;
use crate::http::fields::{Fields, Malformed};
use crate::http::value;
use crate::workmarket::Status;
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;
use serde_json::value::RawValue;

/// The most rows that the vendor gives at once.
pub const PAGE: usize = 25;

/// A page of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Those that can be read.
    pub changes: Vec<Change>,
    /// What is wrong with those that cannot.
    pub unreadable: Vec<Malformed>,
    /// The vendor's time of the answer: what is changed later is not in it.
    pub as_of: Timestamp,
}

/// A work order that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which.
    pub work_order: WorkOrderId,
    /// The vendor's word for its status.
    pub status: String,
    /// When it was last changed, as the vendor writes it.
    pub modified: Option<String>,
}

impl Changes {
    /// Whether it is the last page.
    pub fn is_last(&self) -> bool {
        self.changes.len().saturating_add(self.unreadable.len()) < PAGE
    }
}

impl Change {
    /// How far the work order has come.
    pub fn status(&self) -> Status {
        Status::parse(&self.status)
    }

    /// When it was last changed, where that can be read.
    pub fn modified_at(&self) -> Option<Timestamp> {
        let json = RawValue::from_string(serde_json::Value::from(self.modified.as_deref()?).to_string());
        value::timestamp(&json.ok()?).ok()
    }
}

pub(super) fn read(opened: &Opened) -> Result<Changes, Malformed> {
    let mut fields = Fields::open(opened.response.get().as_bytes())?;
    let rows = match fields.raw("data") {
        None => Some(Vec::new()),
        Some(_) => fields.required("data", |data| {
            serde_json::from_str::<Vec<&RawValue>>(data.get()).map_err(|_| "not a list")
        }),
    };
    let as_of = opened.as_of.or_else(|| fields.refuse("meta.timestamp", "missing"));
    let (rows, as_of) = fields.finish(rows.zip(as_of))?;
    let mut changes = Changes { changes: Vec::new(), unreadable: Vec::new(), as_of };
    for row in rows {
        match change(row) {
            Ok(change) => changes.changes.push(change),
            Err(malformed) => changes.unreadable.push(malformed),
        }
    }
    Ok(changes)
}

fn change(row: &RawValue) -> Result<Change, Malformed> {
    let mut fields = Fields::open(row.get().as_bytes())?;
    let work_order = fields.required("id", value::id(WorkOrderId::parse));
    let status = fields.required("status", value::filled);
    let modified = fields.optional("last_modified_on", value::text_or_number);
    let change = || Some(Change { work_order: work_order?, status: status?, modified });
    let change = change();
    fields.finish(change)
}
