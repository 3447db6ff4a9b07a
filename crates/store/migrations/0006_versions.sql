-- Versions of descriptions, for reading, and what a draft was typed over.

-- The version of the text that was there when typing began, as the window names it; null where nobody said.
alter table draft add column base text;

-- Which numbered changes wrote a card's description. The texts stand in the log.
create table text_version (
    board_id blob not null,
    card_id blob not null,
    seq integer not null,            -- its number in the log
    replica_id blob not null,        -- replica_id and rseq: the version's name
    rseq integer not null,
    author_id blob not null,
    seen blob,                       -- CBOR: the versions that its author had; null where it names none
    base_seq integer not null,       -- where it names none: the author had what was numbered up to here
    text_hash blob not null,         -- two that say the same do not stand apart
    primary key (board_id, card_id, seq)
) strict, without rowid;

-- Versions that stand apart from the one that holds the register: nobody has decided about them.
create table text_apart (
    board_id blob not null,
    card_id blob not null,
    seq integer not null,
    replica_id blob not null,
    rseq integer not null,
    primary key (board_id, card_id, seq)
) strict, without rowid;

-- 0 where no card has a version, else one more than the number of those that stand apart: emptied tables are
-- noticed by it.
alter table reading add column versions integer not null default 0;

-- Every board's tables for reading are made anew once this ran.
delete from reading;
