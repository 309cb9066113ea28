CREATE TABLE votes (
    tenant TEXT NOT NULL, -- '' is the project's own pool of users
    uid TEXT NOT NULL,
    candidate INTEGER NOT NULL CHECK (candidate IN (1, 2)), -- 1 cats, 2 dogs
    display_name TEXT NOT NULL,
    cast_at INTEGER NOT NULL, -- microseconds since the Unix epoch
    PRIMARY KEY (tenant, uid)
) STRICT, WITHOUT ROWID;

CREATE INDEX votes_by_time ON votes (cast_at);

-- One row will do: there is one writer.
CREATE TABLE totals (
    slot INTEGER PRIMARY KEY CHECK (slot = 0),
    cats INTEGER NOT NULL DEFAULT 0,
    dogs INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO totals (slot) VALUES (0);

-- In the vote's own transaction, whoever changes the table: the totals are right whenever the votes are.
CREATE TRIGGER votes_inserted AFTER INSERT ON votes BEGIN
    UPDATE totals SET cats = cats + (NEW.candidate = 1), dogs = dogs + (NEW.candidate = 2);
END;

CREATE TRIGGER votes_deleted AFTER DELETE ON votes BEGIN
    UPDATE totals SET cats = cats - (OLD.candidate = 1), dogs = dogs - (OLD.candidate = 2);
END;

CREATE TRIGGER votes_updated AFTER UPDATE OF candidate ON votes BEGIN
    UPDATE totals SET
        cats = cats - (OLD.candidate = 1) + (NEW.candidate = 1),
        dogs = dogs - (OLD.candidate = 2) + (NEW.candidate = 2);
END;
