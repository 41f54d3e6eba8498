use super::*;

fn few() -> Arc<Connections> {
    Connections::new(ConnectionRules {
        total: 3,
        per_peer: 2,
        body_budget: 100,
        ..ConnectionRules::default()
    })
}

fn peer(last: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, last])
}

fn is_closed(connection: &OpenConnection) -> bool {
    connection.entry.is_closed.load(Relaxed)
}

#[tokio::test]
async fn a_full_table_closes_what_stalls_longest_for_a_newcomer() {
    let connections = few();
    let [stalled, second, third] = [1, 2, 3].map(|last| connections.admit(peer(last)).unwrap());
    second.begin_request();
    let newcomer = connections.admit(peer(4)).unwrap();
    stalled.closed().await;
    assert!(!is_closed(&second) && !is_closed(&third) && !is_closed(&newcomer));
    assert_eq!(connections.total.current(), 3);
    drop(stalled);
    assert_eq!(connections.total.current(), 3, "a closed one is not counted twice");
    assert!(connections.total.is_reached());
}

#[tokio::test]
async fn one_peer_makes_room_for_itself_and_takes_nobody_elses_place() {
    let connections = few();
    let other = connections.admit(peer(1)).unwrap();
    let first = connections.admit(peer(2)).unwrap();
    let _second = connections.admit(peer(2)).unwrap();
    let _third = connections.admit(peer(2)).unwrap();
    first.closed().await;
    assert!(!is_closed(&other));
}

#[tokio::test(start_paused = true)]
async fn where_all_are_at_work_the_newcomer_is_closed() {
    let connections = few();
    let working: Vec<_> = [1, 2, 3].map(|last| connections.admit(peer(last)).unwrap()).into();
    working.iter().for_each(OpenConnection::begin_request);
    assert!(connections.admit(peer(4)).is_none());
    drop(working);
    tokio::time::advance(Duration::from_secs(5)).await;
    connections.close_overdue();
    assert!(!connections.total.is_reached());
    assert!(connections.admit(peer(4)).is_some());
}

#[tokio::test]
async fn a_proxy_is_limited_in_all_only() {
    let proxies = Networks::parse(["192.0.2.9"]).unwrap();
    let rules = ConnectionRules { total: 3, per_peer: 1, proxies, ..ConnectionRules::default() };
    let connections = Connections::new(rules);
    let taken: Vec<_> = [9, 9, 9].map(|last| connections.admit(peer(last)).unwrap()).into();
    assert!(taken.iter().all(|connection| connection.is_proxy() && !is_closed(connection)));
}

#[tokio::test(start_paused = true)]
async fn a_full_budget_closes_the_slowest_body_and_frees_its_bytes() {
    let connections = few();
    let [slow, fast] = [1, 2].map(|last| connections.admit(peer(last)).unwrap());
    for connection in [&slow, &fast] {
        connection.begin_request();
        connection.await_body();
    }
    slow.hold(10);
    fast.hold(80);
    assert_eq!(connections.bodies.current(), 90);
    tokio::time::advance(Duration::from_secs(1)).await;
    fast.hold(15);
    slow.closed().await;
    assert_eq!(connections.bodies.current(), 95);
    fast.authenticate();
    assert_eq!(connections.bodies.current(), 0);
    tokio::time::advance(Duration::from_secs(5)).await;
    connections.close_overdue();
    assert!(!connections.bodies.is_reached());
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_is_just_coming_outlives_bodies_that_have_stopped() {
    let connections = few();
    let [stopped, delivery, more] = [1, 2, 3].map(|last| connections.admit(peer(last)).unwrap());
    for connection in [&stopped, &delivery, &more] {
        connection.begin_request();
        connection.await_body();
    }
    stopped.hold(60);
    tokio::time::advance(Duration::from_millis(5)).await;
    delivery.hold(10);
    more.hold(60);
    stopped.closed().await;
    assert_eq!(connections.bodies.current(), 70);
}

#[tokio::test(start_paused = true)]
async fn what_is_overdue_is_closed_while_connections_are_awaited() {
    let connections = few();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stalled = connections.admit(peer(1)).unwrap();
    tokio::select! {
        _ = connections.accept(&listener) => unreachable!("nobody connects"),
        () = stalled.closed() => {}
    }
}
