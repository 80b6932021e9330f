//! Compatibility of the C ABI: structs grow at their end, and numbers do not change.

use std::collections::BTreeMap;

use crate::command::Result;

/// Fails if programs that were compiled with the present header cannot run with the library of the new one. A new SONAME permits any change: that is a new
/// major version, or a new minor version before 1.0.
pub(crate) fn check(present: &str, new: &str) -> Result {
    if present.is_empty() || soname_version(present) != soname_version(new) {
        return Ok(());
    }
    let errors: Vec<String> = incompatible_structs(present, new).chain(changed_numbers(present, new)).collect();
    if errors.is_empty() { Ok(()) } else { Err(errors.join("\n")) }
}

/// The part of the version that is in the SONAME.
fn soname_version(header: &str) -> (Option<&str>, Option<&str>) {
    let number = |name: &str| {
        header.lines().find_map(|line| line.strip_prefix("#define ")?.strip_prefix(name)?.split(' ').nth(1))
    };
    let major = number("ZEXA_VERSION_MAJOR");
    (major, if major == Some("0") { number("ZEXA_VERSION_MINOR") } else { None })
}

fn incompatible_structs(present: &str, new: &str) -> impl Iterator<Item = String> {
    let mut new = structs(new);
    structs(present).into_iter().filter_map(move |(name, members)| {
        let now = new.remove(name).unwrap_or_default();
        let declarations = |members: &[(&str, bool)]| members.iter().map(|one| one.0.to_owned()).collect::<Vec<_>>();
        let reason = if !declarations(&now).starts_with(&declarations(&members)) {
            "would break compiled programs: add new members at the end, and remove none"
        } else if now.first().is_some_and(|first| first.0 == "size_t struct_size;")
            && now.iter().any(|(member, _)| member.starts_with("int32_t "))
        {
            "would have padding, which programs leave undefined: use int64_t"
        } else if name.ends_with("_options") && now.get(members.len()).is_some_and(|(_, has_version)| !has_version) {
            "would reject the structs of compiled programs: add `since` to the new option in the table"
        } else {
            return None;
        };
        Some(format!("include/zexa.h: {name} {reason}"))
    })
}

fn changed_numbers(present: &str, new: &str) -> impl Iterator<Item = String> {
    let mut new = numbers(new);
    numbers(present).into_iter().filter_map(move |(name, number)| {
        let now = new.remove(name);
        (now != Some(number))
            .then(|| format!("include/zexa.h: {name} must stay {number}, because its number is frozen"))
    })
}

/// The members of each struct that the header defines, by its name, and whether their comments name the version that added them.
fn structs(header: &str) -> BTreeMap<&str, Vec<(&str, bool)>> {
    let mut structs = BTreeMap::new();
    for definition in header.split("typedef struct ").skip(1) {
        // Before the brace is the tag, or nothing.
        let Some((tag, body)) = definition.split_once("{\n") else { continue };
        let Some((body, rest)) = body.split_once("\n} ").filter(|_| !tag.contains(';')) else { continue };
        let (mut members, mut has_version) = (Vec::new(), false);
        for line in body.lines().map(str::trim) {
            if line.starts_with(['/', '*']) {
                has_version |= line.contains("Since ");
            } else if line.ends_with(';') {
                members.push((line, std::mem::take(&mut has_version)));
            }
        }
        structs.insert(rest.split(';').next().unwrap_or_default(), members);
    }
    structs
}

/// The constants of the enums.
fn numbers(header: &str) -> BTreeMap<&str, &str> {
    let constants = header.lines().filter_map(|line| line.trim().strip_suffix(',')?.split_once(" = "));
    constants.filter(|(name, _)| name.starts_with("ZEXA_")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "#define ZEXA_VERSION_MAJOR 0
#define ZEXA_VERSION_MINOR 1
typedef enum {
    /** Success. */
    ZEXA_OK = 0,
} zexa_status;
typedef struct zexa_client zexa_client;
typedef struct zexa_params {
    /** Size; so
     * it may grow;
     */
    size_t struct_size;
    const char *to;
} zexa_params;
";

    #[test]
    fn new_members_at_the_end_are_compatible() {
        assert_eq!(check(HEADER, HEADER), Ok(()));
        assert_eq!(check(HEADER, &HEADER.replace("*to;", "*to;\n    const char *from;")), Ok(()));
        assert_eq!(check("", HEADER), Ok(()));
    }

    #[test]
    fn a_new_option_names_its_version() {
        let header = HEADER.replace("zexa_params", "zexa_call_options");
        let with =
            |comment: &str| header.replace("*to;", &format!("*to;\n    /**\n{comment}     */\n    int64_t new;"));
        assert_eq!(check(&header, &with("     * New.\n     *\n     * Since 0.1.1.\n")), Ok(()));
        let reason = check(&header, &with("     * New.\n")).expect_err("MIN_SIZE would grow");
        assert!(reason.contains("zexa_call_options would reject"), "{reason}");
    }

    #[test]
    fn padding_is_rejected() {
        let reason = check(HEADER, &HEADER.replace("*to;", "*to;\n    int32_t one;")).expect_err("it has padding");
        assert!(reason.contains("padding"), "{reason}");
        assert_eq!(check(HEADER, &HEADER.replace("*to;", "*to;\n    int64_t one;")), Ok(()));
    }

    #[test]
    fn a_tag_does_not_matter() {
        let without_tag = HEADER.replace("struct zexa_params {", "struct {");
        assert_eq!(check(&without_tag, HEADER), Ok(()));
        assert!(check(&without_tag, &HEADER.replace("*to;", "*recipient;")).is_err());
    }

    #[test]
    fn incompatible_changes_are_reported() {
        for (from, to, expected) in [
            ("    const char *to;", "    const char *from;\n    const char *to;", "zexa_params would break"),
            ("    const char *to;\n", "", "zexa_params would break"),
            ("ZEXA_OK = 0", "ZEXA_OK = 1", "ZEXA_OK must stay 0"),
        ] {
            let reason = check(HEADER, &HEADER.replace(from, to)).expect_err(to);
            assert!(reason.contains(expected), "{reason}");
        }
    }

    #[test]
    fn another_soname_permits_another_abi() {
        let next = HEADER.replace("MINOR 1", "MINOR 2").replace("*to;", "*recipient;");
        assert_eq!(check(HEADER, &next), Ok(()));
    }
}
