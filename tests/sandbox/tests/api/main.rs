//! The rules of the stand-in, each through a real socket.

mod access;
mod associations;
mod bodies;
mod cases;
mod client;
mod devinfo;
mod devinfo_fields;
mod devinfo_refusals;
mod faults;
mod fields;
mod flags;
mod gating;
mod page;
mod panel;
mod reading;
mod request_rules;
mod storage;
