//! What each command comes to: it happens, it holds already, it is refused.

mod canceling;
mod stages;
