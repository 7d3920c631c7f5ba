//! A panic is a line of the log like any other, instead of loose text between the lines.

use std::any::Any;
use std::panic::PanicHookInfo;

/// From now on.
pub(super) fn log() {
    std::panic::set_hook(Box::new(line));
}

fn line(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string);
    let thread = std::thread::current();
    tracing::error!(
        target: "panic",
        place,
        thread = thread.name(),
        "{}",
        message(panic.payload())
    );
}

/// What the panic said.
pub(crate) fn message(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without a message")
}
