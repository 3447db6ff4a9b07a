-- ?1: archived or deleted. ?2: a board, or null for all. A board in the trash hides what is in it. One that was
-- forgotten with the trash is deleted too, but since no moment: nothing of it is left.
select 'board' as kind, board_id as id, board_id, title as board_title, title,
       null as column_title, since_ms, cards
from board where standing = ?1 and since_ms > 0 and (?2 is null or board_id = ?2)
union all
select 'column', c.column_id, c.board_id, b.title, c.title, null, c.since_ms,
       (select count(*) from card k
        where k.board_id = c.board_id and k.column_id = c.column_id and k.standing = ?1)
from board_column c join board b using (board_id)
where c.standing = ?1 and b.standing <> 'deleted' and (?2 is null or c.board_id = ?2)
union all
select 'card', k.card_id, k.board_id, b.title, k.title, c.title, k.since_ms, 0
from card k join board b using (board_id)
left join board_column c on c.board_id = k.board_id and c.column_id = k.column_id
where k.own_standing = ?1 and b.standing <> 'deleted' and (?2 is null or k.board_id = ?2)
order by since_ms desc, kind, id
