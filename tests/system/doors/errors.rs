//! Requests that are wrong get a 4xx that names the field, and nothing of them is kept.
