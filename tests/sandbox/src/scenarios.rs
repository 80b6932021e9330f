//! Reads the scenarios of `tests/scenarios` for the runners of all languages, and expands their fixtures and cases. The format is described there.

use std::collections::HashSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

/// Name of the file with the fixtures of a folder.
const FIXTURES: &str = "fixtures.json";

/// A scenario and its file.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct FoundScenario {
    /// File, relative to the root of the repository if it is in there.
    pub file: PathBuf,
    /// Scenario, without fixtures and cases.
    pub scenario: Value,
}

/// Returns the scenarios in `tests/scenarios` below `root` and in the folder `ZEXA_SCENARIOS`, whose file or name contains `ZEXA_SCENARIO`.
///
/// # Errors
///
/// If a file cannot be read, a scenario is invalid, or none is selected. The message names the file and the scenario.
pub fn selected(root: &Path) -> Result<Vec<FoundScenario>, String> {
    let variable = |name| env::var(name).ok().filter(|value: &String| !value.is_empty());
    let folders = std::iter::once("tests/scenarios".to_owned()).chain(variable("ZEXA_SCENARIOS"));
    let mut found = Vec::new();
    for folder in folders {
        found.extend(read_folder(&root.join(folder))?);
    }
    let part = variable("ZEXA_SCENARIO").unwrap_or_default();
    for one in &mut found {
        one.file = one.file.strip_prefix(root).unwrap_or(&one.file).to_owned();
    }
    found.retain(|one| one.file.to_string_lossy().contains(&part) || name(&one.scenario).contains(&part));
    if found.is_empty() { Err(format!("no file or name of a scenario contains {part:?}")) } else { Ok(found) }
}

/// Reads the scenarios of all JSON files in a folder, ordered by file.
fn read_folder(folder: &Path) -> Result<Vec<FoundScenario>, String> {
    let failed = |error| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(failed)?;
    let mut files: Vec<_> = entries.iter().map(fs::DirEntry::path).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json") && !file.ends_with(FIXTURES));
    files.sort();
    let fixtures = folder.join(FIXTURES);
    let fixtures = if fixtures.exists() { read(&fixtures)? } else { Map::new() };
    let (mut found, mut names) = (Vec::new(), HashSet::new());
    for file in files {
        let about_file = |reason: String| format!("{}: {reason}", file.display());
        for scenario in read::<Vec<Value>>(&file)? {
            for scenario in scenarios(&scenario, &fixtures).map_err(about_file)? {
                if !names.insert(name(&scenario).to_owned()) {
                    return Err(about_file(format!("two scenarios have the name {:?}", name(&scenario))));
                }
                if scenario.get("result").is_some() == scenario.get("error").is_some() {
                    return Err(about_file(format!("{:?} needs either result or error", name(&scenario))));
                }
                found.push(FoundScenario { file: file.clone(), scenario });
            }
        }
    }
    if found.is_empty() { Err(format!("{} contains no scenarios", folder.display())) } else { Ok(found) }
}

fn read<T: serde::de::DeserializeOwned>(file: &Path) -> Result<T, String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))
}

fn name(scenario: &Value) -> &str {
    scenario["name"].as_str().unwrap_or_default()
}

/// Returns the scenarios of one entry: itself, or one for each of its cases.
fn scenarios(entry: &Value, fixtures: &Map<String, Value>) -> Result<Vec<Value>, String> {
    let in_entry = |reason: String| format!("{:?}: {reason}", name(entry));
    let mut entry = entry.clone();
    let Some(cases) = entry.as_object_mut().and_then(|entry| entry.remove("cases")) else {
        return Ok(vec![expand(&entry, fixtures, &Map::new()).map_err(in_entry)?]);
    };
    let no_case = || in_entry("`cases` must be an array of objects, or a fixture with one".to_owned());
    let cases = expand(&cases, fixtures, &Map::new()).map_err(in_entry)?;
    let cases = cases.as_array().ok_or_else(no_case)?;
    cases.iter().map(|case| expand(&entry, fixtures, case.as_object().ok_or_else(no_case)?).map_err(in_entry)).collect()
}

/// Replaces `{"$fixture": name}`, `{"$case": key}`, and `{{key}}` in strings. Other members of such an object are added to the replacement.
///
/// An item `{"$repeat": count, "item": value}` of an array is replaced by that number of items.
fn expand(value: &Value, fixtures: &Map<String, Value>, case: &Map<String, Value>) -> Result<Value, String> {
    match value {
        Value::String(text) => Ok(fill_in(text, case).into()),
        Value::Array(items) => {
            let items = items.iter().map(|item| repeated(expand(item, fixtures, case)?));
            Ok(items.collect::<Result<Vec<_>, String>>()?.concat().into())
        }
        Value::Object(members) => {
            let expanded = |(key, value): (&String, &Value)| Ok((key.clone(), expand(value, fixtures, case)?));
            let others = members.iter().filter(|(key, _)| !matches!(key.as_str(), "$fixture" | "$case"));
            let others: Map<String, Value> = others.map(expanded).collect::<Result<_, String>>()?;
            let replacement = match (members.get("$fixture"), members.get("$case")) {
                (None, None) => return Ok(others.into()),
                (Some(name), None) => expand(find(fixtures, name, "fixture")?, fixtures, case)?,
                (None, Some(key)) => find(case, key, "member of the case")?.clone(),
                (Some(_), Some(_)) => return Err("`$fixture` and `$case` exclude each other".to_owned()),
            };
            match replacement {
                Value::Object(mut replacement) => {
                    replacement.extend(others);
                    Ok(replacement.into())
                }
                replacement if others.is_empty() => Ok(replacement),
                replacement => Err(format!("{replacement} is no object, so it cannot have other members")),
            }
        }
        _ => Ok(value.clone()),
    }
}

/// The items that an expanded item of an array stands for: itself, or those that it repeats, each with its index.
fn repeated(item: Value) -> Result<Vec<Value>, String> {
    let Some(count) = item.get("$repeat") else { return Ok(vec![item]) };
    let members = item.as_object().map_or(0, Map::len);
    match (count.as_u64(), item.get("item")) {
        (Some(count), Some(repeated)) if members == 2 => {
            Ok((0..count).map(|index| numbered(repeated, index)).collect())
        }
        _ => Err(format!("{item} must have a number as `$repeat`, and `item`")),
    }
}

/// Replaces `{{index}}`, and `{{index5}}`, which has five digits, in all strings.
fn numbered(value: &Value, index: u64) -> Value {
    match value {
        Value::String(text) => {
            text.replace("{{index}}", &index.to_string()).replace("{{index5}}", &format!("{index:05}")).into()
        }
        Value::Array(items) => items.iter().map(|item| numbered(item, index)).collect(),
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), numbered(value, index))).collect(),
        _ => value.clone(),
    }
}

fn find<'a>(values: &'a Map<String, Value>, name: &Value, what: &str) -> Result<&'a Value, String> {
    let found = name.as_str().and_then(|name| values.get(name));
    found.ok_or_else(|| format!("there is no {what} {name}"))
}

/// Replaces the placeholders of the case. Other placeholders are those of the runners.
fn fill_in(text: &str, case: &Map<String, Value>) -> String {
    case.iter().fold(text.to_owned(), |text, (key, value)| match value {
        Value::String(value) => text.replace(&format!("{{{{{key}}}}}"), value),
        Value::Number(value) => text.replace(&format!("{{{{{key}}}}}"), &value.to_string()),
        _ => text,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn expanded(entry: Value) -> Result<Vec<Value>, String> {
        let fixtures = json!({
            "send": {"operation": "messages.send", "arguments": {"$fixture": "sms"}},
            "sms": {"to": "+244912345678"},
            "statuses": [{"how": "a 500", "fault": {"status": 500}}, {"how": "a 503", "fault": {"status": 503}}],
        });
        scenarios(&entry, fixtures.as_object().expect("an object"))
    }

    #[test]
    fn fixtures_are_expanded_and_extended() {
        let entry = json!({"name": "{{url}}", "call": {"$fixture": "send", "options": {"timeout": 1}}});
        let call =
            json!({"operation": "messages.send", "arguments": {"to": "+244912345678"}, "options": {"timeout": 1}});
        assert_eq!(expanded(entry), Ok(vec![json!({"name": "{{url}}", "call": call})]));
    }

    #[test]
    fn each_case_is_a_scenario() {
        let entry = json!({
            "name": "get: {{how}}",
            "cases": {"$fixture": "statuses"},
            "server": {"faults": [{"$case": "fault", "times": 0}]},
        });
        let scenario =
            |name: &str, status: u16| json!({"name": name, "server": {"faults": [{"status": status, "times": 0}]}});
        assert_eq!(expanded(entry), Ok(vec![scenario("get: a 500", 500), scenario("get: a 503", 503)]));
        let entry = json!({"name": "get: a {{status}}", "cases": [{"status": 500}]});
        assert_eq!(expanded(entry), Ok(vec![json!({"name": "get: a 500"})]));
    }

    #[test]
    fn items_are_repeated() {
        let entry = json!({
            "name": "a",
            "cases": [{"count": 2}],
            "rows": [{"key": "x"}, {"$repeat": {"$case": "count"}, "item": {"$fixture": "sms", "keys": ["{{index}}-{{index5}}"]}}],
        });
        let row = |keys: &str| json!({"to": "+244912345678", "keys": [keys]});
        let rows = json!([{"key": "x"}, row("0-00000"), row("1-00001")]);
        assert_eq!(expanded(entry), Ok(vec![json!({"name": "a", "rows": rows})]));
    }

    #[test]
    fn mistakes_are_reported_with_the_scenario() {
        for (entry, reason) in [
            (json!({"name": "a", "call": {"$fixture": "sent"}}), r#""a": there is no fixture "sent""#),
            (json!({"name": "a", "call": {"$case": "how"}}), r#""a": there is no member of the case "how""#),
            (
                json!({"name": "a", "cases": {"$fixture": "sms"}}),
                r#""a": `cases` must be an array of objects, or a fixture with one"#,
            ),
            (
                json!({"name": "a", "cases": [{"how": "b"}], "call": {"$case": "how", "more": 1}}),
                r#""a": "b" is no object, so it cannot have other members"#,
            ),
            (
                json!({"name": "a", "rows": [{"$repeat": 2, "items": 1}]}),
                r#""a": {"$repeat":2,"items":1} must have a number as `$repeat`, and `item`"#,
            ),
        ] {
            assert_eq!(expanded(entry), Err(reason.to_owned()));
        }
    }

    #[test]
    fn files_are_checked() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
        write("fixtures.json", "{\"get\": {\"operation\": \"credits.get\"}}");
        let error = |text: &str| {
            write("a.json", text);
            read_folder(folder.path()).expect_err("invalid")
        };
        assert!(error("[]").ends_with("contains no scenarios"));
        assert!(error("[{\"name\": \"a\"}]").ends_with("a.json: \"a\" needs either result or error"));
        let twice = "{\"name\": \"a\", \"result\": null}";
        assert!(error(&format!("[{twice}, {twice}]")).ends_with("a.json: two scenarios have the name \"a\""));
        write("a.json", "[{\"name\": \"a\", \"call\": {\"$fixture\": \"get\"}, \"result\": null}]");
        let found = read_folder(folder.path()).expect("valid");
        assert_eq!(found[0].scenario["call"]["operation"], "credits.get");
    }
}
