//! What each command comes to: it happens, it holds already, it is refused.

mod canceling;
mod certificate;
mod cover;
mod loss;
mod moving;
mod path;
mod people;
mod stages;
mod work;
