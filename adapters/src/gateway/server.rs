//! What a client asks of a server before it works with it: what it can do, and where it is.

use std::net::SocketAddr;

use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::event::IdForm;
use super::wire::Empty;
use super::wire::gossip::gossip_server::Gossip;
use super::wire::gossip::member_info::VNodeState;
use super::wire::gossip::{ClusterInfo, EndPoint, MemberInfo};
use super::wire::server_features::server_features_server::ServerFeatures;
use super::wire::server_features::{SupportedMethod, SupportedMethods};

/// The version of the server whose protocol is spoken: clients choose what they use by it.
const VERSION: &str = "23.10.0";

const STREAMS: &str = "event_store.client.streams.streams";
const SUBSCRIPTIONS: &str = "event_store.client.persistent_subscriptions.persistentsubscriptions";

/// The one server of a cluster of one.
#[derive(Debug, Clone)]
pub(super) struct Server {
    pub(super) id: Uuid,
    pub(super) address: SocketAddr,
    pub(super) started_at: i64,
}

#[tonic::async_trait]
impl ServerFeatures for Server {
    async fn get_supported_methods(&self, _: Request<Empty>) -> Result<Response<SupportedMethods>, Status> {
        let of = |service: &'static str, methods: &[(&str, &[&str])]| {
            methods
                .iter()
                .map(|(method, features)| SupportedMethod {
                    method_name: (*method).to_owned(),
                    service_name: service.to_owned(),
                    features: features.iter().map(|feature| (*feature).to_owned()).collect(),
                })
                .collect::<Vec<_>>()
        };
        let mut methods = of(
            STREAMS,
            &[("read", &["position", "events"]), ("append", &[]), ("batchappend", &["deadline_duration"])],
        );
        methods.extend(of(
            SUBSCRIPTIONS,
            &[
                ("create", &["stream", "all"]),
                ("update", &["stream", "all"]),
                ("delete", &["stream", "all"]),
                ("read", &["stream", "all"]),
                ("getinfo", &["stream", "all"]),
                ("list", &["stream", "all"]),
                ("replayparked", &["stream", "all"]),
                ("restartsubsystem", &[]),
            ],
        ));
        Ok(Response::new(SupportedMethods { methods, event_store_server_version: VERSION.to_owned() }))
    }
}

#[tonic::async_trait]
impl Gossip for Server {
    async fn read(&self, _: Request<Empty>) -> Result<Response<ClusterInfo>, Status> {
        let address = self.address.ip();
        // whoever listens everywhere does not know by which name it was found
        let address = if address.is_unspecified() { "127.0.0.1".to_owned() } else { address.to_string() };
        let member = MemberInfo {
            instance_id: Some(IdForm::Text.wire(self.id)),
            time_stamp: self.started_at,
            state: VNodeState::Leader.into(),
            is_alive: true,
            http_end_point: Some(EndPoint { address, port: self.address.port().into() }),
        };
        Ok(Response::new(ClusterInfo { members: vec![member] }))
    }
}
