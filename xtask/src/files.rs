//! Reads, writes and copies files. Errors name the path.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::command::Result;

/// Reads a file.
pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Writes a file.
pub(crate) fn write(path: &Path, text: &str) -> Result {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Copies a file.
pub(crate) fn copy_file(from: &Path, to: &Path) -> Result {
    fs::copy(from, to).map(drop).map_err(|error| format!("{}: {error}", from.display()))
}

/// Copies a file to a folder, and returns its new path.
pub(crate) fn copy_into(file: &Path, folder: &Path) -> Result<PathBuf> {
    let to = folder.join(file.file_name().expect("it is a file"));
    copy_file(file, &to)?;
    Ok(to)
}

/// Copies a folder with its content, except `node_modules`.
pub(crate) fn copy(from: &Path, to: &Path) -> Result {
    let in_folder = |error: std::io::Error| format!("{}: {error}", from.display());
    fs::create_dir_all(to).map_err(in_folder)?;
    for entry in fs::read_dir(from).map_err(in_folder)? {
        let entry = entry.map_err(in_folder)?;
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        match path.is_dir() {
            true if entry.file_name() == OsStr::new("node_modules") => {}
            true => copy(&path, &to)?,
            false => copy_file(&path, &to)?,
        }
    }
    Ok(())
}

/// Creates the folder, or empties it.
pub(crate) fn empty(folder: &Path) -> Result {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))
}

/// The only file in the folder with this ending.
pub(crate) fn only_file(folder: &Path, ending: &str) -> Result<PathBuf> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let files: Vec<_> = files.filter(|file| file.to_string_lossy().ends_with(ending)).collect();
    match <[PathBuf; 1]>::try_from(files) {
        Ok([file]) => Ok(file),
        Err(files) => Err(format!("expected one *{ending} in {}, found {}", folder.display(), files.len())),
    }
}
