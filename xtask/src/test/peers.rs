//! The step `peers`: the Rust client with real servers and proxies, as far as they are installed.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::background::print_line;
use crate::command::{self, Result, cargo_workspace};

/// Where Debian installs servers. The `PATH` of some users does not contain it.
const SYSTEM_PROGRAMS: &str = "/usr/sbin";

/// Modules of `core/tests/peers` that need the same programs.
struct Peer {
    modules: &'static [&'static str],
    /// Programs with their Debian packages.
    programs: &'static [(&'static str, &'static str)],
}

const PEERS: [Peer; 4] = [
    Peer { modules: &["draining", "nginx", "portal"], programs: &[("nginx", "nginx-light"), ("openssl", "openssl")] },
    Peer { modules: &["openssl"], programs: &[("openssl", "openssl")] },
    Peer { modules: &["tinyproxy"], programs: &[("tinyproxy", "tinyproxy")] },
    Peer { modules: &["microsocks"], programs: &[("microsocks", "microsocks")] },
];

impl Peer {
    /// The programs that are not installed, with their packages.
    fn missing(&self) -> impl Iterator<Item = &(&'static str, &'static str)> {
        self.programs.iter().filter(|(program, _)| !is_installed(program))
    }
}

/// Runs the tests of the peers that are installed, and names the others.
pub(crate) fn check() -> Result {
    let mut modules = Vec::new();
    for peer in &PEERS {
        match peer.missing().next() {
            None => modules.extend(peer.modules.iter().map(|module| format!("{module}::"))),
            Some((program, package)) => {
                print_line!(
                    "skipped: {}, because {program} is not installed: apt-get install {package}",
                    peer.modules.join(", ")
                );
            }
        }
    }
    let mut test = cargo_workspace("test", &["--test", "peers", "--", "--ignored"]);
    command::run(test.args(modules).env("PATH", path()))
}

/// The reason why no peer can be tested. `None` if at least one is installed.
pub(crate) fn unavailable() -> Option<String> {
    let missing: Vec<_> = PEERS.iter().flat_map(Peer::missing).map(|(_, package)| *package).collect();
    let is_available = PEERS.iter().any(|peer| peer.missing().next().is_none());
    (!is_available).then(|| format!("no server or proxy is installed: apt-get install {}", missing.join(" ")))
}

fn is_installed(program: &str) -> bool {
    command::is_installed(program, [PathBuf::from(SYSTEM_PROGRAMS)])
}

fn path() -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain([PathBuf::from(SYSTEM_PROGRAMS)]);
    env::join_paths(folders).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;
    use crate::paths;

    #[test]
    fn all_modules_with_tests_are_run() {
        let folder = paths::root().join("core/tests/peers");
        let files = fs::read_dir(folder).expect("the tests").map(|entry| entry.expect("a file").path());
        let with_tests = files.filter(|file| fs::read_to_string(file).expect("a file").contains("#[test]"));
        let modules: BTreeSet<_> = with_tests.map(|file| file.file_stem().expect("a name").to_owned()).collect();
        let known = PEERS.iter().flat_map(|peer| peer.modules).map(OsString::from).collect();
        assert_eq!(modules, known);
    }

    #[test]
    fn a_program_is_found_by_its_name() {
        assert!(is_installed("sh") && !is_installed("no-such-program"));
    }
}
