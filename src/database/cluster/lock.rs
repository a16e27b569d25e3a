//! Whose turn it is to start or stop PostgreSQL, and who is using it. Locks end with their process.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;

use super::{ClusterError, Place};

/// Waits until nobody else starts or stops PostgreSQL; the turn lasts until the file is dropped.
pub fn turn(place: &Place) -> Result<File, ClusterError> {
    let (path, file) = open(place, "cluster.lock")?;
    file.lock().map_err(ClusterError::file(&path))?;
    Ok(file)
}

/// A share in using the cluster. Its methods are called within a [`turn`].
#[derive(Debug)]
pub struct Users {
    place: Place,
    file: File,
}

impl Users {
    /// Takes a share.
    pub fn join(place: &Place) -> Result<Self, ClusterError> {
        let (path, file) = open(place, "cluster.users")?;
        file.lock_shared().map_err(ClusterError::file(&path))?;
        Ok(Self { place: place.clone(), file })
    }

    /// Refuses when anybody else has a share; keeps this one.
    pub fn alone(&self) -> Result<(), ClusterError> {
        self.file.unlock().map_err(ClusterError::file(&self.place.data))?;
        let others = matches!(self.file.try_lock(), Err(TryLockError::WouldBlock));
        self.file.unlock().and_then(|()| self.file.lock_shared()).map_err(ClusterError::file(&self.place.data))?;
        if others { Err(ClusterError::InUse) } else { Ok(()) }
    }

    /// Gives the share up; true when it was the last.
    pub fn leave_last(self) -> Result<bool, ClusterError> {
        self.file.unlock().map_err(ClusterError::file(&self.place.data))?;
        match self.file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(ClusterError::file(&self.place.data)(error)),
        }
    }
}

fn open(place: &Place, name: &str) -> Result<(std::path::PathBuf, File), ClusterError> {
    let path = place.data.join(name);
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(ClusterError::file(&path))?;
    place.give(&path)?;
    Ok((path, file))
}
