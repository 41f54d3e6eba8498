//! A delivery's stream, folded.
//!
//! What cannot be read changes nothing here: the engine, whose inbox it is, says so.

use covertrail_adapters::schema::{Envelope, Source as Way};
use covertrail_adapters::store::Recorded;
use covertrail_adapters::webhook::delivery::{Record, Source};
use covertrail_domain::time::Timestamp;
use covertrail_projections::{Checklist, Delivery, Fate, Item};

/// The delivery that a stream begins with.
pub(super) fn received(recorded: &Recorded<'_>, checklist: &mut Checklist) -> Option<Delivery> {
    let position = recorded.position.get();
    let Ok(Record::Received(delivery)) = Record::from_json(recorded.kind, recorded.data) else { return None };
    let came_by_webhook =
        || Envelope::decode(recorded.metadata).is_ok_and(|envelope| envelope.source == Way::Webhook);
    let is_news = checklist.is_news(Item::Webhook, position);
    if is_news && delivery.source == Source::Policy && came_by_webhook() {
        checklist.see_webhook(position, recorded.stream);
    }
    Some(Delivery {
        id: recorded.stream.split_once('-').map_or("", |(_, id)| id).to_owned(),
        source: delivery.source.as_str(),
        event: delivery.event,
        received: moment(recorded),
        fate: Fate::Received,
        position,
    })
}

/// What became of it, by one more of its events.
pub(super) fn tell(delivery: &mut Delivery, recorded: &Recorded<'_>) {
    delivery.fate = match Record::from_json(recorded.kind, recorded.data) {
        Ok(Record::Waiting(waiting)) => Fate::Waiting { reason: waiting.reason },
        Ok(Record::Handled(handled)) => Fate::Handled {
            outcome: handled.outcome.as_str(),
            reason: handled.reason,
            work_orders: handled.work_orders.iter().map(|id| id.as_str().to_owned()).collect(),
            at: moment(recorded),
        },
        Ok(Record::Received(_)) | Err(_) => return,
    };
    delivery.position = recorded.position.get();
}

/// When it was recorded.
pub(super) fn moment(recorded: &Recorded<'_>) -> Timestamp {
    Timestamp::from_unix(recorded.recorded_at.div_euclid(1_000_000))
}
