//! Reconciliation: what was agreed to be paid, and what was paid in the end.

use super::columns;
use crate::story::Story;
use crate::table::{Cell, Row, Table};
use covertrail_domain::coverage::{Coverage, Settlement, Wage, Work};
use covertrail_domain::id::{InvoiceId, WorkOrderId};
use covertrail_domain::money::Cents;
use covertrail_domain::time::Timestamp;

/// One row for each work order.
pub(super) const PAY: Table = Table {
    name: "pay",
    version: 1,
    columns: columns! {
        wage_type: Text = "How the work is paid, as 1099Policy names it.",
        estimate: Cents = "What was agreed: the whole amount, or that of one hour.",
        paid: Cents = "What was paid in the end.",
        settlement: Text = "Whether the final pay is open, as agreed, to be invoiced, or invoiced.",
        invoice: Text = "1099Policy's id of the invoice.",
    },
    key: &[],
    indexed: &["settlement"],
    rows,
};

fn rows(work_order: &WorkOrderId, story: &Story, _at: Timestamp) -> Vec<Row> {
    let Some(coverage) = story.state.coverage() else { return Vec::new() };
    let (wage_type, estimate) = match coverage.terms.wage {
        Wage::FlatFee(cents) => ("flatfee", cents),
        Wage::Hourly(cents) => ("hourly", cents),
    };
    let (settlement, paid, invoice) = settled(coverage);
    vec![vec![
        Cell::shown(work_order),
        wage_type.into(),
        estimate.get().into(),
        paid.map(Cents::get).into(),
        settlement.into(),
        invoice.map(InvoiceId::as_str).into(),
    ]]
}

fn settled(coverage: &Coverage) -> (&'static str, Option<Cents>, Option<&InvoiceId>) {
    match &coverage.work {
        Work::Completed { pay: Settlement::AsAgreed(paid), .. } => ("as agreed", Some(*paid), None),
        Work::Completed { pay: Settlement::Differs(paid), .. } => ("to be invoiced", Some(*paid), None),
        Work::Completed { pay: Settlement::Invoiced { pay, invoice }, .. } => {
            ("invoiced", Some(*pay), Some(invoice))
        }
        Work::Completed { pay: Settlement::Open, .. }
        | Work::Scheduled
        | Work::Started { .. }
        | Work::Withdrawn { .. }
        | Work::Stopped { .. } => ("open", None, None),
    }
}
