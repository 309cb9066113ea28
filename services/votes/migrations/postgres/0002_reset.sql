-- The triggers of the rows do not see a truncation, which costs the same at any number of votes.
CREATE FUNCTION clear_totals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE totals SET cats = 0, dogs = 0;
    RETURN NULL;
END
$$;

CREATE TRIGGER votes_clear_totals AFTER TRUNCATE ON votes
FOR EACH STATEMENT EXECUTE FUNCTION clear_totals();

-- Removes all votes, and says how many there were. The lock waits for the votes being cast and keeps out the next ones, so that the
-- totals are those of the votes that go; it gives up before its caller does, lest the votes go when nobody expects it any more.
CREATE FUNCTION reset_votes() RETURNS bigint LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
    removed bigint;
BEGIN
    LOCK TABLE votes IN ACCESS EXCLUSIVE MODE;
    SELECT sum(cats) + sum(dogs) INTO removed FROM totals;
    TRUNCATE votes;
    RETURN removed;
END
$$;
