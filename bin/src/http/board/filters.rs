//! What is asked of the board, as it stands in the address: filters, search, order, and from where on.

use super::words::{badge_of, stage_of};
use crate::http::query::words;
use crate::views::{SEARCHED, Words};
use covertrail_domain::coverage::{Badge, Stage};
use covertrail_domain::id::{ClientId, ContractorId, InvalidId, WorkerId};
use covertrail_projections::{Cell, Query, Reader, Row, ViewsError, Where};
use serde_json::Value;

/// The names of the board's parameters.
pub(super) const NAMES: [&str; 9] =
    ["standing", "stage", "contractor", "worker", "client", "blocked", "text", "sort", "after"];
/// How many rows a page has.
pub(super) const PAGE: usize = 50;
/// How many work orders a query names at most; where words occur in more, a page of them is soon found without.
const NAMED: usize = 400;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Filters {
    pub(super) standing: Option<Badge>,
    pub(super) stage: Option<Stage>,
    pub(super) contractor: Option<ContractorId>,
    pub(super) worker: Option<WorkerId>,
    pub(super) client: Option<ClientId>,
    pub(super) blocked: bool,
    pub(super) text: String,
    pub(super) sort: Sort,
    pub(super) descending: bool,
    /// The place of the last row of the page before.
    pub(super) after: Option<String>,
}

/// By what the board is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Sort {
    /// The worst first.
    #[default]
    Standing,
    WorkOrder,
    Starts,
    Ends,
    Changes,
}

impl Sort {
    pub(super) const ALL: [Self; 5] =
        [Self::Standing, Self::WorkOrder, Self::Starts, Self::Ends, Self::Changes];

    /// Its name in the address.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Standing => "standing",
            Self::WorkOrder => "work-order",
            Self::Starts => "starts",
            Self::Ends => "ends",
            Self::Changes => "changes",
        }
    }

    /// The moment by which it orders, which not every work order has.
    fn moment(self) -> Option<&'static str> {
        self.columns().first().copied().filter(|column| *column != "urgency")
    }

    const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Standing => &["urgency"],
            Self::WorkOrder => &[],
            Self::Starts => &["starts"],
            Self::Ends => &["ends"],
            Self::Changes => &["changes_at"],
        }
    }
}

impl Filters {
    /// Reads the address's parameters; what is not understood is told, by its name.
    pub(super) fn of(pairs: &[(String, String)]) -> Result<Self, String> {
        let mut asked = Self::default();
        for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
            let wrong = |error: InvalidId| format!("{name}: {error}");
            match name.as_str() {
                "standing" => asked.standing = Some(badge_of(value).ok_or_else(|| unknown(name, value))?),
                "stage" => asked.stage = Some(stage_of(value).ok_or_else(|| unknown(name, value))?),
                "contractor" => asked.contractor = Some(ContractorId::parse(value).map_err(wrong)?),
                "worker" => asked.worker = Some(WorkerId::parse(value).map_err(wrong)?),
                "client" => asked.client = Some(ClientId::parse(value).map_err(wrong)?),
                "blocked" if value == "true" => asked.blocked = true,
                "blocked" => return Err(unknown(name, value)),
                "text" => asked.text = words(value).map_err(|why| format!("{name}: {why}"))?,
                "sort" => {
                    let (descending, by) =
                        value.strip_prefix('-').map_or((false, value.as_str()), |by| (true, by));
                    let found = Sort::ALL.into_iter().find(|sort| sort.as_str() == by);
                    (asked.sort, asked.descending) = (found.ok_or_else(|| unknown(name, value))?, descending);
                }
                "after" => {
                    read_place(value).ok_or_else(|| "after: is no place on the board".to_owned())?;
                    asked.after = Some(value.clone());
                }
                _ => return Err(format!("There is no filter called {name}.")),
            }
        }
        Ok(asked)
    }

    /// The same as an address's parameters, with one of them changed; without a value it is left out. Another filter begins
    /// at the first page again.
    pub(super) fn with(&self, changed: &str, value: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let sort = format!("{}{}", if self.descending { "-" } else { "" }, self.sort.as_str());
        let all = [
            ("standing", self.standing.map(Badge::as_str)),
            ("stage", self.stage.map(Stage::as_str)),
            ("contractor", self.contractor.as_ref().map(ContractorId::as_str)),
            ("worker", self.worker.as_ref().map(WorkerId::as_str)),
            ("client", self.client.as_ref().map(ClientId::as_str)),
            ("blocked", self.blocked.then_some("true")),
            ("text", Some(self.text.as_str())),
            ("sort", Some(sort.as_str()).filter(|sort| *sort != "standing")),
            ("after", None),
        ];
        for (name, now) in all {
            let value = if name == changed { Some(value) } else { now };
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }

    /// The same as an address's parameters.
    pub(super) fn address(&self) -> String {
        self.with("", "")
    }

    /// The ids that rows are narrowed to, by column.
    pub(super) fn ids(&self) -> [(&'static str, Option<&str>); 3] {
        [
            ("contractor", self.contractor.as_ref().map(ContractorId::as_str)),
            ("worker", self.worker.as_ref().map(WorkerId::as_str)),
            ("client", self.client.as_ref().map(ClientId::as_str)),
        ]
    }

    /// Whether anything is left out.
    pub(super) fn narrows(&self) -> bool {
        *self
            != Self {
                sort: self.sort,
                descending: self.descending,
                after: self.after.clone(),
                ..Self::default()
            }
    }

    /// The queries for a page, one after the other until there are enough rows; one row more tells whether there is
    /// another. Rows without a moment have no place among those that have one, and come after them either way.
    /// `among` are the work orders in which the words occur, where these are few.
    pub(super) fn queries(&self, among: Option<&[String]>) -> Vec<Query<'_>> {
        let mut queries = self.parts();
        if let Some(among) = among {
            for query in &mut queries {
                query.wheres.push(Where::Among("work_order", among.to_vec()));
            }
        }
        queries
    }

    fn parts(&self) -> Vec<Query<'_>> {
        let after = self.after.as_deref().and_then(read_place);
        let after = after.filter(|place| place.len() == self.sort.columns().len() + 1);
        let Some(column) = self.sort.moment() else { return vec![self.query(None, after)] };
        let (is_known, is_not) =
            (Where::From(column, Cell::Number(i64::MIN)), Where::Is(column, Cell::Nothing));
        match after {
            Some(place) if place.first() == Some(&Cell::Nothing) => {
                // among those, the key alone is the order
                let mut rest = self.query(Some(is_not), Some(place.into_iter().skip(1).collect()));
                rest.order = &[];
                vec![rest]
            }
            after => {
                let mut rest = self.query(Some(is_not), None);
                rest.order = &[];
                vec![self.query(Some(is_known), after), rest]
            }
        }
    }

    /// The work orders in which the words occur that are searched for, where these are few enough to be named.
    pub(super) fn among(&self, words: &Words, reader: &Reader) -> Result<Option<Vec<String>>, ViewsError> {
        if self.text.is_empty() { Ok(None) } else { words.among(reader, &self.text, NAMED) }
    }

    fn query<'a>(&'a self, also: Option<Where<'a>>, after: Option<Row<'a>>) -> Query<'a> {
        let mut wheres = Vec::new();
        wheres.extend(self.standing.map(|badge| Where::Is("urgency", i64::from(badge.urgency()).into())));
        wheres.extend(self.stage.map(|stage| Where::Is("stage", stage.as_str().into())));
        for (column, value) in self.ids() {
            wheres.extend(value.map(|value| Where::Is(column, value.into())));
        }
        if self.blocked {
            wheres.push(Where::From("blocked_steps", 1_i64.into()));
        }
        if !self.text.is_empty() {
            wheres.push(Where::Says(SEARCHED, &self.text));
        }
        wheres.extend(also);
        Query { wheres, order: self.sort.columns(), descending: self.descending, after, limit: PAGE + 1 }
    }

    /// The place after which the next page begins.
    pub(super) fn place(&self, row: &Value) -> String {
        let columns = self.sort.columns().iter().copied().chain(["work_order"]);
        Value::Array(columns.map(|column| row.get(column).cloned().unwrap_or_default()).collect()).to_string()
    }

    /// Whether a row is one of those asked for: the same rules as the query's.
    pub(super) fn keeps(&self, row: &Value) -> bool {
        let text = |column: &str| row.get(column).and_then(Value::as_str);
        let same = |column: &str, wanted: Option<&str>| wanted.is_none() || text(column) == wanted;
        let blocked = || row.get("blocked_steps").and_then(Value::as_i64).is_some_and(|steps| steps > 0);
        let words = self.text.to_ascii_lowercase();
        let says =
            |column: &&str| text(column).is_some_and(|said| said.to_ascii_lowercase().contains(&words));
        same("standing", self.standing.map(Badge::as_str))
            && same("stage", self.stage.map(Stage::as_str))
            && self.ids().into_iter().all(|(column, wanted)| same(column, wanted))
            && (!self.blocked || blocked())
            && (words.is_empty() || SEARCHED.iter().any(says))
    }
}

fn unknown(name: &str, value: &str) -> String {
    format!("There is no {name} called {value}.")
}

fn read_place(text: &str) -> Option<Vec<Cell<'static>>> {
    let values: Vec<Value> = serde_json::from_str(text).ok()?;
    let cell = |value: Value| match value {
        Value::Number(number) => number.as_i64().map(Cell::Number),
        Value::String(text) => Some(Cell::from(text)),
        Value::Null => Some(Cell::Nothing),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    values.into_iter().map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn filters(query: &str) -> Result<Filters, String> {
        let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Filters::of(&pairs)
    }

    #[test]
    fn what_is_asked_stands_in_the_address_and_is_read_back_from_it() {
        let query = "standing=at-risk&stage=quoted&contractor=cn_1&worker=wk_1&client=c%3A1&blocked=true&text=a+b&sort=-starts";
        assert_eq!(filters(query).unwrap().address(), query);
        assert_eq!(filters(query).unwrap().with("stage", ""), query.replace("&stage=quoted", ""));
        assert_eq!(filters("").unwrap(), Filters::default());
        assert!(!filters("sort=-ends").unwrap().narrows() && filters("text=x").unwrap().narrows());
    }

    #[test]
    fn rows_without_a_moment_come_after_those_that_have_one() {
        let asked = filters("sort=-starts").unwrap();
        let [known, rest] = <[_; 2]>::try_from(asked.queries(None)).unwrap();
        assert_eq!((known.order, rest.order), (&["starts"][..], &[][..]));
        assert!(known.after.is_none() && rest.after.is_none() && rest.descending);
        let place = asked.place(&json!({ "starts": null, "work_order": "WO-1" }));
        let further = Filters { after: Some(place), ..asked };
        let [rest] = <[_; 1]>::try_from(further.queries(None)).unwrap();
        assert_eq!(rest.after, Some(vec![Cell::from("WO-1")]));
        assert_eq!(filters("sort=standing").unwrap().queries(None).len(), 1);
    }

    #[test]
    fn what_is_not_understood_is_named() {
        assert_eq!(filters("standing=fine").unwrap_err(), "There is no standing called fine.");
        assert_eq!(filters("colour=red").unwrap_err(), "There is no filter called colour.");
    }

    #[test]
    fn a_changed_row_is_kept_by_the_same_rules() {
        let row = json!({
            "work_order": "WO-1", "title": "Cabling", "client": null, "worker": "wk_1", "contractor": "cn_1",
            "standing": "at-risk", "stage": "quoted", "blocked_steps": 1,
        });
        for kept in ["", "standing=at-risk", "text=CABL", "text=wo-1&blocked=true", "contractor=cn_1"] {
            assert!(filters(kept).unwrap().keeps(&row), "{kept}");
        }
        for left_out in ["standing=insured", "text=dogs", "client=c", "stage=active&text=cabl"] {
            assert!(!filters(left_out).unwrap().keeps(&row), "{left_out}");
        }
    }
}
