//! Names of accounts. Two that look alike are one.

use crate::ServerError;
use unicode_normalization::UnicodeNormalization;

pub const CHARACTERS_MAX: usize = 64;

/// A name that an account may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// As the person writes it, composed, with single spaces.
    pub shown: String,
    /// What is unique.
    pub key: String,
}

impl Name {
    pub fn read(written: &str) -> Result<Name, ServerError> {
        let composed: String = written.nfc().collect();
        let shown = composed.split_whitespace().collect::<Vec<_>>().join(" ");
        let count = shown.chars().count();
        if count == 0 || count > CHARACTERS_MAX || shown.chars().any(is_invisible) {
            return Err(ServerError::BadName);
        }
        Ok(Name { key: key(&shown), shown })
    }
}

/// What a name is looked up by, whatever was written.
pub fn key(written: &str) -> String {
    let compatible: String =
        written.split_whitespace().collect::<Vec<_>>().join(" ").nfkc().collect();
    // Upper case first: ß and ss, ς and σ become one. Character by character, since a language's rules
    // would depend on the place in the word.
    let upper: String = compatible.chars().flat_map(char::to_uppercase).collect();
    upper.chars().flat_map(char::to_lowercase).nfkc().collect()
}

/// Controls, and marks that turn, join or hide what stands around them.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_are_one() {
        let one = |names: &[&str]| {
            let keys: Vec<String> =
                names.iter().map(|name| Name::read(name).unwrap().key).collect();
            assert!(keys.windows(2).all(|pair| pair[0] == pair[1]), "{keys:?}");
        };
        one(&["Ada", "ada", " ADA ", "ａｄａ"]);
        one(&["Zoë", "zoe\u{308}", "ZOË"]);
        one(&["Strauß", "STRAUSS", "strauss"]);
        one(&["Νίκος", "ΝΊΚΟΣ"]);
        one(&["Ada  Lovelace", "ada\tlovelace"]);
        assert_ne!(key("Ada"), key("Eda"));
        assert_eq!(Name::read("  Zoe\u{308}  B ").unwrap().shown, "Zoë B");
    }

    #[test]
    fn nothing_invisible_or_endless_is_a_name() {
        for written in ["", "  ", "a\0b", "a\u{202e}b", "a\u{200b}b", &"x".repeat(65)] {
            assert!(matches!(Name::read(written), Err(ServerError::BadName)), "{written:?}");
        }
        assert!(Name::read(&"x".repeat(64)).is_ok());
    }
}
