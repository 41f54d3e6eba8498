//! The lists there are: which read model, by what it can be filtered, and in which order it comes.

use crate::http::query::words;
use covertrail_domain::cover::Line;
use covertrail_domain::coverage::{Stage, Step};
use covertrail_domain::id::WorkOrderId;
use covertrail_projections::{Table, tables};
use std::sync::LazyLock;

/// A list at `/v1/<name>`.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) name: &'static str,
    pub(super) table: &'static Table,
    pub(super) filters: &'static [Filter],
    pub(super) order: &'static [&'static str],
    /// The greatest first.
    pub(super) descending: bool,
    /// Columns that are not 0 in any of its rows.
    pub(super) only: &'static [(&'static str, bool)],
}

/// A parameter that leaves rows out.
#[derive(Debug)]
pub(super) struct Filter {
    pub(super) name: &'static str,
    pub(super) keeps: Keeps,
}

/// Which rows a parameter keeps.
#[derive(Debug, Clone, Copy)]
pub(super) enum Keeps {
    /// Those with the value in the column.
    Is(&'static str),
    /// Those with at most the value in the column.
    UpTo(&'static str),
    /// Those with at least the value in the column.
    From(&'static str),
    /// Those that stand so: by the badge's place among all, in which order they are found.
    Stands,
    /// Those with the words in one of the columns.
    Says(&'static [&'static str]),
}

/// What the texts of a column are, so that no other is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextForm {
    /// An id of a vendor.
    Id,
    /// One of so many names.
    Names(&'static [&'static str]),
    /// Words of the vendors' or of people.
    Words,
}

impl TextForm {
    /// The texts of a column.
    pub(super) fn of_column(column: &str) -> Self {
        match column {
            "work_order" | "worker" | "client" | "contractor" | "job" | "invoice" | "id" => Self::Id,
            "stage" => Self::Names(&STAGES),
            "line" => Self::Names(&LINES),
            "step" => Self::Names(&STEPS),
            _ => Self::Words,
        }
    }

    /// Reads a text of this form.
    pub(super) fn read(self, text: &str) -> Result<String, String> {
        match self {
            Self::Id => WorkOrderId::parse(text).map_err(|error| error.to_string())?,
            Self::Names(names) if names.contains(&text) => return Ok(text.to_owned()),
            Self::Names(names) => return Err(format!("is none of {}", names.join(", "))),
            Self::Words => return words(text),
        };
        Ok(text.to_owned())
    }
}

static STAGES: LazyLock<Vec<&'static str>> = LazyLock::new(|| Stage::ALL.map(Stage::as_str).into());
static LINES: LazyLock<Vec<&'static str>> = LazyLock::new(|| Line::ALL.map(Line::as_str).into());
static STEPS: LazyLock<Vec<&'static str>> = LazyLock::new(|| Step::ALL.map(Step::as_str).into());

const fn is(name: &'static str) -> Filter {
    Filter { name, keeps: Keeps::Is(name) }
}

const STANDING: Filter = Filter { name: "standing", keeps: Keeps::Stands };

const fn list(name: &'static str, table: &'static Table) -> Listing {
    Listing { name, table, filters: &[], order: &[], descending: false, only: &[] }
}

/// Every list.
pub(super) const ALL: &[Listing] = &[
    Listing {
        filters: &[
            STANDING,
            is("stage"),
            is("worker"),
            is("client"),
            is("contractor"),
            is("category"),
            is("open"),
            Filter { name: "text", keeps: Keeps::Says(&["work_order", "title", "client", "worker"]) },
        ],
        order: &["urgency"],
        ..list("work-orders", &tables::BOARD)
    },
    Listing {
        filters: &[is("contractor"), STANDING, is("worker")],
        ..list("contractors", &tables::CONTRACTORS)
    },
    Listing {
        filters: &[is("work_order"), is("contractor"), is("waits_for")],
        order: &["since"],
        ..list("reviews", &tables::REVIEWS)
    },
    Listing {
        filters: &[
            is("work_order"),
            is("contractor"),
            is("status"),
            is("open"),
            Filter { name: "handed_in_before", keeps: Keeps::UpTo("handed_in") },
        ],
        order: &["handed_in"],
        ..list("certificates", &tables::CERTIFICATES)
    },
    Listing {
        filters: &[
            is("work_order"),
            is("contractor"),
            is("line"),
            Filter { name: "before", keeps: Keeps::UpTo("ends") },
        ],
        order: &["ends"],
        only: &[("is_over", false), ("required", true), ("open", true)],
        ..list("expiring", &tables::COVER)
    },
    Listing {
        filters: &[is("work_order"), is("line"), is("open")],
        order: &["starts"],
        ..list("gaps", &tables::GAPS)
    },
    Listing {
        filters: &[is("work_order"), is("contractor"), is("job"), is("invoice"), is("settlement")],
        ..list("reconciliation", &tables::RECONCILIATION)
    },
    Listing { filters: &[is("work_order"), is("kind"), is("id")], ..list("objects", &tables::OBJECTS) },
    Listing {
        filters: &[is("source"), is("event"), is("state")],
        order: &["position"],
        descending: true,
        ..list("deliveries", &tables::DELIVERIES)
    },
    Listing { filters: &[is("work_order"), is("step")], ..list("blocked", &tables::BLOCKED) },
    Listing {
        filters: &[
            Filter { name: "from", keeps: Keeps::From("day") },
            Filter { name: "to", keeps: Keeps::UpTo("day") },
        ],
        ..list("figures", &tables::FIGURES)
    },
    list("checklist", &tables::CHECKLIST),
];

/// The list of that name.
pub(super) fn named(name: &str) -> Option<&'static Listing> {
    ALL.iter().find(|listing| listing.name == name)
}
