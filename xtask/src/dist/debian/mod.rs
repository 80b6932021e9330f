//! The Debian packages with the library, its development files, and the programs. debhelper packs them from what is built.

mod copyright;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use self::copyright::copyright;
use super::build::Build;
use super::parts::{self, PROGRAMS};
use super::target::{Libc, OLDEST_GLIBC, Target};
use super::toolchain::Toolchain;
use super::{archive, elf};
use crate::background::print_line;
use crate::command::{self, Result};
use crate::files::{copy, copy_file, empty, read, write};
use crate::test::dist::emulator::Emulator;
use crate::test::exports;
use crate::{install, paths, third_party};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The revision, which is lower than that of a package in Debian.
const REVISION: &str = "0upstream1";

/// The project publishes no address.
const MAINTAINER: &str = "The libzexa authors <noreply@zexa.example>";

/// The tools that pack, besides debhelper, and their packages.
const TOOLS: [(&str, &str); 3] = [("dpkg-architecture", "dpkg-dev"), ("dpkg-deb", "dpkg"), ("make", "make")];

/// Shells, and the files with their completions of the program `zexa`.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "bash-completion/completions/zexa"),
    ("fish", "fish/vendor_completions.d/zexa.fish"),
    ("zsh", "zsh/vendor-completions/_zexa"),
];

/// Languages of the man pages: locale, and folder.
const MAN_PAGES: [(&str, &str); 2] = [("C.UTF-8", "man1"), ("pt_PT.UTF-8", "pt/man1")];

/// The libraries of Debian's package libc6.
const LIBC6: [&str; 7] =
    ["ld-linux", "libc.so.", "libdl.so.", "libm.so.", "libpthread.so.", "librt.so.", "libutil.so."];

/// The name of the package with the shared library: that of the SONAME.
pub(crate) fn library_package() -> String {
    install::soname(VERSION).replace(".so.", "")
}

/// The version of the packages.
pub(crate) fn version() -> String {
    format!("{VERSION}-{REVISION}")
}

/// The name of a package's file.
pub(crate) fn file_name(package: &str, target: &Target) -> String {
    format!("{package}_{}_{}.deb", version(), architecture(target))
}

/// Debian's name of the architecture.
pub(crate) fn architecture(target: &Target) -> &'static str {
    match target.architecture {
        "aarch64" => "arm64",
        "x86_64" => "amd64",
        other => other,
    }
}

/// Writes the packages to a folder.
pub(super) fn make(build: &Build, _: &Toolchain, to: &Path) -> Result {
    if build.target.libc != Libc::Glibc {
        print_line!("skipped: Debian has glibc");
        return Ok(());
    }
    command::require(&TOOLS)?;
    if !command::is_installed("dh", []) {
        return Err("dh is missing: apt-get install debhelper".to_owned());
    }
    for file in ["libzexa_ffi.so"].iter().chain(&PROGRAMS) {
        check_needs(&exports::needed(&build.file(file))?).map_err(|reason| format!("{file}: {reason}"))?;
    }
    let source = Source { build, folder: build.file("debian") };
    source.stage()?;
    source.write_control_files()?;
    source.pack()?;
    copy(&source.folder.join("packages"), to)
}

/// Fails if a library or program needs more than the package libc6.
fn check_needs(needed: &[String]) -> Result {
    match needed.iter().find(|name| !LIBC6.iter().any(|library| name.starts_with(library))) {
        Some(other) => {
            Err(format!("needs {other}, which is not in libc6: add its package to xtask/dist/debian/control"))
        }
        None => Ok(()),
    }
}

/// The folder in which debhelper packs.
struct Source<'a> {
    build: &'a Build,
    folder: PathBuf,
}

impl Source<'_> {
    /// A folder of the files to install, created if it does not exist.
    fn installed(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join("files/usr").join(name);
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(folder)
    }

    /// Assembles the files to install, with the paths that they have in the packages.
    fn stage(&self) -> Result {
        empty(&self.folder)?;
        empty(&self.folder.join("packages"))?;
        let system = self.build.target.system();
        let libraries = install::Libraries {
            shared: self.build.file("libzexa_ffi.so"),
            archive: self.build.file("libzexa_ffi.a"),
            binutils: |program| self.build.target.binutils(program),
        };
        install::to_root(&self.folder.join("files"), &format!("lib/{system}"), &libraries)?;
        // The licences are in the files `copyright`.
        empty(&self.installed("share/doc/zexa")?)?;
        let bin = self.installed("bin")?;
        for program in PROGRAMS {
            copy_file(&self.build.file(program), &bin.join(program))?;
        }
        // The lists of crates differ between architectures, whose packages can be installed together.
        let lists = [(library_package(), "libzexa", "libzexa_ffi.so")].into_iter();
        for (package, name, file) in lists.chain(PROGRAMS.map(|program| ("zexa".to_owned(), program, program))) {
            let doc = self.installed(&format!("share/doc/{package}"))?;
            copy_file(&self.build.sbom(file), &doc.join(parts::sbom(&format!("{name}.{system}"))))?;
        }
        self.stage_man_pages_and_completions()
    }

    fn stage_man_pages_and_completions(&self) -> Result {
        for (locale, folder) in MAN_PAGES {
            let folder = self.installed(&format!("share/man/{folder}"))?;
            command::output(self.zexa(locale)?.arg("man").arg(&folder))?;
        }
        for (shell, file) in COMPLETIONS {
            let script = command::output(self.zexa("C.UTF-8")?.args(["completion", shell]))?;
            let file = self.folder.join("files/usr/share").join(file);
            let folder = file.parent().expect("a file is in a folder");
            fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
            write(&file, &script)?;
        }
        Ok(())
    }

    /// The program `zexa`, without the configuration of the user.
    fn zexa(&self, locale: &str) -> Result<Command> {
        let program = self.build.file("zexa");
        let mut zexa = match self.build.target.is_this_architecture() {
            true => Command::new(program),
            false => Emulator::prepare()?.command(&program),
        };
        zexa.env_clear().env("LC_ALL", locale).env("HOME", &self.folder);
        if let Some(path) = std::env::var_os("PATH") {
            zexa.env("PATH", path);
        }
        Ok(zexa)
    }

    /// Writes the files that describe the packages.
    fn write_control_files(&self) -> Result {
        let templates = paths::root().join("xtask/dist/debian");
        let debian = self.folder.join("debian");
        empty(&debian)?;
        copy_file(&templates.join("rules"), &debian.join("rules"))?;
        let library = library_package();
        for (template, file) in [
            ("control", "control".to_owned()),
            ("library.install", format!("{library}.install")),
            ("libzexa-dev.install", "libzexa-dev.install".to_owned()),
            ("zexa.install", "zexa.install".to_owned()),
        ] {
            let text = read(&templates.join(template))?;
            write(&debian.join(file), &self.fill(&text)?)?;
        }
        write(&debian.join("changelog"), &changelog(&date()?))?;
        let introduction = read(&templates.join("copyright"))?;
        for (packages, licences) in [(&[library.as_str(), "libzexa-dev"][..], "ffi-c"), (&["zexa"], "cli")] {
            let licences = read(&paths::root().join(licences).join(third_party::FILE))?;
            for package in packages {
                write(&debian.join(format!("{package}.copyright")), &copyright(&introduction, &licences))?;
            }
        }
        self.add_debug_symbols(&format!("{library}-dbgsym"), "ffi-c", &["libzexa_ffi.so"])?;
        self.add_debug_symbols("zexa-dbgsym", "cli", &PROGRAMS)?;
        copy_file(&paths::root().join("CHANGELOG.md"), &self.folder.join("CHANGELOG.md"))
    }

    /// Replaces the names in a template.
    fn fill(&self, template: &str) -> Result<String> {
        let programs: Result<Vec<_>> = PROGRAMS.iter().map(|program| self.build_id(program)).collect();
        let filled = template
            .replace("@library@", &library_package())
            .replace("@soname@", &install::soname(VERSION))
            .replace("@maintainer@", MAINTAINER)
            .replace("@glibc@", &format!("{}.{}", OLDEST_GLIBC.0, OLDEST_GLIBC.1))
            .replace("@library-build-id@", &self.build_id("libzexa_ffi.so")?)
            .replace("@program-build-ids@", &programs?.join(" "));
        Ok(filled)
    }

    fn build_id(&self, file: &str) -> Result<String> {
        elf::build_id(&self.build.file(file))
    }

    /// Adds the files with the debug symbols of libraries or programs to their package.
    fn add_debug_symbols(&self, package: &str, licences: &str, files: &[&str]) -> Result {
        let debian = self.folder.join("debian");
        let mut list = String::new();
        for file in files {
            let id = self.build_id(file)?;
            let (folder, name) = id.split_at(2);
            let symbols = format!("{folder}/{name}.debug");
            let to = self.installed(&format!("lib/debug/.build-id/{folder}"))?.join(format!("{name}.debug"));
            copy_file(&self.build.debug_symbols().join(&symbols), &to)?;
            list += &format!("usr/lib/debug/.build-id/{symbols}\n");
        }
        write(&debian.join(format!("{package}.install")), &list)?;
        let licences = read(&paths::root().join(licences).join(third_party::FILE))?;
        let introduction = read(&paths::root().join("xtask/dist/debian/copyright"))?;
        write(&debian.join(format!("{package}.copyright")), &copyright(&introduction, &licences))
    }

    /// Packs with debhelper.
    fn pack(&self) -> Result {
        let mut rules = Command::new("dpkg-architecture");
        rules.args(["--host-arch", architecture(self.build.target), "--force", "--command", "debian/rules", "binary"]);
        rules.current_dir(&self.folder).env("SOURCE_DATE_EPOCH", archive::time()?.to_string());
        rules.env("LC_ALL", "C.UTF-8");
        // Options in the environment would change the packages.
        for name in ["DEB_BUILD_OPTIONS", "DEB_BUILD_PROFILES", "DH_OPTIONS", "DH_VERBOSE", "MAKEFLAGS", "MFLAGS"] {
            rules.env_remove(name);
        }
        command::output(&mut rules).map(drop)
    }
}

/// The file `changelog`, with one version: the others are in CHANGELOG.md.
fn changelog(date: &str) -> String {
    format!(
        "libzexa ({}) unstable; urgency=medium\n\n  * Version {VERSION}. The file changelog.gz describes the changes.\n\n -- {MAINTAINER}  {date}\n",
        version()
    )
}

/// The time of the files in the packages, as in mail.
fn date() -> Result<String> {
    let time = format!("--date=@{}", archive::time()?);
    let date = command::output(Command::new("date").args(["--utc", "--rfc-email", &time]).env("LC_ALL", "C"))?;
    Ok(date.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_of_the_library_has_the_name_of_its_soname() {
        let package = library_package();
        assert!(package.starts_with("libzexa") && package.ends_with(|end: char| end.is_ascii_digit()), "{package}");
        assert_eq!(install::soname(VERSION), package.replace("libzexa", "libzexa.so."));
        let target = Target::find("aarch64-unknown-linux-gnu").expect("a target");
        assert_eq!(file_name("zexa", target), format!("zexa_{VERSION}-0upstream1_arm64.deb"));
    }

    #[test]
    fn libraries_of_other_packages_are_rejected() {
        let needed = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(check_needs(&needed(&["libc.so.6", "ld-linux-x86-64.so.2", "libpthread.so.0"])), Ok(()));
        for other in ["libgcc_s.so.1", "libssl.so.3", "libcrypt.so.1"] {
            assert!(check_needs(&needed(&["libc.so.6", other])).is_err(), "{other}");
        }
    }

    #[test]
    fn the_changelog_can_be_parsed() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("changelog");
        fs::write(&file, changelog(&date().expect("a date"))).expect("is written");
        let mut parse = Command::new("dpkg-parsechangelog");
        // Fails if the tool is missing: only Debian has it.
        if let Ok(version) = command::output(parse.args(["--show-field", "Version", "--file"]).arg(&file)) {
            assert_eq!(version.trim_end(), super::version());
        }
    }
}
