//! Joins the CommonJS modules of the Node package into one file, because Node needs a quarter of a millisecond to find, read and compile each file.
//!
//! The text of the modules stays as it is, except that they call `requireModule` with the path of another module. The names of classes and functions are
//! therefore those of the sources, in stack traces, too. Requires of other packages stay, so that the bundlers of programs find them.

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::command::Result;

/// The function by which one module gets another.
const REQUIRE: &str = "requireModule";

/// Start of a `require` of another module of the package.
const RELATIVE: &str = "require('.";

/// The code between the modules and the entry point. As in Node, a module that is required while it runs is incomplete.
const LOADER: &str = "}

const loadedModules = new Map()

function requireModule(path) {
  let module = loadedModules.get(path)
  if (module === undefined) {
    module = { exports: {} }
    loadedModules.set(path, module)
    modules[path](module, module.exports)
  }
  return module.exports
}

";

/// The content of `entry`, a file in `folder`, together with all modules that it requires directly or indirectly.
///
/// The entry point is not in a function, because Node and bundlers search it for the names of its exports.
pub(crate) fn bundle(folder: &Path, entry: &str) -> Result<String> {
    let mut modules = Modules { folder, found: Vec::new() };
    let entry = modules.add_dependencies_of(Path::new(entry))?;
    let mut text = String::from(
        "// All modules of bindings-node/lib, joined by `cargo xtask dist`.\n'use strict'\n\nconst modules = {\n",
    );
    for (path, code) in modules.found {
        text.push_str(&format!("'{}'(module, exports) {{\n{code}}},\n\n", name(&path)));
    }
    text.push_str(LOADER);
    text.push_str(&entry);
    Ok(text)
}

/// The modules that were found so far, without the entry point.
struct Modules<'a> {
    folder: &'a Path,
    found: Vec<(PathBuf, String)>,
}

impl Modules<'_> {
    /// Adds the modules that this one requires. Returns its text for the bundle.
    fn add_dependencies_of(&mut self, path: &Path) -> Result<String> {
        let file = self.folder.join(path);
        let source = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        for name in ["loadedModules", REQUIRE] {
            if source.contains(name) {
                return Err(format!("{}: {name} is a name of the bundle", file.display()));
            }
        }
        let mut text = String::new();
        let mut rest = source.as_str();
        while let Some((before, after)) = rest.split_once(RELATIVE) {
            let (end, after) =
                after.split_once("')").ok_or_else(|| format!("{}: require() without a literal", file.display()))?;
            let required = resolve(path, &format!(".{end}"));
            text.push_str(&format!("{before}{REQUIRE}('{}')", name(&required)));
            self.add(required)?;
            rest = after;
        }
        text.push_str(rest);
        Ok(text)
    }

    fn add(&mut self, path: PathBuf) -> Result {
        if self.found.iter().any(|(found, _)| *found == path) {
            return Ok(());
        }
        let place = self.found.len();
        self.found.push((path.clone(), String::new()));
        self.found[place].1 = self.add_dependencies_of(&path)?;
        Ok(())
    }
}

/// The path of the module that `from` requires as `relative`.
fn resolve(from: &Path, relative: &str) -> PathBuf {
    let mut path = from.parent().unwrap_or(Path::new("")).to_owned();
    for part in Path::new(relative).components() {
        match part {
            Component::ParentDir => drop(path.pop()),
            Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    path
}

/// The name of a module in the bundle, which is the same on all systems.
fn name(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command;
    use crate::node::Node;

    /// Writes these modules to a folder.
    fn folder(modules: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in modules {
            let file = folder.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        folder
    }

    /// The error for modules that cannot be bundled.
    fn error(modules: &[(&str, &str)]) -> String {
        bundle(folder(modules).path(), "index.js").unwrap_err()
    }

    #[test]
    fn modules_run_once_and_only_when_they_are_required() {
        let sources = folder(&[
            (
                "index.js",
                "const a = require('./deep/a.js')
                const { events } = require('./events.js')
                events.push('index')
                a.b()
                a.b()
                module.exports = { events }\n",
            ),
            (
                "deep/a.js",
                "const { events } = require('../events.js')
                events.push('a')
                module.exports = { b: () => require('./b.js') }\n",
            ),
            ("deep/b.js", "require('../events.js').events.push(require('node:path').join('b', 'c'))\n"),
            ("events.js", "exports.events = []\n"),
        ]);
        let bundled = folder(&[("index.js", &bundle(sources.path(), "index.js").unwrap())]);
        let mut node = Node::find().unwrap().command();
        node.current_dir(bundled.path()).args(["-e", "console.log(require('./index.js').events.join())"]);
        assert_eq!(command::output(&mut node).unwrap().trim(), "a,index,b/c");
    }

    #[test]
    fn modules_that_require_each_other_are_bundled_once() {
        let folder = folder(&[
            ("index.js", "require('./a.js')\n"),
            ("a.js", "require('./b.js')\n"),
            ("b.js", "require('./a.js')\n"),
        ]);
        let text = bundle(folder.path(), "index.js").unwrap();
        assert_eq!(text.matches("'a.js'(module, exports)").count(), 1, "{text}");
        assert_eq!(text.matches("'b.js'(module, exports)").count(), 1, "{text}");
        assert!(text.ends_with("\nrequireModule('a.js')\n"), "{text}");
    }

    #[test]
    fn other_packages_stay_required() {
        let folder = folder(&[("index.js", "require('@zexa/linux-x64-gnu')\nrequire('node:fs')\n")]);
        let text = bundle(folder.path(), "index.js").unwrap();
        assert!(text.ends_with("require('@zexa/linux-x64-gnu')\nrequire('node:fs')\n"), "{text}");
    }

    #[test]
    fn what_cannot_be_bundled_is_an_error() {
        let missing = error(&[("index.js", "require('./missing.js')\n")]);
        assert!(missing.contains("missing.js: "), "{missing}");
        let computed = error(&[("index.js", "require('./' + name)\n")]);
        assert!(computed.contains("index.js: require() without a literal"), "{computed}");
        let taken = error(&[("index.js", "const loadedModules = 1\n")]);
        assert!(taken.contains("loadedModules is a name of the bundle"), "{taken}");
    }
}
