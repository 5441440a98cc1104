//! The rules of the stand-in, each through a real socket.

mod access;
mod associations;
mod cases;
mod client;
mod faults;
mod fields;
mod request_rules;
mod storage;
