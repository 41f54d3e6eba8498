//! Several nodes of the program on one log, which is served to them over EventStoreDB's protocol, and before them what
//! sends each connection to one of them.

use super::{PATIENCE, Plan, Program, Served, World, loopback};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The nodes, killed when they go out of scope.
pub(crate) struct Cluster {
    pub(crate) world: Arc<World>,
    nodes: Vec<Arc<Node>>,
    pub(crate) served: Served,
    balancing: JoinHandle<()>,
}

/// One place for a process of the program.
#[derive(Default)]
struct Node {
    program: Mutex<Option<Program>>,
    address: Mutex<Option<SocketAddr>>,
}

impl Cluster {
    /// Both vendors, a log on a server, and so many nodes on it, ready.
    pub(crate) async fn begin(plan: Plan, nodes: usize) -> Self {
        let (of_log, listener) = (loopback().await, loopback().await);
        let url = format!("esdb://{}?tls=false", of_log.local_addr().unwrap());
        let plan = Plan { store: format!("engine = \"eventstoredb\"\nurl = \"{url}\""), ..plan };
        let world = World::without_program(plan).await;
        let served = Served::at(of_log, &world.path(""));
        let nodes: Vec<_> = (0..nodes).map(|_| Arc::new(Node::default())).collect();
        let (address, before) = (listener.local_addr().unwrap(), nodes.clone());
        let balancing = tokio::spawn(async move { balance(&listener, &before).await });
        let cluster = Self { world, nodes, served, balancing };
        cluster.world.is_at(address).await;
        cluster.world.configure();
        for node in 0..cluster.nodes.len() {
            cluster.start(node);
        }
        for node in &cluster.nodes {
            cluster.is_ready(node).await;
        }
        cluster
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Starts the process of a node; connections come to it as soon as it listens.
    pub(crate) fn start(&self, number: usize) {
        let (world, node) = (&self.world, Arc::clone(&self.nodes[number]));
        let (config, secrets) = (self.configuration(number), world.plan.lock().unwrap().secrets.clone());
        let program =
            Program::spawn(&["serve", "--config", config.to_str().unwrap()], &secrets.environment());
        let said = program.told();
        *node.program.lock().unwrap() = Some(program);
        tokio::spawn(async move {
            if let Some(address) = said.found().await {
                *node.address.lock().unwrap() = Some(address);
            }
        });
    }

    /// That of a node: each has read models of its own.
    fn configuration(&self, number: usize) -> PathBuf {
        let common = std::fs::read_to_string(self.world.path("covertrail.toml")).unwrap();
        let views = format!("[store]\nviews = \"node-{number}.views.sqlite\"\n");
        let path = self.world.path(&format!("node-{number}.toml"));
        std::fs::write(&path, common.replacen("[store]\n", &views, 1)).unwrap();
        path
    }

    /// Kills the process of a node at whatever it is doing.
    pub(crate) fn kill(&self, node: usize) {
        let node = &self.nodes[node];
        *node.address.lock().unwrap() = None;
        let program = node.program.lock().unwrap().take();
        if let Some(mut program) = program {
            program.kill();
            self.world.note(&program.stderr());
        }
    }

    /// What a node has printed.
    pub(crate) fn printed(&self, node: usize) -> String {
        self.nodes[node].program.lock().unwrap().as_ref().map(Program::stderr).unwrap_or_default()
    }

    async fn is_ready(&self, node: &Node) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let ready = async {
            loop {
                let address = *node.address.lock().unwrap();
                if let Some(address) = address {
                    let answer = client.get(format!("http://{address}/readyz")).send().await;
                    if answer.is_ok_and(|answer| answer.status().is_success()) {
                        return;
                    }
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let is_ready = tokio::time::timeout(PATIENCE, ready).await.is_ok();
        let said = || node.program.lock().unwrap().as_ref().map(Program::stderr).unwrap_or_default();
        assert!(is_ready, "a node never was ready: {}", said());
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.balancing.abort();
    }
}

/// Each connection goes to the next node that takes it.
async fn balance(listener: &TcpListener, nodes: &[Arc<Node>]) {
    let turn = AtomicUsize::new(0);
    loop {
        let (mut client, _) = listener.accept().await.unwrap();
        let first = turn.fetch_add(1, Ordering::Relaxed);
        let addresses: Vec<_> = (0..nodes.len())
            .filter_map(|step| *nodes[(first + step) % nodes.len()].address.lock().unwrap())
            .collect();
        tokio::spawn(async move {
            for address in addresses {
                if let Ok(mut node) = TcpStream::connect(address).await {
                    // whatever breaks off is between those two
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut node).await;
                    return;
                }
            }
        });
    }
}
