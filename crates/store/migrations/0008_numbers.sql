-- On a server: whole numbers for what an earlier server called by such, so that its clients find their way. They are
-- given in the transaction that brings a board, a card or a comment, whoever sent it. On a desktop these tables stay
-- empty.

create table board_number (
    number integer primary key,      -- 1, 2, 3 … over the whole server
    board_id blob not null unique
) strict;

create table thing_number (
    number integer primary key,      -- 1, 2, 3 … over the whole server
    board_id blob not null,
    thing_id blob not null,          -- a card or a comment
    unique (board_id, thing_id)
) strict;

-- Boards that are here already. One without members is on no server.
insert into board_number (board_id)
select h.board_id from board_head h
where exists (select 1 from member m where m.board_id = h.board_id)
order by (select min(m.since_ms) from member m where m.board_id = h.board_id), h.board_id;

insert into thing_number (board_id, thing_id)
select e.board_id, e.entity_id from entity e join board_number b on b.board_id = e.board_id
where e.kind in ('card', 'comment')
order by b.number, e.rowid;

create trigger board_number_stays before delete on board_number
begin
    select raise(abort, 'a number is given for ever');
end;

create trigger board_number_holds before update on board_number
begin
    select raise(abort, 'a number is given for ever');
end;

create trigger thing_number_stays before delete on thing_number
begin
    select raise(abort, 'a number is given for ever');
end;

create trigger thing_number_holds before update on thing_number
begin
    select raise(abort, 'a number is given for ever');
end;
