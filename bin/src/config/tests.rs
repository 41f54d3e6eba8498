use super::*;

#[test]
fn the_template_is_a_configuration_and_says_the_defaults() {
    let written = format!("{:?}", Config::parse(TEMPLATE).unwrap());
    assert_eq!(written, format!("{:?}", Config::default()));
}

#[test]
fn a_wrong_field_is_named_with_its_line() {
    for (text, expected) in [
        ("[server]\nlisten = 8080", "line 2, listen: "),
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
        ("[store]\npath = \"\"", "store.path: must not be empty"),
        ("[store]\nviews = \"\"", "store.views: must not be empty"),
        ("[store]\ndocuments = \"\"", "store.documents: must not be empty"),
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
fn what_stands_in_a_wrong_line_is_not_repeated() {
    for (text, expected) in [
        ("[[access]]\nname = \"board\"\nrole = \"viewer\"\nsha256 = \"hunter2hunter2\"", "line 4, sha256: "),
        ("[[gateway.users]]\nname = \"a\"\npassword = \"hunter2hunter2\"", "unknown field `password`"),
        ("[server]\nlisten = \"127.0.0.1:0\"\ntoken = \"hunter2hunter2", "line 3, token: "),
    ] {
        let problem = Config::parse(text).unwrap_err();
        assert!(problem.contains(expected) && !problem.contains("hunter2"), "{text:?} gave {problem}");
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
    let error = Secrets::from_lookup(&Config::default(), lookup).unwrap_err().to_string();
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

/// Secrets of the default configuration that are good, but for these variables.
fn with<'a>(others: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
    move |name| match others.iter().find(|(variable, _)| *variable == name) {
        Some((_, value)) => Some((*value).to_owned()),
        None if name == "COVERTRAIL_POLICY_WEBHOOK_SECRETS" => {
            Some("whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1u".to_owned())
        }
        None if ["COVERTRAIL_PEOPLE", "COVERTRAIL_LINK_SECRET"].contains(&name) => None,
        None => Some(format!("0123456789abcdef-{name}")),
    }
}

#[test]
fn several_live_secrets_stand_side_by_side() {
    let others = [
        ("COVERTRAIL_WORKMARKET_WEBHOOK_SECRETS", "the-old-one-of-theirs, the-new-one-of-theirs"),
        ("COVERTRAIL_LINK_SECRET", "the-new-one-of-ours,the-old-one-of-ours"),
        ("COVERTRAIL_PEOPLE", "ana=0123456789abcdef,ana=0123456789abcdeg"),
    ];
    let secrets = Secrets::from_lookup(&Config::default(), with(&others)).unwrap();
    assert_eq!(secrets.workmarket_webhook, ["the-old-one-of-theirs", "the-new-one-of-theirs"]);
    assert_eq!(secrets.link[0].expose(), "the-new-one-of-ours");
    assert_eq!((secrets.link.len(), secrets.people.0.len()), (2, 2));
    assert!(!format!("{secrets:?}").contains("of-theirs"));
}

#[test]
fn every_weak_secret_is_refused_in_one_form_with_its_variable_and_what_to_do() {
    let subscriber = "[[subscribers]]\nname = \"payroll\"\nurl = \"https://pay.example\"\nevents = \"*\"";
    let config = Config::parse(subscriber).unwrap();
    let (token, standard) =
        ("make a good one with: openssl rand -hex 32", "make a good one with: echo whsec_$(");
    for (variable, weak, remedy) in [
        ("COVERTRAIL_POLICY_API_KEY", "t9k_x", "copy all of it from 1099Policy"),
        ("COVERTRAIL_WORKMARKET_TOKEN", "wm_x", "copy all of it from WorkMarket"),
        ("COVERTRAIL_WORKMARKET_SECRET", "wm_x", "copy all of it from WorkMarket"),
        ("COVERTRAIL_POLICY_WEBHOOK_SECRETS", "whsec_AA==", standard),
        ("COVERTRAIL_WORKMARKET_WEBHOOK_SECRETS", "x", token),
        ("COVERTRAIL_WORKMARKET_WEBHOOK_SECRETS", "0123456789abcdef,x", token),
        ("COVERTRAIL_LINK_SECRET", "x", token),
        ("COVERTRAIL_LINK_SECRET", "xxxxxxxxxxxxxxxxxxxxxxxx", token),
        ("COVERTRAIL_PEOPLE", "ana=x", token),
        ("COVERTRAIL_PEOPLE", "ana=xxxxxxxxxxxxxxxxxxxxx", token),
        ("COVERTRAIL_SUBSCRIBER_PAYROLL_SECRET", "whsec_AA==", standard),
        ("COVERTRAIL_SUBSCRIBER_PAYROLL_SECRET", "0123456789abcdef0123456789abcdef", standard),
    ] {
        let good = ("COVERTRAIL_SUBSCRIBER_PAYROLL_SECRET", "whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1v");
        assert!(Secrets::from_lookup(&config, with(&[good])).is_ok());
        let Err(Error::Environment { problems }) =
            Secrets::from_lookup(&config, with(&[(variable, weak), good]))
        else {
            panic!("{variable} is taken as {weak}");
        };
        let [problem] = problems.as_slice() else { panic!("{problems:?}") };
        assert!(problem.contains(variable) && problem.contains(remedy), "{problem}");
        // a secret of one character is part of many words
        let secret = weak.trim_start_matches("ana=");
        assert!(secret.len() == 1 || !problem.contains(secret), "{problem}");
    }
}

#[test]
fn one_secret_for_two_things_is_refused_and_both_are_named() {
    let sum = "9f9f5111f7b27a781f1f1ddde5ebc2dd2b796bfc7365c9c28b548e564176929f";
    let token = "0123456789abcdef";
    let access = |name: &str, role: &str| {
        format!("[[access]]\nname = \"{name}\"\nrole = \"{role}\"\nsha256 = \"{sum}\"\n")
    };
    let standard = "whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1u";
    let both = format!("ana={token},bob={token}");
    let case = format!("ana={token},Ana=0123456789abcdeg");
    let ana = format!("ana={token}");
    let other = "ana=0123456789abcdeg".to_owned();
    for (config, others, told) in [
        ("", vec![("COVERTRAIL_PEOPLE", &*both)], ["the token of ana", "the token of bob"]),
        ("", vec![("COVERTRAIL_PEOPLE", &*case)], ["ana in COVERTRAIL_PEOPLE", "Ana in COVERTRAIL_PEOPLE"]),
        (
            &access("screen", "viewer"),
            vec![("COVERTRAIL_PEOPLE", &*ana)],
            ["the token of ana in COVERTRAIL_PEOPLE", "the token of screen in [[access]]"],
        ),
        (
            &access("ana", "viewer"),
            vec![("COVERTRAIL_PEOPLE", &*other)],
            ["ana is a reviewer in COVERTRAIL_PEOPLE", "a viewer in [[access]]"],
        ),
        (
            "",
            vec![("COVERTRAIL_WORKMARKET_WEBHOOK_SECRETS", standard)],
            ["COVERTRAIL_WORKMARKET_WEBHOOK_SECRETS", "COVERTRAIL_POLICY_WEBHOOK_SECRETS"],
        ),
        (
            "",
            vec![("COVERTRAIL_LINK_SECRET", token), ("COVERTRAIL_PEOPLE", &*ana)],
            ["COVERTRAIL_LINK_SECRET", "the token of ana"],
        ),
    ] {
        let config = Config::parse(config).unwrap();
        let error = Secrets::from_lookup(&config, with(&others)).unwrap_err().to_string();
        assert!(told.iter().all(|told| error.contains(told)), "{told:?}: {error}");
        assert!(!error.contains(token) && !error.contains(standard), "{error}");
    }
    let twice = format!("{}{}", access("ana", "viewer"), access("bob", "admin"));
    let problem = Config::parse(&twice).unwrap_err();
    assert!(problem.contains("access: bob has the same token as ana"), "{problem}");
}

#[test]
fn a_hash_of_nothing_or_made_up_is_refused() {
    for (sum, told) in [
        ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "is the hash of nothing"),
        ("01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b", "is the hash of nothing"),
        ("0000000000000000000000000000000000000000000000000000000000000000", "is no hash of a token"),
    ] {
        let text = format!("[[access]]\nname = \"ana\"\nrole = \"viewer\"\nsha256 = \"{sum}\"");
        let problem = Config::parse(&text).unwrap_err();
        assert!(problem.contains(told), "{problem}");
    }
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
