//! Addresses from outside to which people are sent.

use std::fmt;
use std::str::FromStr;
use url::{Host, Url};

/// The longest address that is accepted, in bytes.
const MAX_BYTES: usize = 2_048;

/// An address that a browser can be sent to: `https`, or `http` to this machine; without a user or a password in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebLink(Url);

/// Why a text is not the address of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a web address: https, or http to this machine, and at most {MAX_BYTES} bytes")]
pub struct InvalidLink;

impl WebLink {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, InvalidLink> {
        // `Url` leaves white space and controls out, so that what is checked would not be what is stored
        if text.len() > MAX_BYTES
            || text.contains(|c: char| c.is_whitespace() || crate::visible::is_hidden(c))
        {
            return Err(InvalidLink);
        }
        let url = Url::parse(text).map_err(|_| InvalidLink)?;
        let is_here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return Err(InvalidLink),
        };
        let names_nobody = url.username().is_empty() && url.password().is_none();
        let is_web = url.scheme() == "https" || (url.scheme() == "http" && is_here);
        if names_nobody && is_web { Ok(Self(url)) } else { Err(InvalidLink) }
    }

    /// The address as it is sent: plain ASCII.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for WebLink {
    type Err = InvalidLink;

    fn from_str(text: &str) -> Result<Self, InvalidLink> {
        Self::parse(text)
    }
}

impl fmt::Display for WebLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_sent_to_web_addresses_and_to_nothing_else() {
        for good in [
            "https://apply.1099policy.com/sessions/ias_1?step=1#top",
            "http://127.0.0.1:4010/apply/ias_1",
            "http://[::1]:4010/apply",
            "http://localhost:4010/apply",
        ] {
            assert_eq!(WebLink::parse(good).map(|link| link.to_string()).as_deref(), Ok(good));
        }
        for bad in [
            "",
            "/apply",
            "//evil.example.com",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "http://apply.example.com",
            "http://127.0.0.1.example.com",
            "https://",
            "https://user@apply.example.com",
            "https://apply.example.com@evil.example.com/",
            "https://apply.example.com/\r\nset-cookie: a=b",
            "https://apply.example.com/a b",
            "java\nscript:alert(1)",
            " https://apply.example.com",
            "https://apply.example.com/\u{202e}",
        ] {
            assert_eq!(WebLink::parse(bad), Err(InvalidLink), "{bad:?}");
        }
        assert!(WebLink::parse(&format!("https://example.com/{}", "x".repeat(MAX_BYTES))).is_err());
    }
}
