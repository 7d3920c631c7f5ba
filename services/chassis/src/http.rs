//! The API's HTTP side: the server, the middleware around every route, and the documentation page.

pub mod bearer;
pub mod client;
pub mod docs;
mod limits;
pub mod metrics;
pub mod observe;
pub mod server;
pub mod stack;
pub mod stream;

pub use metrics::{Declared, HttpMetrics};
pub use server::{Accepting, Server};
pub use stack::Stack;
