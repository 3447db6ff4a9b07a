-- Boards on a server: logs that are on their way here, and what may never be taken back. On a desktop these
-- tables stay empty and the triggers find nothing.

-- A board that somebody shares with this server and whose log is not all here. It goes away in the transaction
-- that takes the board over, or that throws away what arrived.
create table incoming (
    incoming_id integer primary key,
    board_id blob not null,
    account_id blob not null references account (account_id), -- who shares: nobody else goes on with it
    head_chain blob not null,        -- the end of the promised log: copies of a folder may promise two
    promise blob not null,           -- CBOR: head, digest and person, as they came
    seq integer not null,            -- up to here the log has arrived, in order
    chain blob not null,             -- the hash over it up to there
    bytes integer not null,          -- how much of the disk it takes
    touched_ms integer not null,     -- when the last of it arrived: what is left lying is thrown away
    unique (account_id, board_id, head_chain)
) strict;

create table incoming_log (
    incoming_id integer not null references incoming (incoming_id) on delete cascade,
    seq integer not null,            -- 1 … n without gaps
    numbered blob not null,          -- CBOR: the numbered change, as it came
    primary key (incoming_id, seq)
) strict;

create trigger answered_stays before delete on answered
begin
    select raise(abort, 'an answer is kept for ever');
end;

create trigger answered_holds before update on answered
begin
    select raise(abort, 'an answer may not become another');
end;

create trigger answered_log_stays before delete on log
when exists (select 1 from answered where board_id = old.board_id and seq is not null
    and replica_id = old.replica_id and rseq = old.rseq)
begin
    select raise(abort, 'an accepted change may not leave the log');
end;

create trigger answered_log_holds before update on log
when exists (select 1 from answered where board_id = old.board_id and seq is not null
    and replica_id = old.replica_id and rseq = old.rseq)
begin
    select raise(abort, 'an accepted change may not become another');
end;
