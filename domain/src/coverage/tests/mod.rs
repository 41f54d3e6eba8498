//! What each command comes to: it happens, it holds already, it is refused.

mod canceling;
mod certificate;
mod cover;
mod documents;
mod late;
mod loss;
mod moving;
mod path;
mod people;
mod reports;
mod retrying;
mod stages;
mod unneeded;
mod work;
