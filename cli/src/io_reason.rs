//! Why a file or a socket failed, in the language of the user.

use std::io;

use crate::texts::text;

/// Return the reason of an error of the system. An unusual one is in the language of the system.
pub(crate) fn io_reason(error: &io::Error) -> String {
    use io::ErrorKind;

    match error.kind() {
        ErrorKind::NotFound => text!("io-not-found"),
        ErrorKind::PermissionDenied => text!("io-permission"),
        ErrorKind::IsADirectory => text!("io-folder"),
        ErrorKind::NotADirectory => text!("io-not-folder"),
        ErrorKind::AlreadyExists => text!("io-exists"),
        ErrorKind::ReadOnlyFilesystem => text!("io-read-only"),
        ErrorKind::StorageFull => text!("io-full"),
        ErrorKind::AddrInUse => text!("io-address-in-use"),
        ErrorKind::AddrNotAvailable => text!("io-address-unavailable"),
        ErrorKind::ConnectionRefused => text!("io-refused"),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::UnexpectedEof => text!("io-reset"),
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable => text!("io-unreachable"),
        ErrorKind::TimedOut | ErrorKind::WouldBlock => text!("io-timeout"),
        ErrorKind::InvalidData => text!("io-invalid"),
        _ => error.to_string(),
    }
}
