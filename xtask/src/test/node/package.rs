//! The step `node-package`: checks the content of the archives, their manifests, and the system libraries that the addon needs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::background::print_line;
use crate::command::{self, Result};
use crate::files::read;
use crate::node::Node;
use crate::npm::{self, Archives};
use crate::test::exports;
use crate::{paths, release, third_party};

const VERSION: &str = env!("CARGO_PKG_VERSION");
const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];
/// Files that npm adds to the `files` of a manifest.
const ALWAYS: [&str; 2] = ["README.md", "package.json"];
/// The files in `lib` of the main package. The other modules are in `index.js`.
const LIBRARY: [&str; 4] = ["lib/index.d.mts", "lib/index.d.ts", "lib/index.js", "lib/index.mjs"];
/// Manifest keys that run scripts at installation, or add dependencies.
const NEVER: [&str; 6] =
    ["scripts", "dependencies", "devDependencies", "peerDependencies", "bundleDependencies", "gypfile"];

pub(crate) fn check() -> Result {
    let system = npm::system()?;
    check_manifests()?;
    let archives = Archives::build()?;
    let modules = npm::packages()?.folder().join("node_modules");

    let main = modules.join(npm::MAIN);
    check_files(&main, &ALWAYS.iter().chain(&LICENCES).chain(&LIBRARY).map(|name| (*name).to_owned()).collect())?;
    check_modules(&read(&main.join("lib").join("index.js"))?)?;

    let name = npm::addon_package(system);
    let addon = modules.join(&name);
    let binary = format!("zexa.{system}.node");
    let wanted = ALWAYS
        .iter()
        .chain(&LICENCES)
        .copied()
        .chain([binary.as_str(), third_party::FILE])
        .map(str::to_owned)
        .collect();
    check_files(&addon, &wanted)?;
    check_addon(&addon.join(&binary))?;

    for folder in [npm::staged(npm::MAIN), npm::staged(system)] {
        check_publishable(&Node::find()?, &folder)?;
    }
    print_line!(
        "zexa has {}, {name} {}, its addon {}",
        size(&archives.main),
        size(&archives.addon),
        size(&addon.join(&binary))
    );
    Ok(())
}

/// Checks that all manifests have the version of the workspace, and refer to each other.
fn check_manifests() -> Result {
    let folder = npm::sources();
    let manifest = Manifest::read(&folder)?;
    manifest.check("zexa")?;
    let loader = read(&folder.join("lib").join("native.js"))?;
    let mut packages = BTreeSet::new();
    for system in names(&folder.join("npm"))? {
        let package = npm::addon_package(&system);
        let addon = Manifest::read(&folder.join("npm").join(&system))?;
        addon.check(&package)?;
        for list in ["os", "cpu", "libc"] {
            // Only Linux has several C libraries.
            let is_needed = list != "libc" || system.starts_with("linux-");
            if is_needed && addon.value[list].as_array().is_none_or(Vec::is_empty) {
                return Err(format!("{package} has no `{list}`"));
            }
        }
        if addon.value["main"] != format!("zexa.{system}.node") {
            return Err(format!("`main` of {package} should be zexa.{system}.node"));
        }
        if !loader.contains(&format!("require('{package}')")) {
            return Err(format!("lib/native.js does not load {package}"));
        }
        packages.insert((package, VERSION.to_owned()));
    }
    let optional = manifest.value["optionalDependencies"].as_object();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let named: BTreeSet<_> =
        optional.into_iter().flatten().map(|(name, version)| (name.clone(), text(version))).collect();
    match named == packages {
        true => Ok(()),
        false => {
            Err(format!("`optionalDependencies` of zexa should be the packages of npm/, {packages:?}, not {named:?}"))
        }
    }
}

/// A `package.json`.
struct Manifest {
    value: Value,
}

impl Manifest {
    fn read(folder: &Path) -> Result<Manifest> {
        let file = folder.join("package.json");
        let value = serde_json::from_str(&read(&file)?).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(Manifest { value })
    }

    /// Checks the keys that every package has, and that none of `NEVER` is there.
    fn check(&self, name: &str) -> Result {
        let oldest = format!(">={}", crate::node::OLDEST);
        let wanted =
            [("name", name), ("version", VERSION), ("license", "MIT OR Apache-2.0"), ("homepage", "https://zexa.ao")];
        for (key, wanted) in wanted {
            if self.value[key] != wanted {
                return Err(format!("`{key}` of {name} should be {wanted:?}, not {}", self.value[key]));
            }
        }
        if self.value["engines"]["node"] != oldest.as_str() {
            return Err(format!("`engines.node` of {name} should be {oldest:?}"));
        }
        match NEVER.into_iter().find(|key| self.value.get(key).is_some()) {
            Some(key) => Err(format!("{name} should have no `{key}`")),
            None => Ok(()),
        }
    }
}

/// Checks the packed files, by those that npm installed.
fn check_files(installed: &Path, wanted: &BTreeSet<String>) -> Result {
    let found = files(installed)?;
    let name = installed.file_name().unwrap_or_default().to_string_lossy();
    let missing = wanted.difference(&found).map(|file| format!("{name} lacks {file}"));
    let unexpected = found.difference(wanted).map(|file| format!("{name} contains {file}, which is not expected"));
    let problems: Vec<_> = missing.chain(unexpected).collect();
    if !problems.is_empty() {
        return Err(problems.join("\n"));
    }
    for licence in LICENCES {
        if read(&installed.join(licence))? != read(&paths::root().join(licence))? {
            return Err(format!("{licence} of {name} is not that of the repository"));
        }
    }
    Ok(())
}

/// Checks that the entry point of the package contains all modules, and that none is unused.
fn check_modules(bundle: &str) -> Result {
    let sources = files(&npm::sources().join("lib"))?;
    let modules = sources.iter().filter(|name| name.ends_with(".js") && *name != "index.js");
    let missing: Vec<_> = modules.filter(|name| !bundle.contains(&format!("'{name}'(module, exports) {{\n"))).collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "lib/index.js of the package lacks these modules, because it does not require them: {missing:?}"
        )),
    }
}

/// Checks that the addon exports only the function by which Node loads it, and needs only system libraries.
pub(crate) fn check_addon(addon: &Path) -> Result {
    if !cfg!(target_os = "linux") {
        print_line!("the addon is not checked: this step uses tools of Linux");
        return Ok(());
    }
    command::require(&[("nm", "binutils"), ("readelf", "binutils")])?;
    exports::check_needs(addon)?;
    release::check_paths(addon)?;
    let exported = exports::exported_by(addon)?;
    match exported.iter().map(String::as_str).eq(["napi_register_module_v1"]) {
        true => Ok(()),
        false => Err(format!("the addon should export napi_register_module_v1 alone, but exports {exported:?}")),
    }
}

/// Checks that npm would publish the package without corrections.
fn check_publishable(node: &Node, folder: &Path) -> Result {
    let mut publish = node.npm("publish");
    publish.current_dir(folder).args(["--dry-run", "--offline", "--loglevel=warn"]);
    let output = publish.output().map_err(|error| format!("npm: {error}"))?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    match output.status.success() && !stderr.contains("corrected") {
        true => Ok(()),
        false => Err(format!("npm would not publish {} as it is:\n{stderr}", folder.display())),
    }
}

/// The files in a folder and its subfolders, by their relative paths.
fn files(folder: &Path) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for name in names(folder)? {
        let path = folder.join(&name);
        match path.is_dir() {
            true => found.extend(files(&path)?.into_iter().map(|below| format!("{name}/{below}"))),
            false => drop(found.insert(name)),
        }
    }
    Ok(found)
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    Ok(names)
}

fn size(path: &PathBuf) -> String {
    fs::metadata(path).map_or_else(|error| error.to_string(), |data| format!("{:.2} MB", data.len() as f64 / 1e6))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn invalid_manifests_are_rejected() {
        let good = json!({
            "name": "zexa", "version": VERSION, "license": "MIT OR Apache-2.0", "homepage": "https://zexa.ao", "engines": { "node": ">=20" }
        });
        let check = |value: Value| Manifest { value }.check("zexa");
        assert_eq!(check(good.clone()), Ok(()));
        for (key, value) in [
            ("version", json!("7")),
            ("name", json!("other")),
            ("engines", json!({})),
            ("scripts", json!({ "postinstall": "node-gyp" })),
            ("dependencies", json!({})),
        ] {
            let mut bad = good.clone();
            bad[key] = value;
            assert!(check(bad).is_err(), "{key}");
        }
    }
}
