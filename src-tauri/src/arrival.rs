//! A `holdfast://` link that the system hands over, when the program starts or while it runs. It only fills
//! a form: what it asks for happens when a person says so.

use crate::{window, work::emit};
use replica::protocol::Event;
use std::sync::{Mutex, PoisonError};
use tauri::{AppHandle, Manager};

const SCHEME: &str = "holdfast://";
/// An invitation has some hundred.
const LINK_BYTES_MAX: usize = 4096;

/// The link that waits for the page to take it.
#[derive(Default)]
pub struct Arrival(Mutex<Option<String>>);

impl Arrival {
    pub fn with(link: Option<String>) -> Arrival {
        Arrival(Mutex::new(link))
    }

    /// Each link is taken once.
    pub fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// An argument of the command line as a link, or why it is none.
pub fn parse(argument: &str) -> Result<String, String> {
    if !argument.starts_with(SCHEME) {
        return Err(format!("a link of Holdfast begins with {SCHEME}"));
    }
    if argument.len() > LINK_BYTES_MAX || argument.contains(char::is_control) {
        return Err("this is no link that Holdfast makes".to_owned());
    }
    Ok(argument.to_owned())
}

/// The program was started a second time, maybe by a link: the page is told that there is one to take.
pub fn again(app: &AppHandle, arguments: &[String]) {
    window::raise(app);
    let Some(link) = arguments.iter().find_map(|it| parse(it).ok()) else { return };
    let arrival = app.state::<Arrival>();
    *arrival.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(link);
    if let Some(window) = app.get_webview_window(window::LABEL) {
        emit(&window, &Event::LinkCame);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_of_our_own_come_in_and_each_is_taken_once() {
        let link = "holdfast://join/https://boards.example/join#hfi_0a1b";
        let arrival = Arrival::with(parse(link).ok());
        assert_eq!(arrival.take().as_deref(), Some(link));
        assert_eq!(arrival.take(), None);
        let long = format!("holdfast://join/{}", "x".repeat(LINK_BYTES_MAX));
        for other in ["https://boards.example", "join", "", "holdfast://join/\n", &long] {
            assert!(parse(other).is_err(), "{other}");
        }
    }
}
