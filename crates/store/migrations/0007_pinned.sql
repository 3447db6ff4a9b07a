-- Whom a person took a server for, where nobody that this computer trusts vouches for it.

-- The SHA-256 of the one certificate that it may show; null where its certificate is signed as others are.
alter table server add column pinned blob check (pinned is null or length(pinned) = 32);
