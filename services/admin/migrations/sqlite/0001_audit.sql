-- Rows are added here and never changed. An attempt is there before the change is tried; what came of it is a row of its own.
CREATE TABLE audit_attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    attempted_at INTEGER NOT NULL, -- microseconds since the Unix epoch
    actor_id TEXT NOT NULL CHECK (actor_id <> ''),
    actor_email TEXT NOT NULL,
    action INTEGER NOT NULL CHECK (action > 0),
    target_tenant TEXT, -- '' is the project's own pool of users
    target_uid TEXT,
    details TEXT NOT NULL CHECK (length(details) <= 4096),
    CHECK ((target_tenant IS NULL) = (target_uid IS NULL))
) STRICT;

CREATE TABLE audit_outcomes (
    attempt INTEGER PRIMARY KEY,
    ended_at INTEGER NOT NULL, -- microseconds since the Unix epoch
    outcome INTEGER NOT NULL CHECK (outcome IN (1, 2, 3)), -- 1 unknown, 2 succeeded, 3 failed
    details TEXT NOT NULL CHECK (length(details) <= 4096)
) STRICT;

-- SQLite knows no grants.
CREATE TRIGGER audit_attempts_stay BEFORE UPDATE ON audit_attempts BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;

CREATE TRIGGER audit_attempts_remain BEFORE DELETE ON audit_attempts BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;

CREATE TRIGGER audit_outcomes_stay BEFORE UPDATE ON audit_outcomes BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;

CREATE TRIGGER audit_outcomes_remain BEFORE DELETE ON audit_outcomes BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;

-- `INSERT OR REPLACE` removes rows without a word to the triggers above.
CREATE TRIGGER audit_attempts_are_not_replaced BEFORE INSERT ON audit_attempts
WHEN EXISTS (SELECT 1 FROM audit_attempts WHERE id = NEW.id) BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;

CREATE TRIGGER audit_outcomes_are_not_replaced BEFORE INSERT ON audit_outcomes
WHEN EXISTS (SELECT 1 FROM audit_outcomes WHERE attempt = NEW.attempt) BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;
