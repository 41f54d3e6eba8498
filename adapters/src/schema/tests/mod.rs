//! Tests of the stored form.

mod ids;
