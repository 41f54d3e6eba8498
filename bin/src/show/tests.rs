use super::testing::{START, applying, at, blocked, covered, state};
use super::*;
use covertrail_adapters::schema::Actor;
use covertrail_domain::coverage::{Event, State};
use covertrail_domain::id::PersonId;
use serde_json::{Value as Json, json};

fn json_of(facts: &Facts) -> Json {
    serde_json::from_str(&facts.to_json()).unwrap()
}

fn lines_of(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| format!("{} {}", event.name(), details(event).inline())).collect()
}

#[test]
fn an_event_is_told_on_one_line() {
    let told = lines_of(&applying());
    assert_eq!(
        told[0],
        "Assigned worker wk_421, title Install drops, category cabling, client cl_7, flat fee $325.00, \
         schedule 2025-11-01 11:40:00 → 2025-11-02 11:40:00 UTC, required lines general, workers-comp, bind on in_progress"
    );
    assert_eq!(told[3], "Quoted id qt_1, cover general 2025-11-01 11:40:00 → 2025-11-02 11:40:00 UTC");
    assert_eq!(told[4], "ApplicationOpened session ias_1, link https://apply.example/ias_1");
}

#[test]
fn a_vendors_words_cannot_steer_a_terminal() {
    let told = lines_of(&covered());
    let flagged = told.iter().find(|line| line.starts_with("CertificateFlagged")).unwrap();
    assert!(flagged.contains(r"rules holder\u{1b}[2J differs"), "{flagged}");
    let text = Screen::pipe().block(&picture("12345", &state(&covered()), at(200)));
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn a_picture_in_json_has_the_answer_and_what_it_rests_on() {
    let picture = json_of(&picture("12345", &state(&covered()), at(200)));
    assert_eq!(picture["stage"], "active");
    assert_eq!(picture["standing"], "insured");
    assert_eq!(picture["rests_on"], json!(["assignment an_1", "certificate ci_1"]));
    assert_eq!(picture["cover_runs_out"], "2025-11-02T11:40:00Z");
    assert_eq!(picture["terms"]["flat_fee_cents"], 32_500);
    assert_eq!(picture["terms"]["region"], Json::Null);
    assert_eq!(picture["path"]["at"], "bound");
    assert_eq!(picture["path"]["contractor"], "cn_1");
    assert_eq!(picture["path"]["quote"]["id"], "qt_1");
    let window = json!({ "start": "2025-11-01T11:40:00Z", "end": "2025-11-02T11:40:00Z" });
    assert_eq!(
        picture["cover"],
        json!([
            {
                "line": "general", "required": true, "gaps": [],
                "windows": [{ "by": "assignment an_1", "window": window }],
            },
            {
                "line": "workers-comp", "required": true, "gaps": [],
                "windows": [{ "by": "certificate ci_1", "window": window }],
            },
        ])
    );
    let opinions = &picture["certificates"][0]["opinions"];
    assert_eq!(opinions[0]["rules"], "holder\u{1b}[2J differs");
    assert_eq!(opinions[1]["by"], "riley");
    assert_eq!(opinions[1]["cover"]["lines"], json!(["workers-comp"]));
}

#[test]
fn a_picture_in_text_tells_the_same_as_in_json() {
    let text = Screen::pipe().block(&picture("12345", &state(&covered()), at(200)));
    let line = |beginning: &str| {
        text.lines().map(str::trim).find(|line| line.starts_with(beginning)).unwrap_or_default().to_owned()
    };
    assert!(line("standing ").ends_with("insured"), "{text}");
    assert!(line("rests on").ends_with("assignment an_1, certificate ci_1"), "{text}");
    assert!(line("contractor").ends_with("cn_1"), "{text}");
    assert!(line("- line").ends_with("general"), "{text}");
    assert!(line("why").ends_with("it is the parent's"), "{text}");
    assert!(text.lines().all(|line| line == line.trim_end()), "{text}");
}

#[test]
fn the_contractors_turn_has_a_link_and_the_uncovered_time_is_a_gap() {
    let picture = json_of(&picture("12345", &state(&applying()), at(-3600)));
    assert_eq!(picture["path"]["at"], "applying");
    assert_eq!(picture["path"]["application_link"], "https://apply.example/ias_1");
    assert_eq!(picture["cover"][0]["windows"], json!([]));
    assert_eq!(picture["cover"][0]["gaps"][0]["start"], "2025-11-01T11:40:00Z");
    assert_eq!(picture["next_action"], Json::Null);
}

#[test]
fn what_is_due_and_what_is_blocked_is_told_with_its_key() {
    let events = blocked();
    let due = json_of(&picture("777", &state(&events[..1]), at(0)));
    assert_eq!(
        due["next_action"],
        json!({ "step": "contractor", "round": 1, "idempotency_key": "workmarket-worker-wk_421" })
    );
    let blocked = json_of(&picture("777", &state(&events), at(0)));
    assert_eq!(blocked["next_action"], Json::Null);
    assert_eq!(
        blocked["blocked"],
        json!([{ "step": "contractor", "document": null, "refused": true, "why": "no email" }])
    );
    assert_eq!(blocked["waiver"]["by"], "ana");
    assert_eq!(blocked["standing"], "waived");
}

#[test]
fn a_work_order_that_nothing_is_known_of_has_a_picture_too() {
    let picture = json_of(&picture("1", &State::default(), at(0)));
    assert_eq!(picture["standing"], "unknown");
    assert_eq!(picture["stage"], Json::Null);
}

#[test]
fn rows_are_one_line_each_in_a_pipe_however_long() {
    let state = state(&blocked());
    let row = |id: &str| summary(id, &state, state.standing(at(0)));
    let text = Screen::pipe().rows(&[row("777"), row("778")]);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].contains("work order") && lines[0].contains("standing changes"), "{text}");
    assert!(lines[2].starts_with(" 778") && lines[2].contains("ana made an exception"), "{text}");
    assert_eq!(Screen::pipe().rows(&[]), "");
}

#[test]
fn moments_and_actors_read_well() {
    assert_eq!(recorded(START * 1_000_000 + 250_001), "2025-11-01 11:40:00.250");
    assert_eq!(actor(&Actor::Person(PersonId::parse("riley").unwrap())), "riley");
    assert_eq!(actor(&Actor::Policy), "1099Policy");
}
