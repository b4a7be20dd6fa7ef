-- Tests of this minute, of each organization apart (0: of endpoints of no organization), so that none uses up what
-- others may.
create table webhook_tests (
    organization_id integer primary key,
    minute integer not null,
    tests integer not null
) strict;

alter table webhook_changes drop column tests_minute;
alter table webhook_changes drop column tests;
