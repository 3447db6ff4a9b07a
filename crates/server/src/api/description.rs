//! The description of the API (OpenAPI 3.1), from the same declarations that read requests and make routes.
//! `docs/openapi.json` is a copy of it, and a test says when that is stale.

use super::{
    boards, bulk, changes, events,
    fields::{Field, Holds},
    operations,
    records::Thing,
    requests::KEY_BYTES_MAX,
    routes::{self, Does, Method, Route},
    said::{answers, problems},
    shapes::{SHAPES, id, named, or_null, schema_of},
};
use serde_json::{Map, Value, json};

/// The whole of it.
pub fn openapi() -> Value {
    let mut paths = Map::new();
    for route in routes::all() {
        let path = paths.entry(format!("/api/v1{}", route.path)).or_insert_with(|| json!({}));
        path[route.method.name()] = described(&route);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Holdfast",
            "version": "1",
            "description": "Boards for programs. docs/api.md says what holds for all of it.",
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "responses": answers(),
            "schemas": schemas(),
        },
    })
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Method::Get => "get",
            Method::Post => "post",
            Method::Patch => "patch",
            Method::Delete => "delete",
        }
    }

    pub fn is_read(self) -> bool {
        self == Method::Get
    }
}

impl Route {
    /// What it is called.
    pub fn id(&self) -> String {
        match self.does {
            Does::Write(operation, _) => operation.name.to_owned(),
            Does::Show(thing) => format!("show{}", shape(thing)),
            Does::List(_) => {
                let last = self.path.rsplit('/').next().unwrap_or_default();
                if last == "search" {
                    "searchCards".to_owned()
                } else {
                    format!("list{}", capital(last))
                }
            }
            Does::Boards => "listBoards".to_owned(),
            Does::MakeBoard => "createBoard".to_owned(),
            Does::Bulk => "bulk".to_owned(),
            Does::Changes => "listChanges".to_owned(),
            Does::Events => "listenToEvents".to_owned(),
            Does::Webhooks(hooks) => hooks.id().to_owned(),
        }
    }

    pub fn says(&self) -> String {
        match self.does {
            Does::Write(operation, _) => operation.says.to_owned(),
            Does::Show(thing) => format!("One {}.", thing.noun()),
            Does::List(list) => list.says.to_owned(),
            Does::Boards => "The boards of whoever asks, by id.".to_owned(),
            Does::MakeBoard => "Makes a board, with whoever asks as its owner.".to_owned(),
            Does::Bulk => {
                "Does up to 1,000 operations as one act: all of them, or none.".to_owned()
            }
            Does::Changes => "The log of a board, in its order.".to_owned(),
            Does::Events => {
                "The changes of a board as they are numbered, as server-sent events.".to_owned()
            }
            Does::Webhooks(hooks) => hooks.says().to_owned(),
        }
    }

    /// What stands behind the question mark.
    pub fn parameters(&self) -> &'static [Field] {
        match self.does {
            Does::Write(operation, _) if self.method == Method::Delete => operation.fields,
            Does::List(list) => list.parameters,
            Does::Boards => boards::PARAMETERS,
            Does::Changes => changes::PARAMETERS,
            Does::Events => events::PARAMETERS,
            Does::Write(..) | Does::Show(_) | Does::MakeBoard | Does::Bulk | Does::Webhooks(_) => {
                &[]
            }
        }
    }

    /// What a body holds; `None` where there is none.
    pub fn fields(&self) -> Option<&'static [Field]> {
        match self.does {
            Does::Write(..) if self.method == Method::Delete => None,
            Does::Write(operation, _) => Some(operation.fields),
            Does::MakeBoard => Some(boards::FIELDS),
            Does::Bulk => Some(bulk::FIELDS),
            Does::Webhooks(hooks) => hooks.fields(),
            Does::Show(_) | Does::List(_) | Does::Boards | Does::Changes | Does::Events => None,
        }
    }

    /// The status of an answer that it was done with, and the shape of what comes with it.
    pub fn answer(&self) -> (u16, Option<(&'static str, bool)>) {
        match self.does {
            Does::Write(_, 204) => (204, None),
            Does::Write(operation, status) => (status, Some((shape(operation.thing), false))),
            Does::Show(thing) => (200, Some((shape(thing), false))),
            Does::List(list) => (200, Some((shape(list.thing), true))),
            Does::Boards => (200, Some(("Board", true))),
            Does::MakeBoard => (201, Some(("Board", false))),
            Does::Bulk => (200, Some(("BulkAnswer", false))),
            Does::Changes => (200, Some(("Change", true))),
            Does::Events => (200, None),
            Does::Webhooks(hooks) => hooks.answer(),
        }
    }

    /// Whether it is a write of the board's, which a key makes safe to repeat.
    fn takes_key(&self) -> bool {
        !self.method.is_read() && !self.is_of_hooks()
    }

    /// Webhooks are no part of a board.
    fn is_of_hooks(&self) -> bool {
        matches!(self.does, Does::Webhooks(_))
    }

    /// The headers that it takes.
    pub fn headers(&self) -> Vec<(&'static str, &'static str)> {
        let mut headers = Vec::new();
        if self.takes_key() {
            headers.push((
                "Idempotency-Key",
                "A repeat under the same key is answered and not done again.",
            ));
        }
        match self.does {
            Does::Write(operation, _) if !operation.makes => {
                headers.push(("If-Match", "The ETag that it must still have."));
            }
            Does::Show(_) => headers.push(("If-None-Match", "The ETag that one has already.")),
            Does::Events => headers.push(("Last-Event-ID", "The last number that one has.")),
            _ => {}
        }
        headers
    }
}

fn shape(thing: Thing) -> &'static str {
    match thing {
        Thing::Board => "Board",
        Thing::Column => "Column",
        Thing::Card => "Card",
        Thing::Label => "Label",
        Thing::Person => "Person",
        Thing::Checklist => "Checklist",
        Thing::Item => "Item",
        Thing::Comment => "Comment",
    }
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    format!("{}{rest}", first.to_uppercase())
}

fn described(route: &Route) -> Value {
    let named_in_path = route
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{').and_then(|part| part.strip_suffix('}')));
    let mut parameters: Vec<Value> = named_in_path
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": id() }))
        .collect();
    parameters.extend(route.parameters().iter().map(|field| {
        json!({
            "name": field.name, "in": "query", "required": field.needed,
            "description": field.says, "schema": field.holds.schema(),
        })
    }));
    parameters.extend(route.headers().iter().map(|(name, says)| {
        let schema = match *name {
            "Idempotency-Key" => {
                json!({ "type": "string", "pattern": "^[ -~]+$", "maxLength": KEY_BYTES_MAX })
            }
            _ => json!({ "type": "string" }),
        };
        json!({ "name": name, "in": "header", "description": says, "schema": schema })
    }));
    let mut described = json!({
        "operationId": route.id(), "summary": route.says(), "parameters": parameters,
        "responses": responses(route),
    });
    if let Some(fields) = route.fields() {
        described["requestBody"] = json!({
            "required": fields.iter().any(|field| field.needed),
            "content": { "application/json": { "schema": object(fields, &[]) } },
        });
    }
    described
}

fn responses(route: &Route) -> Value {
    let (status, shape) = route.answer();
    let header = |says: &str, schema: Value| json!({ "description": says, "schema": schema });
    let text = || json!({ "type": "string" });
    let number = || json!({ "type": "integer" });
    let mut headers = Map::new();
    if !matches!(route.does, Does::Boards) && !route.is_of_hooks() {
        let says = "The number of the last change that the answer knows of.";
        headers.insert("X-Holdfast-Head".to_owned(), header(says, number()));
    }
    if let Some((_, true)) = shape {
        headers
            .insert("X-Total-Count".to_owned(), header("How many match, on all pages.", number()));
        headers.insert("Link".to_owned(), header("The next page, as rel=\"next\".", text()));
    }
    let has_etag = !matches!(route.does, Does::Bulk) && !route.is_of_hooks();
    if let (Some((_, false)), true) = (shape, has_etag) {
        headers.insert("ETag".to_owned(), header("Changes when the record does.", text()));
    }
    if status == 201 {
        headers.insert("Location".to_owned(), header("Where it is.", text()));
    }
    if route.takes_key() {
        let says = "true where it had been done before.";
        headers.insert("Idempotency-Replayed".to_owned(), header(says, text()));
    }
    let mut done = json!({ "description": "Done.", "headers": headers });
    match shape {
        Some((name, is_list)) => {
            let schema = match is_list {
                true => json!({ "type": "array", "items": named(name) }),
                false => named(name),
            };
            done["content"] = json!({ "application/json": { "schema": schema } });
        }
        None if status == 200 => {
            done["content"] = json!({ "text/event-stream": { "schema": text() } });
        }
        None => {}
    }
    let mut responses = json!({ status.to_string(): done });
    if matches!(route.does, Does::Show(_)) {
        responses["304"] = json!({ "description": "It is what one has already." });
    }
    for problem in problems(route) {
        let named = format!("#/components/responses/{}", problem.name);
        responses[problem.status] = json!({ "$ref": named });
    }
    responses
}

/// An object of these fields and no others.
fn object(fields: &[Field], more: &[(&str, Value)]) -> Value {
    let properties = fields.iter().map(|field| {
        let schema = field.holds.schema();
        let mut schema = if field.clears { or_null(schema) } else { schema };
        schema["description"] = json!(field.says);
        (field.name.to_owned(), schema)
    });
    let more_names = more.iter().map(|(name, _)| *name);
    let needed = fields.iter().filter(|field| field.needed).map(|field| field.name);
    let needed: Vec<&str> = more_names.chain(needed).collect();
    let more = more.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone()));
    json!({
        "type": "object", "additionalProperties": false, "required": needed,
        "properties": properties.chain(more).collect::<Map<String, Value>>(),
    })
}

impl Holds {
    fn schema(self) -> Value {
        match self {
            Holds::Id => id(),
            Holds::Ids => json!({ "type": "array", "items": id() }),
            Holds::Text | Holds::Version => json!({ "type": "string" }),
            Holds::Texts => json!({ "type": "array", "items": { "type": "string" } }),
            Holds::Flag => json!({ "type": "boolean" }),
            Holds::Yes => json!({ "type": "boolean", "const": true }),
            Holds::Number => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
            Holds::Position => {
                json!({ "type": "integer", "minimum": 0, "maximum": super::fields::POSITION_MAX })
            }
            Holds::Colour => named("Colour"),
            Holds::Priority => named("Priority"),
            Holds::Dates => named("Dates"),
            Holds::Operations => json!({
                "type": "array", "minItems": 1, "maxItems": bulk::OPERATIONS_MAX,
                "items": named("Operation"),
            }),
        }
    }
}

fn schemas() -> Map<String, Value> {
    let mut schemas: Map<String, Value> =
        SHAPES.iter().map(|shape| (shape.name.to_owned(), schema_of(shape))).collect();
    let day = json!({
        "type": "object", "additionalProperties": false, "required": ["kind", "day"],
        "properties": {
            "kind": { "const": "day" }, "day": { "type": "string", "format": "date" },
        },
    });
    let instant = json!({
        "type": "object", "additionalProperties": false, "required": ["kind", "ms", "zone"],
        "properties": {
            "kind": { "const": "instant" },
            "ms": { "type": "integer", "description": "Milliseconds since 1970, in UTC." },
            "zone": { "type": "string", "description": "An IANA zone, or \"\"." },
        },
    });
    let when = json!({ "anyOf": [day, instant, { "type": "null" }] });
    let operations = operations::ALL.into_iter().flatten().map(|operation| {
        let op = json!({ "const": operation.name });
        object(&operation.declared(), &[(bulk::OP, op)])
    });
    let words = |says: &str| json!({ "type": "string", "description": says });
    schemas.extend([
        (
            "Colour".to_owned(),
            json!({ "type": "string", "pattern": "^[a-z_]{1,32}$", "description": "The name of a colour." }),
        ),
        (
            "Priority".to_owned(),
            json!({ "type": "string", "enum": ["low", "medium", "high", "urgent"] }),
        ),
        (
            "Dates".to_owned(),
            json!({
                "type": "object", "additionalProperties": false,
                "properties": { "start": when, "due": when },
            }),
        ),
        ("Operation".to_owned(), json!({ "oneOf": operations.collect::<Vec<_>>() })),
        (
            "Problem".to_owned(),
            json!({
                "type": "object", "required": ["type", "title", "status", "code", "detail"],
                "properties": {
                    "type": words("about:blank"),
                    "title": words("The status in words."),
                    "status": { "type": "integer" },
                    "code": words("What a program acts on."),
                    "detail": words("For people."),
                    "field": words("The field, parameter or header that it is about."),
                },
            }),
        ),
    ]);
    schemas
}
