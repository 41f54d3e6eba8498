//! Doors: what strangers, clients and people can reach, tried over real sockets and files. One file for each kind.

mod errors;
mod files;
mod gateway;
mod held_open;
mod ids;
mod logging;
mod secrets;
mod sign_in;
