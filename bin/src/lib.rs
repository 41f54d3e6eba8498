//! Covertrail.
