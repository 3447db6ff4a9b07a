//! Printing: text from a board may hold anything, and a terminal obeys some of it.

use std::io::{self, Write};

/// The text with control and bidirectional-formatting characters written out.
pub fn plain(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut plain, letter| {
        if is_obeyed(letter) {
            plain.extend(letter.escape_unicode());
        } else {
            plain.push(letter);
        }
        plain
    })
}

fn is_obeyed(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2028}' | '\u{2029}')
        || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// JSON with the same characters written out, as JSON writes them: it says the same.
pub fn plain_json(json: &str) -> String {
    json.chars().fold(String::with_capacity(json.len()), |mut plain, letter| {
        if is_obeyed(letter) && letter != '\n' {
            plain.push_str(&format!("\\u{:04x}", u32::from(letter)));
        } else {
            plain.push(letter);
        }
        plain
    })
}

/// `1 board`, `2 boards`.
pub fn counted(count: u32, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Whoever reads may have gone: then there is nobody to tell.
pub fn line(text: &str) {
    writeln!(io::stdout().lock(), "{text}").ok();
}

/// What is good to know and no part of the answer.
pub fn aside(text: &str) {
    writeln!(io::stderr().lock(), "holdfast: {text}").ok();
}

pub fn json(value: &impl serde::Serialize) {
    if let Ok(text) = serde_json::to_string_pretty(value) {
        line(&plain_json(&text));
    }
}

#[cfg(test)]
mod tests {
    use super::{plain, plain_json};

    #[test]
    fn what_a_terminal_obeys_is_written_out() {
        assert_eq!(plain("a\u{1b}[2Jb\u{202e}c\u{9b}d"), "a\\u{1b}[2Jb\\u{202e}c\\u{9b}d");
        let json = "[\n  \"a\u{202e}b\u{9b}\u{7f}c\"\n]";
        assert_eq!(plain_json(json), "[\n  \"a\\u202eb\\u009b\\u007fc\"\n]");
        assert_eq!(plain("Grüße 漢字 👍"), "Grüße 漢字 👍");
    }
}
