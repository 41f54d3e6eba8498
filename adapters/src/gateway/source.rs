use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::store::{Category, StreamName};

/// The longest name that is looked at, in bytes: longer than that of any stream, and of any system stream over it.
const MAX_NAME_BYTES: usize = 1024;
/// Of how many system streams milestones are kept.
const MAX_MILESTONES: usize = 256;

/// What a client reads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Source {
    /// `$all`
    All,
    Stream(StreamName),
    /// A system stream, as a server with its projections on has it.
    Links(Links),
    /// A name that no stream can have.
    Nothing(String),
}

/// A system stream: links to all events of one sort, in the order of the log.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Links {
    /// `$ce-<category>`
    Category(Category),
    /// `$et-<event type>`
    Kind(String),
}

impl Source {
    /// A name as a client sends it. One that is too long for any stream is shortened: it names nothing either way.
    pub(super) fn parse(name: &[u8]) -> Self {
        if name.len() > MAX_NAME_BYTES {
            let shown = name.get(..MAX_NAME_BYTES).unwrap_or_default();
            return Self::Nothing(String::from_utf8_lossy(shown).into_owned());
        }
        let Ok(name) = String::from_utf8(name.to_vec()) else {
            return Self::Nothing(String::from_utf8_lossy(name).into_owned());
        };
        if name == "$all" {
            return Self::All;
        }
        if let Some(category) = name.strip_prefix("$ce-") {
            return Category::parse(category)
                .map_or(Self::Nothing(name.clone()), |category| Self::Links(Links::Category(category)));
        }
        if let Some(kind) = name.strip_prefix("$et-") {
            return Self::Links(Links::Kind(kind.to_owned()));
        }
        StreamName::parse(&name).map_or(Self::Nothing(name), Self::Stream)
    }

    pub(super) fn name(&self) -> String {
        match self {
            Self::All => "$all".to_owned(),
            Self::Stream(stream) => stream.to_string(),
            Self::Links(links) => links.name(),
            Self::Nothing(name) => name.clone(),
        }
    }
}

impl Links {
    pub(super) fn name(&self) -> String {
        match self {
            Self::Category(category) => format!("$ce-{}", category.as_str()),
            Self::Kind(kind) => format!("$et-{kind}"),
        }
    }
}

/// Between two milestones, so many links.
pub(super) const MILE: u64 = 1024;

/// Where in the log the links of each system stream stand, at every [`MILE`]: the log does not change, so what
/// was once counted need not be counted again.
#[derive(Debug, Clone, Default)]
pub(super) struct Milestones(Arc<Mutex<HashMap<Links, Vec<u64>>>>);

impl Milestones {
    /// Notes where a link stands, if a mile ends with it.
    pub(super) fn note(&self, links: &Links, revision: u64, position: u64) {
        let count = revision.saturating_add(1);
        if !count.is_multiple_of(MILE) {
            return;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.contains_key(links) && known.len() >= MAX_MILESTONES {
            return;
        }
        let miles = known.entry(links.clone()).or_default();
        if u64::try_from(miles.len()).ok().and_then(|miles| miles.checked_add(1)) == Some(count / MILE) {
            miles.push(position);
        }
    }

    /// The last milestone before a link: the revision that follows it, and the position that it stands at.
    pub(super) fn before(&self, links: &Links, revision: u64) -> (u64, Option<u64>) {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let miles = known.get(links).map_or(&[][..], Vec::as_slice);
        let mile = usize::try_from(revision / MILE).unwrap_or(usize::MAX).min(miles.len());
        let position = mile.checked_sub(1).and_then(|last| miles.get(last)).copied();
        (u64::try_from(mile).unwrap_or_default().saturating_mul(MILE), position)
    }
}
