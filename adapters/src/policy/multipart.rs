//! A certificate's upload as `multipart/form-data` (guide 4.6).
//!
//! Written here rather than by the HTTP client because a retry has to send the same bytes: its form draws
//! a new boundary every time.

use super::request::NewCertificate;
use super::wire::Wire;
use crate::http::Content;
use bytes::{Bytes, BytesMut};
use sha2::{Digest, Sha256};

/// The upload's body, the same bytes for the same certificate.
pub(super) fn content(certificate: &NewCertificate<'_>, wire: Wire) -> Content {
    let boundary = boundary(&certificate.bytes);
    let file = escaped(certificate.file_name);
    let head = format!(
        "--{boundary}\r\n\
         Content-Disposition: form-data; name=\"certificate\"; filename=\"{file}\"\r\n\
         Content-Type: application/pdf\r\n\r\n"
    );
    let contractor = field(&boundary, "contractor", certificate.contractor.as_str());
    let work_order = if wire.certificates_tell_the_work_order() {
        field(&boundary, "custom_metadata[work_order_id]", certificate.work_order.as_str())
    } else {
        String::new()
    };
    let tail = format!("\r\n{contractor}{work_order}--{boundary}--\r\n");
    let length = head.len().saturating_add(certificate.bytes.len()).saturating_add(tail.len());
    let mut bytes = BytesMut::with_capacity(length);
    bytes.extend_from_slice(head.as_bytes());
    bytes.extend_from_slice(&certificate.bytes);
    bytes.extend_from_slice(tail.as_bytes());
    Content { media_type: format!("multipart/form-data; boundary={boundary}"), bytes: bytes.freeze() }
}

fn field(boundary: &str, name: &str, value: &str) -> String {
    format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
}

/// A line that cannot stand in the document: nobody can write a document that holds its own hash.
fn boundary(document: &Bytes) -> String {
    let digest = Sha256::digest(document);
    digest.iter().take(24).fold("covertrail-".to_owned(), |boundary, byte| format!("{boundary}{byte:02x}"))
}

/// A file name within quotes, as browsers write it.
fn escaped(file_name: &str) -> String {
    file_name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}
