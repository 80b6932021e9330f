//! The file of a ledger: its path, its creation, and the file system that it is on.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

use super::location::NOT_A_FILE;
use crate::{Error, Result};

/// A file that exists.
#[derive(Debug)]
pub(crate) struct LedgerFile {
    /// The absolute path, without symbolic links.
    pub(crate) path: PathBuf,
    /// Whether the file was created just now.
    pub(crate) is_new: bool,
    /// The device and the inode of the file.
    identity: (u64, u64),
}

impl LedgerFile {
    /// Finds the file, or creates an empty one that only its owner can read.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config) if the file does not exist and must not be created, or is not a file.
    pub(crate) fn open(path: &Path, create: bool) -> Result<LedgerFile> {
        if path.as_os_str().is_empty() {
            return Err(Error::config("ledger", "must not be empty: set the path of a file"));
        }
        if path.to_str().is_some_and(|path| path.contains("://")) {
            return Err(Error::config("ledger", NOT_A_FILE));
        }
        let absolute = std::path::absolute(path).map_err(|error| cannot("find", path, &error))?;
        let is_new = match fs::metadata(&absolute) {
            Ok(metadata) if metadata.is_file() => false,
            Ok(_) => return Err(about(&absolute, "is not a file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound && create => {
                let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&absolute);
                match created {
                    Ok(_) => true,
                    // Another process was faster.
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => false,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {
                        return Err(about(&absolute, "cannot be created: its directory does not exist"));
                    }
                    Err(error) => return Err(cannot("create", &absolute, &error)),
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(about(&absolute, "does not exist")),
            Err(error) => return Err(cannot("open", &absolute, &error)),
        };
        let path = fs::canonicalize(&absolute).map_err(|error| cannot("open", &absolute, &error))?;
        let identity = identity(&path).map_err(|error| cannot("open", &path, &error))?;
        Ok(LedgerFile { path, is_new, identity })
    }

    /// Whether the path still leads to the file. If not, the ledger was moved, deleted or replaced, and another program would not see its rows.
    pub(crate) fn is_in_place(&self) -> bool {
        identity(&self.path).is_ok_and(|identity| identity == self.identity)
    }

    /// The size of the file in bytes.
    pub(crate) fn size(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |metadata| metadata.len())
    }

    /// Whether the file is empty, and its journal shows that it was a ledger: after a commit, the journal remains, with zeros instead of its header.
    /// To be called before a transaction begins, because SQLite then deletes the journal of an empty file.
    pub(crate) fn was_emptied(&self) -> bool {
        // A journal without its ledger belongs to a ledger that was deleted.
        if self.is_new || self.size() > 0 {
            return false;
        }
        let mut header = [u8::MAX; 8];
        let journal = File::open(with_suffix(&self.path, JOURNAL));
        journal.and_then(|mut journal| journal.read_exact(&mut header)).is_ok() && header == [0; 8]
    }

    /// Creates the journal if it does not exist, so that it is found after a power failure.
    ///
    /// SQLite would do this for each transaction, because it does not know whether the journal is new; our builds leave it out. To be called after
    /// a transaction has begun, and before it changes anything: SQLite deletes the journal of an empty file when a transaction begins.
    pub(crate) fn keep_journal(&self) -> io::Result<()> {
        let journal = with_suffix(&self.path, JOURNAL);
        let ledger = fs::metadata(&self.path)?;
        let created = OpenOptions::new().write(true).create_new(true).mode(ledger.mode() & 0o777).open(&journal);
        match created {
            Ok(journal) => {
                // A ledger can have another owner if this is root. Others cannot change the owner, and do not need to.
                let _ = fchown(&journal, Some(ledger.uid()), Some(ledger.gid()));
                File::open(self.path.parent().unwrap_or(Path::new("/")))?.sync_all()
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Whether a path leads to the file, to its journal or to its lock file.
    pub(crate) fn contains(&self, path: &Path) -> bool {
        let own = ["", JOURNAL, LOCK].map(|suffix| identity(&with_suffix(&self.path, suffix)).ok());
        identity(path).is_ok_and(|found| found == self.identity || own.contains(&Some(found)))
    }
}

/// The suffix of the journal of a ledger.
const JOURNAL: &str = "-journal";

/// The suffix of the lock file of a ledger.
pub(super) const LOCK: &str = "-lock";

/// The path of a file next to the ledger.
pub(super) fn with_suffix(ledger: &Path, suffix: &str) -> PathBuf {
    let mut path = ledger.as_os_str().to_owned();
    path.push(suffix);
    PathBuf::from(path)
}

/// The device and the inode of the file that a path leads to.
pub(super) fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::metadata(path).map(|metadata| identity_of(&metadata))
}

/// The device and the inode of a file.
pub(super) fn identity_of(metadata: &fs::Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

/// The error of a ledger that cannot be used.
pub(crate) fn about(path: &Path, reason: &str) -> Error {
    Error::config("ledger", format_args!("{} {reason}", path.display()))
}

fn cannot(verb: &str, path: &Path, error: &io::Error) -> Error {
    Error::config("ledger", format_args!("cannot {verb} {}: {error}", path.display()))
}

/// What is special about a file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileSystem {
    /// Keeps files.
    Usual,
    /// Loses files when the machine or the container stops.
    Temporary,
    /// Other machines can use it at the same time, and their locks may not be seen.
    Network,
}

impl FileSystem {
    #[cfg(target_os = "linux")]
    pub(crate) fn of(path: &Path) -> FileSystem {
        // From linux/magic.h, and from the file systems themselves.
        const TEMPORARY: [i64; 3] = [0x0102_1994, 0x8584_58f6, 0x794c_7630]; // tmpfs, ramfs, overlayfs
        const NETWORK: [i64; 9] = [
            0x6969,      // NFS
            0x517b,      // SMB
            0xff53_4d42, // CIFS
            0xfe53_4d42, // SMB2
            0x0102_1997, // 9P
            0x5346_414f, // AFS
            0x00c3_6400, // Ceph
            0x0bd0_0bd0, // Lustre
            0x7375_7245, // Coda
        ];
        let Ok(found) = nix::sys::statfs::statfs(path) else { return FileSystem::Usual };
        #[allow(clippy::unnecessary_cast, reason = "the type depends on the architecture")]
        match found.filesystem_type().0 as i64 & 0xffff_ffff {
            magic if TEMPORARY.contains(&magic) => FileSystem::Temporary,
            magic if NETWORK.contains(&magic) => FileSystem::Network,
            _ => FileSystem::Usual,
        }
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn of(_: &Path) -> FileSystem {
        FileSystem::Usual
    }
}
