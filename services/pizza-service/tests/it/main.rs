//! The service from outside: its router with all its middleware over a real store, and its stores
//! over real databases.

mod app;
mod bad_input;
mod failures;
mod following;
mod fuzz;
mod idempotency;
mod listing;
mod menu;
mod neighbours;
mod openapi;
mod orders;
mod relay;
mod serving;
mod stickers;
mod store;
mod unreliable;
mod writer;
