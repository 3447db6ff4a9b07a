//! What a request may carry. A field is declared once: the declaration reads it, refuses by name what nobody
//! declared, and is what the description of the API says.

use super::problem::Problem;
use domain::{
    edit::Dates,
    text::{Colour, Priority},
    versions::TextVersion,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use uuid::Uuid;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    Id,
    Ids,
    Text,
    Texts,
    Flag,
    /// A flag that says something only where it is set.
    Yes,
    /// 0 to 4,294,967,295.
    Number,
    /// A position in a log: up to 2⁵³.
    Position,
    Colour,
    Priority,
    Dates,
    /// A version of a description, as an answer named it.
    Version,
    /// The operations of a bulk.
    Operations,
}

/// A field of a body, or a parameter of an address.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub name: &'static str,
    pub holds: Holds,
    pub needed: bool,
    /// Null takes the value away.
    pub clears: bool,
    pub says: &'static str,
}

pub const fn needed(name: &'static str, holds: Holds, says: &'static str) -> Field {
    Field { name, holds, needed: true, clears: false, says }
}

pub const fn optional(name: &'static str, holds: Holds, says: &'static str) -> Field {
    Field { name, holds, needed: false, clears: false, says }
}

pub const fn clearable(name: &'static str, holds: Holds, says: &'static str) -> Field {
    Field { name, holds, needed: false, clears: true, says }
}

/// Positions are read by programs whose numbers are doubles.
pub const POSITION_MAX: u64 = 1 << 53;

impl Holds {
    /// Whether a value is one of these.
    fn takes(self, value: &Value) -> bool {
        match self {
            Holds::Id => is_id(value),
            Holds::Ids => value.as_array().is_some_and(|ids| ids.iter().all(is_id)),
            Holds::Text => value.is_string(),
            Holds::Texts => value.as_array().is_some_and(|it| it.iter().all(Value::is_string)),
            Holds::Flag => value.is_boolean(),
            Holds::Yes => value.as_bool() == Some(true),
            Holds::Number => value.as_u64().is_some_and(|it| u32::try_from(it).is_ok()),
            Holds::Position => value.as_u64().is_some_and(|it| it <= POSITION_MAX),
            Holds::Colour => reads::<Colour>(value),
            Holds::Priority => reads::<Priority>(value),
            Holds::Dates => reads::<Dates>(value),
            Holds::Version => value.as_str().is_some_and(is_version),
            Holds::Operations => value.is_array(),
        }
    }

    /// A value from an address, where everything is text.
    fn parsed(self, text: String) -> Value {
        let value = match self {
            Holds::Flag | Holds::Yes => text.parse::<bool>().ok().map(Value::from),
            Holds::Number | Holds::Position => text.parse::<u64>().ok().map(Value::from),
            _ => None,
        };
        value.unwrap_or(Value::String(text))
    }

    fn words(self) -> &'static str {
        match self {
            Holds::Id => "an id: 0198c0de-0000-7000-8000-000000000000",
            Holds::Ids => "a list of ids",
            Holds::Text => "a text",
            Holds::Texts => "a list of texts",
            Holds::Flag => "true or false",
            Holds::Yes => "true, or left out",
            Holds::Number => "a number from 0 to 4294967295",
            Holds::Position => "a number from 0 to 9007199254740992",
            Holds::Colour => "the name of a colour",
            Holds::Priority => "low, medium, high or urgent",
            Holds::Dates => {
                "{\"start\", \"due\"}, each null, {\"kind\": \"day\", \"day\"} or {\"kind\": \"instant\", \"ms\", \"zone\"}"
            }
            Holds::Version => "the descriptionVersion of a card",
            Holds::Operations => "a list of operations",
        }
    }
}

fn is_id(value: &Value) -> bool {
    value.as_str().is_some_and(|text| Uuid::parse_str(text).is_ok())
}

/// No description yet has no name.
fn is_version(text: &str) -> bool {
    text.is_empty() || TextVersion(text.to_owned()).change().is_some()
}

fn reads<T: DeserializeOwned>(value: &Value) -> bool {
    serde_json::from_value::<T>(value.clone()).is_ok()
}

/// What was asked, all of it declared and of the declared kind.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    fields: Map<String, Value>,
    /// Where it stands in the body: "" or `operations[3].`.
    at: String,
}

impl Asked {
    /// Takes the fields of an object; `at` is where it stands in the body.
    pub fn read(
        fields: Map<String, Value>,
        declared: &[Field],
        at: &str,
    ) -> Result<Asked, Problem> {
        for (name, value) in &fields {
            let path = format!("{at}{name}");
            let Some(field) = declared.iter().find(|field| field.name == name) else {
                return Err(Problem::unknown_field(&path));
            };
            if value.is_null() && field.clears {
                continue;
            }
            if field.holds == Holds::Dates {
                only_dates(value, &path)?;
            }
            if !field.holds.takes(value) {
                return Err(Problem::bad_field(&path, field.holds.words()));
            }
        }
        match declared.iter().find(|field| field.needed && !fields.contains_key(field.name)) {
            Some(missing) => Err(Problem::missing_field(&format!("{at}{}", missing.name))),
            None => Ok(Asked { fields, at: at.to_owned() }),
        }
    }

    /// Takes the parameters of an address, each at most once.
    pub fn parameters(pairs: Vec<(String, String)>, declared: &[Field]) -> Result<Asked, Problem> {
        let mut fields = Map::new();
        for (name, text) in pairs {
            let Some(field) = declared.iter().find(|field| field.name == name) else {
                #[cfg(feature = "mutants")]
                if crate::mutants::is_left_out("an unknown parameter is refused") {
                    continue;
                }
                return Err(Problem::unknown_parameter(&name));
            };
            let value = field.holds.parsed(text);
            if !field.holds.takes(&value) || fields.contains_key(&name) {
                return Err(Problem::bad_parameter(&name, field.holds.words()));
            }
            fields.insert(name, value);
        }
        Ok(Asked { fields, at: String::new() })
    }

    /// Adds what the path names.
    pub fn name(&mut self, name: &str, id: Uuid) {
        self.fields.insert(name.to_owned(), Value::String(id.to_string()));
    }

    pub fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// The value of a field; `None` where it was not sent.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Problem> {
        let Some(value) = self.fields.get(name) else { return Ok(None) };
        let read = serde_json::from_value(value.clone());
        read.map(Some).map_err(|_| Problem::bad_field(&self.path(name), "something else"))
    }

    /// The value of a field that is declared as needed.
    pub fn need<T: DeserializeOwned>(&self, name: &str) -> Result<T, Problem> {
        self.get(name)?.ok_or_else(|| Problem::missing_field(&self.path(name)))
    }

    /// Where a field stands in the body.
    pub fn path(&self, name: &str) -> String {
        format!("{}{name}", self.at)
    }
}

/// What stands in dates that is no part of them.
fn only_dates(value: &Value, path: &str) -> Result<(), Problem> {
    let objects = value.as_object().into_iter().flatten();
    for (name, when) in objects {
        if !["start", "due"].contains(&name.as_str()) {
            return Err(Problem::unknown_field(&format!("{path}.{name}")));
        }
        let known: &[&str] = match when["kind"].as_str() {
            Some("day") => &["kind", "day"],
            _ => &["kind", "ms", "zone"],
        };
        let mut parts = when.as_object().into_iter().flatten();
        if let Some((part, _)) = parts.find(|(part, _)| !known.contains(&part.as_str())) {
            return Err(Problem::unknown_field(&format!("{path}.{name}.{part}")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: Value) -> Result<Asked, (String, String)> {
        const DECLARED: [Field; 3] = [
            needed("title", Holds::Text, ""),
            clearable("dates", Holds::Dates, ""),
            optional("labels", Holds::Ids, ""),
        ];
        let asked = Asked::read(value.as_object().unwrap().clone(), &DECLARED, "operations[2].");
        asked.map_err(|problem| (problem.code.to_owned(), problem.field.unwrap_or_default()))
    }

    #[test]
    fn what_nobody_declared_is_named() {
        let refused = |value: Value, code: &str, field: &str| {
            let (code, field) = (code.to_owned(), format!("operations[2].{field}"));
            assert_eq!(read(value).unwrap_err(), (code, field));
        };
        refused(json!({"title": "a", "colour": "red"}), "unknownField", "colour");
        refused(json!({"title": "a", "dates": {"until": null}}), "unknownField", "dates.until");
        let day = json!({"kind": "day", "day": "2026-11-28", "zone": ""});
        refused(json!({"title": "a", "dates": {"due": day}}), "unknownField", "dates.due.zone");
        refused(json!({"labels": []}), "missingField", "title");
        refused(json!({"title": null}), "badField", "title");
        refused(json!({"title": "a", "labels": ["x"]}), "badField", "labels");
        refused(json!({"title": "a", "dates": {"due": {"kind": "hour"}}}), "badField", "dates");
        assert!(read(json!({"title": "a", "dates": null})).unwrap().has("dates"));
    }

    #[test]
    fn a_parameter_is_known_and_sent_once() {
        let declared = [optional("limit", Holds::Number, ""), optional("done", Holds::Flag, "")];
        let read = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
            Asked::parameters(pairs.collect(), &declared)
        };
        let code = |pairs: &[(&str, &str)]| read(pairs).unwrap_err().code;
        assert_eq!(code(&[("offset", "1")]), "unknownParameter");
        assert_eq!(code(&[("limit", "-1")]), "badParameter");
        assert_eq!(code(&[("limit", "1"), ("limit", "2")]), "badParameter");
        let asked = read(&[("limit", "7"), ("done", "true")]).unwrap();
        assert_eq!(asked.get::<u32>("limit").unwrap(), Some(7));
        assert_eq!(asked.get::<bool>("done").unwrap(), Some(true));
    }
}
