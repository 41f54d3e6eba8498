//! 1099Policy: its requests and answers, and the HTTP client.
