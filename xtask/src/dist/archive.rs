//! Reproducible archives, and checksums.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{self, Result};
use crate::files::write;
use crate::paths;
use crate::python::PYTHON;

/// The file with the checksums of the files in a folder.
const SUMS: &str = "SHA256SUMS";

/// Packs a folder as `NAME.tar.gz` in another folder. The same content has the same archive: names are sorted, owners are numbers, and times are that of the
/// commit.
pub(crate) fn pack(folder: &Path, to: &Path) -> Result<PathBuf> {
    let name = folder.file_name().expect("the folder has a name").to_string_lossy().into_owned();
    let file = to.join(format!("{name}.tar"));
    let mut tar = Command::new("tar");
    tar.args(["--sort=name", "--format=ustar", "--owner=0", "--group=0", "--numeric-owner", "--mode=u=rwX,go=rX"]);
    tar.arg(format!("--mtime=@{}", time()?)).arg("-C").arg(folder.parent().expect("it is in a folder"));
    command::output(tar.arg("-cf").arg(&file).arg(&name))?;
    // Without the name and the time of the file.
    command::output(Command::new("gzip").args(["-9", "--no-name", "--force"]).arg(&file))?;
    Ok(to.join(format!("{name}.tar.gz")))
}

/// Packs a folder as `NAME.zip` in another folder, with the same rules.
pub(crate) fn zip(folder: &Path, to: &Path) -> Result<PathBuf> {
    let name = folder.file_name().expect("the folder has a name").to_string_lossy().into_owned();
    let file = to.join(format!("{name}.zip"));
    let mut zip = Command::new(PYTHON);
    zip.arg(paths::root().join("xtask/dist/zip.py")).arg(folder).arg(&file).arg(time()?.to_string());
    command::output(&mut zip)?;
    Ok(file)
}

/// Unpacks an archive.
pub(crate) fn unpack(archive: &Path, to: &Path) -> Result {
    if archive.extension().is_some_and(|extension| extension == "zip") {
        return command::output(Command::new(PYTHON).args(["-m", "zipfile", "-e"]).arg(archive).arg(to)).map(drop);
    }
    command::output(Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(to)).map(drop)
}

/// The time of the files in archives, in seconds: `SOURCE_DATE_EPOCH`, or the time of the commit.
pub(crate) fn time() -> Result<u64> {
    let time = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(time) => time,
        Err(_) => command::output(Command::new("git").args(["log", "-1", "--format=%ct"]).current_dir(paths::root()))?,
    };
    time.trim().parse().map_err(|_| format!("SOURCE_DATE_EPOCH must be a number of seconds, got {time:?}"))
}

/// Writes the checksums of all files in a folder to `SHA256SUMS`.
pub(crate) fn write_sums(folder: &Path) -> Result<PathBuf> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect::<std::io::Result<Vec<_>>>())
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    names.retain(|name| name != SUMS);
    names.sort();
    let sums = command::output(Command::new("sha256sum").current_dir(folder).arg("--").args(names))?;
    let file = folder.join(SUMS);
    write(&file, &sums)?;
    Ok(file)
}

/// Checks the files in a folder against `SHA256SUMS`.
pub(crate) fn check_sums(folder: &Path) -> Result {
    command::output(Command::new("sha256sum").args(["--check", "--strict", "--quiet", SUMS]).current_dir(folder))
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder `a-1` with two files.
    fn content(folder: &Path) -> PathBuf {
        let content = folder.join("a-1");
        fs::create_dir(&content).expect("a new folder");
        fs::write(content.join("one"), "1").expect("is written");
        fs::write(content.join("two"), "2").expect("is written");
        content
    }

    #[test]
    fn the_same_content_has_the_same_archive() {
        for (pack, name) in [(pack as fn(&Path, &Path) -> Result<PathBuf>, "a-1.tar.gz"), (zip, "a-1.zip")] {
            let [first, second] = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
            let [one, other] =
                [&first, &second].map(|folder| pack(&content(folder.path()), folder.path()).expect("packed"));
            assert_eq!(one.file_name(), Some(name.as_ref()));
            assert_eq!(fs::read(&one).expect("a file"), fs::read(&other).expect("a file"));
            let unpacked = tempfile::tempdir().expect("a folder");
            unpack(&one, unpacked.path()).expect("is unpacked");
            assert_eq!(fs::read_to_string(unpacked.path().join("a-1/two")).expect("is there"), "2");
        }
    }

    #[test]
    fn a_changed_file_has_another_checksum() {
        let folder = tempfile::tempdir().expect("a folder");
        let content = content(folder.path());
        write_sums(&content).expect("written");
        assert_eq!(check_sums(&content), Ok(()));
        // The checksums do not contain that of their own file.
        write_sums(&content).expect("written again");
        assert_eq!(check_sums(&content), Ok(()));
        fs::write(content.join("two"), "3").expect("is written");
        assert!(check_sums(&content).is_err());
    }
}
