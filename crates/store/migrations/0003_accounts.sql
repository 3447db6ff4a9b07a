-- Who may come in, and to which boards. These tables belong to a board server; on a desktop they stay
-- empty. What opens a door (a token, a link) is kept as a hash alone: whoever reads a backup has none of it.

-- A person who can sign in.
create table account (
    account_id blob primary key,         -- uuid
    name text not null,                  -- as the person writes it
    name_key text not null unique,       -- the name folded: two that look alike are one
    password text not null,              -- argon2id, as a PHC string
    operator integer not null check (operator in (0, 1)),  -- runs the server; reads no board by that
    disabled integer not null check (disabled in (0, 1)),  -- cannot come in; what they wrote stays theirs
    made_ms integer not null
) strict, without rowid;

-- One device of an account that is signed in.
create table sign_in (
    sign_in_id blob primary key,         -- uuid
    token_hash blob not null unique,     -- BLAKE3 of the token that the device holds
    account_id blob not null references account (account_id),
    device text not null,                -- what the person calls it
    made_ms integer not null,
    last_used_ms integer not null,       -- to the nearest minutes: what is long unused ends
    ended_ms integer                     -- null while it opens
) strict, without rowid;
create index sign_in_of on sign_in (account_id);

-- A key for a program that acts for an account.
create table api_token (
    token_id blob primary key,           -- uuid
    token_hash blob not null unique,
    account_id blob not null references account (account_id),
    label text not null,                 -- what it is for
    scopes text not null,                -- words with a space between them
    made_ms integer not null,
    expires_ms integer not null,
    ended_ms integer                     -- null while it opens, until it expires
) strict, without rowid;
create index api_token_of on api_token (account_id);

-- Makes the first account, once.
create table set_up (
    one integer primary key check (one = 1),  -- there is one row at most
    secret_hash blob not null,
    expires_ms integer not null
) strict;

-- A link that makes members of a board. Boards are named without a reference, since an account knows them
-- from before the first change arrives until after the last is gone.
create table invitation (
    invitation_id blob primary key,      -- uuid
    secret_hash blob not null unique,
    board_id blob not null,
    role text not null check (role in ('owner', 'admin', 'editor', 'commenter', 'viewer')),
    uses_left integer not null check (uses_left >= 0),
    made_by blob not null references account (account_id),
    made_ms integer not null,
    expires_ms integer not null,
    revoked_ms integer                   -- null unless somebody took it back
) strict, without rowid;
create index invitation_to on invitation (board_id);

-- Who may do what on which board.
create table member (
    board_id blob not null,
    account_id blob not null references account (account_id),
    role text not null check (role in ('owner', 'admin', 'editor', 'commenter', 'viewer')),
    person_id blob not null,             -- uuid; who they are on the board, for ever
    since_ms integer not null,
    ended_ms integer,                    -- null while they are; they come back as the same person
    primary key (board_id, account_id),
    unique (board_id, person_id)
) strict, without rowid;
create index member_of on member (account_id);
