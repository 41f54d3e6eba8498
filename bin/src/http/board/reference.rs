//! The reference of `/v1`: its OpenAPI description, to be read by people.

use super::page::{self, Place};
use super::session::Viewer;
use crate::http::api::described;
use axum::Extension;
use maud::{Markup, html};
use serde_json::{Map, Value};

/// `GET /reference`
pub(super) async fn page(Extension(viewer): Extension<Viewer>) -> Markup {
    page::page(&viewer, Place::Integrations, "API reference", &shown(&described()))
}

fn shown(described: &Value) -> Markup {
    let groups = groups(described);
    html! {
            div.head { h1 { "API reference" } p.hint { "also as OpenAPI 3.1 at " code { "/v1/openapi.json" } } }
            p.lead { "Services ask with a token of theirs: " code { "Authorization: Bearer …" } ". What is refused is answered as " code { "application/problem+json" } ", with a " code { "type" } " that stays and a " code { "detail" } " to be read. Moments are in Unix seconds, and amounts in US cents." }
            nav aria-label="Operations" { div.table-of { @for (group, operations) in &groups {
                section { h2 { (group) } ul { @for each in operations { li { a href={ "#" (each.id()) } { (each.method()) " " (each.path) } } } } }
            } } }
            @for (group, operations) in &groups {
                h2 { (group) }
                @for each in operations { (each.shown()) }
            }
    }
}

/// One operation of the description.
struct Operation<'a> {
    path: &'a str,
    method: &'a str,
    told: &'a Value,
}

/// The operations, by what they stand under.
fn groups(described: &Value) -> Vec<(&str, Vec<Operation<'_>>)> {
    let groups = described.get("tags").and_then(Value::as_array).into_iter().flatten();
    groups.map(|group| text(group, "name")).map(|group| (group, operations(described, group))).collect()
}

fn operations<'a>(described: &'a Value, group: &str) -> Vec<Operation<'a>> {
    let all = members(described.get("paths")).flat_map(|(path, methods)| {
        members(Some(methods)).map(move |(method, told)| Operation { path, method, told })
    });
    all.filter(|each| each.told.pointer("/tags/0").is_some_and(|tag| tag == group)).collect()
}

impl<'a> Operation<'a> {
    fn id(&self) -> String {
        format!("of-{}", text(self.told, "operationId"))
    }

    fn method(&self) -> String {
        self.method.to_uppercase()
    }

    fn shown(&self) -> Markup {
        let parameters = self.told.get("parameters").and_then(Value::as_array);
        let body = self.told.pointer("/requestBody/content").and_then(Value::as_object);
        let answers = self.told.get("responses");
        let rows = self.columns();
        html! {
            section.operation id=(self.id()) {
                h3 { code { (self.method()) " " (self.path) } }
                p { (text(self.told, "summary")) " " span.hint { (text(self.told, "description")) } }
                pre tabindex="0" aria-label="An example" { code { (self.example()) } }
                @if let Some(parameters) = parameters.filter(|parameters| !parameters.is_empty()) {
                    div.scroll tabindex="0" role="region" aria-label={ "Parameters of " (text(self.told, "operationId")) } { table.list {
                        thead { tr { th scope="col" { "Parameter" } th scope="col" { "In" } th scope="col" { "Takes" } th scope="col" { "Meaning" } } }
                        tbody { @for each in parameters { tr {
                            td { code { (text(each, "name")) } @if each.get("required") == Some(&Value::Bool(true)) { " (needed)" } }
                            td { (text(each, "in")) }
                            td.sentence { (takes(each.get("schema"))) }
                            td.sentence { (text(each, "description")) }
                        } } }
                    } }
                }
                @for (kind, content) in body.into_iter().flatten() {
                    p { "Body: " code { (kind) } }
                    @for (number, schema) in alternatives(content.get("schema")).into_iter().enumerate() { (fields(schema, &self.body_label(number))) }
                }
                details { summary { "Answers" } dl.answers { @for (status, answer) in members(answers) { div {
                    dt { code { (status) } } dd { (text(answer, "description")) }
                } } } }
                @if !rows.is_empty() { details { summary { "What a row has" } dl.answers { @for (name, column) in rows { div {
                    dt { code { (name) } } dd { (text(column, "description")) }
                } } } } }
            }
        }
    }

    fn body_label(&self, number: usize) -> String {
        let of = text(self.told, "operationId");
        if number == 0 { format!("Body of {of}") } else { format!("Body of {of}, in another form") }
    }

    /// The columns of what is answered.
    fn columns(&self) -> Vec<(&'a str, &'a Value)> {
        let schema = self.told.pointer("/responses/200/content/application~1json/schema/properties");
        let of_page = schema.and_then(|schema| schema.pointer("/items/items/properties"));
        members(of_page.or(schema)).collect()
    }

    /// How it is asked for on a command line.
    fn example(&self) -> String {
        let path = self
            .path
            .replace("{work_order}", "WO-1001")
            .replace("{list}", "board")
            .replace("{name}", "payroll");
        let mut example = String::from("curl ");
        if self.told.get("security").is_none() {
            example.push_str("-H \"Authorization: Bearer $TOKEN\" ");
        }
        if self.method == "post" {
            example.push_str(
                match self
                    .told
                    .pointer("/requestBody/content")
                    .map(|content| content.get("multipart/form-data"))
                {
                    Some(Some(_)) => "-F 'certificate=@certificate.pdf;type=application/pdf' ",
                    Some(None) => "-H 'Content-Type: application/json' -d @asked.json ",
                    None => "-X POST ",
                },
            );
        }
        let follows = self.told.pointer("/responses/200/content/text~1event-stream").is_some();
        example.push_str(if follows { "-N " } else { "" });
        example + "\"$COVERTRAIL" + &path + "\""
    }
}

/// The fields of a body.
fn fields(schema: &Value, label: &str) -> Markup {
    let needed = |name: &str| {
        let required = schema.get("required").and_then(Value::as_array);
        required.is_some_and(|required| required.iter().any(|each| each == name))
    };
    html! { div.scroll tabindex="0" role="region" aria-label=(label) { table.list {
        thead { tr { th scope="col" { "Field" } th scope="col" { "Takes" } th scope="col" { "Meaning" } } }
        tbody { @for (name, field) in members(schema.get("properties")) { tr {
            td { code { (name) } @if needed(name) { " (needed)" } }
            td.sentence { (takes(Some(field))) }
            td.sentence { (text(field, "description")) }
        } } }
    } } }
}

/// The forms that a body may have.
fn alternatives(schema: Option<&Value>) -> Vec<&Value> {
    let one_of = schema.and_then(|schema| schema.get("oneOf")).and_then(Value::as_array);
    one_of.map_or_else(|| schema.into_iter().collect(), |alternatives| alternatives.iter().collect())
}

/// What a schema takes, in words.
fn takes(schema: Option<&Value>) -> String {
    let Some(schema) = schema else { return String::new() };
    let list = |name: &str| schema.get(name).and_then(Value::as_array);
    let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if let Some(choices) = list("enum") {
        return choices.iter().map(shown).collect::<Vec<_>>().join(", ");
    }
    if let Some(constant) = schema.get("const") {
        return shown(constant);
    }
    if let Some(either) = list("anyOf") {
        return either.iter().map(|each| takes(Some(each))).collect::<Vec<_>>().join(" or ");
    }
    let kinds: Vec<String> = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().filter(|kind| *kind != "null").map(shown).collect(),
        Some(kind) => vec![shown(kind)],
        None => Vec::new(),
    };
    let kind = kinds.join(" or ");
    match (text(schema, "format"), schema.get("minimum"), schema.get("maximum")) {
        ("", Some(least), Some(most)) if most.as_u64() != Some(u64::MAX) => {
            format!("{kind}, {least} to {most}")
        }
        ("", Some(least), _) => format!("{kind}, at least {least}"),
        ("", None, _) => kind,
        (format, ..) => format.to_owned(),
    }
}

fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn members(of: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    of.and_then(Value::as_object).into_iter().flat_map(Map::iter).map(|(name, value)| (name.as_str(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_can_be_read_with_its_roles_and_parameters() {
        let described = described();
        let page = shown(&described).into_string();
        for (path, methods) in members(described.get("paths")) {
            for (method, told) in members(Some(methods)) {
                let heading = format!("<h3><code>{} {path}</code></h3>", method.to_uppercase());
                let start = page.find(&heading).unwrap();
                let section = page[start..].split("</section>").next().unwrap();
                let parameters = told["parameters"].as_array().into_iter().flatten();
                let mut words = vec![text(told, "summary"), text(told, "description")];
                words.extend(parameters.map(|parameter| text(parameter, "name")));
                for each in words {
                    assert!(
                        !each.is_empty() && section.contains(&html! { (each) }.into_string()),
                        "{path}: {each}"
                    );
                }
            }
        }
    }
}
