//! Up to a thousand operations as one act: all of them, or none.

use super::{
    fields::{Asked, Field, Holds, needed},
    operations::{self, Operation},
    problem::Problem,
    records,
    writing::Written,
};
use crate::ServerError;
use axum::http::StatusCode;
use domain::id::EntityId;
use serde::Serialize;
use serde_json::{Map, Value};

pub const OPERATIONS_MAX: usize = 1_000;
pub const FIELDS: &[Field] = &[needed(
    "operations",
    Holds::Operations,
    "At least one and at most 1,000, done in their order.",
)];
/// What says which operation it is.
pub const OP: &str = "op";

/// The operations of a body.
pub fn read(body: Map<String, Value>) -> Result<Vec<(&'static Operation, Asked)>, Problem> {
    let asked = Asked::read(body, FIELDS, "")?;
    let sent: Vec<Value> = asked.need("operations")?;
    if sent.is_empty() || sent.len() > OPERATIONS_MAX {
        let words = format!("A bulk has 1 to {OPERATIONS_MAX} operations.");
        let code = if sent.is_empty() { "empty" } else { "tooMany" };
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, &words);
        return Err(problem.about("operations"));
    }
    sent.into_iter().enumerate().map(|(at, one)| read_one(at, one)).collect()
}

fn read_one(at: usize, one: Value) -> Result<(&'static Operation, Asked), Problem> {
    let place = format!("operations[{at}]");
    let Value::Object(mut fields) = one else {
        return Err(Problem::bad_field(&place, "an object"));
    };
    let path = format!("{place}.{OP}");
    let name = fields.remove(OP).ok_or_else(|| Problem::missing_field(&path))?;
    let operation = name.as_str().and_then(operations::find);
    let operation =
        operation.ok_or_else(|| Problem::bad_field(&path, "the name of an operation"))?;
    let asked = Asked::read(fields, &operation.declared(), &format!("{place}."))?;
    Ok((operation, asked))
}

/// What came of each operation: what it made or changed, and not how that stands now, since a thousand records
/// may be a gigabyte.
#[derive(Serialize)]
struct BulkAnswer {
    results: Vec<Done>,
}

#[derive(Serialize)]
struct Done {
    op: &'static str,
    id: EntityId,
}

pub fn answer(written: &Written) -> Result<Vec<u8>, ServerError> {
    let done = |(operation, id): &(&Operation, EntityId)| Done { op: operation.name, id: *id };
    records::json(&BulkAnswer { results: written.things.iter().map(done).collect() })
}
