CREATE TABLE votes (
    tenant text NOT NULL, -- '' is the project's own pool of users
    uid text NOT NULL,
    candidate smallint NOT NULL CHECK (candidate IN (1, 2)), -- 1 cats, 2 dogs
    display_name text NOT NULL,
    cast_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, uid)
);

CREATE INDEX votes_by_time ON votes (cast_at);

-- The totals are the sums over all rows. There are several, so that voters do not queue up on one; which of them a vote is
-- added to is of no meaning, and a single one may well be negative. The room left in the page keeps updates within it.
CREATE TABLE totals (
    slot smallint PRIMARY KEY,
    cats bigint NOT NULL DEFAULT 0,
    dogs bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);

INSERT INTO totals (slot) SELECT generate_series(0, 15);

-- In the vote's own transaction, whoever changes the table: the totals are right whenever the votes are. A move from one
-- candidate to the other is one update of one row, so no two voters can wait for each other.
CREATE FUNCTION keep_totals() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    chosen smallint := floor(random() * 16);
    more_cats bigint := 0;
    more_dogs bigint := 0;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        more_cats := more_cats - (OLD.candidate = 1)::int;
        more_dogs := more_dogs - (OLD.candidate = 2)::int;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        more_cats := more_cats + (NEW.candidate = 1)::int;
        more_dogs := more_dogs + (NEW.candidate = 2)::int;
    END IF;
    UPDATE totals SET cats = cats + more_cats, dogs = dogs + more_dogs WHERE slot = chosen;
    RETURN NULL;
END
$$;

CREATE TRIGGER votes_keep_totals AFTER INSERT OR DELETE OR UPDATE OF candidate ON votes
FOR EACH ROW EXECUTE FUNCTION keep_totals();
