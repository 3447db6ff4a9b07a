-- ?1: a query of the index. ?2: how many at most. Titles weigh most; the trash is not searched.
select k.board_id, b.title as board_title, k.card_id, k.title, c.title as column_title,
       case when b.standing = 'archived' then 'archived' else k.standing end as standing,
       snippet(card_text, -1, char(2), char(3), '…', 16) as excerpt
from card_text
join card k on k.card_number = card_text.rowid
join board b on b.board_id = k.board_id
left join board_column c on c.board_id = k.board_id and c.column_id = k.column_id
where card_text match ?1 and k.standing <> 'deleted' and b.standing <> 'deleted'
order by bm25(card_text, 8.0, 2.0, 1.0, 1.5), k.card_number
limit ?2
