-- Addresses that a board's changes are sent to, and what came of each try. On a desktop these tables stay empty.

-- A receiver. It is here until somebody deletes it. Boards are named without a reference, as members name them.
create table webhook (
    webhook_id blob primary key,         -- uuid
    board_id blob not null,
    made_by blob not null references account (account_id),  -- or let it go on since; it is delivered for as long as they may
    made_ms integer not null,
    url text not null,
    secret blob not null,                -- 32 bytes; the server signs with it, so no hash will do
    cursor integer not null check (cursor >= 0),    -- taken up to this number of the board's log
    failures integer not null check (failures >= 0),  -- tries in a row that failed
    next_ms integer not null,            -- not tried before
    paused text,                         -- null while it is delivered, else why not
    paused_ms integer,                   -- since when
    check ((paused is null) = (paused_ms is null))
) strict, without rowid;
create index webhook_of on webhook (board_id);

-- Tries, the latest of each webhook: older ones are removed as new ones come.
create table webhook_delivery (
    delivery_id integer primary key,     -- the greater the later
    webhook_id blob not null references webhook (webhook_id) on delete cascade,
    number integer,                      -- of the change; null for a ping
    attempt integer not null,            -- 1, 2, 3 … of this number
    at_ms integer not null,              -- when it began
    duration_ms integer not null,
    status integer,                      -- of the answer; null where there was none
    error text                           -- null where it was taken
) strict;
create index webhook_delivery_of on webhook_delivery (webhook_id, delivery_id);
