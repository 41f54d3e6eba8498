//! Requests with the values of the guide's samples.

use crate::http::testing::Vendor;
use crate::policy::{
    Client, NewAssignment, NewCertificate, NewContractor, NewInvoice, NewJob, NewQuote, NewSession, WageType,
};
use bytes::Bytes;
use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::id::{ContractorId, JobId, QuoteId, WorkOrderId, WorkerId};
use covertrail_domain::money::Cents;
use covertrail_domain::time::{Timestamp, Window};
use url::Url;

/// What the samples refer to.
pub(super) struct Guide {
    worker: WorkerId,
    work_order: WorkOrderId,
    pub(super) contractor: ContractorId,
    pub(super) job: JobId,
    quote: QuoteId,
    success_url: Url,
    cancel_url: Url,
    pub(super) window: Window,
    pub(super) lines: Lines,
}

pub(super) fn client(vendor: &Vendor) -> Client {
    Client::new(&vendor.settings()).unwrap()
}

pub(super) fn window(start: i64, end: i64) -> Window {
    Window::new(Timestamp::from_unix(start), Timestamp::from_unix(end)).unwrap()
}

impl Guide {
    pub(super) fn new() -> Self {
        let page = |query: &str| format!("https://workmarket.com/workorders/12345?coverage={query}");
        Self {
            worker: WorkerId::parse("wk_421").unwrap(),
            work_order: WorkOrderId::parse("12345").unwrap(),
            contractor: ContractorId::parse("cn_Ehb3bYa").unwrap(),
            job: JobId::parse("jb_jsb9KEcTpc").unwrap(),
            quote: QuoteId::parse("qt_5DciVga8Kt").unwrap(),
            success_url: page("active").parse().unwrap(),
            cancel_url: page("canceled").parse().unwrap(),
            window: window(1_761_997_200, 1_762_083_600),
            lines: [Line::WorkersComp, Line::General].into_iter().collect(),
        }
    }

    pub(super) fn contractor(&self) -> NewContractor<'_> {
        NewContractor {
            worker: &self.worker,
            first_name: "Alex",
            last_name: "Nguyen",
            email: "wk_421@relay.yourdomain.com",
            country: Some("US"),
            region: Some("CA"),
        }
    }

    pub(super) fn job(&self) -> NewJob<'_> {
        NewJob {
            name: "WO 12345 — Low Voltage Cabling",
            description: "Install Cat6 and test drops at client site",
            entity: "en_abc123",
            category_code: "jc_MTqpkbkp6G",
            wage: Cents::new(32500),
            wage_type: WageType::FlatFee,
            region: Some("CA"),
            work_order: &self.work_order,
        }
    }

    pub(super) fn quote(&self) -> NewQuote<'_> {
        NewQuote {
            contractor: &self.contractor,
            job: &self.job,
            lines: self.lines,
            window: self.window,
            work_order: &self.work_order,
        }
    }

    pub(super) fn session(&self) -> NewSession<'_> {
        NewSession {
            quote: &self.quote,
            success_url: &self.success_url,
            cancel_url: &self.cancel_url,
            work_order: &self.work_order,
        }
    }

    pub(super) fn assignment(&self) -> NewAssignment<'_> {
        NewAssignment {
            contractor: &self.contractor,
            job: &self.job,
            window: self.window,
            lines: self.lines,
            work_order: &self.work_order,
        }
    }

    pub(super) fn certificate(&self, bytes: &'static [u8]) -> NewCertificate<'_> {
        NewCertificate {
            contractor: &self.contractor,
            work_order: &self.work_order,
            file_name: "file.pdf",
            bytes: Bytes::from_static(bytes),
        }
    }

    pub(super) fn invoice(&self) -> NewInvoice<'_> {
        NewInvoice {
            contractor: &self.contractor,
            job: &self.job,
            gross_pay: Cents::new(1200),
            paid_from: Timestamp::from_unix(1_714_419_793),
            paid_until: Timestamp::from_unix(1_714_419_793),
        }
    }
}
