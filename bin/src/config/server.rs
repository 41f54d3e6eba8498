//! `[server]`: where HTTP is served, and the limits that keep it open for everybody.

use super::values::seconds;
use covertrail_adapters::front::{ConnectionRules, Networks, connections_within, room_for_connections};
use serde::{Deserialize, Deserializer, de};
use std::net::SocketAddr;
use std::time::Duration;

/// Where and how HTTP is served.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// The address; port 0 takes any free one.
    pub listen: SocketAddr,
    /// What application links begin with; without it, the address.
    pub public_url: Option<String>,
    /// For how many days an application link opens the application, from the day it is shown.
    pub link_days: u16,
    /// The largest webhook body, in bytes.
    pub max_body_bytes: usize,
    /// Reverse proxies, which name the peer that a request came from.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Networks,
    /// Connections in all; without it, as many as the limit of open files leaves room for, 4096 at most.
    pub max_connections: Option<u64>,
    /// Connections of one peer; without it, half of all.
    pub max_connections_per_peer: Option<u64>,
    /// The time for the head of a request.
    #[serde(rename = "header_seconds", deserialize_with = "seconds")]
    pub header: Duration,
    /// The time between an answer and the next request on its connection.
    #[serde(rename = "idle_seconds", deserialize_with = "seconds")]
    pub idle: Duration,
    /// The time for the body of a request that its headers do not authenticate.
    #[serde(rename = "body_seconds", deserialize_with = "seconds")]
    pub body: Duration,
    /// The time for the body of a request that is authenticated.
    #[serde(rename = "upload_seconds", deserialize_with = "seconds")]
    pub upload: Duration,
    /// The least rate of a body after its first five seconds, in bytes a second.
    pub body_bytes_per_second: u64,
    /// How long a peer may read nothing of its answer.
    #[serde(rename = "write_seconds", deserialize_with = "seconds")]
    pub write: Duration,
    /// How many bytes of bodies are held before they are authenticated.
    pub body_budget_bytes: u64,
    /// How many costly questions are worked on at once.
    pub costly_questions_at_once: usize,
    /// How many costly questions of one person wait.
    pub costly_questions_waiting: u64,
}

impl Default for Server {
    fn default() -> Self {
        let rules = ConnectionRules::default();
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8099)),
            public_url: None,
            link_days: 30,
            max_body_bytes: 1 << 20,
            trusted_proxies: Networks::default(),
            max_connections: None,
            max_connections_per_peer: None,
            header: rules.head,
            idle: rules.idle,
            body: rules.body,
            upload: rules.upload,
            body_bytes_per_second: rules.body_rate,
            write: rules.write,
            body_budget_bytes: rules.body_budget,
            costly_questions_at_once: 4,
            costly_questions_waiting: 4,
        }
    }
}

impl Server {
    /// The rules for connections of a process that may have so many files open. More connections than that leaves room
    /// for are not admitted, whatever is configured.
    pub fn rules(&self, open_files: u64) -> ConnectionRules {
        let room = room_for_connections(open_files);
        let total = self.max_connections.unwrap_or_else(|| connections_within(open_files)).min(room);
        ConnectionRules {
            total,
            per_peer: self.max_connections_per_peer.unwrap_or(total / 2).max(1),
            open_files,
            proxies: self.trusted_proxies.clone(),
            head: self.header,
            idle: self.idle,
            body: self.body,
            upload: self.upload,
            body_rate: self.body_bytes_per_second,
            write: self.write,
            body_budget: self.body_budget_bytes,
            ..ConnectionRules::default()
        }
    }

    /// A line for each field that is wrong.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems: Vec<String> = [
            ("max_body_bytes", self.max_body_bytes == 0),
            ("max_connections", self.max_connections == Some(0)),
            ("max_connections_per_peer", self.max_connections_per_peer == Some(0)),
            ("header_seconds", self.header.is_zero()),
            ("idle_seconds", self.idle.is_zero()),
            ("body_seconds", self.body.is_zero()),
            ("upload_seconds", self.upload.is_zero()),
            ("body_bytes_per_second", self.body_bytes_per_second == 0),
            ("write_seconds", self.write.is_zero()),
            ("costly_questions_at_once", self.costly_questions_at_once == 0),
        ]
        .into_iter()
        .filter(|(_, is_zero)| *is_zero)
        .map(|(field, _)| format!("server.{field}: must be at least 1"))
        .collect();
        if self.body_budget_bytes < u64::try_from(self.max_body_bytes).unwrap_or(u64::MAX) {
            problems.push("server.body_budget_bytes: must be at least server.max_body_bytes".into());
        }
        let url = self.public_url.as_deref();
        if url.is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
            problems.push("server.public_url: must begin with https:// or http://".into());
        }
        problems
    }
}

fn networks<'de, D: Deserializer<'de>>(source: D) -> Result<Networks, D::Error> {
    Networks::parse(Vec::<String>::deserialize(source)?).map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn refused(lines: &str) -> String {
        Config::parse(&format!("[server]\n{lines}")).unwrap_err()
    }

    #[test]
    fn connections_are_derived_from_the_limit_of_open_files() {
        let server = Server::default();
        assert_eq!((server.rules(1 << 20).total, server.rules(1 << 20).per_peer), (4_096, 2_048));
        assert_eq!((server.rules(256).total, server.rules(256).per_peer), (128, 64));
        let server = Server { max_connections: Some(10_000), ..Server::default() };
        assert_eq!(server.rules(1 << 20).total, 10_000);
        assert_eq!(server.rules(1_024).total, 768, "more than there are files for are not admitted");
    }

    #[test]
    fn wrong_limits_are_named() {
        for field in
            ["max_connections", "max_connections_per_peer", "header_seconds", "idle_seconds", "write_seconds"]
        {
            assert_eq!(refused(&format!("{field} = 0")), format!("server.{field}: must be at least 1"));
        }
        assert_eq!(
            refused("body_budget_bytes = 1000"),
            "server.body_budget_bytes: must be at least server.max_body_bytes"
        );
        let proxy = refused("trusted_proxies = [\"10.0.0.0/8\", \"nginx\"]");
        assert!(proxy.contains("trusted_proxies") && proxy.contains("\"nginx\""), "{proxy}");
    }
}
