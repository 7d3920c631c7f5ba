//! Why a service cannot start or go on.

/// `sysexits.h`: the command was used incorrectly.
pub const EXIT_CONFIG: u8 = 64;

/// Why a service could not start or go on. Each is one line for the person who started it.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// A setting is wrong. Exit code 64.
    #[error("{key}: {problem}")]
    Config {
        /// The flag or environment variable.
        key: &'static str,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// An address cannot be listened on.
    #[error(
        "cannot listen on {address}: {source}; is another program there? choose another with {key}"
    )]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// The setting that names it.
        key: &'static str,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The database did not answer within the time that a start may take.
    #[error("the database is not usable: {0}")]
    Database(String),
    /// Anything else from the system.
    #[error("{context}: {source}")]
    System {
        /// What was tried.
        context: String,
        /// The system's answer.
        source: std::io::Error,
    },
}

impl BootError {
    /// A system error with what was tried.
    pub fn system(context: impl Into<String>, source: std::io::Error) -> Self {
        Self::System {
            context: context.into(),
            source,
        }
    }

    /// The process's exit code.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Config { .. } => EXIT_CONFIG,
            Self::Listen { .. } | Self::Database(_) | Self::System { .. } => 1,
        }
    }
}
