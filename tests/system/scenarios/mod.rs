//! What happens to work orders, each story in a world of its own.

mod certificates;
mod cover_ends;
mod settings;
mod trouble;
mod way_to_cover;
mod work_ends;
