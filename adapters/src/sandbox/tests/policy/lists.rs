use serde_json::json;

use super::super::*;

#[tokio::test]
async fn the_same_seed_and_order_make_the_same_ids() {
    let mut ids = Vec::new();
    for seed in [7, 7, 8] {
        let bench = Bench::policy_with(|settings| settings.seed = seed).await;
        ids.push((bench.contractor().await, bench.job().await));
    }
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
}

#[tokio::test]
async fn lists_come_newest_first_and_in_pages() {
    let bench = Bench::policy().await;
    let mut made = Vec::new();
    for number in 0..12 {
        let mut body = guide_contractor();
        body["contact"]["email"] = json!(format!("wk_{number}@x.org"));
        made.push(id(bench.post("/contractors", body).await));
    }
    made.reverse();
    let listed = async |query: &str| -> Vec<String> {
        let (_, list) = bench.get(&format!("/contractors{query}")).await;
        list.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(listed("").await, made[..10]);
    assert_eq!(listed("?limit=100").await, made);
    assert_eq!(listed(&format!("?starting_after={}", made[9])).await, made[10..]);
    assert_eq!(listed(&format!("?ending_before={}", made[2])).await, made[..2]);
    assert_eq!(listed(&format!("?limit=2&ending_before={}", made[4])).await, made[2..4]);
    assert_eq!(listed(&format!("?starting_after={}&ending_before={}", made[1], made[4])).await, made[2..4]);
    for wrong in ["limit=0", "limit=101", "limit=x", "starting_after=cn_none", "ending_before=cn_none"] {
        let (status, error) = bench.get(&format!("/contractors?{wrong}")).await;
        let field = wrong.split('=').next().unwrap();
        assert_eq!((status, error["message"][field].is_string()), (400, true), "{wrong}");
    }
    bench.delete(&format!("/contractors/{}", made.remove(3))).await;
    assert_eq!(listed("?limit=100").await, made);
}
