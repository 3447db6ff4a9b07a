//! Why a file was not read.

/// One sentence or two for a person: what is wrong, and what to do. It never quotes what stands in
/// the file, except for the id that stands there twice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFile {
    #[error(
        "The file is {} MiB large and the limit is {} MiB: export the board again without its attachments, or split the board.",
        bytes.div_ceil(1024 * 1024),
        crate::FILE_BYTES_MAX / (1024 * 1024)
    )]
    TooLarge { bytes: u64 },
    #[error("The file is empty: download the export again.")]
    Empty,
    #[error(
        "The file is not text in UTF-8 (the first wrong byte is number {byte}): choose the JSON file that the export gave, not an archive, a picture or a spreadsheet."
    )]
    NotText { byte: usize },
    #[error(
        "The file is not JSON (line {line}, column {column}): choose the JSON file that the export gave."
    )]
    NotJson { line: usize, column: usize },
    #[error(
        "The file was cut short (it ends in line {line}, column {column}, in the middle of a value): download the export again."
    )]
    CutShort { line: usize, column: usize },
    #[error(
        "The file nests deeper than {} levels (line {line}): no board export does, so it is some other file.",
        crate::DEPTH_MAX
    )]
    TooDeep { line: usize },
    #[error(
        "The file is {what}, not a Trello or Holdfast export: in Trello, choose Print, export and share, then Export as JSON."
    )]
    NotABoard { what: &'static str },
    #[error(
        "The file is {found}, but it was asked to be read as {wanted}: choose the other format."
    )]
    OtherFormat { found: &'static str, wanted: &'static str },
    #[error(
        "The file was written by a newer Holdfast (its version is {version}, this one reads up to {}): install the newest Holdfast and import again.",
        crate::holdfast::VERSION
    )]
    Newer { version: u64 },
    #[error(
        "The file holds more than {most} cards: split the board into smaller ones and export each."
    )]
    TooManyCards { most: usize },
    #[error(
        "The file holds more than {most} things (cards, labels, checklist items, comments and so on): split the board into smaller ones and export each."
    )]
    TooManyThings { most: usize },
    #[error(
        "Two {kind} in the file have the same id, {id}: the file was changed or put together by hand, so export the board again."
    )]
    DuplicateId { kind: &'static str, id: String },
    #[error("Reading the file was cancelled; nothing was imported.")]
    Cancelled,
}
