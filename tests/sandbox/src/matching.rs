//! Matches values against the pattern language of the scenarios.

use serde_json::{Map, Value};

/// Returns the differences between `expected` and `actual`, as `/path: expected ..., got ...`.
///
/// `tests/scenarios/README.md` documents the patterns. An unknown `$key` is a mismatch.
#[must_use]
pub fn mismatches(expected: &Value, actual: &Value) -> Vec<String> {
    let mut found = Vec::new();
    match_value(expected, Some(actual), "", &mut found);
    found
}

fn match_value(pattern: &Value, actual: Option<&Value>, path: &str, found: &mut Vec<String>) {
    match pattern {
        Value::Object(keys) if keys.keys().any(|key| key.starts_with('$')) => {
            for (key, argument) in keys {
                match_operator(key, argument, actual, path, found);
            }
        }
        Value::Object(keys) => match actual {
            Some(Value::Object(values)) => match_members(keys, values, path, found),
            _ => report(path, &abbreviate(pattern), actual, found),
        },
        Value::Array(items) => match_items(items, pattern, actual, path, found),
        plain => {
            if !actual.is_some_and(|actual| equal(plain, actual)) {
                report(path, &abbreviate(plain), actual, found);
            }
        }
    }
}

fn match_members(keys: &Map<String, Value>, values: &Map<String, Value>, path: &str, found: &mut Vec<String>) {
    for (key, pattern) in keys {
        match_value(pattern, values.get(key), &below(path, key), found);
    }
}

fn match_items(items: &[Value], pattern: &Value, actual: Option<&Value>, path: &str, found: &mut Vec<String>) {
    let Some(Value::Array(values)) = actual else {
        return report(path, &abbreviate(pattern), actual, found);
    };
    if items.len() != values.len() {
        let wanted = format!("{} items", items.len());
        found.push(format!(
            "{}: expected {wanted}, got {}: {}",
            display_path(path),
            values.len(),
            abbreviate_list(values)
        ));
    }
    for (index, (item, actual)) in items.iter().zip(values).enumerate() {
        match_value(item, Some(actual), &below(path, &index.to_string()), found);
    }
}

fn match_operator(key: &str, argument: &Value, actual: Option<&Value>, path: &str, found: &mut Vec<String>) {
    let fits = match (key, argument) {
        ("$any", Value::Bool(true)) => actual.is_some_and(|actual| !actual.is_null()),
        ("$absent", Value::Bool(true)) => actual.is_none_or(Value::is_null),
        ("$exact", wanted) => actual.is_some_and(|actual| equal(wanted, actual)),
        ("$min", Value::Number(bound)) => number(actual).is_some_and(|n| Some(n) >= bound.as_f64()),
        ("$max", Value::Number(bound)) => number(actual).is_some_and(|n| Some(n) <= bound.as_f64()),
        ("$regex", Value::String(wanted)) => match regex_lite::Regex::new(wanted) {
            Ok(regex) => text(actual).is_some_and(|text| regex.is_match(text)),
            Err(error) => {
                return report_invalid(
                    path,
                    &format!("$regex {wanted:?} is not a valid regular expression: {error}"),
                    found,
                );
            }
        },
        ("$contains", Value::String(part)) => text(actual).is_some_and(|text| text.contains(part)),
        ("$lacks", Value::String(part)) => text(actual).is_some_and(|text| !text.contains(part)),
        ("$time", Value::String(wanted)) => match wanted.parse::<jiff::Timestamp>() {
            Ok(wanted) => text(actual).and_then(|text| text.parse().ok()) == Some(wanted),
            Err(error) => {
                return report_invalid(path, &format!("$time {wanted:?} is not a valid time: {error}"), found);
            }
        },
        ("$length", Value::Number(wanted)) => length(actual).is_some_and(|length| wanted.as_u64() == Some(length)),
        ("$unordered", Value::Array(items)) => match actual {
            Some(Value::Array(values)) => return match_unordered(items, values, path, found),
            _ => false,
        },
        ("$each", item) => match actual {
            Some(Value::Array(values)) => {
                for (index, actual) in values.iter().enumerate() {
                    match_value(item, Some(actual), &below(path, &index.to_string()), found);
                }
                return;
            }
            _ => false,
        },
        _ => return report_invalid(path, &format!("{key}: {} is not a valid pattern", abbreviate(argument)), found),
    };
    if !fits {
        report(path, &format!("{key} {}", abbreviate(argument)), actual, found);
    }
}

/// Assigns a different item to each pattern: bipartite matching with augmenting paths.
fn match_unordered(patterns: &[Value], values: &[Value], path: &str, found: &mut Vec<String>) {
    if patterns.len() != values.len() {
        let lengths = format!("{} items in any order, got {}", patterns.len(), values.len());
        return found.push(format!("{}: expected {lengths}: {}", display_path(path), abbreviate_list(values)));
    }
    let candidates: Vec<Vec<usize>> = patterns
        .iter()
        .map(|pattern| (0..values.len()).filter(|item| mismatches(pattern, &values[*item]).is_empty()).collect())
        .collect();
    let mut assigned_to = vec![None; values.len()];
    for (index, pattern) in patterns.iter().enumerate() {
        let mut seen = vec![false; values.len()];
        if !assign_item(index, &candidates, &mut assigned_to, &mut seen) {
            let wanted = abbreviate(pattern);
            found.push(format!("{}: expected an item {wanted}, got {}", display_path(path), abbreviate_list(values)));
        }
    }
}

fn assign_item(
    pattern: usize,
    candidates: &[Vec<usize>],
    assigned_to: &mut [Option<usize>],
    seen: &mut [bool],
) -> bool {
    for &item in &candidates[pattern] {
        if std::mem::replace(&mut seen[item], true) {
            continue;
        }
        if assigned_to[item].is_none_or(|other| assign_item(other, candidates, assigned_to, seen)) {
            assigned_to[item] = Some(pattern);
            return true;
        }
    }
    false
}

/// Equality in which `1` equals `1.0`.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| equal(value, other)))
        }
        _ => left == right,
    }
}

fn number(actual: Option<&Value>) -> Option<f64> {
    actual.and_then(Value::as_f64)
}

fn text(actual: Option<&Value>) -> Option<&str> {
    actual.and_then(Value::as_str)
}

fn length(actual: Option<&Value>) -> Option<u64> {
    let length = match actual? {
        Value::Array(items) => items.len(),
        Value::String(text) => text.chars().count(),
        _ => return None,
    };
    u64::try_from(length).ok()
}

fn below(path: &str, key: &str) -> String {
    format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Shows the empty pointer of the root as `/`.
fn display_path(path: &str) -> &str {
    if path.is_empty() { "/" } else { path }
}

fn report(path: &str, wanted: &str, actual: Option<&Value>, found: &mut Vec<String>) {
    let got = actual.map_or_else(|| "nothing".to_owned(), abbreviate);
    found.push(format!("{}: expected {wanted}, got {got}", display_path(path)));
}

fn report_invalid(path: &str, why: &str, found: &mut Vec<String>) {
    found.push(format!("{}: {why}", display_path(path)));
}

/// The value as JSON, truncated if it is long.
fn abbreviate(value: &Value) -> String {
    const MAX_CHARS: usize = 300;
    let text = value.to_string();
    if text.chars().count() <= MAX_CHARS {
        return text;
    }
    let head: String = text.chars().take(MAX_CHARS).collect();
    format!("{head}… ({} bytes)", text.len())
}

fn abbreviate_list(items: &[Value]) -> String {
    abbreviate(&Value::Array(items.to_vec()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fits(expected: Value, actual: Value) -> bool {
        mismatches(&expected, &actual).is_empty()
    }

    #[test]
    fn objects_may_contain_more_keys_but_arrays_no_more_items() {
        assert!(fits(json!({"a": 1}), json!({"a": 1.0, "b": 2})));
        assert!(!fits(json!({"a": 1}), json!({"b": 2})));
        assert!(!fits(json!({"a": null}), json!({})));
        assert!(fits(json!({}), json!({"a": 1})));
        assert!(!fits(json!({}), json!([])));
        assert!(fits(json!([1, {"a": 1}]), json!([1, {"a": 1, "b": 2}])));
        assert!(!fits(json!([1]), json!([1, 2])));
    }

    #[test]
    fn a_mismatch_names_the_path_and_both_values() {
        let found = mismatches(&json!({"error": {"kind": "timeout"}}), &json!({"error": {"kind": "server"}}));
        assert_eq!(found, [r#"/error/kind: expected "timeout", got "server""#]);
        let found = mismatches(&json!({"a/b": [1]}), &json!({"a/b": [2]}));
        assert_eq!(found, ["/a~1b/0: expected 1, got 2"]);
        assert_eq!(mismatches(&json!({"a": 1}), &json!({})), ["/a: expected 1, got nothing"]);
        let found = mismatches(&json!("x"), &json!("é".repeat(1000)));
        assert!(found[0].len() < 1000 && found[0].ends_with("… (2002 bytes)"), "{found:?}");
    }

    #[test]
    fn presence() {
        assert!(fits(json!({"a": {"$any": true}}), json!({"a": 0})));
        assert!(!fits(json!({"a": {"$any": true}}), json!({"a": null})));
        assert!(!fits(json!({"a": {"$any": true}}), json!({})));
        assert!(fits(json!({"a": {"$absent": true}, "b": {"$absent": true}}), json!({"b": null})));
        assert!(!fits(json!({"a": {"$absent": true}}), json!({"a": false})));
    }

    #[test]
    fn exact_allows_no_further_keys() {
        assert!(fits(json!({"$exact": {"a": [1]}}), json!({"a": [1.0]})));
        assert!(!fits(json!({"$exact": {"a": [1]}}), json!({"a": [1], "b": 2})));
        assert!(fits(json!({"$exact": {"$any": true}}), json!({"$any": true})));
    }

    #[test]
    fn numbers_and_texts() {
        assert!(fits(json!({"$min": 1, "$max": 2}), json!(1.5)));
        assert!(!fits(json!({"$min": 1, "$max": 2}), json!(2.5)));
        assert!(!fits(json!({"$min": 1}), json!("1")));
        assert!(fits(json!({"$regex": "^msg_[0-9a-z]+$"}), json!("msg_1a")));
        assert!(!fits(json!({"$regex": "^msg_$"}), json!("msg_1a")));
        assert!(fits(json!({"$contains": "b", "$lacks": "x"}), json!("abc")));
        assert!(!fits(json!({"$lacks": "b"}), json!("abc")));
        assert!(!fits(json!({"$lacks": "b"}), json!(1)));
        assert!(fits(json!({"$time": "2026-07-01T09:00:00Z"}), json!("2026-07-01T10:00:00.000+01:00")));
        assert!(!fits(json!({"$time": "2026-07-01T09:00:00Z"}), json!("soon")));
        assert!(fits(json!({"$length": 2}), json!("éa")));
        assert!(fits(json!({"$length": 2}), json!([1, 2])));
        assert!(!fits(json!({"$length": 2}), json!({})));
    }

    #[test]
    fn lists() {
        let either = json!({"$any": true});
        assert!(fits(json!({"$unordered": [either, 2]}), json!([2, 1])));
        assert!(fits(json!({"$unordered": [{"$min": 1}, {"$min": 2}, {"$min": 3}]}), json!([3, 2, 1])));
        assert!(!fits(json!({"$unordered": [{"$min": 2}, {"$min": 2}]}), json!([1, 2])));
        assert!(!fits(json!({"$unordered": [1]}), json!([1, 1])));
        assert!(fits(json!({"$each": {"a": 1}}), json!([{"a": 1}, {"a": 1, "b": 2}])));
        assert!(fits(json!({"$each": 1}), json!([])));
        assert_eq!(mismatches(&json!({"$each": 1}), &json!([1, 2])), ["/1: expected 1, got 2"]);
    }

    #[test]
    fn an_unknown_pattern_is_a_mismatch() {
        assert_eq!(mismatches(&json!({"$mni": 1}), &json!(1)), ["/: $mni: 1 is not a valid pattern"]);
        assert!(!fits(json!({"$min": 1, "a": 1}), json!(1)));
        assert!(!fits(json!({"$regex": "("}), json!("(")));
        assert!(!fits(json!({"$time": "soon"}), json!("2026-07-01T09:00:00Z")));
    }
}
