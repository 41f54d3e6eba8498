use super::*;

#[test]
fn the_template_is_a_configuration_and_says_the_defaults() {
    let written = format!("{:?}", Config::parse(TEMPLATE).unwrap());
    assert_eq!(written, format!("{:?}", Config::default()));
}

#[test]
fn a_wrong_field_is_named_with_its_line() {
    for (text, expected) in [
        ("[server]\nlisten = 8080", "line 2"),
        ("[server]\nport = 8080", "unknown field `port`"),
        ("[server]\npublic_url = \"covertrail.example.com\"", "server.public_url: must begin with"),
        ("[policy]\nrequired_lines = [\"marine\"]", "`marine` is no coverage line"),
        ("[policy]\nrequired_lines = []", "at least one coverage line"),
        ("[policy]\nbind_on = \"later\"", "`later` is neither"),
        ("[policy]\nsuccess_url = \"https://example.com\"", "policy.success_url: must contain {work_order}"),
        ("[gateway]\nlisten = \"0.0.0.0:2113\"", "gateway.listen: must be a loopback address"),
        (
            "[store]\nengine = \"postgres\"",
            "unknown variant `postgres`, expected `embedded` or `eventstoredb`",
        ),
        ("[store]\nengine = \"eventstoredb\"", "store.url: must be named"),
        ("[store]\nurl = \"esdb://localhost\"", "store.url: is read only where engine is"),
        (
            "[store]\nengine = \"eventstoredb\"\nurl = \"esdb://admin:s@one:1,two:2\"",
            "store.url: must hold no password: set COVERTRAIL_STORE_CREDENTIALS",
        ),
        (
            "[gateway]\nlisten = \"127.0.0.1:0\"\n[store]\nengine = \"eventstoredb\"\nurl = \"esdb://localhost\"",
            "gateway.listen: the log is on a server",
        ),
        ("[engine]\nworkers = 0", "engine.workers: must be at least 1"),
        ("[workmarket]\napi = \"soap\"", "unknown variant `soap`"),
        (
            "[workmarket]\napi = \"employer-v1\"",
            "workmarket.base_url: the employer API is at https://www.workmarket.com",
        ),
        ("[workmarket]\npoll = true\npoll_seconds = 119", "workmarket.poll_seconds: must be at least 120"),
        ("[workmarket]\npoll_seconds = 0", "workmarket.poll_seconds: must be at least 1"),
        ("[workmarket]\ndefault_length_hours = 0", "workmarket.default_length_hours: must be at least 1"),
        ("[engine]\ncatch_up_seconds = 0", "engine.catch_up_seconds: must be at least 1"),
        ("[policy]\nwire = \"soap\"", "unknown variant `soap`, expected `guide` or `reference`"),
        ("[policy]\nwire = \"reference\"", "policy.environment: must be \"sandbox\" or \"production\""),
        ("[policy]\nenvironment = \"test\"", "unknown variant `test`"),
        ("[workmarket]\nmax_in_flight = 0", "workmarket.max_in_flight: must be at least 1"),
        ("[policy]\nbreaker_pause_seconds = 0", "policy.breaker_pause_seconds: must be at least 1"),
        ("[telemetry]\nendpoint = \"localhost\"", "endpoint: relative URL without a base"),
        ("[[subscribers]]\nname = \"Pay roll\"", "name: takes up to 64 small letters"),
        ("[[subscribers]]\nname = \"a\"\nurl = \"/hook\"", "url: relative URL without a base"),
        ("[[subscribers]]\nname = \"a\"\nurl = \"ftp://a.example\"", "url: must begin with https://"),
        ("[[subscribers]]\nname = \"a\"\nurl = \"http://a.example\"", "url: must begin with https://"),
        ("[telemetry]\nendpoint = \"http://collector.example:4318\"", "endpoint: must begin with https://"),
        ("[policy]\nbase_url = \"http://api.example/v1\"", "policy.base_url: must begin with https://"),
        (
            "[[subscribers]]\nname = \"a\"\nurl = \"https://a.example\"",
            "events: takes \"*\" or a list of event names",
        ),
        (
            "[[subscribers]]\nname = \"a\"\nurl = \"https://a.example\"\nevents = [\"coverage.lost\"]",
            "events: nothing is called \"coverage.lost\"; there are coverage.assigned, ",
        ),
        (
            "[[subscribers]]\nname = \"a\"\nurl = \"https://a.example\"\nevents = \"coverage.quoted\"",
            "events: takes \"*\" or a list",
        ),
        (
            "[[subscribers]]\nname = \"a\"\nurl = \"https://a.example\"\nevents = \"*\"\nmax_in_flight = 0",
            "subscribers.a.max_in_flight: must be at least 1",
        ),
        ("[workmarket]\nrelay_domain = \"me@example.com\"", "workmarket.relay_domain"),
    ] {
        let problem = Config::parse(text).unwrap_err();
        assert!(problem.contains(expected), "{text:?} gave {problem}");
    }
}

#[test]
fn the_reference_form_is_spoken_in_the_world_that_is_named() {
    let config = Config::parse("[policy]\nwire = \"reference\"\nenvironment = \"sandbox\"").unwrap();
    assert_eq!(config.policy.wire, Wire::Reference);
    assert_eq!(config.policy.environment, Some(Environment::Sandbox));
}

#[test]
fn a_missing_file_is_met_with_the_command_that_writes_one() {
    let error = Config::read(Path::new("/nowhere/covertrail.toml")).unwrap_err().to_string();
    assert!(error.contains("/nowhere/covertrail.toml") && error.contains("covertrail init"), "{error}");
}

#[test]
fn every_missing_variable_is_named_at_once_and_no_value_is_shown() {
    let lookup = |name: &str| match name {
        "COVERTRAIL_PEOPLE" => Some("ana=short-secret".into()),
        "COVERTRAIL_LINK_SECRET" => Some("short-secret".into()),
        _ => None,
    };
    let error = Secrets::from_lookup(lookup).unwrap_err().to_string();
    for name in [
        "POLICY_API_KEY",
        "POLICY_WEBHOOK_SECRETS",
        "WORKMARKET_TOKEN",
        "WORKMARKET_WEBHOOK_SECRETS",
        "PEOPLE",
        "LINK_SECRET",
    ] {
        assert!(error.contains(&format!("COVERTRAIL_{name}")), "{error}");
    }
    assert!(!error.contains("short-secret"), "{error}");
}

#[test]
fn several_live_secrets_stand_side_by_side() {
    let secrets = Secrets::from_lookup(|name| {
        let one = match name {
            "COVERTRAIL_PEOPLE" => "ana=0123456789abcdef",
            "COVERTRAIL_LINK_SECRET" => return None,
            _ => "old, new",
        };
        Some(one.into())
    });
    let secrets = secrets.unwrap();
    assert_eq!(secrets.policy_webhook, ["old", "new"]);
    assert_eq!(secrets.people.0.len(), 1);
    assert!(!format!("{secrets:?}").contains("new"));
}

#[test]
fn a_sandbox_on_this_machine_may_be_polled_as_often_as_one_likes_and_nobody_else() {
    let polled = |url: &str| {
        let text = format!("[workmarket]\napi = \"employer-v1\"\npoll_seconds = 1\nbase_url = \"{url}\"");
        Config::parse(&text).map(|config| config.workmarket.polls())
    };
    for url in ["http://127.0.0.1:4020/v1/employer", "http://localhost:4020/v1", "http://[::1]/v1"] {
        assert_eq!(polled(url), Ok(true), "{url}");
    }
    for url in ["https://www.workmarket.com/v1/employer", "https://127.0.0.1.example.com/v1"] {
        assert!(polled(url).unwrap_err().contains("at least 120"), "{url}");
    }
    let off =
        "[workmarket]\napi = \"employer-v1\"\npoll = false\nbase_url = \"https://api.dev.workmarket.com/v1\"";
    assert!(!Config::parse(off).unwrap().workmarket.polls());
    assert!(!Config::default().workmarket.polls());
}

#[test]
fn a_log_on_a_cluster_is_named_by_its_url_and_its_files_lie_beside_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("covertrail.toml");
    let text = "[store]\nengine = \"eventstoredb\"\nurl = \"esdb+discover://one:2113,two:2113\"\nca_file = \"ca.crt\"";
    std::fs::write(&path, text).unwrap();
    let store = Config::read(&path).unwrap().store;
    assert_eq!(store.to_string(), "esdb+discover://one:2113,two:2113");
    assert_eq!(store.ca_file, Some(folder.path().join("ca.crt")));
    assert_eq!(Config::default().store.to_string(), "covertrail.sqlite");
}

#[test]
fn a_subscriber_wants_events_by_name_with_or_without_their_version_and_has_a_secret_of_its_own() {
    let text = |events: &str| {
        format!("[[subscribers]]\nname = \"pay-roll\"\nurl = \"https://pay.example/hook\"\nevents = {events}")
    };
    let subscriber = |events: &str| Config::parse(&text(events)).unwrap().subscribers.remove(0);
    let some = subscriber(r#"["coverage.quoted", "coverage.waived.v1"]"#);
    for (kind, wanted) in
        [("coverage.quoted.v1", true), ("coverage.waived.v1", true), ("coverage.quote_declined.v1", false)]
    {
        assert_eq!(some.events.include(kind), wanted, "{kind}");
    }
    assert!(subscriber("\"*\"").events.include("coverage.quote_declined.v1"));
    assert_eq!(some.variable(), "COVERTRAIL_SUBSCRIBER_PAY_ROLL_SECRET");
    let twice = format!("{}\n{}", text("\"*\""), text("\"*\""));
    assert!(Config::parse(&twice).unwrap_err().contains("subscribers: there are two called pay-roll"));
}
