//! The read models, one file each.

mod blocked;
mod board;
mod cover;
mod gaps;
mod objects;
mod pay;
mod reviews;

use crate::table::Table;

/// Every read model of work orders.
pub const ALL: [&Table; 7] = [
    &board::BOARD,
    &gaps::GAPS,
    &cover::COVER,
    &reviews::REVIEWS,
    &blocked::BLOCKED,
    &objects::OBJECTS,
    &pay::PAY,
];

/// The read model of that name.
pub fn named(name: &str) -> Option<&'static Table> {
    ALL.into_iter().find(|table| table.name == name)
}

macro_rules! columns {
    ($($name:ident: $holds:ident = $means:literal,)+) => {
        &[
            $crate::table::Column { name: "work_order", holds: $crate::table::Holds::Text, means: "WorkMarket's id of the work order." },
            $($crate::table::Column { name: stringify!($name), holds: $crate::table::Holds::$holds, means: $means },)+
        ]
    };
}
use columns;
