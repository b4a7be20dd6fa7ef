-- The parts of a change are written before the job that they belong to, some of them in each transaction, so that
-- no writer waits for all of them. Parts without a job are what a request is still writing, or has left behind.
create table membership_parts (
    job_id integer not null,
    part integer not null,
    body text not null,
    primary key (job_id, part)
) strict;

insert into membership_parts (job_id, part, body) select job_id, part, body from membership_job_parts;

delete from sqlite_stat1 where tbl = 'membership_job_parts';

drop table membership_job_parts;

-- The parts of a job end with it.
create trigger membership_parts_removed after delete on membership_jobs
begin
    delete from membership_parts where job_id = old.id;
end;

insert into sqlite_stat1 (tbl, idx, stat) values
    ('membership_parts', 'sqlite_autoindex_membership_parts_1', '1000 100 1');

analyze sqlite_schema;
