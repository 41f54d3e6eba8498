//! Section 4.6, "Upload Certificate (BYO-COI)".

use super::{contractor, made, played};

#[test]
fn the_file_arrives_as_a_pdf_by_name_type_and_content() {
    // the simulated vendor refuses every other
    assert_eq!(made("certificates", "12346")["object"], "certificate");
    assert_eq!(played().policy["counts"]["certificates"], 1);
}

#[test]
fn the_certificate_is_the_contractors() {
    assert_eq!(made("certificates", "12346")["contractor"], contractor("wk_422")["id"]);
}

#[test]
fn the_work_order_id_is_in_the_certificates_custom_metadata() {
    assert_eq!(made("certificates", "12346")["custom_metadata"]["work_order_id"], "12346");
}
