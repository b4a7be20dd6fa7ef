-- The domain gate looks at every address of a user, refusals and holds say which one, and users who were there
-- before a domain had an owner are listed by a job.

alter table directories add column domain_gate_scope text not null default 'primary'
    check (domain_gate_scope in ('primary', 'all'));

alter table held_users add column address text not null default '';  -- that is the reason; empty: none

alter table refusals add column address text not null default '';    -- the same
-- The user whose stored address is the reason: it is in the directory, and the entry is open until its addresses
-- or the owners of their domains change. Null: a request was refused, and the next one that succeeds ends it.
alter table refusals add column user_id integer;

create index refusals_of_users on refusals (directory_id, user_id) where user_id is not null;

-- Users who are to be judged again, directory after directory and in each in the order of ids. Rows are worked off
-- in the order in which they came, and resumed where the last batch ended.
create table domain_reviews (
    id integer primary key,
    name text not null,             -- users with an address at this name or below it; empty: all users
    directory_id integer,           -- of this directory alone; null: of all
    at_directory integer not null default 0,
    after_user integer not null default 0
) strict;

create trigger domain_gained_review after insert on domains
when new.type = 'organization' and new.status = 'verified'
begin
    insert into domain_reviews (name) select new.name where not exists
        (select 1 from domain_reviews where name = new.name and directory_id is null and at_directory = 0);
end;

create trigger domain_changed_review after update of status on domains
when new.type = 'organization' and (new.status = 'verified') <> (old.status = 'verified')
begin
    insert into domain_reviews (name) select new.name where not exists
        (select 1 from domain_reviews where name = new.name and directory_id is null and at_directory = 0);
end;

create trigger domain_removed_review after delete on domains
when old.type = 'organization' and old.status = 'verified'
begin
    insert into domain_reviews (name) select old.name where not exists
        (select 1 from domain_reviews where name = old.name and directory_id is null and at_directory = 0);
end;

create trigger gate_changed_review after update of domain_policy, domain_gate_scope on directories
when new.domain_policy <> old.domain_policy or new.domain_gate_scope <> old.domain_gate_scope
begin
    insert into domain_reviews (name, directory_id) select '', new.id where not exists
        (select 1 from domain_reviews where name = '' and directory_id = new.id and at_directory = 0);
end;

-- Users who were created when the gate looked at their primary address only.
insert into domain_reviews (name) select '' where exists (select 1 from resources where type = 'User');

insert into sqlite_stat1 (tbl, idx, stat) values
    ('refusals', 'refusals_of_users', '1000 100 1'),
    ('domain_reviews', null, '10');

analyze sqlite_schema;
