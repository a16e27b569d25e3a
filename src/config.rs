//! Configuration.

/// The typed configuration.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Where browsers reach us.
    pub base_url: String,
}
