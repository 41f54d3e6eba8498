//! Signing in is limited and logged for each peer, and streams end with the session.
