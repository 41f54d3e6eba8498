//! Messages as no client of EventStoreDB sends them: whatever can be decoded is refused or understood.

use super::access::{Caller, ClientRole};
use super::append::{Appendable, Appends};
use super::event::id_of;
use super::forward::Log;
use super::pattern::Patterns;
use super::read::Query;
use super::source::{Milestones, Source};
use super::wire;
use super::wire::streams::{AppendReq, BatchAppendReq, ProposedMessage, ReadReq, append_req, read_req};
use crate::ClientCategory;
use crate::store::Embedded;
use covertrail_domain::testkit::mutate::fuzz;
use prost::Message;
use std::sync::Arc;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

pub(super) fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap()
}

pub(super) fn stream(name: &str) -> wire::StreamIdentifier {
    wire::StreamIdentifier { stream_name: name.as_bytes().to_vec().into() }
}

pub(super) fn filter(regex: &str, prefix: &[&str]) -> wire::FilterOptions {
    use wire::filter_options::{Expression, Filter as Of, Window};
    let prefix = prefix.iter().map(|prefix| (*prefix).to_owned()).collect();
    wire::FilterOptions {
        filter: Some(Of::StreamIdentifier(Expression { regex: regex.to_owned(), prefix })),
        window: Some(Window::Max(32)),
        checkpoint_interval_multiplier: 4,
    }
}

pub(super) const WORDS: [&str; 8] = ["$ce-", "$et-", "$all", "coverage-", "^(?!", "(?:", ")*", "\\p{L}"];

#[test]
fn reads() {
    use read_req::options::{CountOption, FilterOption, StreamOption};
    let of = |stream_option| read_req::Options {
        stream_option: Some(stream_option),
        filter_option: Some(FilterOption::Filter(filter("^[^$].*", &[]))),
        count_option: Some(CountOption::Count(10)),
        uuid_option: Some(wire::UuidOption::default()),
        ..read_req::Options::default()
    };
    let one = of(StreamOption::Stream(wire::StreamOptions {
        stream_identifier: Some(stream("coverage-1")),
        revision_option: Some(wire::stream_options::RevisionOption::Revision(7)),
    }));
    let all = of(StreamOption::All(read_req::AllOptions {
        all_option: Some(read_req::all_options::AllOption::Position(wire::Position {
            commit_position: 9,
            prepare_position: 9,
        })),
    }));
    let corpus = [one, all].map(|options| ReadReq { options: Some(options) }.encode_to_vec());
    let (runtime, folder) = (runtime(), tempfile::tempdir().unwrap());
    let log = Log {
        store: Arc::new(Embedded::open(folder.path().join("log.sqlite")).unwrap()),
        milestones: Milestones::default(),
        reads: Arc::new(Semaphore::new(1)),
        patterns: Patterns::new(),
        confidential: Arc::default(),
    };
    let caller = Caller { name: None, role: ClientRole::Reader };
    fuzz("gateway: reads", &corpus.each_ref().map(Vec::as_slice), &WORDS, |bytes| {
        let Ok(request) = ReadReq::decode(bytes) else { return String::from("not decoded") };
        let query = runtime.block_on(Query::parse(&log, request.options, &caller));
        query.map_or_else(|status| status.message().chars().take(12).collect(), |_| String::new())
    });
}

#[test]
fn appends() {
    let folder = tempfile::tempdir().unwrap();
    let appends = Appends {
        store: Arc::new(Embedded::open(folder.path().join("log.sqlite")).unwrap()),
        appendable: Appendable::Categories([ClientCategory::parse("order").unwrap()].into()),
        clock: Arc::new(|| 7),
    };
    let options =
        append_req::Options { stream_identifier: Some(stream("order-1")), expected_stream_revision: None };
    let proposed = ProposedMessage {
        id: Some(wire::Uuid { value: Some(wire::uuid::Value::String(uuid::Uuid::nil().to_string())) }),
        metadata: [("type", "thing.happened.v1"), ("content-type", "application/json")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        custom_metadata: b"{}".to_vec().into(),
        data: b"{}".to_vec().into(),
    };
    let batch = BatchAppendReq {
        correlation_id: proposed.id.clone(),
        options: None,
        proposed_messages: vec![],
        is_final: true,
    };
    let content = |content| AppendReq { content: Some(content) }.encode_to_vec();
    let corpus = [
        content(append_req::Content::Options(options)),
        content(append_req::Content::ProposedMessage(proposed)),
        batch.encode_to_vec(),
    ];
    let words = ["coverage-", "Coverage-", "$all", "\u{ff43}overage-", "type", "content-type"];
    fuzz("gateway: appends", &corpus.each_ref().map(Vec::as_slice), &words, |bytes| {
        if let Ok(batch) = BatchAppendReq::decode(bytes) {
            let _ = id_of(batch.correlation_id);
        }
        let Ok(request) = AppendReq::decode(bytes) else { return String::from("not decoded") };
        let begun = match request.content {
            Some(append_req::Content::Options(options)) => {
                let name = options.stream_identifier.clone().unwrap_or_default().stream_name;
                let begun = appends.begin(options).map(drop);
                let own = name.starts_with(b"coverage-") || name.starts_with(b"$");
                assert!(begun.is_err() || !own, "a client may not write there");
                begun
            }
            Some(append_req::Content::ProposedMessage(message)) => {
                let options = append_req::Options {
                    stream_identifier: Some(stream("order-1")),
                    expected_stream_revision: Some(append_req::options::ExpectedStreamRevision::Any(
                        wire::Empty {},
                    )),
                };
                appends.begin(options).and_then(|mut proposal| proposal.add(message, &appends.clock))
            }
            None => return String::from("empty"),
        };
        begun.map_or_else(|status| status.message().chars().take(12).collect(), |()| String::new())
    });
}

#[test]
fn patterns() {
    let corpus: [&[u8]; 5] =
        [b"^[^$].*", b"^(?!coverage-)", b"(?:(?=.)[\\w-]|a){3}!", b"\\p{L}+\\d{1,3}", b"(a|b)*c(?<=c)\\1"];
    let words =
        ["(?=", "(?<=", "(?>", "{1,9}", "[^", "\\", "\\1", ")", "|", "*", "(?i)", "\\p{", "[[:alpha:]]"];
    let (runtime, patterns) = (runtime(), Patterns::new());
    fuzz("gateway: patterns", &corpus, &words, |pattern| {
        let texts = ["coverage-12345", "coverage.quoted.v1"].map(str::to_owned).to_vec();
        let matched = runtime.block_on(async {
            let pattern = patterns.compile(String::from_utf8_lossy(pattern).into_owned()).await?;
            patterns.matches(&pattern, texts).await
        });
        match matched {
            Ok(matched) => format!("{matched:?}"),
            Err(status) => {
                assert_ne!(status.code(), tonic::Code::Internal, "a panic: {}", status.message());
                status.message().chars().filter(char::is_ascii_alphabetic).take(40).collect()
            }
        }
    });
}

#[test]
fn names_of_streams() {
    let corpus: [&[u8]; 5] = [b"$all", b"$ce-coverage", b"$et-coverage.quoted.v1", b"order-1", b"$$order-1"];
    fuzz("gateway: names of streams", &corpus, &WORDS, |name| match Source::parse(name) {
        source @ (Source::All | Source::Stream(_) | Source::Links(_)) => {
            assert_eq!(Source::parse(source.name().as_bytes()), source, "a name names the same again");
            source.name().len()
        }
        Source::Nothing(name) => 1_000_000 + name.len(),
    });
}
