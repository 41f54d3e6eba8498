use super::group::Look;
use super::ledger::Name;
use crate::gateway::wire::persistent_subscriptions::SubscriptionInfo;
use crate::gateway::wire::persistent_subscriptions::subscription_info::ConnectionInfo;

/// A group as clients are told of it. Rates are not measured and stay 0.
pub(super) fn of(name: &Name, look: &Look) -> SubscriptionInfo {
    let settings = &look.record.settings;
    let place = |place: u64| {
        if name.stream == "$all" { format!("C:{place}/P:{place}") } else { place.to_string() }
    };
    SubscriptionInfo {
        event_source: name.stream.clone(),
        group_name: name.group.clone(),
        status: "Live".to_owned(),
        connections: look
            .consumers
            .iter()
            .map(|(free, taken, total)| ConnectionInfo {
                available_slots: narrow(*free),
                in_flight_messages: narrow(*taken),
                total_items: i64::try_from(*total).unwrap_or(i64::MAX),
                ..ConnectionInfo::default()
            })
            .collect(),
        total_items: i64::try_from(look.total).unwrap_or(i64::MAX),
        last_checkpointed_event_position: look.record.next.checked_sub(1).map(place).unwrap_or_default(),
        last_known_event_position: look.known.map(place).unwrap_or_default(),
        resolve_link_tos: settings.resolve_links,
        start_from: settings.start_from.clone(),
        message_timeout_milliseconds: narrow(settings.message_timeout_ms),
        extra_statistics: settings.extra_statistics,
        max_retry_count: narrow(settings.max_retry_count),
        live_buffer_size: narrow(settings.live_buffer_size),
        buffer_size: narrow(settings.history_buffer_size),
        read_batch_size: narrow(settings.read_batch_size),
        check_point_after_milliseconds: narrow(settings.checkpoint_after_ms),
        min_check_point_count: narrow(settings.min_checkpoint_count),
        max_check_point_count: narrow(settings.max_checkpoint_count),
        read_buffer_count: narrow(look.waiting),
        retry_buffer_count: narrow(look.retrying),
        total_in_flight_messages: narrow(look.in_flight),
        outstanding_messages_count: narrow(look.outstanding),
        named_consumer_strategy: settings.strategy.as_str().to_owned(),
        max_subscriber_count: narrow(settings.max_subscriber_count),
        parked_message_count: i64::try_from(look.record.parked.len()).unwrap_or(i64::MAX),
        ..SubscriptionInfo::default()
    }
}

fn narrow(count: impl TryInto<i32>) -> i32 {
    count.try_into().unwrap_or(i32::MAX)
}
