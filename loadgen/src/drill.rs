//! A drill: preflight, load and faults, watching, judgement.

pub mod alertmanager;
pub mod clock;
pub mod conduct;
pub mod course;
pub mod desk;
pub mod duration;
pub mod effects;
pub mod faults;
pub mod http;
pub mod inhibitions;
pub mod injector;
pub mod judge;
pub mod lanes;
pub mod limits;
pub mod matcher;
pub mod monitors;
pub mod preflight;
pub mod prometheus;
pub mod rails;
pub mod route;
pub mod run;
pub mod screen;
pub mod silencer;
pub mod source;
pub mod verdict;
pub mod vitals;
pub mod watch;
pub mod window;

pub use run::{DeskChoice, Order, refused, run};
