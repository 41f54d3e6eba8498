//! Reconciliation: what was agreed to be paid, and what was paid in the end, under 1099Policy's ids.

use super::columns;
use crate::story::Story;
use crate::table::{Row, Rows, Table};
use covertrail_domain::coverage::{Coverage, Settlement, Wage, Work};
use covertrail_domain::id::{ContractorId, InvoiceId};
use covertrail_domain::money::Cents;
use covertrail_domain::time::Timestamp;

/// One row for each work order.
pub const RECONCILIATION: Table = Table {
    name: "reconciliation",
    version: 2,
    means: "What each work order was agreed to be paid, and was paid in the end, under 1099Policy's ids.",
    columns: columns! {
        contractor: Text = "1099Policy's id of the contractor.",
        job: Text = "1099Policy's id of the job.",
        quote: Text = "1099Policy's id of the quote.",
        wage_type: Text = "How the work is paid, as 1099Policy names it.",
        estimate: Cents = "What was agreed: the whole amount, or that of one hour or piece.",
        paid: Cents = "What was paid in the end.",
        settlement: Text = "Whether the final pay is open, as-agreed, to-be-invoiced or invoiced, or none, since nobody works.",
        invoice: Text = "1099Policy's id of the invoice.",
    },
    key: &[],
    indexed: &["settlement"],
    rows: Rows::OfStory(rows),
};

fn rows(story: &Story, _at: Timestamp) -> Vec<Row<'_>> {
    let Some(coverage) = story.state.coverage() else { return Vec::new() };
    let (wage_type, estimate) = match coverage.terms.wage {
        Wage::FlatFee(cents) => ("flatfee", cents),
        Wage::Hourly(cents) => ("hourly", cents),
        Wage::Unit(cents) => ("unit", cents),
        Wage::Blended(cents) => ("blended", cents),
    };
    let (settlement, paid, invoice) = settled(coverage);
    let path = &coverage.path;
    vec![vec![
        coverage.work_order.as_str().into(),
        path.contractor().map(ContractorId::as_str).into(),
        path.post().map(|post| post.job.as_str()).into(),
        path.quote().map(|quote| quote.id.as_str()).into(),
        wage_type.into(),
        estimate.get().into(),
        paid.map(Cents::get).into(),
        settlement.into(),
        invoice.map(InvoiceId::as_str).into(),
    ]]
}

fn settled(coverage: &Coverage) -> (&'static str, Option<Cents>, Option<&InvoiceId>) {
    match &coverage.work {
        Work::Completed { pay: Settlement::AsAgreed(paid), .. } => ("as-agreed", Some(*paid), None),
        Work::Completed { pay: Settlement::Differs(paid), .. } => ("to-be-invoiced", Some(*paid), None),
        Work::Completed { pay: Settlement::Invoiced { pay, invoice }, .. } => {
            ("invoiced", Some(*pay), Some(invoice))
        }
        Work::Completed { pay: Settlement::Open, .. }
        | Work::Scheduled
        | Work::Started { .. }
        | Work::Stopped { .. } => ("open", None, None),
        Work::Withdrawn { .. } => ("none", None, None),
    }
}
