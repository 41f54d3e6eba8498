//! What must be refused, what must be kept all the same, and what must be waited for.

mod deliveries;
mod noise;
mod notices;
mod people;
mod refusals;
