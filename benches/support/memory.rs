//! How much memory a bench takes.

use super::Outcome;

/// The process's own memory, of which PostgreSQL is no part.
pub struct Memory(f64);

impl Memory {
    /// What it holds now; its peak is counted from here on.
    ///
    /// # Errors
    /// When the system tells nothing of it.
    pub fn now() -> Outcome<Self> {
        std::fs::write("/proc/self/clear_refs", "5")?;
        Ok(Memory(Self::read("VmRSS:")?))
    }

    /// By how much its peak grew since, in kilobytes.
    ///
    /// # Errors
    /// When the system tells nothing of it.
    pub fn grown(&self) -> Outcome<f64> {
        Ok((Self::read("VmHWM:")? - self.0).max(0.0))
    }

    fn read(name: &str) -> Outcome<f64> {
        let status = std::fs::read_to_string("/proc/self/status")?;
        let line = status.lines().find(|line| line.starts_with(name)).ok_or("no memory is told")?;
        Ok(line.split_whitespace().nth(1).ok_or("no memory is told")?.parse()?)
    }
}
