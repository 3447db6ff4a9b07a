//! How the kernel speaks to a disk that forgets: FUSE, request by request. The kernel keeps locks and memory maps
//! itself; nothing is held back on its side, since each write is handed on before it is answered.

use super::files::{Content, File, Files, Refused, Thing};
use fuser::{
    BsdFileFlags, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation,
    INodeNo, LockOwner, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory,
    ReplyEmpty, ReplyEntry, ReplyStatfs, ReplyWrite, Request, TimeOrNow, WriteFlags,
};
use std::{
    collections::BTreeMap,
    ffi::OsStr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

/// All changes come by this mount: what the kernel knows stays true.
const KNOWN_FOR: Duration = Duration::from_secs(60);
const BLOCK: u32 = 4096;
const BLOCKS: u64 = 1 << 20;
const NAME_MAX: u32 = 255;

#[derive(Clone)]
pub struct Mounted {
    files: Arc<Mutex<Files>>,
    owner: (u32, u32),
}

impl Mounted {
    pub fn new(files: Arc<Mutex<Files>>) -> Mounted {
        let (user, group) = (rustix::process::getuid(), rustix::process::getgid());
        Mounted { files, owner: (user.as_raw(), group.as_raw()) }
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn attributes(&self, id: u64, thing: &Thing) -> FileAttr {
        let (kind, length) = match &thing.content {
            Content::Folder(_) => (FileType::Directory, 0),
            Content::File(file) => (FileType::RegularFile, file.length()),
        };
        let size = u64::try_from(length).unwrap_or(u64::MAX);
        FileAttr {
            ino: INodeNo(id),
            size,
            blocks: size.div_ceil(512),
            atime: thing.changed,
            mtime: thing.changed,
            ctime: thing.changed,
            crtime: thing.changed,
            kind,
            perm: u16::try_from(thing.mode & 0o7777).unwrap_or(0o600),
            nlink: 1,
            uid: self.owner.0,
            gid: self.owner.1,
            rdev: 0,
            blksize: BLOCK,
            flags: 0,
        }
    }

    fn shown(&self, files: &Files, id: u64) -> Result<FileAttr, Errno> {
        Ok(self.attributes(id, files.thing(id).map_err(errno)?))
    }

    fn make(
        &self,
        folder: INodeNo,
        name: &OsStr,
        content: Content,
        mode: u32,
    ) -> Result<FileAttr, Errno> {
        let mut files = self.files();
        let id = files.make(folder.0, name, content, mode).map_err(errno)?;
        self.shown(&files, id)
    }
}

fn errno(refused: Refused) -> Errno {
    match refused {
        Refused::NotThere => Errno::ENOENT,
        Refused::ThereAlready => Errno::EEXIST,
        Refused::NotEmpty => Errno::ENOTEMPTY,
        Refused::NoSpace => Errno::ENOSPC,
    }
}

/// Nobody has files of such lengths here.
fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn entry(found: Result<FileAttr, Errno>, reply: ReplyEntry) {
    match found {
        Ok(attributes) => reply.entry(&KNOWN_FOR, &attributes, Generation(0)),
        Err(error) => reply.error(error),
    }
}

fn done(outcome: Result<(), Refused>, reply: ReplyEmpty) {
    match outcome {
        Ok(()) => reply.ok(),
        Err(refused) => reply.error(errno(refused)),
    }
}

impl Filesystem for Mounted {
    fn lookup(&self, _: &Request, folder: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let files = self.files();
        let found = files.find(folder.0, name).map_err(errno);
        entry(found.and_then(|id| self.shown(&files, id)), reply);
    }

    fn getattr(&self, _: &Request, id: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match self.shown(&self.files(), id.0) {
            Ok(attributes) => reply.attr(&KNOWN_FOR, &attributes),
            Err(error) => reply.error(error),
        }
    }

    fn setattr(
        &self,
        _: &Request,
        id: INodeNo,
        mode: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        length: Option<u64>,
        _: Option<TimeOrNow>,
        _: Option<TimeOrNow>,
        _: Option<SystemTime>,
        _: Option<FileHandle>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let mut files = self.files();
        let changed = length
            .map_or(Ok(()), |length| files.set_length(id.0, size(length)))
            .and_then(|()| mode.map_or(Ok(()), |mode| files.set_mode(id.0, mode)));
        match changed.map_err(errno).and_then(|()| self.shown(&files, id.0)) {
            Ok(attributes) => reply.attr(&KNOWN_FOR, &attributes),
            Err(error) => reply.error(error),
        }
    }

    fn mkdir(
        &self,
        _: &Request,
        folder: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        reply: ReplyEntry,
    ) {
        entry(self.make(folder, name, Content::Folder(BTreeMap::new()), mode & !umask), reply);
    }

    fn create(
        &self,
        _: &Request,
        folder: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        _: i32,
        reply: ReplyCreate,
    ) {
        match self.make(folder, name, Content::File(File::default()), mode & !umask) {
            Ok(made) => {
                reply.created(&KNOWN_FOR, &made, Generation(0), FileHandle(0), FopenFlags::empty())
            }
            Err(error) => reply.error(error),
        }
    }

    fn unlink(&self, _: &Request, folder: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        done(self.files().remove(folder.0, name), reply);
    }

    fn rmdir(&self, _: &Request, folder: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        done(self.files().remove(folder.0, name), reply);
    }

    fn rename(
        &self,
        _: &Request,
        folder: INodeNo,
        name: &OsStr,
        to_folder: INodeNo,
        to_name: &OsStr,
        _: RenameFlags,
        reply: ReplyEmpty,
    ) {
        done(self.files().rename((folder.0, name), (to_folder.0, to_name)), reply);
    }

    fn read(
        &self,
        _: &Request,
        id: INodeNo,
        _: FileHandle,
        at: u64,
        count: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        match self.files().file(id.0) {
            Ok(file) => reply.data(file.read(size(at), size(count.into()))),
            Err(refused) => reply.error(errno(refused)),
        }
    }

    fn write(
        &self,
        _: &Request,
        id: INodeNo,
        _: FileHandle,
        at: u64,
        bytes: &[u8],
        flags: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let is_mapped = flags.contains(WriteFlags::FUSE_WRITE_CACHE);
        match self.files().write(id.0, size(at), bytes, is_mapped) {
            Ok(()) => reply.written(u32::try_from(bytes.len()).unwrap_or(u32::MAX)),
            Err(refused) => reply.error(errno(refused)),
        }
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }

    fn fsync(&self, _: &Request, id: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        done(self.files().keep(id.0), reply);
    }

    /// Names are kept at once.
    fn fsyncdir(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        reply.ok();
    }

    fn readdir(
        &self,
        _: &Request,
        folder: INodeNo,
        _: FileHandle,
        after: u64,
        mut reply: ReplyDirectory,
    ) {
        let files = self.files();
        let names = match files.names(folder.0) {
            Ok(names) => names,
            Err(refused) => return reply.error(errno(refused)),
        };
        for (number, (name, id)) in (1..).zip(names).skip(size(after)) {
            let is_folder = files.names(*id).is_ok();
            let kind = if is_folder { FileType::Directory } else { FileType::RegularFile };
            if reply.add(INodeNo(*id), number, kind, name) {
                break;
            }
        }
        reply.ok();
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        reply.statfs(BLOCKS, BLOCKS, BLOCKS, BLOCKS, BLOCKS, BLOCK, NAME_MAX, BLOCK);
    }
}
