//! Webhooks made by hand.

use super::{Answer, World, now};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;

/// The headers of a delivery.
pub(crate) type Signed = Vec<(&'static str, String)>;

/// Headers as Standard Webhooks has them, for a delivery sent at that time.
pub(crate) fn standard(secret: &str, id: &str, at: i64, body: &[u8]) -> Signed {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    let moment = at.to_string();
    for part in [id.as_bytes(), b".", moment.as_bytes(), b".", body] {
        mac.update(part);
    }
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    vec![
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", moment),
        ("webhook-signature", format!("v1,{signature}")),
    ]
}

impl World {
    /// Delivers with these headers, to whichever webhook.
    pub(crate) async fn deliver(&self, path: &str, headers: &Signed, body: impl Into<Vec<u8>>) -> Answer {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.post(path, &headers, body).await
    }

    /// A notice of 1099Policy, properly signed.
    pub(crate) async fn policy_says(&self, notice: &Value) -> Answer {
        let body = notice.to_string().into_bytes();
        let secret = self.plan.lock().unwrap().secrets.policy_webhook.clone();
        let id = notice["id"].as_str().unwrap_or("ev_by_hand");
        let headers = standard(&secret, id, now(), &body);
        self.deliver("/webhooks/1099policy", &headers, body).await
    }

    /// A hint of WorkMarket, properly authenticated.
    pub(crate) async fn workmarket_says(&self, event: &str, hint: &Value) -> Answer {
        let secret = self.plan.lock().unwrap().secrets.workmarket_webhook.clone();
        let headers = vec![("authorization", format!("Bearer {secret}"))];
        self.deliver(&format!("/webhooks/workmarket/{event}"), &headers, hint.to_string()).await
    }
}
