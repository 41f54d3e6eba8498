//! Weak, shared and expired secrets are refused, and tokens are sent only where nobody can read them.
