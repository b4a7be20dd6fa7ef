-- The newest time that a server has known, in microseconds: what the machine's clock is compared with at a start.
alter table environments add column stored_time integer;
