//! The feeds: when each vendor was last heard, and whether that is too long ago.

use super::read;
use super::rows::Delivery;
use super::time;
use super::words::icon;
use covertrail_domain::time::Timestamp;
use covertrail_projections::tables::DELIVERIES;
use covertrail_projections::{Query, Reader, ViewsError, Where};
use maud::{Markup, html};

/// How long a vendor may say nothing: a night and a working day.
const QUIET_SECONDS: i64 = 24 * 3_600;

/// What comes from a vendor.
pub(super) struct Feed {
    pub(super) vendor: &'static str,
    heard: Option<Timestamp>,
}

/// Both of them.
pub(super) fn all(reader: &Reader) -> Result<Vec<Feed>, ViewsError> {
    let feeds = [("WorkMarket", "workmarket"), ("1099Policy", "policy")];
    let feed = |(vendor, source): (&'static str, &str)| {
        let of = vec![Where::Is("source", source.into())];
        let newest = Query { wheres: of, order: &["position"], descending: true, limit: 1, after: None };
        let newest = read::rows::<Delivery>(reader, &DELIVERIES, &newest)?.pop();
        Ok(Feed { vendor, heard: newest.and_then(|delivery| delivery.received) })
    };
    feeds.into_iter().map(feed).collect()
}

impl Feed {
    fn is_quiet(&self, now: Timestamp) -> bool {
        self.heard.is_some_and(|heard| heard.plus(QUIET_SECONDS) < now)
    }

    /// When it was last heard, and what that may mean.
    pub(super) fn told(&self, now: Timestamp) -> Markup {
        html! {
            @match self.heard {
                None => "never",
                Some(heard) if self.is_quiet(now) => span.trouble { (icon("at-risk")) " " (time::ago(heard, now)) ": are its webhooks on?" },
                Some(heard) => (time::ago(heard, now)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendor_that_says_nothing_for_a_day_is_asked_after() {
        let now = Timestamp::from_unix(1_763_812_800);
        let told = |seconds: i64| Feed { vendor: "WorkMarket", heard: Some(now.plus(-seconds)) }.told(now).0;
        assert!(!told(QUIET_SECONDS).contains("are its webhooks on?"));
        assert!(told(QUIET_SECONDS + 1).contains("are its webhooks on?"));
        assert_eq!(Feed { vendor: "WorkMarket", heard: None }.told(now).0, "never");
    }
}
