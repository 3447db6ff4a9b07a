//! Why the API said no: a code, the field that it is about, and words.

use super::fields::Asked;
use crate::ServerError;
use axum::http::StatusCode;
use domain::resolve::Refusal;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub status: StatusCode,
    pub code: &'static str,
    /// A field of the body as a path, a parameter, or a header.
    pub field: Option<String>,
    pub words: String,
    /// What would be taken instead, where it is a short list.
    pub valid: Vec<String>,
}

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, words: &str) -> Problem {
        Problem { status, code, field: None, words: words.to_owned(), valid: Vec::new() }
    }

    pub fn about(self, field: &str) -> Problem {
        Problem { field: Some(field.to_owned()), ..self }
    }

    fn bad(code: &'static str, field: &str, words: String) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, code, &words).about(field)
    }

    pub fn unknown_field(path: &str) -> Problem {
        Problem::bad("unknownField", path, format!("There is no field \"{path}\" here."))
    }

    pub fn missing_field(path: &str) -> Problem {
        Problem::bad("missingField", path, format!("The field \"{path}\" is missing."))
    }

    pub fn bad_field(path: &str, what: &str) -> Problem {
        Problem::bad("badField", path, format!("The field \"{path}\" holds {what}."))
    }

    pub fn unknown_parameter(name: &str) -> Problem {
        Problem::bad("unknownParameter", name, format!("There is no parameter \"{name}\" here."))
    }

    pub fn bad_parameter(name: &str, what: &str) -> Problem {
        let words = format!("The parameter \"{name}\" is sent once and holds {what}.");
        Problem::bad("badParameter", name, words)
    }

    pub fn bad_header(name: &str, words: &str) -> Problem {
        Problem::bad("badHeader", name, words.to_owned())
    }

    pub fn not_found(noun: &str) -> Problem {
        let words = format!("There is no such {noun} on this board.");
        Problem::new(StatusCode::NOT_FOUND, "notFound", &words)
    }

    pub fn key_reused() -> Problem {
        let words = "Something else was asked under this key before.";
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "keyReused", words);
        problem.about("Idempotency-Key")
    }

    /// A field names something that is not on the board.
    pub fn names_nothing(path: &str) -> Problem {
        let words = format!("What \"{path}\" names is not on this board.");
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "notFound", &words).about(path)
    }

    /// Why an edit was refused; `noun` is what the path names.
    pub fn refused(refusal: &Refusal, asked: &Asked, noun: &str) -> Problem {
        let (status, code, what) = match refusal {
            Refusal::NotFound { what } if *what == noun => return Problem::not_found(noun),
            Refusal::NotFound { what } => (422, "notFound", *what),
            Refusal::Gone { what } => (409, "gone", *what),
            Refusal::Empty { what } => (422, "empty", *what),
            Refusal::TooLong { what, .. } => (422, "tooLong", *what),
            Refusal::TooMany { .. } => (422, "tooMany", ""),
            Refusal::BadColour => (422, "badColour", "colour"),
            Refusal::BadDate => (422, "badDate", "dates"),
            Refusal::StartAfterDue => (422, "startAfterDue", "dates"),
            Refusal::BadLink => (422, "badLink", "url"),
            Refusal::Oneself => (422, "oneself", ""),
            Refusal::IntoItself => (422, "intoItself", "cardsTo"),
            Refusal::NoColumn => (409, "noColumn", "column"),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
        let problem = Problem::new(status, code, &sentence(&refusal.to_string()));
        // An edit calls some things otherwise than a request does.
        let names: &[&str] = match what {
            "comment" => &["text"],
            "item" => &["title", "items"],
            "colour" => &["colour", "cover"],
            "label" => &["label", "labels"],
            "person" => &["person", "people"],
            _ => &[],
        };
        let field = [&[what], names].concat().into_iter().find(|name| asked.has(name));
        match field {
            Some(field) => problem.about(&asked.path(field)),
            None => problem,
        }
    }
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

impl From<Problem> for ServerError {
    fn from(problem: Problem) -> ServerError {
        ServerError::Asked(Box::new(problem))
    }
}
