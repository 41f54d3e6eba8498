//! The webhooks that a customer sets up in WorkMarket, one for each event: WorkMarket has no payload of its own and
//! sends whatever body it was given, with its variables filled in. Ours carry ids only.

use std::fmt::Write;

/// One webhook to set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    event: &'static str,
    segment: &'static str,
    /// The variable that tells two of the same event and work order apart, where there is one.
    occasion: Option<&'static str>,
}

/// Every webhook there is to set up, in the order of a work order's life.
pub const TEMPLATES: [Template; 11] = [
    Template::new("Accepted", "accepted", None),
    Template::new("Confirm", "confirm", None),
    Template::new("Reschedule Approved", "reschedule_approved", Some("negotiation_id")),
    Template::new("Budget Increase", "budget_increase", Some("negotiation_id")),
    Template::new("Check In", "check_in", Some("check_in_out_id")),
    Template::new("Check Out", "check_out", Some("check_in_out_id")),
    Template::new("Completed", "completed", None),
    Template::new("Approved", "approved", None),
    Template::new("Paid", "paid", None),
    Template::new("Cancel", "cancel", None),
    Template::new("Voided", "voided", None),
];

impl Template {
    const fn new(event: &'static str, segment: &'static str, occasion: Option<&'static str>) -> Self {
        Self { event, segment, occasion }
    }

    /// The template of the event with that name.
    pub fn of(event: &str) -> Option<&'static Self> {
        TEMPLATES.iter().find(|template| template.event == event)
    }

    /// What WorkMarket calls the event.
    pub const fn event(&self) -> &'static str {
        self.event
    }

    /// The last segment of the URL, by which the event is told.
    pub const fn segment(&self) -> &'static str {
        self.segment
    }

    /// Where it is sent, at a program that is reached at that address.
    pub fn url(&self, base_url: &str) -> String {
        format!("{}/webhooks/workmarket/{}", base_url.trim_end_matches('/'), self.segment)
    }

    /// The body, as it is pasted.
    pub fn body(&self) -> String {
        self.rendered(|variable| format!("${{{variable}}}"))
    }

    /// The body as it is sent, with a value for each variable.
    pub fn rendered(&self, value: impl Fn(&str) -> String) -> String {
        let variables = ["assignment_id", "status", "resource_id"];
        let mut body = String::new();
        for variable in variables.into_iter().chain(self.occasion).chain(["now"]) {
            let comma = if body.is_empty() { "{" } else { "," };
            // writing to a string cannot fail
            let _ = write!(body, "{comma}\"{variable}\":\"{}\"", value(variable));
        }
        body.push('}');
        body
    }
}
