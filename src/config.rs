//! Configuration.

/// The typed configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where browsers reach us.
    pub base_url: String,
}
