use crate::http::testing::{Vendor, passes_alone};
use crate::http::{Http, Misconfigured};
use crate::secret::Secret;

#[tokio::test]
async fn the_key_goes_only_over_https_or_to_this_machine() {
    let mut settings = Vendor::replying([]).await.settings();
    for (address, accepted) in [
        ("https://api.1099policy.com/api/v1", true),
        ("http://localhost:8080", true),
        ("http://127.9.9.9/v1", true),
        ("http://[::1]/v1", true),
        ("http://api.1099policy.com/api/v1", false),
        ("http://127.0.0.1.example.com", false),
        ("ftp://localhost", false),
        ("mailto:someone", false),
    ] {
        settings.base_url = address.parse().unwrap();
        let built = Http::new(&settings);
        assert_eq!(built.is_ok(), accepted, "{address}");
        assert!(accepted || matches!(built, Err(Misconfigured::Insecure)), "{address}");
    }
}

#[tokio::test]
async fn an_address_with_a_user_a_query_or_a_fragment_is_refused() {
    let mut settings = Vendor::replying([]).await.settings();
    for address in ["https://me@x.com", "https://:pw@x.com", "https://x.com/?a=b", "https://x.com/#top"] {
        settings.base_url = address.parse().unwrap();
        assert!(matches!(Http::new(&settings), Err(Misconfigured::NotABase)), "{address}");
    }
}

#[tokio::test]
async fn a_key_that_no_header_can_carry_is_refused_without_being_shown() {
    let mut settings = Vendor::replying([]).await.settings();
    for key in ["", "t9k\nlive"] {
        settings.api_key = Secret::new(key.to_owned());
        let refused = Http::new(&settings).unwrap_err();
        assert!(matches!(refused, Misconfigured::UnusableKey));
        assert!(!refused.to_string().contains("t9k"));
    }
}

#[tokio::test]
async fn neither_settings_nor_connections_show_the_key() {
    let settings = Vendor::replying([]).await.settings();
    let shown = format!("{settings:?} {:?}", Http::new(&settings).unwrap());
    assert!(!shown.contains("key_test_1"), "{shown}");
}

/// The event store's client cannot start where a provider is installed. Other tests of this process may
/// install one, so the question is put in a process of its own.
#[test]
fn building_a_client_installs_no_crypto_provider_for_the_process() {
    passes_alone("http::tests::settings::no_crypto_provider_in_a_fresh_process");
}

#[tokio::test]
#[ignore = "run by the test above, in a process of its own"]
async fn no_crypto_provider_in_a_fresh_process() {
    let mut settings = Vendor::replying([]).await.settings();
    settings.base_url = "https://api.1099policy.com/api/v1".parse().unwrap();
    let client = Http::new(&settings).unwrap();
    assert!(rustls::crypto::CryptoProvider::get_default().is_none());
    drop(client);
}
