//! What a file must be before anything walks through it: small enough, text, not too deep, JSON.
//! Each check is one pass over the bytes and none of them recurses on the file's say-so.

use crate::BadFile;
use serde_json::{error::Category, value::RawValue};
use std::sync::atomic::{AtomicBool, Ordering};

/// A larger file is refused.
pub const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// A file with more arrays and objects inside each other is refused.
pub const DEPTH_MAX: usize = 64;
/// How much of a file is looked at between two looks at the cancel flag.
const BYTES_PER_LOOK: usize = 1024 * 1024;

/// For a caller who knows a file's size and has not read it yet.
pub fn check_size(bytes: u64) -> Result<(), BadFile> {
    if bytes > FILE_BYTES_MAX { Err(BadFile::TooLarge { bytes }) } else { Ok(()) }
}

pub fn check_cancel(cancel: &AtomicBool) -> Result<(), BadFile> {
    if cancel.load(Ordering::Relaxed) { Err(BadFile::Cancelled) } else { Ok(()) }
}

/// The one JSON value that the file is.
pub fn open<'a>(bytes: &'a [u8], cancel: &AtomicBool) -> Result<&'a RawValue, BadFile> {
    check_size(u64::try_from(bytes.len()).unwrap_or(u64::MAX))?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(BadFile::Empty);
    }
    check_depth(bytes, cancel)?;
    check_cancel(cancel)?;
    let text = std::str::from_utf8(bytes)
        .map_err(|error| BadFile::NotText { byte: error.valid_up_to() + 1 })?;
    check_cancel(cancel)?;
    serde_json::from_str(text).map_err(|error| not_json(text, &error))
}

fn not_json(text: &str, error: &serde_json::Error) -> BadFile {
    let (line, column) = (error.line(), error.column());
    let cut_short = match error.classify() {
        Category::Eof => true,
        // The parser calls a number that ends behind its point wrong, not unfinished.
        Category::Syntax => {
            let last = text.rsplit('\n').next().unwrap_or_default();
            text.ends_with(['.', 'e', 'E', '+', '-'])
                && column >= last.len()
                && line == text.matches('\n').count() + 1
        }
        Category::Io | Category::Data => false,
    };
    if cut_short { BadFile::CutShort { line, column } } else { BadFile::NotJson { line, column } }
}

/// Counts brackets outside strings. On bytes that are no JSON the count means nothing, and the
/// parser behind this says so; what matters is that the parser never sees a deep file.
fn check_depth(bytes: &[u8], cancel: &AtomicBool) -> Result<(), BadFile> {
    let (mut depth, mut line) = (0_usize, 1_usize);
    let (mut in_string, mut escaped) = (false, false);
    for part in bytes.chunks(BYTES_PER_LOOK) {
        check_cancel(cancel)?;
        for byte in part {
            if in_string {
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' => escaped = true,
                    b'"' => in_string = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => in_string = true,
                b'\n' => line += 1,
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > DEPTH_MAX {
                return Err(BadFile::TooDeep { line });
            }
        }
    }
    Ok(())
}
