//! The collector that spans are sent to.

pub(crate) use company_tests::collector::{Collector as Receiver, attribute};
