//! The encrypted file: a header, then the dump. Written beside its place and moved there when it is whole.

use super::client::Dump;
use super::inventory::Inventory;
use super::partial;
use crate::error::Error;
use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor, scrypt};
use chrono::{DateTime, Utc};
use nix::fcntl::{Flock, FlockArg, OFlag};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// What every backup's plain text begins with.
const MAGIC: &[u8; 18] = b"HUSTINGS BACKUP 1\n";
/// No inventory is longer.
const LONGEST_HEADER: u32 = 16 * 1024 * 1024;
/// The most work that a passphrase may ask of the machine that restores: about a minute where one second is 2^18.
const MOST_WORK: u8 = 24;

/// What stands in front of the dump.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Header {
    /// The version of Hustings that wrote it.
    pub version: String,
    /// When.
    pub taken_at: DateTime<Utc>,
    /// What is in it.
    pub inventory: Inventory,
}

/// Refuses to write over a file, unless that was asked for.
pub fn may_write(file: &Path, force: bool) -> Result<(), Error> {
    let shown = file.display();
    if file.is_dir() {
        return Err(Error::Refused(format!("{shown} is a directory: name a file")));
    }
    if !force && file.symlink_metadata().is_ok() {
        return Err(Error::Refused(format!(
            "{shown} is there already. Name another file, or say --force to write over it"
        )));
    }
    Ok(())
}

/// Writes header and dump; answers the file's size. Nothing is left behind when it fails.
pub fn write(file: &Path, force: bool, header: &Header, passphrase: SecretString, dump: &Dump) -> Result<u64, Error> {
    let draft = partial(file);
    // In a directory of several people's, somebody may have laid a link of this name to a file of ours.
    let flags = OFlag::O_NOFOLLOW.bits();
    let open = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).custom_flags(flags).open(&draft);
    let out = open.map_err(|e| refused(&draft, &e))?;
    out.set_permissions(Permissions::from_mode(0o600)).map_err(|e| refused(&draft, &e))?;
    // Held until this process ends, however it ends: what a killed one left is simply written over.
    let out = Flock::lock(out, FlockArg::LockExclusiveNonblock)
        .map_err(|_| Error::Refused(format!("{} is being written by another backup", draft.display())))?;
    let written = out
        .set_len(0)
        .map_err(|e| refused(file, &e))
        .and_then(|()| fill(&out, file, header, passphrase, dump))
        .and_then(|bytes| may_write(file, force).map(|()| bytes))
        .and_then(|bytes| fs::rename(&draft, file).map(|()| bytes).map_err(|e| refused(file, &e)));
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    } else if let Some(directory) = file.parent().filter(|d| !d.as_os_str().is_empty()) {
        // The name too must survive a power cut. Some file systems cannot say so.
        let _ = File::open(directory).and_then(|d| d.sync_all());
    }
    written
}

fn fill(out: &File, file: &Path, header: &Header, passphrase: SecretString, dump: &Dump) -> Result<u64, Error> {
    let mut running = dump.start()?;
    let sealed = seal(BufWriter::new(out), header, passphrase, &mut running.output);
    if let Err(error) = sealed.and_then(|mut w| w.flush()) {
        return Err(refused(file, &error));
    }
    running.finish()?;
    out.sync_all().map_err(|e| refused(file, &e))?;
    out.metadata().map(|m| m.len()).map_err(|e| refused(file, &e))
}

/// Encrypts header and dump into `out`.
fn seal<W: Write>(out: W, header: &Header, passphrase: SecretString, dump: &mut impl Read) -> io::Result<W> {
    let mut sealed = Encryptor::with_user_passphrase(passphrase).wrap_output(out)?;
    let text = serde_json::to_vec(header)?;
    let length = u32::try_from(text.len()).map_err(|_| ErrorKind::FileTooLarge)?;
    sealed.write_all(MAGIC)?;
    sealed.write_all(&length.to_be_bytes())?;
    sealed.write_all(&text)?;
    io::copy(dump, &mut sealed)?;
    sealed.finish()
}

/// One line about a file that could not be written.
fn refused(file: &Path, error: &io::Error) -> Error {
    let shown = file.display();
    Error::Refused(match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            format!("The disk is full: {shown} was not written. Make room, or name a file elsewhere")
        }
        ErrorKind::NotFound => format!("{shown} was not written: its directory does not exist"),
        ErrorKind::PermissionDenied => format!("{shown} was not written: you may not write there"),
        _ => format!("{shown} was not written: {error}"),
    })
}

/// A backup opened with its passphrase, at the beginning of the dump.
pub struct Opened {
    /// What stood in front.
    pub header: Header,
    dump: Box<dyn Read + Send>,
}

impl Opened {
    /// Opens a backup and reads its header.
    pub fn open(file: &Path, passphrase: SecretString) -> Result<Self, Error> {
        let shown = file.display();
        let input = File::open(file).map_err(|e| match e.kind() {
            ErrorKind::NotFound => Error::Refused(format!("{shown} does not exist")),
            ErrorKind::PermissionDenied => Error::Refused(format!("{shown}: you may not read it")),
            _ => Error::Refused(format!("{shown} cannot be read: {e}")),
        })?;
        Self::read(BufReader::new(input), passphrase).map_err(|error| Error::Refused(format!("{shown}: {error}")))
    }

    fn read(input: impl Read + Send + 'static, passphrase: SecretString) -> Result<Self, CannotOpen> {
        let decryptor = Decryptor::new(input).map_err(|_| CannotOpen::NotABackup)?;
        let mut identity = scrypt::Identity::new(passphrase);
        identity.set_max_work_factor(MOST_WORK);
        let mut dump = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)).map_err(CannotOpen::of)?;
        let mut magic = [0; MAGIC.len()];
        let mut length = [0; 4];
        dump.read_exact(&mut magic).map_err(|_| CannotOpen::Damaged)?;
        if magic != *MAGIC {
            return Err(CannotOpen::NotABackup);
        }
        dump.read_exact(&mut length).map_err(|_| CannotOpen::Damaged)?;
        let length = u32::from_be_bytes(length);
        if length > LONGEST_HEADER {
            return Err(CannotOpen::Damaged);
        }
        let mut text = vec![0; length as usize];
        dump.read_exact(&mut text).map_err(|_| CannotOpen::Damaged)?;
        let header = serde_json::from_slice(&text).map_err(|_| CannotOpen::Later)?;
        Ok(Opened { header, dump: Box::new(dump) })
    }
}

impl Read for Opened {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.dump.read(buffer)
    }
}

/// Why a file cannot be restored from.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum CannotOpen {
    #[error("the passphrase is wrong. Nothing was changed")]
    Passphrase,
    #[error("this is not a backup of Hustings. Nothing was changed")]
    NotABackup,
    #[error("the backup is damaged or broke off. Nothing was changed")]
    Damaged,
    #[error("the backup was written by a later version of Hustings. Nothing was changed")]
    Later,
}

impl CannotOpen {
    fn of(error: DecryptError) -> Self {
        match error {
            DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => CannotOpen::Passphrase,
            DecryptError::InvalidMac | DecryptError::Io(_) => CannotOpen::Damaged,
            // Encrypted to a key and not under a passphrase, or with unheard-of work.
            _ => CannotOpen::NotABackup,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn header() -> Header {
        let inventory = Inventory { tables: BTreeMap::from([("public.elector".into(), 7)]), access_log: "aa".into() };
        Header { version: "0".into(), taken_at: DateTime::UNIX_EPOCH, inventory }
    }

    fn sealed(dump: &[u8]) -> Vec<u8> {
        seal(Vec::new(), &header(), "right".into(), &mut { dump }).unwrap()
    }

    fn open(file: Vec<u8>, passphrase: &str) -> Result<(Header, Vec<u8>), CannotOpen> {
        let mut opened = Opened::read(io::Cursor::new(file), passphrase.into())?;
        let mut dump = Vec::new();
        opened.read_to_end(&mut dump).map_err(|_| CannotOpen::Damaged)?;
        Ok((opened.header, dump))
    }

    #[test]
    fn what_was_sealed_is_opened_by_its_passphrase_alone() {
        let dump = vec![7; 200_000];
        let file = sealed(&dump);
        assert!(!file.windows(8).any(|w| w == b"elector\""), "the header is encrypted too");
        let (opened, read) = open(file.clone(), "right").unwrap();
        assert_eq!((opened.inventory, read), (header().inventory, dump));
        assert_eq!(open(file, "wrong").unwrap_err(), CannotOpen::Passphrase);
    }

    #[test]
    fn what_broke_off_or_was_changed_is_noticed() {
        let mut file = sealed(&vec![7; 200_000]);
        assert_eq!(open(file[..file.len() - 70_000].to_vec(), "right").unwrap_err(), CannotOpen::Damaged);
        let last = file.len() - 9;
        file[last] ^= 1;
        assert_eq!(open(file, "right").unwrap_err(), CannotOpen::Damaged);
        assert_eq!(open(b"PGDMP plain".to_vec(), "right").unwrap_err(), CannotOpen::NotABackup);
        assert_eq!(open(Vec::new(), "right").unwrap_err(), CannotOpen::NotABackup);
    }

    /// A disk with room for so many bytes.
    struct Disk(usize);

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_told_in_one_line() {
        let error = seal(Disk(100_000), &header(), "right".into(), &mut io::repeat(7).take(1_000_000)).err().unwrap();
        let told = refused(Path::new("/backups/today"), &error).to_string();
        assert_eq!(told, "The disk is full: /backups/today was not written. Make room, or name a file elsewhere");
    }
}
