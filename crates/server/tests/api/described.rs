//! Every answer against the description: a status that it does not name, a field too many and one too few are
//! faults, whatever the test was about.

use reqwest::Method;
use serde_json::Value;
use std::{collections::BTreeSet, path::PathBuf, sync::LazyLock};

static DESCRIPTION: LazyLock<Value> = LazyLock::new(server::api::openapi);

fn committed() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json"))
}

#[test]
fn the_committed_description_is_that_of_the_code() {
    let described = serde_json::to_string_pretty(&*DESCRIPTION).unwrap() + "\n";
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(committed(), &described).unwrap();
    }
    let there = std::fs::read_to_string(committed()).unwrap_or_default();
    assert!(there == described, "docs/openapi.json is stale: UPDATE_GENERATED=1 writes it anew");
}

/// The routes, as method and path.
pub fn routes() -> BTreeSet<(String, String)> {
    let paths = DESCRIPTION["paths"].as_object().unwrap();
    let routes = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().keys();
        methods.map(|method| (method.to_uppercase(), path.clone()))
    });
    routes.collect()
}

/// Looks at an answer of a described route.
#[track_caller]
pub fn look(method: &Method, path: &str, status: u16, kind: &str, body: &Value) {
    let name = method.as_str().to_lowercase();
    let route = routes().into_iter().find(|(_, template)| fits(template, path));
    let Some(route) = route.and_then(|(_, template)| DESCRIPTION["paths"][&template].get(&name))
    else {
        return;
    };
    let mut answer = &route["responses"][status.to_string()];
    if let Some(named) = answer["$ref"].as_str() {
        answer = DESCRIPTION.pointer(named.trim_start_matches('#')).unwrap();
    }
    assert!(!answer.is_null(), "{method} {path}: nobody described {status}: {body}");
    match answer.get("content") {
        None => assert_eq!((kind, body), ("", &Value::String(String::new())), "{method} {path}"),
        Some(content) => {
            let schema = &content[kind]["schema"];
            assert!(!schema.is_null(), "{method} {path}: nobody described {kind}");
            if let Err(fault) = matches(schema, body, "") {
                panic!("{method} {path}: {fault}: {body}");
            }
        }
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) =
        (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(&path).all(|(one, other)| one.starts_with('{') || one == other)
}

/// Of JSON Schema what the description uses.
fn matches(schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    if let Some(named) = schema["$ref"].as_str() {
        let named = DESCRIPTION.pointer(named.trim_start_matches('#')).unwrap();
        return matches(named, value, at);
    }
    for any in ["anyOf", "oneOf"] {
        if let Some(any) = schema[any].as_array() {
            let fits = any.iter().any(|one| matches(one, value, at).is_ok());
            return fits.then_some(()).ok_or(format!("{at} is none of {any:?}"));
        }
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if schema["type"].as_str().is_some_and(|wanted| wanted != kind) {
        return Err(format!("{at} is a {kind}, not {}", schema["type"]));
    }
    if schema["enum"].as_array().is_some_and(|known| !known.contains(value)) {
        return Err(format!("{at} is none of {}", schema["enum"]));
    }
    if schema.get("const").is_some_and(|only| only != value) {
        return Err(format!("{at} is not {}", schema["const"]));
    }
    if schema["format"] == "uuid" && value.as_str().unwrap().parse::<uuid::Uuid>().is_err() {
        return Err(format!("{at} is no id"));
    }
    for (index, element) in value.as_array().into_iter().flatten().enumerate() {
        matches(&schema["items"], element, &format!("{at}[{index}]"))?;
    }
    let Some(fields) = value.as_object() else { return Ok(()) };
    for needed in schema["required"].as_array().into_iter().flatten() {
        if !fields.contains_key(needed.as_str().unwrap()) {
            return Err(format!("{at} has no {needed}"));
        }
    }
    for (name, value) in fields {
        match schema["properties"].get(name) {
            Some(schema) => matches(schema, value, &format!("{at}.{name}"))?,
            None if schema["additionalProperties"] == false => {
                return Err(format!("{at}.{name} is not described"));
            }
            None => {}
        }
    }
    Ok(())
}

#[test]
fn the_look_sees_what_is_wrong() {
    let label = |value: Value| {
        matches(&serde_json::json!({"$ref": "#/components/schemas/Label"}), &value, "")
    };
    let id = "0198c0de-0000-7000-8000-000000000000";
    assert_eq!(label(serde_json::json!({"id": id, "name": "", "colour": null})), Ok(()));
    assert!(label(serde_json::json!({"id": id, "name": "", "colour": 3})).is_err());
    assert!(label(serde_json::json!({"id": id, "name": ""})).is_err());
    assert!(label(serde_json::json!({"id": "7", "name": "", "colour": null})).is_err());
    assert!(label(serde_json::json!({"id": id, "name": "", "colour": null, "more": 1})).is_err());
}
