//! Refusals that are ordinary outcomes.

use super::samples::{Guide, client};
use crate::http::testing::{Reply, Vendor};
use crate::policy::{Error, QuoteAnswer, Session, SessionAnswer, SessionState};
use covertrail_domain::cover::Line;
use covertrail_domain::id::SessionId;
use serde_json::{Value, json};

async fn refusing(code: &str, message: Value) -> Vendor {
    Vendor::answering(400, json!({ "message": message, "error_code": code }).to_string()).await
}

async fn quoted(code: &str, message: Value) -> Result<QuoteAnswer, Error> {
    client(&refusing(code, message).await).create_quote("k", &Guide::new().quote()).await
}

#[tokio::test]
async fn a_policy_on_file_is_known_by_both_codes_and_by_the_words_alone() {
    for (code, message) in [
        ("contractor_has_matching_policy", "See the policy"),
        ("contract_has_matching_policy", "See the policy"),
        ("bad_request", "Contractor already has a matching policy on file"),
        ("bad_request", "contractor already has a matching policy on file."),
    ] {
        assert_eq!(quoted(code, json!(message)).await, Ok(QuoteAnswer::PolicyOnFile), "{code}");
    }
}

#[tokio::test]
async fn workers_compensation_that_only_a_state_fund_writes_is_told_apart() {
    for message in [
        json!({ "coverage_type": "workers-comp is not offered in OH" }),
        json!("Workers' compensation is not available in this state"),
        json!("Workers Comp coverage cannot be purchased in North Dakota"),
    ] {
        let answer = quoted("bad_request", message).await;
        assert!(matches!(answer, Ok(QuoteAnswer::StateFundOnly { .. })), "{answer:?}");
    }
    for message in ["effective_date lies in the past", "Workers are many", "not offered in OH"] {
        let refused = quoted("invalid_input", json!(message)).await;
        assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
    }
    let guide = Guide::new();
    let mut general = guide.quote();
    general.lines = [Line::General].into_iter().collect();
    let vendor = refusing("bad_request", json!("workers-comp is not offered in OH")).await;
    let refused = client(&vendor).create_quote("k", &general).await;
    assert!(matches!(refused, Err(Error::Refused { .. })), "it was not asked for: {refused:?}");
}

#[tokio::test]
async fn an_application_that_is_over_is_told_by_the_answer_or_by_the_refusal() {
    let guide = Guide::new();
    let expired = Session {
        id: SessionId::parse("ias_1").unwrap(),
        url: "https://apply.example.com/ias_1".parse().unwrap(),
    };
    let body = |step: &str, expired: bool| {
        let url = "https://apply.example.com/ias_1";
        json!({ "id": "ias_1", "url": url, "step": step, "expired": expired }).to_string()
    };
    for (vendor, answer) in [
        (
            Vendor::answering(201, body("verify_info", true)).await,
            SessionAnswer::Expired { session: Some(expired) },
        ),
        (Vendor::answering(201, body("application_complete", false)).await, SessionAnswer::Complete),
        (refusing("session_expired", json!("gone")).await, SessionAnswer::Expired { session: None }),
        (refusing("application_already_complete", json!("done")).await, SessionAnswer::Complete),
    ] {
        assert_eq!(client(&vendor).open_session("k", &guide.session()).await, Ok(answer));
    }
    let id = SessionId::parse("ias_1").unwrap();
    for (code, state) in
        [("session_expired", SessionState::Expired), ("application_already_complete", SessionState::Complete)]
    {
        assert_eq!(client(&refusing(code, json!("x")).await).session(&id).await, Ok(state));
    }
}

fn duplicate() -> Reply {
    let message = "alex nguyen has wk_421@relay.yourdomain.com";
    Reply::Answer(400, json!({ "message": message, "error_code": "duplicate_email" }).to_string())
}

async fn enrolled(listed: Reply) -> Result<String, Error> {
    let vendor = Vendor::replying([duplicate(), listed]).await;
    let enrolled = client(&vendor).create_contractor("k", &Guide::new().contractor()).await;
    let query = "/api/v1/contractors?email=wk_421%40relay.yourdomain.com&limit=100";
    assert_eq!(vendor.asked()[1].target, query);
    enrolled.map(|id| id.to_string())
}

async fn among(list: Value) -> Result<String, Error> {
    enrolled(Reply::Answer(200, list.to_string())).await
}

#[tokio::test]
async fn the_one_contractor_who_has_the_address_is_the_worker() {
    let email = "WK_421@relay.yourdomain.com";
    for one in [
        json!({ "id": "cn_1", "email": email }),
        json!({ "id": "cn_1", "contact": { "email": email }, "custom_metadata": {} }),
        json!({ "id": "cn_1", "email": email, "custom_metadata": { "workmarket_worker_id": "wk_421" } }),
    ] {
        assert_eq!(among(json!([one])).await.unwrap(), "cn_1");
        let others = json!([{ "id": "cn_2", "email": "else@x.com" }, one, { "id": "cn_3" }]);
        assert_eq!(among(others).await.unwrap(), "cn_1", "a vendor may list everybody");
        assert_eq!(among(json!({ "data": [one] })).await.unwrap(), "cn_1");
    }
}

#[tokio::test]
async fn a_contractor_who_may_be_another_is_refused_and_nobody_is_named() {
    let email = "wk_421@relay.yourdomain.com";
    let theirs = json!({ "workmarket_worker_id": "wk_7" });
    for (list, why) in [
        (json!([]), "no contractor who has it is shown"),
        (json!([{ "id": "cn_1", "email": "else@x.com" }]), "no contractor who has it is shown"),
        (json!([{ "id": "cn_1", "email": email }, { "id": "cn_2", "email": email }]), "more than one"),
        (json!([{ "id": "cn_1", "email": email, "custom_metadata": theirs }]), "another worker's"),
    ] {
        let refused = among(list).await.unwrap_err();
        let Error::Refused { code, message } = &refused else { panic!("{refused}") };
        assert_eq!(code, "duplicate_email");
        assert!(message.contains(why), "{message}");
        assert!(!message.contains("yourdomain") && !message.to_lowercase().contains("nguyen"), "{message}");
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_had_now_is_asked_for_later() {
    let failure = enrolled(Reply::With(503, vec![("retry-after", "60".to_owned())], String::new())).await;
    assert!(matches!(failure, Err(Error::Unavailable { .. })), "{failure:?}");
    let failure = among(json!([{ "email": "x@y.z" }])).await;
    assert!(matches!(failure, Err(Error::Unavailable { .. })), "{failure:?}");
}
