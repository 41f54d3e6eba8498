use super::super::finding::Mark;
use super::*;

fn marks(findings: &[Finding]) -> Vec<Mark> {
    findings.iter().map(|finding| finding.mark).collect()
}

#[test]
fn a_mapping_that_maps_nothing_and_the_examples_domain_are_warned_of() {
    let mut config = Config::default();
    assert_eq!(marks(&mapping(&config)), [Mark::Warning; 3]);
    config.mapping.default_category = Some("jc_1".into());
    config.mapping.entities.insert("client-1".into(), "en_1".into());
    config.workmarket.relay_domain = "relay.acme.test".into();
    assert_eq!(marks(&mapping(&config)), [Mark::Good]);
}

#[test]
fn documents_can_be_kept_where_a_folder_is_or_can_be_made() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(documents(folder.path()).mark, Mark::Good);
    assert_eq!(documents(&folder.path().join("a/b")).mark, Mark::Good);
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert_eq!(documents(&file).mark, Mark::Failed);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "looking leaves no trace");
}

/// Good secrets, but for one variable.
fn secrets(variable: &str, value: Option<&str>) -> Result<Secrets, config::Error> {
    Secrets::from_lookup(&Config::default(), |name| match name {
        name if name == variable => value.map(str::to_owned),
        "COVERTRAIL_PEOPLE" | "COVERTRAIL_LINK_SECRET" => None,
        "COVERTRAIL_POLICY_WEBHOOK_SECRETS" => Some("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3".to_owned()),
        name => Some(format!("0123456789abcdef-{name}")),
    })
}

#[test]
fn without_people_nobody_may_act_and_a_weak_secret_is_refused() {
    let config = Config::default();
    let good = secrets("", None).unwrap();
    let found = [Mark::Good, Mark::Good, Mark::Warning, Mark::Warning, Mark::Good];
    assert_eq!(marks(&environment(&config, Ok(&good))), found);
    for weak in [Some("plain"), None] {
        let weak = secrets("COVERTRAIL_POLICY_WEBHOOK_SECRETS", weak).unwrap_err();
        assert_eq!(marks(&environment(&config, Err(&weak))), [Mark::Misconfigured]);
    }
}

#[test]
fn a_key_of_the_other_world_is_warned_of() {
    let mut config = Config::default();
    for (environment, key, warned) in [
        (None, "t9k_test_0123456789", false),
        (Some(Environment::Sandbox), "t9k_test_0123456789", false),
        (Some(Environment::Sandbox), "t9k_live_0123456789", true),
        (Some(Environment::Production), "t9k_live_0123456789", false),
        (Some(Environment::Production), "t9k_test_0123456789", true),
    ] {
        config.policy.environment = environment;
        let secrets = secrets("COVERTRAIL_POLICY_API_KEY", Some(key)).unwrap();
        assert_eq!(another_world(&config, &secrets).is_some(), warned, "{environment:?} {key}");
    }
}

#[test]
fn application_links_need_a_secret_and_an_address_that_contractors_reach() {
    let with = |link: Option<&str>| secrets("COVERTRAIL_LINK_SECRET", link).unwrap();
    let mut config = Config::default();
    assert_eq!(links(&config, &with(None)).mark, Mark::Warning);
    assert_eq!(links(&config, &with(Some("0123456789abcdef"))).mark, Mark::Warning);
    config.server.public_url = Some("https://covertrail.example.com".to_owned());
    assert_eq!(links(&config, &with(Some("0123456789abcdef"))).mark, Mark::Good);
    config.server.public_url = Some("https://".to_owned());
    assert_eq!(links(&config, &with(Some("0123456789abcdef"))).mark, Mark::Misconfigured);
}
