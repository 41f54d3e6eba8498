use serde_json::json;

use super::super::*;

#[tokio::test]
async fn the_guides_invoice_yields_a_premium() {
    let bench = Bench::policy().await;
    let (contractor, job) = bench.insured().await;
    let (status, invoice) = bench.post("/invoices", guide_invoice(&contractor, &job)).await;
    assert_eq!((status, &invoice["premium_due"]), (201, &json!(39)));
    let mut small = guide_invoice(&contractor, &job);
    small["gross_pay"] = json!(99);
    let (status, error) = bench.post("/invoices", small).await;
    assert_eq!((status, &error["message"]["gross_pay"]), (400, &json!("must be at least 100")));
}
