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
        let reason = if !now.starts_with(&members) {
            "would break compiled programs: add new members at the end, and remove none"
        } else if fills_padding(&members, &now) {
            "would have a new member in former padding, which programs leave undefined: add a member of 8 bytes first"
        } else {
            return None;
        };
        Some(format!("include/zexa.h: {name} {reason}"))
    })
}

/// Whether the first new member lies within the former size of the struct.
fn fills_padding(members: &[&str], now: &[&str]) -> bool {
    let is_narrow = |member: &&&str| member.starts_with("int32_t ");
    // All other members are 8 bytes wide and aligned, so only those after the last of them matter.
    let narrow_at_end = members.iter().rev().take_while(is_narrow).count();
    narrow_at_end % 2 == 1 && now.get(members.len()).as_ref().is_some_and(is_narrow)
}

fn changed_numbers(present: &str, new: &str) -> impl Iterator<Item = String> {
    let mut new = numbers(new);
    numbers(present).into_iter().filter_map(move |(name, number)| {
        let now = new.remove(name);
        (now != Some(number))
            .then(|| format!("include/zexa.h: {name} must stay {number}, because its number is frozen"))
    })
}

/// The members of each struct that the header defines, by its name.
fn structs(header: &str) -> BTreeMap<&str, Vec<&str>> {
    let definitions = header.split("typedef struct ").skip(1);
    definitions
        .filter_map(|definition| {
            // Before the brace is the tag, or nothing.
            let (tag, body) = definition.split_once("{\n")?;
            if tag.contains(';') {
                return None;
            }
            let (members, rest) = body.split_once("\n} ")?;
            let members = members.lines().map(str::trim).filter(|line| line.ends_with(';') && !line.starts_with('*'));
            Some((rest.split(';').next()?, members.collect()))
        })
        .collect()
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
    fn a_new_member_in_padding_is_rejected() {
        let narrow = |names: &[&str]| {
            let fields: String = names.iter().map(|name| format!("\n    int32_t {name};")).collect();
            HEADER.replace("*to;", &format!("*to;{fields}"))
        };
        let reason = check(&narrow(&["one"]), &narrow(&["one", "two"])).expect_err("it is padding");
        assert!(reason.contains("padding"), "{reason}");
        assert_eq!(check(HEADER, &narrow(&["one"])), Ok(()));
        assert_eq!(check(&narrow(&["one", "two"]), &narrow(&["one", "two", "three"])), Ok(()));
        let wide = narrow(&["one"]).replace("one;", "one;\n    int64_t two;");
        assert_eq!(check(&narrow(&["one"]), &wide), Ok(()));
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
