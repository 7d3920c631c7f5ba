//! The service from outside: its router with all its middleware over a real store, its stores over
//! real databases, and all of it on its sockets.

mod app;
mod bad_input;
mod history;
mod ingest;
mod openapi;
mod outage;
mod retention;
mod serving;
mod store;
mod streaming;
mod unreliable;
mod vehicles;
