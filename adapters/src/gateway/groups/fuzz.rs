//! Messages about groups as no client sends them.

use super::settings::{Kept, Settings};
use crate::gateway::fuzz::{WORDS, filter, runtime, stream};
use crate::gateway::pattern::Patterns;
use crate::gateway::read::stream_from;
use crate::gateway::wire;
use crate::gateway::wire::persistent_subscriptions::{CreateReq, ReadReq, create_req, read_req};
use covertrail_domain::testkit::mutate::fuzz;
use prost::Message;

#[test]
fn groups() {
    let create = create_req::Options {
        group_name: "audit".to_owned(),
        settings: Some(create_req::Settings { max_retry_count: 10, ..create_req::Settings::default() }),
        ..create_req::Options::default()
    };
    let ack = read_req::Ack { ids: vec![wire::Uuid { value: None }] };
    let corpus = [
        CreateReq { options: Some(create) }.encode_to_vec(),
        ReadReq { content: Some(read_req::Content::Ack(ack)) }.encode_to_vec(),
        wire::StreamOptions { stream_identifier: Some(stream("order-1")), revision_option: None }
            .encode_to_vec(),
        filter("^[^$].*", &["order-"]).encode_to_vec(),
    ];
    let (runtime, patterns) = (runtime(), Patterns::new());
    fuzz("gateway: groups", &corpus.each_ref().map(Vec::as_slice), &WORDS, |bytes| {
        let from = wire::StreamOptions::decode(bytes).is_ok_and(|options| stream_from(options).is_ok());
        let read = ReadReq::decode(bytes).is_ok();
        let kept = wire::FilterOptions::decode(bytes)
            .ok()
            .and_then(|filter| runtime.block_on(Kept::parse(&patterns, filter)).ok().flatten());
        if let Some(kept) = &kept {
            let again = runtime.block_on(kept.filter(&patterns));
            assert!(again.unwrap().is_some(), "what is kept can be used again");
        }
        let settings = CreateReq::decode(bytes).ok().and_then(|request| request.options?.settings);
        let settings = settings.map(|settings| Settings::parse(&settings, None, "0".to_owned()));
        let times = settings.as_ref().and_then(|settings| {
            let settings = settings.as_ref().ok()?;
            Some((settings.message_timeout().is_some(), settings.checkpoint_after().is_zero()))
        });
        (from, read, kept.is_some(), settings.map(|settings| settings.is_ok()), times)
    });
}
