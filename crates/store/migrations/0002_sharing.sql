-- Boards that several people share. On a desktop: what waits to be numbered, and what became of it. On a
-- server: what was answered, for ever. A change made in this folder is always in one of log, outbox, kept
-- and refused; triggers refuse to let it fall between them.

-- The order in which this folder made its changes on the board; null for those that others made. It
-- survives renumbering.
alter table log add column line integer;

-- On a server: the greatest canonical stamp of the replica's changes; null before the first accepted one
-- and on a desktop. A later act beats an earlier one of the same replica by it.
alter table signer add column stamp_ms integer;
alter table signer add column stamp_counter integer;

-- The board servers that this folder knows. A token is never kept here: a backup would carry it.
create table server (
    server_id integer primary key,
    base_url text not null unique,   -- scheme, host and port; names its token
    account text not null,           -- who signs in there
    clock_offset_ms integer not null, -- the server's clock less ours, as last heard
    signed_in integer not null check (signed_in in (0, 1)) -- 0: its board changes wait until somebody is
) strict;

-- The boards of this folder whose changes somebody else numbers. Who we are on it is board_head.me, and
-- board_head and entity hold what was numbered: what waits comes on top.
create table share (
    board_id blob primary key references board_head (board_id),
    server_id integer not null references server (server_id),
    authority text not null check (authority in ('sharing', 'server')), -- who numbers: nobody yet, or the server
    role text not null check (role in ('owner', 'admin', 'editor', 'commenter', 'viewer')), -- as last heard
    gone integer not null check (gone in (0, 1)), -- 1: the account lost the board; what is here stays
    shown integer not null,          -- grows with every transaction that changes what shows
    known_seq integer not null,      -- where the server's log ended, as last heard
    floor integer not null,          -- the log is whole behind this number
    floor_chain blob not null,       -- the chain at the floor: a position without a row
    last_line integer not null,      -- the greatest line that was given: none is given twice
    settled_line integer not null,   -- the greatest line of this folder that was numbered
    settled_ms integer not null,     -- the greatest canonical stamp of those
    settled_counter integer not null
) strict, without rowid;

-- Changes that the board's authority has not numbered yet.
create table outbox (
    board_id blob not null references share (board_id),
    line integer not null,           -- the order in which they were made, and in which they show
    replica_id blob not null,        -- replica_id and rseq: under what they are sent; new after a fork
    rseq integer not null,
    act_id blob not null,            -- what stays the same through all renumbering
    former blob,                     -- CBOR: stamp and ranks in a log that is no more; null for new ones
    hash blob not null,              -- of body
    body blob not null,              -- CBOR: what was signed, byte for byte
    primary key (board_id, line),
    unique (board_id, act_id)
) strict;

-- Bodies of this folder's changes that a snapshot covered: a server that was set back may need them again.
create table kept (
    board_id blob not null references share (board_id),
    line integer not null,
    replica_id blob not null,
    rseq integer not null,
    act_id blob not null,
    hash blob not null,
    body blob not null,
    seq integer not null,            -- its number
    stamp_ms integer not null,       -- its canonical stamp
    stamp_counter integer not null,
    stamp_replica blob not null,     -- another than replica_id where a copy was numbered before it
    primary key (board_id, line),
    unique (board_id, act_id)
) strict;

-- The tray: changes that were refused for good, with all that they said.
create table refused (
    board_id blob not null references share (board_id),
    line integer not null,
    replica_id blob not null,
    rseq integer not null,
    act_id blob not null,
    hash blob not null,
    body blob not null,
    why text not null,               -- the server's reason, as a code
    refused_ms integer not null,     -- when we heard it
    primary key (board_id, line),
    unique (board_id, act_id)
) strict;

-- A snapshot that is arriving, so that it goes on where it was cut.
create table staged (
    board_id blob primary key references share (board_id),
    offer blob not null              -- CBOR: what the server said of it
) strict, without rowid;

create table staged_part (
    board_id blob not null references staged (board_id) on delete cascade,
    part integer not null,           -- 0, 1, 2 … without gaps
    things blob not null,            -- CBOR, as it came
    primary key (board_id, part)
) strict;

-- On a server: what was answered to each change, for ever, so that a repeat gets the same answer.
create table answered (
    board_id blob not null references board_head (board_id),
    replica_id blob not null,
    rseq integer not null,
    act_id blob not null,            -- a known act gets its first answer, under whatever number
    hash blob not null,              -- the same number with another hash is a fork
    seq integer,                     -- where it was accepted: its number in the log
    stamp_ms integer,                -- and its canonical stamp
    stamp_counter integer,
    stamp_replica blob,
    refused text,                    -- where it was not: why, as a code
    primary key (board_id, replica_id, rseq),
    check ((seq is null) <> (refused is null)),
    check ((seq is null) = (stamp_ms is null)
        and (seq is null) = (stamp_counter is null)
        and (seq is null) = (stamp_replica is null))
) strict, without rowid;
create index answered_act on answered (board_id, act_id);

create trigger outbox_leaves before delete on outbox
when not exists (select 1 from log where board_id = old.board_id and act_id = old.act_id)
    and not exists (select 1 from kept where board_id = old.board_id and act_id = old.act_id)
    and not exists (select 1 from refused where board_id = old.board_id and act_id = old.act_id)
begin
    select raise(abort, 'a change that waits may not be lost');
end;

-- It may be signed anew, but it stays the same act in the same place.
create trigger outbox_stays before update on outbox
when new.act_id is not old.act_id or new.line is not old.line or new.board_id is not old.board_id
begin
    select raise(abort, 'a change that waits may not become another');
end;

create trigger log_leaves before delete on log
when old.line is not null
    and not exists (select 1 from outbox where board_id = old.board_id and act_id = old.act_id)
    and not exists (select 1 from kept where board_id = old.board_id and act_id = old.act_id)
begin
    select raise(abort, 'a change of this folder may not leave the log for nowhere');
end;

create trigger kept_leaves before delete on kept
when not exists (select 1 from outbox where board_id = old.board_id and act_id = old.act_id)
    and not exists (select 1 from log where board_id = old.board_id and act_id = old.act_id)
begin
    select raise(abort, 'a kept change may not be lost');
end;
