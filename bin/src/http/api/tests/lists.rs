use super::world::World;
use crate::http::api::{listings, openapi};
use covertrail_domain::coverage::Event;
use covertrail_domain::money::Cents;
use serde_json::Value;
use std::collections::BTreeSet;

#[tokio::test]
async fn pages_of_any_size_give_every_row_once() {
    let world = World::begin(60).await;
    for listing in listings::ALL {
        let whole = world.all(listing.name, "", 1_000).await;
        for size in [1, 7] {
            assert_eq!(world.all(listing.name, "", size).await, whole, "{} by {size}", listing.name);
        }
    }
    assert!(world.all("contractors", "", 1_000).await.len() > 20);
    assert!(world.all("figures", "", 1_000).await.len() > 10);
}

#[tokio::test]
async fn filters_leave_exactly_the_rows_that_do_not_fit() {
    let world = World::begin(60).await;
    let all = world.all("work-orders", "", 100).await;
    let kept = async |filter: &str| -> BTreeSet<String> { ids(&world.all("work-orders", filter, 13).await) };
    let by = |keeps: &dyn Fn(&Value) -> bool| {
        ids(&all.iter().filter(|row| keeps(row)).cloned().collect::<Vec<_>>())
    };
    assert_eq!(kept("&stage=completed").await, by(&|row| row["stage"] == "completed"));
    assert_eq!(
        kept("&standing=done&open=false").await,
        by(&|row| row["standing"] == "done" && row["open"] == false)
    );
    let client = all[0]["client"].as_str().unwrap();
    assert_eq!(kept(&format!("&client={client}")).await, by(&|row| row["client"] == client));
    assert_eq!(
        kept("&text=DIGITAL%20sign").await,
        by(&|row| row["title"].as_str().unwrap().contains("digital sign"))
    );
    assert_eq!(kept("&worker=nobody").await, BTreeSet::new());
    assert!(all.is_sorted_by_key(|row| row["urgency"].as_i64()), "the worst first");
}

fn ids(rows: &[Value]) -> BTreeSet<String> {
    rows.iter().map(|row| row["work_order"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_is_asked_wrongly_is_told_with_its_name_and_a_stable_type() {
    let world = World::begin(1).await;
    for (asked, told) in [
        ("work-orders?limit=0", "limit"),
        ("work-orders?limit=1001", "limit"),
        ("work-orders?colour=red", "colour"),
        ("work-orders?open=perhaps", "open"),
        ("work-orders?standing=well", "standing"),
        ("work-orders?as_of=yesterday", "as_of"),
        ("work-orders?known_at=0", "known_at"),
        ("work-orders?min_position=x", "min_position"),
        ("expiring?before=soon", "before"),
        ("deliveries?as_of=2026-01-01", "as_of"),
        ("events?after=x", "after"),
        ("events?colour=red", "colour"),
        ("subscriptions/work-orders?as_of=2026-01-01", "now"),
    ] {
        let answer = world.get(&format!("/v1/{asked}")).await;
        assert_eq!(answer.status(), 400, "{asked}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        let problem: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!(problem["type"], "urn:covertrail:problem:bad-request");
        assert!(problem["detail"].as_str().unwrap().contains(told), "{asked}: {problem}");
    }
    let answer = world.get("/v1/work-orders?after=nowhere").await;
    assert_eq!(answer.status(), 422, "it is a word, and no place");
    let far = world.get("/v1/work-orders?min_position=1000000000").await;
    assert_eq!(far.status(), 412, "nobody waits for what nobody wrote");
    for nowhere in ["work-orders/nobody", "work-orders/nobody/history", "subscriptions/figures", "colours"] {
        assert_eq!(world.get(&format!("/v1/{nowhere}")).await.status(), 404, "{nowhere}");
    }
}

#[tokio::test]
async fn a_writer_reads_its_own_write_by_its_position() {
    let world = World::begin(30).await;
    let done = world.all("reconciliation", "&settlement=as-agreed", 100).await;
    let order = done[0]["work_order"].as_str().unwrap();
    for cents in [90_001, 90_002, 90_003] {
        let position = world.record(order, &Event::PaySettled { pay: Cents::new(cents) }, None).await;
        let read =
            world.all("reconciliation", &format!("&work_order={order}&min_position={position}"), 1).await;
        assert_eq!(read[0]["paid"], cents);
    }
}

#[tokio::test]
async fn one_work_order_is_its_rows_in_all_lists_and_its_etag_is_its_revision() {
    let world = World::begin(30).await;
    for row in world.all("work-orders", "", 100).await {
        let order = row["work_order"].as_str().unwrap();
        let answer = world.get(&format!("/v1/work-orders/{order}")).await;
        assert_eq!(answer.headers()["etag"], format!("\"{}\"", row["revision"]).as_str());
        let one: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        for list in ["reconciliation", "blocked", "reviews", "gaps"] {
            let rows = world.all(list, &format!("&work_order={order}"), 100).await;
            let own = one[list].as_array().unwrap();
            assert_eq!(own.len(), rows.len(), "{list} of {order}");
            assert!(rows.iter().all(|row| own.contains(row)), "{list} of {order}");
        }
        for (column, value) in row.as_object().unwrap() {
            assert_eq!(&one[column], value, "{column} of {order}");
        }
    }
}

#[tokio::test]
async fn the_description_has_every_list_with_its_filters_and_columns() {
    let world = World::begin(1).await;
    let described = world.json("/v1/openapi.json").await;
    assert_eq!(described, openapi::described());
    assert_eq!(described["openapi"], "3.1.0");
    for listing in listings::ALL {
        let path = &described["paths"][format!("/v1/{}", listing.name)]["get"];
        let named: BTreeSet<_> =
            path["parameters"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert!(listing.filters.iter().all(|filter| named.contains(filter.name)), "{named:?}");
        let schema = &path["responses"]["200"]["content"]["application/json"]["schema"];
        let columns = &schema["properties"]["items"]["items"]["properties"];
        assert_eq!(columns.as_object().unwrap().len(), listing.table.columns.len());
    }
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let described = openapi::described();
    let summaries: Vec<&Value> = described["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|methods| methods.as_object().unwrap().values())
        .collect();
    let named: BTreeSet<_> = summaries.iter().map(|act| act["operationId"].as_str().unwrap()).collect();
    assert_eq!(named.len(), summaries.len(), "each has a name of its own");
}

#[tokio::test]
async fn what_is_watched_is_what_counting_the_lists_comes_to() {
    let world = World::begin(60).await;
    let told = world.get("/metrics").await.text().await.unwrap();
    let figure = |name: &str| -> usize {
        let line = told.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name}: {told}")).parse().unwrap()
    };
    for standing in ["done", "needs-review", "insured", "uninsured-and-working"] {
        let rows = world.all("work-orders", &format!("&standing={standing}"), 100).await;
        assert_eq!(
            figure(&format!("covertrail_work_orders{{standing=\"{standing}\"}}")),
            rows.len(),
            "{standing}"
        );
    }
    assert_eq!(figure("covertrail_blocked_steps"), world.all("blocked", "", 100).await.len());
    let applied = world.all("deliveries", "&state=applied", 1_000).await.len();
    assert_eq!(figure("covertrail_deliveries{state=\"applied\"}"), applied);
    assert_eq!(figure("covertrail_projection_lag"), 0);
    // work that goes on is generated too, and time goes on while this is read
    let (before, gaps) = (figure("covertrail_gap_seconds"), world.all("gaps", "&open=true", 1_000).await);
    let now = crate::clock::now().unix();
    let open = gaps.iter().map(|gap| {
        let moment = |field: &str| gap[field].as_i64().unwrap();
        usize::try_from(moment("ends").min(now) - moment("starts")).unwrap_or(0)
    });
    let counted: usize = open.sum();
    assert!(before <= counted && counted - before <= 600 * gaps.len(), "{before} of {counted}");
    let since =
        world.all("reviews", "", 100).await.into_iter().map(|row| row["since"].as_i64().unwrap()).min();
    let age = figure("covertrail_review_age_seconds");
    let waits = usize::try_from(since.map_or(0, |since| now - since)).unwrap();
    assert!(waits.abs_diff(age) < 600, "{age}");
    assert_eq!(figure("covertrail_webhook_lag_seconds"), 0, "every delivery was dealt with");
    assert!(figure("covertrail_feed_age_seconds{source=\"policy\"}") > 0);
    let told = world.get("/metrics").await.text().await.unwrap();
    let route = "covertrail_request_seconds_count{route=\"/v1/work-orders\",outcome=\"ok\"}";
    assert!(told.contains(route), "{told}");
}
