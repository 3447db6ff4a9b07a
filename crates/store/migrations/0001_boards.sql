-- What is true: the replica, the logs, the registers that the logs fold into, and what is only
-- this folder's own (undo, drafts). Below it, the tables for reading, which can be rebuilt.

-- This database file, as a signer of changes.
create table replica (
    one integer primary key check (one = 1),  -- there is one row
    replica_id blob not null                  -- uuid; a new one is taken after a restore
);

-- How far each board's log goes.
create table board_head (
    board_id blob primary key,
    epoch blob not null,             -- uuid; new whenever a log begins again
    seq integer not null,            -- number of the last change; 0 before the first
    chain blob not null,             -- hash over the log up to there
    latest_ms integer not null,      -- the greatest canonical stamp of the board
    latest_counter integer not null,
    digest blob not null,            -- sum over the registers, 16 bytes
    me blob not null                 -- the person of the board who uses this folder
) strict, without rowid;

-- Where each replica's changes on a board end.
create table signer (
    board_id blob not null references board_head (board_id),
    replica_id blob not null,
    rseq integer not null,           -- the last number used
    hash blob not null,              -- of that change: the next one names it
    primary key (board_id, replica_id)
) strict, without rowid;

-- The numbered changes, immutable.
create table log (
    log_id integer primary key,
    board_id blob not null references board_head (board_id),
    seq integer not null,            -- 1 … n without gaps, per board
    epoch blob not null,
    replica_id blob not null,        -- replica_id and rseq: the key under which a repeat is known
    rseq integer not null,
    act_id blob not null,            -- survives renumbering
    stamp_ms integer not null,       -- the canonical stamp, whose replica is replica_id
    stamp_counter integer not null,
    hash blob not null,              -- of body
    chain blob not null,             -- of the chain before, hash and stamps
    weak_ranks blob,                 -- CBOR: the ranks of the weak writes; null where there are none
    body blob not null,              -- CBOR: what was signed, byte for byte
    unique (board_id, seq),
    unique (board_id, replica_id, rseq),
    unique (board_id, act_id)
) strict;

-- The registers, one row for each thing of a board.
create table entity (
    board_id blob not null references board_head (board_id),
    entity_id blob not null,         -- zero for the board itself
    kind text not null,
    registers blob not null,         -- CBOR: [[field, element, value, rank], …]
    primary key (board_id, entity_id)
) strict;

-- Steps of undo and redo, over all boards.
create table undo_entry (
    entry_id integer primary key autoincrement, -- the greatest of a stack is its top
    stack text not null check (stack in ('undo', 'redo')),
    verb text not null                          -- what it takes back or does again
) strict;

-- The registers that a step writes back.
create table undo_register (
    entry_id integer not null references undo_entry (entry_id) on delete cascade,
    part integer not null,           -- order within the step
    board_id blob not null,
    kind text not null,
    entity_id blob not null,
    field text not null,
    element blob,
    expects_replica blob,            -- the change that must hold the register; null where none may
    expects_rseq integer,
    former blob not null,            -- CBOR: what to write
    former_replica blob,             -- the change that held the register before
    former_rseq integer,
    primary key (entry_id, part)
) strict, without rowid;
create index undo_register_of on undo_register (entity_id, field, board_id);

-- Text that was typed and is not yet an edit.
create table draft (
    key text primary key,            -- names the field
    board_id blob not null,
    card_id blob,                    -- on whose panel it is offered
    column_id blob,                  -- in whose composer or head it is offered
    text text not null,
    saved_ms integer not null
) strict, without rowid;

-- For reading. All of it follows from the registers and the logs.

create table board (
    board_id blob primary key,
    title text not null,
    colour text,
    key text not null,               -- sorts the sidebar; hex
    standing text not null,          -- live, archived, deleted
    since_ms integer not null,       -- when it was put there
    cards integer not null,          -- live ones
    archived_cards integer not null
) strict, without rowid;

create table board_column (
    board_id blob not null,
    column_id blob not null,
    title text not null,
    standing text not null,
    since_ms integer not null,
    primary key (board_id, column_id)
) strict, without rowid;

create table card (
    card_number integer primary key, -- names its row in card_text
    board_id blob not null,
    card_id blob not null,
    column_id blob not null,
    key text not null,               -- sorts the cards of a column; hex
    title text not null,
    standing text not null,          -- what counts on the board: with its column's
    own_standing text not null,      -- what its own registers say
    recovered integer not null,      -- 1 where its column is gone
    since_ms integer not null,       -- when it was put in the archive or the trash
    unique (board_id, card_id)
) strict;
create index card_by_standing on card (own_standing, board_id);

-- The words of a card, with diacritics folded.
create virtual table card_text using fts5 (
    title, description, comments, items,
    tokenize = 'unicode61 remove_diacritics 2',
    prefix = '2 3'
);

-- Which changes touched a card or what belongs to it.
create table card_change (
    board_id blob not null,
    card_id blob not null,
    seq integer not null,
    primary key (board_id, card_id, seq)
) strict, without rowid;

-- Up to where the tables for reading follow each board's log.
create table reading (
    board_id blob primary key,
    seq integer not null,
    entities integer not null        -- how many columns and cards have a row
) strict, without rowid;
