//! The service from outside: its router with all its middleware over a real store, its stores over
//! real databases, and the whole of it on its sockets.

mod app;
mod bad_input;
mod caching;
mod data;
mod failures;
mod instrumentation;
mod listing;
mod lookup;
mod openapi;
mod serving;
mod store;
