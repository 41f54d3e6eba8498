//! Places as 1099Policy wants them: states and countries in two capital letters.

use crate::http::fields::Fields;
use crate::http::value;

/// The region and the country of an object.
pub(super) fn read(fields: &mut Fields<'_>) -> (Option<String>, Option<String>) {
    let mut place = |field| fields.optional(field, value::text).filter(|text| !text.is_empty());
    (place("region").map(state), place("country").map(country))
}

/// Two capital letters for a state of the US, by its code or its name; anything else as it was sent.
pub(super) fn state(region: String) -> String {
    let is_it = |text: &str| region.eq_ignore_ascii_case(text);
    match STATES.iter().find(|(code, name)| is_it(code) || is_it(name)) {
        Some((code, _)) => (*code).to_owned(),
        None => region,
    }
}

/// The two countries that WorkMarket writes in three letters; anything else as it was sent.
pub(super) fn country(country: String) -> String {
    match country.to_ascii_uppercase().as_str() {
        "USA" | "US" | "UNITED STATES" => "US".to_owned(),
        "CAN" | "CA" | "CANADA" => "CA".to_owned(),
        _ => country,
    }
}

/// The states, the district and the inhabited territories, by their postal codes.
const STATES: [(&str, &str); 56] = [
    ("AL", "Alabama"),
    ("AK", "Alaska"),
    ("AZ", "Arizona"),
    ("AR", "Arkansas"),
    ("CA", "California"),
    ("CO", "Colorado"),
    ("CT", "Connecticut"),
    ("DE", "Delaware"),
    ("DC", "District of Columbia"),
    ("FL", "Florida"),
    ("GA", "Georgia"),
    ("HI", "Hawaii"),
    ("ID", "Idaho"),
    ("IL", "Illinois"),
    ("IN", "Indiana"),
    ("IA", "Iowa"),
    ("KS", "Kansas"),
    ("KY", "Kentucky"),
    ("LA", "Louisiana"),
    ("ME", "Maine"),
    ("MD", "Maryland"),
    ("MA", "Massachusetts"),
    ("MI", "Michigan"),
    ("MN", "Minnesota"),
    ("MS", "Mississippi"),
    ("MO", "Missouri"),
    ("MT", "Montana"),
    ("NE", "Nebraska"),
    ("NV", "Nevada"),
    ("NH", "New Hampshire"),
    ("NJ", "New Jersey"),
    ("NM", "New Mexico"),
    ("NY", "New York"),
    ("NC", "North Carolina"),
    ("ND", "North Dakota"),
    ("OH", "Ohio"),
    ("OK", "Oklahoma"),
    ("OR", "Oregon"),
    ("PA", "Pennsylvania"),
    ("RI", "Rhode Island"),
    ("SC", "South Carolina"),
    ("SD", "South Dakota"),
    ("TN", "Tennessee"),
    ("TX", "Texas"),
    ("UT", "Utah"),
    ("VT", "Vermont"),
    ("VA", "Virginia"),
    ("WA", "Washington"),
    ("WV", "West Virginia"),
    ("WI", "Wisconsin"),
    ("WY", "Wyoming"),
    ("AS", "American Samoa"),
    ("GU", "Guam"),
    ("MP", "Northern Mariana Islands"),
    ("PR", "Puerto Rico"),
    ("VI", "U.S. Virgin Islands"),
];
