//! No id, path or query parameter from outside opens anything that it does not name.
