//! Pages: only where they are asked for, and by key, so that what others write meanwhile neither repeats nor
//! hides anything that was there all along.

use super::{
    fields::{Asked, Field, Holds, optional},
    problem::Problem,
};
use std::fmt::Display;
use uuid::Uuid;

pub const LIMIT: Field =
    optional("limit", Holds::Number, "At most so many, at least one; all where nothing is said.");
pub const AFTER: Field = optional("after", Holds::Id, "Those behind this id.");

/// A part of a list.
#[derive(Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub part: Vec<T>,
    /// Of all that match, on whatever page.
    pub total: usize,
    /// Where the next page begins, if there is one.
    pub next: Option<Uuid>,
}

/// The page that was asked for of a list in the order of its keys.
pub fn page<T>(all: Vec<T>, asked: &Asked, key: impl Fn(&T) -> Uuid) -> Result<Page<T>, Problem> {
    let (limit, after) = (limit(asked)?, asked.get::<Uuid>("after")?);
    let total = all.len();
    let begins = after.map_or(0, |after| all.partition_point(|it| key(it) <= after));
    #[cfg(feature = "mutants")]
    let begins = crate::mutants::begin_later(begins, total);
    let mut part = all;
    part.drain(..begins);
    let goes_on = part.len() > limit;
    part.truncate(limit);
    let next = part.last().map(&key).filter(|_| goes_on);
    Ok(Page { part, total, next })
}

/// How many at most.
pub fn limit(asked: &Asked) -> Result<usize, Problem> {
    match asked.get::<u32>("limit")? {
        Some(0) => Err(Problem::bad_parameter("limit", "a number from 1")),
        limit => Ok(limit.and_then(|it| usize::try_from(it).ok()).unwrap_or(usize::MAX)),
    }
}

/// The address of the next page: that of this one, behind another key.
pub fn link(path: &str, query: &[(String, String)], key: &str, next: impl Display) -> String {
    let mut same = String::new();
    for (name, text) in query.iter().filter(|(name, _)| name != key) {
        same.push_str(&format!("{name}={}&", escaped(text)));
    }
    format!("<{path}?{same}{key}={next}>; rel=\"next\"")
}

fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(byte.into());
            }
            byte => escaped.push_str(&format!("%{byte:02X}")),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(limit: &str, after: Option<u128>) -> Asked {
        let mut pairs = vec![("limit".to_owned(), limit.to_owned())];
        pairs.extend(after.map(|it| ("after".to_owned(), Uuid::from_u128(it).to_string())));
        Asked::parameters(pairs, &[LIMIT, AFTER]).unwrap()
    }

    #[test]
    fn pages_join_to_the_whole_and_the_last_has_no_next() {
        for size in 1..9_u32 {
            let all: Vec<u128> = (1..=7).collect();
            let (mut joined, mut after) = (Vec::new(), None);
            loop {
                let asked = asked(&size.to_string(), after);
                let page = page(all.clone(), &asked, |it| Uuid::from_u128(*it)).unwrap();
                assert_eq!(page.total, 7);
                assert!(!page.part.is_empty());
                joined.extend(page.part);
                match page.next {
                    Some(next) => after = Some(next.as_u128()),
                    None => break,
                }
            }
            assert_eq!(joined, all);
        }
    }

    #[test]
    fn a_key_that_is_gone_is_still_a_place_to_go_on_from() {
        let page = page(vec![1_u128, 3, 5], &asked("2", Some(2)), |it| Uuid::from_u128(*it));
        assert_eq!(page.unwrap().part, [3, 5]);
    }

    #[test]
    fn an_address_goes_on_with_all_that_was_asked() {
        let query = [("q", "ä b"), ("limit", "7"), ("after", "x")];
        let query = query.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let next = Uuid::from_u128(9);
        let link = link("/api/v1/x", &query, "after", next);
        assert_eq!(link, format!("</api/v1/x?q=%C3%A4%20b&limit=7&after={next}>; rel=\"next\""));
    }
}
