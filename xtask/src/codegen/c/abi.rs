//! What programs that were compiled before rely on: structs grow at their end, and numbers stay as they are.

use std::collections::BTreeMap;

use crate::command::Result;

/// Fails where programs compiled with the present header could not run with the library of the new one, unless the version says so: a new major
/// version, or minor version before 1.0, has a SONAME of its own.
pub(crate) fn check(present: &str, new: &str) -> Result {
    if present.is_empty() || compatible_with(present) != compatible_with(new) {
        return Ok(());
    }
    let complaints: Vec<String> = broken_structs(present, new).chain(moved_numbers(present, new)).collect();
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n")) }
}

/// The part of the version that the SONAME has.
fn compatible_with(header: &str) -> (Option<&str>, Option<&str>) {
    let number = |name: &str| {
        header.lines().find_map(|line| line.strip_prefix("#define ")?.strip_prefix(name)?.split(' ').nth(1))
    };
    let major = number("ZEXA_VERSION_MAJOR");
    (major, if major == Some("0") { number("ZEXA_VERSION_MINOR") } else { None })
}

fn broken_structs(present: &str, new: &str) -> impl Iterator<Item = String> {
    let mut new = structs(new);
    structs(present).into_iter().filter_map(move |(name, members)| {
        let now = new.remove(name).unwrap_or_default();
        let reason = if !now.starts_with(&members) {
            "would change for programs that are compiled: a new field stands last, and none goes"
        } else if fills_padding(&members, &now) {
            "would have a new field in what was padding, which programs leave undefined: begin with a field of 8 bytes"
        } else {
            return None;
        };
        Some(format!("include/zexa.h: {name} {reason}"))
    })
}

/// Whether the first of the new members lies within the size that the struct had before.
fn fills_padding(members: &[&str], now: &[&str]) -> bool {
    let is_narrow = |member: &&&str| member.starts_with("int32_t ");
    // All others are 8 bytes wide, and aligned to that: what follows the last of them decides.
    let narrow_at_end = members.iter().rev().take_while(is_narrow).count();
    narrow_at_end % 2 == 1 && now.get(members.len()).as_ref().is_some_and(is_narrow)
}

fn moved_numbers(present: &str, new: &str) -> impl Iterator<Item = String> {
    let mut new = numbers(new);
    numbers(present).into_iter().filter_map(move |(name, number)| {
        let now = new.remove(name);
        (now != Some(number)).then(|| format!("include/zexa.h: {name} was {number}, which is frozen"))
    })
}

/// The members of each struct that C knows from within, by its name.
fn structs(header: &str) -> BTreeMap<&str, Vec<&str>> {
    let bodies = header.split("typedef struct {\n").skip(1);
    bodies
        .filter_map(|body| {
            let (members, rest) = body.split_once("\n} ")?;
            let members = members.lines().map(str::trim).filter(|line| line.ends_with(';') && !line.starts_with('*'));
            Some((rest.split(';').next()?, members.collect()))
        })
        .collect()
}

/// The constants of each enum.
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
    /** Fine. */
    ZEXA_OK = 0,
} zexa_status;
typedef struct {
    /** Its size; so
     * it may grow;
     */
    size_t struct_size;
    const char *to;
} zexa_params;
";

    #[test]
    fn what_grows_at_its_end_is_fine() {
        assert_eq!(check(HEADER, HEADER), Ok(()));
        assert_eq!(check(HEADER, &HEADER.replace("*to;", "*to;\n    const char *from;")), Ok(()));
        assert_eq!(check("", HEADER), Ok(()));
    }

    #[test]
    fn a_new_field_does_not_fill_padding() {
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
    fn what_moves_is_told() {
        for (from, to, told) in [
            ("    const char *to;", "    const char *from;\n    const char *to;", "zexa_params would change"),
            ("    const char *to;\n", "", "zexa_params would change"),
            ("ZEXA_OK = 0", "ZEXA_OK = 1", "ZEXA_OK was 0"),
        ] {
            let reason = check(HEADER, &HEADER.replace(from, to)).expect_err(to);
            assert!(reason.contains(told), "{reason}");
        }
    }

    #[test]
    fn another_soname_may_have_another_abi() {
        let next = HEADER.replace("MINOR 1", "MINOR 2").replace("*to;", "*recipient;");
        assert_eq!(check(HEADER, &next), Ok(()));
    }
}
