//! What the headers of a delivery claim, not yet believed.

use super::{Scheme, Unauthentic, key::token_digest};
use crate::secret::bearer_token;
use base64::{Engine, engine::general_purpose::STANDARD};

pub(super) const STANDARD_ID: &str = "webhook-id";
const STANDARD_TIMESTAMP: &str = "webhook-timestamp";
pub(super) const STANDARD_SIGNATURE: &str = "webhook-signature";

/// Signatures said to be of the signed parts, joined.
pub(super) struct Claim<'a> {
    pub(super) signed: Vec<&'a [u8]>,
    pub(super) signatures: Vec<Vec<u8>>,
    pub(super) sent: Option<i64>,
}

impl<'a> Claim<'a> {
    pub(super) fn read(
        scheme: &Scheme,
        header: impl Fn(&str) -> Option<&'a [u8]>,
        body: &'a [u8],
    ) -> Result<Self, Unauthentic> {
        let text = |name: &str| {
            let bytes = header(name).ok_or_else(|| Unauthentic::Missing(name.to_owned()))?;
            let text = std::str::from_utf8(bytes).map(str::trim);
            text.ok().filter(|text| !text.is_empty()).ok_or_else(|| Unauthentic::Malformed(name.to_owned()))
        };
        let claim = match scheme {
            Scheme::StandardWebhooks => {
                standard(text(STANDARD_ID)?, text(STANDARD_TIMESTAMP)?, text(STANDARD_SIGNATURE)?, body)?
            }
            Scheme::TimestampedHex { header } => timestamped(text(header)?, body, header)?,
            Scheme::BodyHex { header } => {
                let signature = text(header)?.strip_prefix("sha256=").and_then(from_hex);
                Self { signed: vec![body], signatures: signature.into_iter().collect(), sent: None }
            }
            Scheme::Bearer { header } => {
                let text = text(header)?;
                let token = bearer_token(text).unwrap_or(text);
                Self {
                    signed: Vec::new(),
                    signatures: vec![token_digest(token.as_bytes()).to_vec()],
                    sent: None,
                }
            }
        };
        if claim.signatures.is_empty() {
            return Err(Unauthentic::Malformed(scheme.header().to_owned()));
        }
        Ok(claim)
    }
}

/// Signatures of other versions than ours, and broken ones, are passed over: another beside them may be good.
fn standard<'a>(
    id: &'a str,
    timestamp: &'a str,
    signatures: &str,
    body: &'a [u8],
) -> Result<Claim<'a>, Unauthentic> {
    let sent = timestamp.parse().map_err(|_| Unauthentic::Malformed(STANDARD_TIMESTAMP.to_owned()))?;
    let signatures = signatures
        .split_ascii_whitespace()
        .filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok())
        .collect();
    Ok(Claim {
        signed: vec![id.as_bytes(), b".", timestamp.as_bytes(), b".", body],
        signatures,
        sent: Some(sent),
    })
}

fn timestamped<'a>(text: &'a str, body: &'a [u8], header: &str) -> Result<Claim<'a>, Unauthentic> {
    let malformed = || Unauthentic::Malformed(header.to_owned());
    let members = || text.split(',').filter_map(|member| member.trim().split_once('='));
    let timestamp =
        members().find_map(|(name, value)| (name == "t").then_some(value)).ok_or_else(malformed)?;
    let sent = timestamp.parse().map_err(|_| malformed())?;
    let signatures =
        members().filter(|(name, _)| *name == "v1").filter_map(|(_, value)| from_hex(value)).collect();
    Ok(Claim { signed: vec![timestamp.as_bytes(), b".", body], signatures, sent: Some(sent) })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}
