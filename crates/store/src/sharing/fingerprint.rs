//! What tells a certificate from all others.

use std::{fmt, str::FromStr};

pub const FINGERPRINT_BYTES: usize = 32;

/// The SHA-256 of a certificate in DER.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; FINGERPRINT_BYTES]);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is 64 hexadecimal digits, with or without colons")]
pub struct BadFingerprint;

/// `3A:F0:…`, as other programs show it.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            let colon = if at == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02X}")?;
        }
        Ok(())
    }
}

/// As people write it down: colons and spaces do not matter, and neither does the case.
impl FromStr for Fingerprint {
    type Err = BadFingerprint;

    fn from_str(text: &str) -> Result<Fingerprint, BadFingerprint> {
        let digits = text.chars().filter(|it| *it != ':' && !it.is_whitespace());
        let digits: Option<Vec<u8>> =
            digits.map(|it| it.to_digit(16).and_then(|it| u8::try_from(it).ok())).collect();
        let digits = digits.ok_or(BadFingerprint)?;
        let (pairs, odd) = digits.as_chunks::<2>();
        let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
        let bytes = <[u8; FINGERPRINT_BYTES]>::try_from(bytes).map_err(|_| BadFingerprint)?;
        if odd.is_empty() { Ok(Fingerprint(bytes)) } else { Err(BadFingerprint) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_people_write_it_and_shown_as_other_programs_show_it() {
        let mut bytes = [0; FINGERPRINT_BYTES];
        (bytes[0], bytes[1], bytes[31]) = (0x3a, 0xf0, 0x7);
        let shown = Fingerprint(bytes).to_string();
        assert!(shown.starts_with("3A:F0:00:") && shown.ends_with(":00:07"), "{shown}");
        for text in
            [shown.clone(), shown.to_lowercase(), shown.replace(':', ""), shown.replace(':', " ")]
        {
            assert_eq!(text.parse(), Ok(Fingerprint(bytes)), "{text}");
        }
        for text in ["", "3A:F0", &shown[3..], &format!("{shown}:00"), &shown.replace("3A", "3G")] {
            assert_eq!(text.parse::<Fingerprint>(), Err(BadFingerprint), "{text}");
        }
        assert_eq!(format!("{shown}0").parse::<Fingerprint>(), Err(BadFingerprint));
    }
}
