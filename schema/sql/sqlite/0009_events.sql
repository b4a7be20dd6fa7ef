-- The log is cut off at its old end: positions up to this one lead nowhere any more.
alter table environments add column events_deleted_up_to integer not null default 0;
