//! The profile file, which holds API keys: `zexa/config.toml` in the folder for configuration.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use toml::{Table, Value};

use crate::failure::{Failure, Result};
use crate::output::printable;
use crate::texts::text;

/// The profile that is used without `--profile`.
pub(crate) const DEFAULT: &str = "default";

/// The table of the file that contains the profiles.
const PROFILES: &str = "profiles";

/// The settings of a profile.
const SETTINGS: [&str; 2] = ["api_key", "base_url"];

/// An API key, and where it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Profile {
    pub(crate) api_key: String,
    /// Absent for the API itself.
    pub(crate) base_url: Option<String>,
}

/// Return the path of the file.
pub(crate) fn path() -> Result<PathBuf> {
    let folders = etcetera::choose_base_strategy().map_err(|_| Failure::Local(text!("profile-no-home")))?;
    Ok(folders.config_dir().join("zexa").join("config.toml"))
}

/// Read a profile.
pub(crate) fn read(name: &str) -> Result<Profile> {
    let path = path()?;
    let file = read_file(&path)?.unwrap_or_default();
    let profiles = file.get(PROFILES);
    let profile = profiles.and_then(|profiles| profiles.get(name));
    let field = |field: &str| profile?.get(field)?.as_str().filter(|value| !value.is_empty()).map(str::to_owned);
    let is_incomplete = profile.is_some() || profiles.is_some_and(|profiles| !profiles.is_table());
    let shown = path.display().to_string();
    // Without it, or with a misspelt name, the key would be sent to another server.
    let is_url_unusable = profile.and_then(|profile| profile.get("base_url")).is_some_and(|url| !url.is_str());
    let mut settings = profile.and_then(Value::as_table).into_iter().flat_map(Table::keys);
    if let Some(unknown) = settings.find(|setting| !SETTINGS.contains(&setting.as_str())) {
        let unknown = printable(unknown);
        return Err(Failure::BadKey(text!("profile-unknown-setting", name = name, path = shown, setting = unknown)));
    }
    match field("api_key") {
        Some(_) if is_url_unusable => Err(Failure::BadKey(text!("profile-bad-url", name = name, path = shown))),
        Some(api_key) => Ok(Profile { api_key, base_url: field("base_url") }),
        None if is_incomplete => Err(Failure::BadKey(text!("profile-no-key", name = name, path = shown))),
        None if name == DEFAULT => Err(Failure::NoKey(text!("key-missing"))),
        None => Err(Failure::BadKey(text!("profile-missing", name = name, path = shown))),
    }
}

/// Fail if the file could not be written, because it is not one with profiles.
pub(crate) fn check_file() -> Result<()> {
    let path = path()?;
    match read_file(&path)?.unwrap_or_default().get(PROFILES) {
        Some(profiles) if !profiles.is_table() => Err(invalid(&path, 1)),
        _ => Ok(()),
    }
}

/// Write a profile. The other profiles and unknown settings are kept. Returns the path of the file.
pub(crate) fn write(name: &str, profile: &Profile) -> Result<PathBuf> {
    let path = path()?;
    let mut file = read_file(&path)?.unwrap_or_default();
    let mut fields = Table::new();
    fields.insert("api_key".to_owned(), Value::from(profile.api_key.clone()));
    if let Some(url) = &profile.base_url {
        fields.insert("base_url".to_owned(), Value::from(url.clone()));
    }
    match file.entry(PROFILES).or_insert_with(|| Value::Table(Table::new())) {
        Value::Table(profiles) => profiles.insert(name.to_owned(), Value::Table(fields)),
        _ => return Err(invalid(&path, 1)),
    };
    replace(&path, &file.to_string()).map_err(|error| Failure::file(&path, &error))?;
    Ok(path)
}

/// Reads the file. `None` if it does not exist.
fn read_file(path: &Path) -> Result<Option<Table>> {
    // A pipe would have to be written by another program first.
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        return Err(Failure::BadKey(text!("profile-not-file", path = path.display().to_string())));
    }
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::file(path, &error)),
    };
    check_is_private(path, &file)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|error| Failure::file(path, &error))?;
    let text = String::from_utf8_lossy(&bytes);
    // The message of the parser may contain the key.
    let line_of = |error: &toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        text.get(..start).map_or(1, |before| before.matches('\n').count() + 1)
    };
    text.parse().map(Some).map_err(|error| invalid(path, line_of(&error)))
}

/// Refuses a file that other users can read.
#[cfg(unix)]
fn check_is_private(path: &Path, file: &File) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let mode = file.metadata().map_err(|error| Failure::file(path, &error))?.permissions().mode();
    match mode & 0o077 {
        0 => Ok(()),
        _ => Err(Failure::BadKey(text!("profile-not-private", path = path.display().to_string()))),
    }
}

#[cfg(not(unix))]
fn check_is_private(_: &Path, _: &File) -> Result<()> {
    Ok(())
}

/// Replaces the file atomically: another process reads the old or the new one. A symbolic link, such as one into a folder with the settings of several machines,
/// is kept.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let target = fs::canonicalize(path);
    let path = target.as_deref().unwrap_or(path);
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut builder = DirBuilder::new();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        builder.mode(0o700);
        options.mode(0o600);
    }
    builder.recursive(true).create(folder)?;
    let new = folder.join(format!(".config.toml.{}", std::process::id()));
    let written = options.open(&new).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&new, path)).inspect_err(|_| drop(fs::remove_file(&new)))
}

fn invalid(path: &Path, line: usize) -> Failure {
    Failure::BadKey(text!("profile-invalid", path = path.display().to_string(), line = line))
}
