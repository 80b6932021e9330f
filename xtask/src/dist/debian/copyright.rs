//! The file `copyright` of a Debian package, in the machine-readable format: the licences of this project and of the crates in the package.

/// The line above and below the head of a licence.
const RULE: &str = "================================================================================";

/// Adds the licences of third-party crates, as cargo-about has listed them, to the introduction.
pub(super) fn copyright(introduction: &str, licences: &str) -> String {
    let mut file = introduction.trim_end().to_owned() + "\n";
    let sections: Vec<Section<'_>> = sections(licences).collect();
    for section in sections.iter().filter(|section| !section.is_apache()) {
        let text = format!("License: {}\n{}", section.short_name(), indented(section.text));
        file += &stanza(&section.crates, &holders(section.text, &section.crates), &text);
    }
    // Debian has this text.
    let apache: Vec<_> = sections.iter().filter(|section| section.is_apache()).collect();
    let crates: Vec<_> = apache.iter().flat_map(|section| section.crates.iter().copied()).collect();
    let mut names: Vec<_> = apache.iter().flat_map(|section| holders(section.text, &section.crates)).collect();
    names.dedup();
    file += &stanza(&crates, &names, "License: Apache-2.0");
    file += "\nLicense: MIT or Apache-2.0\n";
    file +=
        &indented(&format!("At your choice, the MIT licence:\n\n{}\n\nor the Apache License 2.0, see below.", mit()));
    file + "\nLicense: Apache-2.0\n On Debian systems, the full text of the Apache License 2.0 is in the file\n /usr/share/common-licenses/Apache-2.0.\n"
}

/// A licence in the list of cargo-about.
struct Section<'a> {
    name: &'a str,
    /// The crates with this licence, such as `hyper 1.12.0`.
    crates: Vec<&'a str>,
    text: &'a str,
}

impl Section<'_> {
    fn is_apache(&self) -> bool {
        self.name == "Apache License 2.0"
    }

    /// The short name of the machine-readable format.
    fn short_name(&self) -> String {
        match self.name {
            "MIT License" => "Expat".to_owned(),
            "zlib License" => "Zlib".to_owned(),
            "ISC License" => "ISC".to_owned(),
            "Boost Software License 1.0" => "BSL-1.0".to_owned(),
            "Unicode License v3" => "Unicode-3.0".to_owned(),
            name if name.starts_with("BSD 3-Clause") => "BSD-3-clause".to_owned(),
            name if name.starts_with("BSD 2-Clause") => "BSD-2-clause".to_owned(),
            // A short name has no spaces.
            name => name.replace(|character: char| !character.is_ascii_alphanumeric() && character != '.', "-"),
        }
    }
}

/// The licences in a list: after a rule, the name and the crates; after another one, the text.
fn sections(list: &str) -> impl Iterator<Item = Section<'_>> {
    let parts: Vec<&str> = list.split(RULE).skip(1).collect();
    let pairs: Vec<_> = parts.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    pairs.into_iter().map(|(head, text)| {
        let mut lines = head.trim().lines();
        let name = lines.next().unwrap_or_default().trim_end_matches(", for");
        Section { name, crates: lines.map(str::trim).collect(), text: text.trim_matches('\n') }
    })
}

/// A stanza of crates with one licence.
fn stanza(crates: &[&str], holders: &[String], licence: &str) -> String {
    let paths: Vec<_> = crates.iter().map(|name| format!("crates/{}/*", name.replace(' ', "-"))).collect();
    format!("\nFiles: {}\nCopyright: {}\n{}\n", paths.join("\n "), holders.join("\n "), licence.trim_end())
}

/// The copyright notices in the text of a licence, or the authors of the crates if it contains none.
fn holders(text: &str, crates: &[&str]) -> Vec<String> {
    let is_notice = |line: &&str| {
        let rest = line.strip_prefix("Copyright").unwrap_or_default();
        let is_template = rest.contains(['[', '{']);
        let has_year = rest.contains(|character: char| character.is_ascii_digit());
        !is_template && (has_year || rest.contains("(c)") || rest.contains('©'))
    };
    let notices: Vec<_> = text.lines().map(str::trim).filter(is_notice).map(str::to_owned).collect();
    match notices.is_empty() {
        false => notices,
        true => crates.iter().map(|name| format!("the authors of {name}")).collect(),
    }
}

/// The text of a licence as the value of a field.
fn indented(text: &str) -> String {
    let line = |line: &str| if line.trim().is_empty() { " .\n".to_owned() } else { format!(" {}\n", line.trim_end()) };
    text.lines().map(line).collect()
}

/// The MIT licence, without the copyright notice.
fn mit() -> String {
    let text = include_str!("../../../../LICENSE-MIT");
    text.split("\n\n").skip(2).collect::<Vec<_>>().join("\n\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::third_party;

    #[test]
    fn all_crates_are_in_the_file() {
        for list in [
            include_str!("../../../../ffi-c/THIRD-PARTY-LICENSES.txt"),
            include_str!("../../../../cli/THIRD-PARTY-LICENSES.txt"),
        ] {
            let file = copyright("Files: *\n", list);
            let crates = third_party::listed(list);
            assert!(!crates.is_empty());
            for name in crates {
                assert!(file.contains(&format!(" crates/{}/*\n", name.replace(' ', "-"))), "{name}");
            }
            // Each line is a field or a continuation of one.
            let is_field = |line: &str| {
                line.starts_with(' ') || line.split_once(": ").is_some_and(|(name, _)| !name.contains(' '))
            };
            let other = file.lines().find(|line| !line.is_empty() && !is_field(line));
            assert_eq!(other, None);
        }
    }

    #[test]
    fn copyright_notices_are_found() {
        let text = "MIT License\n\nCopyright (c) 2024 A <a@b.c>\n  Copyright © X\nCopyright notice and\nCopyright [yyyy] [name]";
        assert_eq!(holders(text, &["a 1.0.0"]), ["Copyright (c) 2024 A <a@b.c>", "Copyright © X"]);
        assert_eq!(holders("copyright license 1", &["a 1.0.0"]), ["the authors of a 1.0.0"]);
    }

    #[test]
    fn licences_become_stanzas() {
        let list = format!(
            "Crates:\n\n  a 1.0.0, MIT\n\n{RULE}\nMIT License, for\n  a 1.0.0\n  b 2.0.0\n{RULE}\n\nCopyright (c) A\n\nPermission\n\n{RULE}\nApache License 2.0, for\n  c 1.0.0\n{RULE}\n\nApache\n"
        );
        let file = copyright("Format: x\n", &list);
        let expected = "Format: x\n\nFiles: crates/a-1.0.0/*\n crates/b-2.0.0/*\nCopyright: Copyright (c) A\nLicense: Expat\n Copyright (c) A\n .\n Permission\n\n\
                        Files: crates/c-1.0.0/*\nCopyright: the authors of c 1.0.0\nLicense: Apache-2.0\n";
        assert!(file.starts_with(expected), "{file}");
    }
}
