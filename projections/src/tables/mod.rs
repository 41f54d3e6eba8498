//! The read models, one file each.

mod blocked;
mod board;
mod certificates;
mod checklist;
mod contractors;
mod cover;
mod deliveries;
mod figures;
mod gaps;
mod objects;
mod reconciliation;
mod reviews;

use crate::table::Table;

pub use blocked::BLOCKED;
pub use board::BOARD;
pub use certificates::CERTIFICATES;
pub use checklist::CHECKLIST;
pub use contractors::CONTRACTORS;
pub use cover::COVER;
pub use deliveries::DELIVERIES;
pub use figures::FIGURES;
pub use gaps::GAPS;
pub use objects::OBJECTS;
pub use reconciliation::RECONCILIATION;
pub use reviews::REVIEWS;

/// Every read model that is stored; the others follow from these.
pub const STORED: [&Table; 10] = [
    &BOARD,
    &GAPS,
    &COVER,
    &CERTIFICATES,
    &REVIEWS,
    &BLOCKED,
    &OBJECTS,
    &RECONCILIATION,
    &DELIVERIES,
    &CHECKLIST,
];

/// The stored read model of that name.
pub fn named(name: &str) -> Option<&'static Table> {
    STORED.into_iter().find(|table| table.name == name)
}

macro_rules! columns {
    (of $subject:ident: $kind:ident = $of:literal; $($name:ident: $holds:ident = $means:literal,)+) => {
        &[
            $crate::table::Column { name: stringify!($subject), holds: $crate::table::Holds::$kind, means: $of },
            $($crate::table::Column { name: stringify!($name), holds: $crate::table::Holds::$holds, means: $means },)+
        ]
    };
    ($($rest:tt)+) => { columns!(of work_order: Text = "WorkMarket's id of the work order."; $($rest)+) };
}
use columns;
