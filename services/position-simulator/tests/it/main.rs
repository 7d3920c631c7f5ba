//! The simulator from outside: its pure core by its properties, its stores over real databases, and
//! the whole service, as a process, on a queue file.

mod core;
mod service;
mod store;
