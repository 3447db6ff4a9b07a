//! What lies on a disk that forgets: each file as programs see it, and as it is after the power was cut. Names are kept
//! at once, as are lengths of folders; what was written to a file is kept by an fsync of that file.

use rand::{Rng, rngs::StdRng};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    time::SystemTime,
};

/// The folder in which all lies.
pub const ROOT: u64 = 1;
/// One in so many times a cut leaves nothing of what waited; else each write that waited is there or not, by chance.
const NOTHING_LEFT_IN: u32 = 2;

/// Why something was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    NotThere,
    ThereAlready,
    NotEmpty,
    NoSpace,
}

pub struct Files {
    things: BTreeMap<u64, Thing>,
    made: u64,
    full: bool,
    pub counts: Counts,
}

/// How often something was refused or forgotten, so that a fault that changed nothing is not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// For want of space.
    pub refused: usize,
    /// Writes that a cut took back.
    pub forgotten: usize,
}

#[derive(Clone, Debug)]
pub struct Thing {
    pub content: Content,
    /// Its permissions.
    pub mode: u32,
    pub changed: SystemTime,
}

#[derive(Clone, Debug)]
pub enum Content {
    Folder(BTreeMap<OsString, u64>),
    File(File),
}

#[derive(Clone, Debug, Default)]
pub struct File {
    now: Vec<u8>,
    kept: Vec<u8>,
    /// From what is kept to what is now.
    waiting: Vec<Write>,
}

#[derive(Clone, Debug)]
enum Write {
    At(usize, Vec<u8>),
    Length(usize),
}

impl Write {
    fn does(&self, bytes: &mut Vec<u8>) {
        match self {
            Write::At(at, written) => {
                let end = at + written.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*at..end].copy_from_slice(written);
            }
            Write::Length(length) => bytes.resize(*length, 0),
        }
    }
}

impl File {
    pub fn length(&self) -> usize {
        self.now.len()
    }

    pub fn read(&self, at: usize, size: usize) -> &[u8] {
        let begins = at.min(self.now.len());
        &self.now[begins..begins.saturating_add(size).min(self.now.len())]
    }

    fn write(&mut self, write: Write) {
        write.does(&mut self.now);
        self.waiting.push(write);
    }

    fn keep(&mut self) {
        for write in self.waiting.drain(..) {
            write.does(&mut self.kept);
        }
    }

    /// What was kept, and of what waited whatever chance left. How many writes are gone comes back.
    fn forget(&mut self, chance: &mut StdRng) -> usize {
        let (nothing_left, mut forgotten) = (chance.gen_ratio(1, NOTHING_LEFT_IN), 0);
        for write in self.waiting.drain(..) {
            if nothing_left || chance.gen_ratio(1, 2) {
                forgotten += 1;
            } else {
                write.does(&mut self.kept);
            }
        }
        self.now.clone_from(&self.kept);
        forgotten
    }
}

impl Thing {
    fn new(content: Content, mode: u32) -> Thing {
        Thing { content, mode, changed: SystemTime::now() }
    }
}

impl Files {
    pub fn new() -> Files {
        let root = Thing::new(Content::Folder(BTreeMap::new()), 0o700);
        let (things, counts) = (BTreeMap::from([(ROOT, root)]), Counts::default());
        Files { things, made: ROOT, full: false, counts }
    }

    /// From now on there is no space for anything more, or there is again.
    pub fn fill(&mut self, full: bool) {
        self.full = full;
    }

    /// The power is cut.
    pub fn forget(&mut self, chance: &mut StdRng) {
        for thing in self.things.values_mut() {
            if let Content::File(file) = &mut thing.content {
                self.counts.forgotten += file.forget(chance);
            }
        }
    }

    pub fn thing(&self, id: u64) -> Result<&Thing, Refused> {
        self.things.get(&id).ok_or(Refused::NotThere)
    }

    pub fn find(&self, folder: u64, name: &OsStr) -> Result<u64, Refused> {
        self.names(folder)?.get(name).copied().ok_or(Refused::NotThere)
    }

    pub fn names(&self, folder: u64) -> Result<&BTreeMap<OsString, u64>, Refused> {
        match &self.thing(folder)?.content {
            Content::Folder(names) => Ok(names),
            Content::File(_) => Err(Refused::NotThere),
        }
    }

    pub fn file(&self, id: u64) -> Result<&File, Refused> {
        match &self.thing(id)?.content {
            Content::File(file) => Ok(file),
            Content::Folder(_) => Err(Refused::NotThere),
        }
    }

    pub fn make(
        &mut self,
        folder: u64,
        name: &OsStr,
        content: Content,
        mode: u32,
    ) -> Result<u64, Refused> {
        if self.names(folder)?.contains_key(name) {
            return Err(Refused::ThereAlready);
        }
        self.ask_for_space(true)?;
        self.made += 1;
        self.things.insert(self.made, Thing::new(content, mode));
        let id = self.made;
        self.names_mut(folder)?.insert(name.to_owned(), id);
        Ok(id)
    }

    /// Whoever has it open still reads and writes it.
    pub fn remove(&mut self, folder: u64, name: &OsStr) -> Result<(), Refused> {
        let id = self.find(folder, name)?;
        if self.names(id).is_ok_and(|names| !names.is_empty()) {
            return Err(Refused::NotEmpty);
        }
        self.names_mut(folder)?.remove(name);
        Ok(())
    }

    pub fn rename(
        &mut self,
        (folder, name): (u64, &OsStr),
        (to_folder, to_name): (u64, &OsStr),
    ) -> Result<(), Refused> {
        let id = self.find(folder, name)?;
        self.names(to_folder)?;
        self.names_mut(folder)?.remove(name);
        self.names_mut(to_folder)?.insert(to_name.to_owned(), id);
        Ok(())
    }

    /// A full disk takes nothing new, not even over what is old, as file systems that copy on writing do. What was
    /// written into a memory map has its place already: the kernel has told nobody that it would not be kept.
    pub fn write(
        &mut self,
        id: u64,
        at: usize,
        bytes: &[u8],
        is_mapped: bool,
    ) -> Result<(), Refused> {
        let grows = at + bytes.len() > self.file(id)?.length();
        self.ask_for_space(grows || !is_mapped)?;
        self.file_mut(id)?.write(Write::At(at, bytes.to_vec()));
        Ok(())
    }

    pub fn set_length(&mut self, id: u64, length: usize) -> Result<(), Refused> {
        let grows = length > self.file(id)?.length();
        self.ask_for_space(grows)?;
        self.file_mut(id)?.write(Write::Length(length));
        Ok(())
    }

    pub fn set_mode(&mut self, id: u64, mode: u32) -> Result<(), Refused> {
        self.things.get_mut(&id).ok_or(Refused::NotThere)?.mode = mode;
        Ok(())
    }

    /// An fsync.
    pub fn keep(&mut self, id: u64) -> Result<(), Refused> {
        self.file_mut(id)?.keep();
        Ok(())
    }

    fn ask_for_space(&mut self, grows: bool) -> Result<(), Refused> {
        if self.full && grows {
            self.counts.refused += 1;
            return Err(Refused::NoSpace);
        }
        Ok(())
    }

    fn names_mut(&mut self, folder: u64) -> Result<&mut BTreeMap<OsString, u64>, Refused> {
        match &mut self.things.get_mut(&folder).ok_or(Refused::NotThere)?.content {
            Content::Folder(names) => Ok(names),
            Content::File(_) => Err(Refused::NotThere),
        }
    }

    fn file_mut(&mut self, id: u64) -> Result<&mut File, Refused> {
        let thing = self.things.get_mut(&id).ok_or(Refused::NotThere)?;
        thing.changed = SystemTime::now();
        match &mut thing.content {
            Content::File(file) => Ok(file),
            Content::Folder(_) => Err(Refused::NotThere),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    fn with_a_file() -> (Files, u64) {
        let mut files = Files::new();
        let file = Content::File(File::default());
        let id = files.make(ROOT, OsStr::new("log"), file, 0o600).unwrap();
        (files, id)
    }

    #[test]
    fn what_was_synced_survives_a_cut_and_nothing_that_was_not_written_is_there() {
        let mut partly = 0;
        for seed in 0..50 {
            let (mut files, id) = with_a_file();
            files.write(id, 0, b"kept", false).unwrap();
            files.keep(id).unwrap();
            files.write(id, 4, b"one", false).unwrap();
            files.write(id, 7, b"two", false).unwrap();
            assert_eq!(files.file(id).unwrap().read(0, 99), b"keptonetwo");
            files.forget(&mut StdRng::seed_from_u64(seed));
            let left = files.file(id).unwrap().read(0, 99).to_vec();
            let possible: [&[u8]; 4] = [b"kept", b"keptone", b"kept\0\0\0two", b"keptonetwo"];
            assert!(possible.contains(&left.as_slice()), "{left:?}");
            partly += usize::from(files.counts.forgotten == 1);
            assert!(files.counts.forgotten <= 2);
        }
        assert!(partly > 0, "no cut left a part");
    }

    #[test]
    fn a_full_disk_takes_nothing_new_until_there_is_space_again() {
        let (mut files, id) = with_a_file();
        files.write(id, 0, b"four", false).unwrap();
        files.fill(true);
        assert_eq!(files.write(id, 2, b"end", true), Err(Refused::NoSpace));
        assert_eq!(files.write(id, 0, b"FOUR", false), Err(Refused::NoSpace));
        files.write(id, 0, b"FO", true).unwrap();
        files.set_length(id, 3).unwrap();
        files.fill(false);
        files.write(id, 3, b"r", false).unwrap();
        assert_eq!(files.file(id).unwrap().read(0, 9), b"FOur");
        assert_eq!(files.counts, Counts { refused: 2, forgotten: 0 });
    }
}
