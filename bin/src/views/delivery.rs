//! A delivery's stream, folded.

use covertrail_adapters::store::Recorded;
use covertrail_adapters::webhook::delivery::{Record, Source};
use covertrail_domain::time::Timestamp;
use covertrail_projections::{Checklist, Delivery, Fate};

/// The delivery with one more of its events. One that cannot be read is left as it is: the engine, whose inbox it is,
/// says so.
pub(super) fn told(
    before: Option<Delivery>,
    recorded: &Recorded<'_>,
    checklist: &mut Checklist,
) -> Option<Delivery> {
    let (at, position) = (moment(recorded), recorded.position.get());
    let Ok(record) = Record::from_json(recorded.kind, recorded.data) else { return before };
    let fate = match record {
        Record::Received(delivery) => {
            if delivery.source == Source::Policy {
                checklist.see_webhook(position, recorded.stream);
            }
            return Some(Delivery {
                id: recorded.stream.split_once('-').map_or("", |(_, id)| id).to_owned(),
                source: delivery.source.as_str().to_owned(),
                event: delivery.event,
                received: at,
                fate: Fate::Received,
                position,
            });
        }
        Record::Waiting(waiting) => Fate::Waiting { reason: waiting.reason },
        Record::Handled(handled) => Fate::Handled {
            outcome: handled.outcome.as_str(),
            reason: handled.reason,
            work_orders: handled.work_orders.iter().map(|id| id.as_str().to_owned()).collect(),
            at,
        },
    };
    before.map(|delivery| Delivery { fate, position, ..delivery })
}

/// When it was recorded.
fn moment(recorded: &Recorded<'_>) -> Timestamp {
    Timestamp::from_unix(recorded.recorded_at.div_euclid(1_000_000))
}
