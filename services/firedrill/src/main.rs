//! `firedrill`: the whole company, or one role of it.

use std::process::ExitCode;

/// Most of what an order allocates is freed by another thread, which the C library's allocator is
/// slow at; see `docs/performance.md`.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    firedrill::cli::main()
}
