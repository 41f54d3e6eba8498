use std::path::Path;

use crate::secret::Secret;
use crate::store::eventstoredb::{BadSettings, Settings};

fn refused(connection: &str) -> String {
    Settings::parse(connection).unwrap_err().to_string()
}

#[test]
fn connection_strings_of_one_node_and_of_clusters_are_read() {
    for connection in [
        "esdb://localhost:2113?tls=false",
        "esdb://127.0.0.1?tls=false&keepAliveInterval=20000",
        "esdb://user:pass%20word@one.example:2113,two.example:2113?nodePreference=follower",
        "esdb+discover://cluster.example:2113?maxDiscoverAttempts=3&discoveryInterval=500",
    ] {
        assert!(Settings::parse(connection).is_ok(), "{connection}");
    }
}

#[test]
fn what_would_panic_or_never_connect_is_refused_by_name() {
    for option in [
        "defaultDeadline=-1",
        "maxDiscoverAttempts=1",
        "keepAliveInterval=-1",
        "keepAliveTimeout=5",
        "discoveryInterval=soon",
        "nodePreference=best",
        "tls=maybe",
        "tlsCaFile=/nowhere.pem",
        "tlsCaFile=Cargo.toml",
        "surprise=1",
    ] {
        let problem = refused(&format!("esdb://user:secret@localhost:2113?{option}"));
        let (name, _) = option.split_once('=').unwrap();
        assert!(problem.contains(name), "{option}: {problem}");
        assert!(!problem.contains("secret"), "{problem}");
    }
    let unfit = refused("esdb://localhost?userCertFile=Cargo.toml&userKeyFile=Cargo.toml");
    assert!(unfit.contains("userCertFile"), "{unfit}");
}

#[test]
fn what_is_no_connection_string_is_refused_without_quoting_it() {
    for connection in ["", "localhost:2113", "http://user:secret@localhost", "esdb://", "esdb://user:secret@"]
    {
        assert_eq!(Settings::parse(connection).unwrap_err(), BadSettings::Malformed, "{connection}");
        assert!(!refused(connection).contains("secret"));
    }
}

#[test]
fn settings_do_not_show_their_password() {
    let settings = Settings::parse("esdb://user:secret@localhost:2113").unwrap();
    let shown = format!("{settings:?}");
    assert!(shown.contains("localhost") && !shown.contains("secret"), "{shown}");
}

#[test]
fn credentials_of_any_characters_are_sent_as_they_are() {
    let sent = |settings: Settings| serde_json::to_value(settings.credentials()).unwrap();
    let beside = Secret::new("ops team:p@ss:w+rd/?&%123456".to_owned());
    let beside = Settings::new("esdb://one:2113,two:2113", Some(&beside), None).unwrap();
    let within = Settings::parse("esdb://ops%20team:p%40ss%3Aw+rd%2F%3F%26%25123456@one:2113,two:2113");
    let expected = serde_json::json!({ "login": b"ops team", "password": b"p@ss:w+rd/?&%123456" });
    assert_eq!((sent(beside), sent(within.unwrap())), (expected.clone(), expected));
}

#[test]
fn what_cannot_be_used_beside_the_connection_string_is_named() {
    let nameless = Secret::new("secret".to_owned());
    let refused = Settings::new("esdb://localhost", Some(&nameless), None).unwrap_err();
    assert_eq!(refused, BadSettings::Credentials);
    let refused =
        Settings::new("esdb://localhost?tls=true", None, Some(Path::new("/nowhere.pem"))).unwrap_err();
    assert!(refused.to_string().contains("tlsCaFile"), "{refused}");
    assert!(Settings::new("localhost", None, None).is_err());
}

#[test]
fn a_password_goes_to_other_machines_over_tls_only() {
    let password = Secret::new("ops:a-password-that-is-long".to_owned());
    let weak =
        Settings::new("esdb://one.example:2113", Some(&Secret::new("admin:changeit".to_owned())), None);
    assert!(matches!(weak, Err(BadSettings::WeakPassword(_))), "{weak:?}");
    for (url, exposed) in [
        ("esdb://one.example:2113?tls=false", true),
        ("esdb+discover://one.example:2113?TLS=false", true),
        ("esdb://127.0.0.1:2113,one.example:2113?tls=false", true),
        ("esdb://one.example:2113", false),
        ("esdb://127.0.0.1:2113?tls=false", false),
        ("esdb://localhost:2113?tls=false", false),
    ] {
        let beside = Settings::new(url, Some(&password), None);
        assert_eq!(matches!(beside, Err(BadSettings::Exposed)), exposed, "{url}");
        let within = Settings::parse(&url.replace("://", "://ops:secret@"));
        assert_eq!(matches!(within, Err(BadSettings::Exposed)), exposed, "{url}");
        assert!(Settings::new(url, None, None).is_ok(), "{url}");
    }
}
