//! The lists of crates in the packages: each library and program contains its list, the SBOM beside it is the same, and no linked crate is missing in
//! them or in the file with the licences.
//!
//! A list may contain crates that are not linked, because cargo-auditable asks cargo for the dependencies of the whole workspace with all features that its
//! members enable.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::Bench;
use crate::background::print_line;
use crate::command::Result;
use crate::dist::audit::Audit;
use crate::files::read;
use crate::third_party;

impl Bench {
    /// Checks a library or program of the crate in a folder, its SBOM, and the file with the licences.
    pub(super) fn check_crates(&self, folder: &str, file: &Path, sbom: &Path, licences: &Path) -> Result {
        let failed = |reason: String| format!("{}: {reason}", file.display());
        let embedded = Audit::prepare()?.sbom(file)?;
        if read(sbom)? != embedded {
            return Err(failed(format!("{} differs from the embedded list of crates", sbom.display())));
        }
        let embedded = crates(&embedded).map_err(failed)?;
        let linked = third_party::linked_in(folder, self.target.name)?;
        print_line!("{}: {} crates, {} of them linked", file_name(sbom), embedded.len(), linked.len());
        let lists = [(sbom, embedded), (licences, third_party::listed(&read(licences)?))];
        for (list, crates) in lists {
            if let Some(missing) = linked.difference(&crates).next() {
                return Err(failed(format!("{missing} is not in {}", list.display())));
            }
        }
        match linked.is_empty() {
            true => Err(failed("cargo reports no crates".to_owned())),
            false => Ok(()),
        }
    }
}

/// The third-party crates that an SBOM lists, such as `hyper 1.12.0`.
fn crates(sbom: &str) -> Result<BTreeSet<String>> {
    let sbom: Value = serde_json::from_str(sbom).map_err(|error| format!("the SBOM is not JSON: {error}"))?;
    let root = crate_of(&sbom["metadata"]["component"]);
    let name = root.strip_suffix(&format!(" {}", super::VERSION)).unwrap_or_default();
    if sbom["bomFormat"] != "CycloneDX" || third_party::is_third_party(name) {
        return Err(format!("the SBOM must be that of a crate of this project, but is that of {root}"));
    }
    let components = sbom["components"].as_array().into_iter().flatten();
    Ok(components.map(crate_of).filter(|name| third_party::is_third_party(name)).collect())
}

fn crate_of(component: &Value) -> String {
    let text = |name: &str| component[name].as_str().unwrap_or_default().to_owned();
    format!("{} {}", text("name"), text("version"))
}

fn file_name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sbom(crates: &str) -> String {
        let root = format!(r#"{{"name": "zexa-ffi", "version": "{}"}}"#, super::super::VERSION);
        format!(r#"{{"bomFormat": "CycloneDX", "metadata": {{"component": {root}}}, "components": [{crates}]}}"#)
    }

    #[test]
    fn the_third_party_crates_of_an_sbom() {
        let list = sbom(r#"{"name": "rustls", "version": "0.23.1"}, {"name": "zexa", "version": "0.1.0"}"#);
        assert_eq!(crates(&list), Ok(["rustls 0.23.1".to_owned()].into()));
        assert!(crates(&list.replace("zexa-ffi", "rustls")).is_err());
        assert!(crates("").is_err());
    }
}
