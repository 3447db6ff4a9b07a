-- Shared boards that this folder left for a copy of its own. Their rows stay, what waits and what was refused too; they
-- are not listed, not followed and not found, until somebody fetches them from their server again.
create table retired (
    board_id blob primary key references share (board_id),
    copy_id blob not null references board_head (board_id), -- the board that goes on here in its place
    retired_ms integer not null,
    ends integer not null check (ends in (0, 1)), -- 1: it ends for everybody on it
    moves_to integer references server (server_id), -- where the copy is shared before that; null: nowhere
    ended_ms integer                 -- of one that ends: null while its server is still to be told
) strict, without rowid;
