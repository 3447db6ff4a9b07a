//! What a route can say no with, for the description of the API.

use super::{
    routes::{Does, Route},
    shapes::named,
};
use serde_json::{Map, Value, json};

/// Something that can be said no with.
pub struct Said {
    pub name: &'static str,
    pub status: &'static str,
    says: &'static str,
    /// To whom.
    to: To,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum To {
    All,
    Writes,
    /// Those who go on from a number.
    GoingOn,
}

const fn said(name: &'static str, status: &'static str, to: To, says: &'static str) -> Said {
    Said { name, status, says, to }
}

const PROBLEMS: [Said; 14] = [
    said(
        "Bad",
        "400",
        To::All,
        "A parameter, field or header is unknown or not what it should be.",
    ),
    said("NotSignedIn", "401", To::All, "The token is missing, unknown or ended."),
    said("NotAllowed", "403", To::All, "The token or the role does not allow it."),
    said("NotFound", "404", To::All, "There is no such thing, or one is no member of its board."),
    said("TooSlow", "408", To::All, "The request did not arrive within 30 seconds."),
    said("Gone", "409", To::Writes, "What it names is in the archive or the trash."),
    said("NotInLog", "409", To::GoingOn, "The log has no such number."),
    said("Changed", "412", To::Writes, "It was changed since."),
    said("TooLong", "413", To::All, "The body is too large."),
    said("NotJson", "415", To::Writes, "The body is not JSON."),
    said("Refused", "422", To::Writes, "A field says what cannot be done."),
    said("Failed", "500", To::All, "The server failed."),
    said("Busy", "503", To::All, "Nothing was done: try again."),
    said(
        "Unknown",
        "504",
        To::Writes,
        "Nobody knows yet whether it was done: repeat it under the same key.",
    ),
];

/// What a route can say no with.
pub fn problems(route: &Route) -> impl Iterator<Item = &'static Said> {
    let goes_on = matches!(route.does, Does::Changes | Does::Events);
    let is_read = route.method.is_read();
    PROBLEMS.iter().filter(move |said| match said.to {
        To::All => true,
        To::Writes => !is_read,
        To::GoingOn => goes_on,
    })
}

/// All of them, by name.
pub fn answers() -> Map<String, Value> {
    let answer = |said: &Said| {
        let content = json!({ "application/problem+json": { "schema": named("Problem") } });
        let mut answer = json!({ "description": said.says, "content": content });
        if ["Busy", "Unknown"].contains(&said.name) {
            let schema = json!({ "type": "integer" });
            let wait = json!({ "description": "Seconds to wait before.", "schema": schema });
            answer["headers"] = json!({ "Retry-After": wait });
        }
        (said.name.to_owned(), answer)
    };
    PROBLEMS.iter().map(answer).collect()
}
