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
