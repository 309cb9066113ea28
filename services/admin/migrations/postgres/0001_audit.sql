-- Rows are added here and never changed. An attempt is there before the change is tried; what came of it is a row of its own.
CREATE TABLE audit_attempts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    attempted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor_id text NOT NULL CHECK (actor_id <> ''),
    actor_email text NOT NULL,
    action smallint NOT NULL CHECK (action > 0),
    target_tenant text, -- '' is the project's own pool of users
    target_uid text,
    details text NOT NULL CHECK (length(details) <= 4096),
    CHECK ((target_tenant IS NULL) = (target_uid IS NULL))
);

-- No foreign key: to check one, PostgreSQL locks the row that it names, and that takes the right to update it. What inserts an
-- outcome reads the attempt.
CREATE TABLE audit_outcomes (
    attempt bigint PRIMARY KEY,
    ended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    outcome smallint NOT NULL CHECK (outcome IN (1, 2, 3)), -- 1 unknown, 2 succeeded, 3 failed
    details text NOT NULL CHECK (length(details) <= 4096)
);

-- From everyone, the owner included, whoever was granted what by default.
DO $$
DECLARE
    audit regclass;
    holder oid;
BEGIN
    FOREACH audit IN ARRAY ARRAY['audit_attempts', 'audit_outcomes']::regclass[] LOOP
        FOR holder IN
            SELECT DISTINCT granted.grantee
            FROM pg_class, aclexplode(coalesce(relacl, acldefault('r', relowner))) AS granted
            WHERE pg_class.oid = audit
        LOOP
            EXECUTE format(
                'REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM %s CASCADE',
                audit,
                CASE WHEN holder = 0 THEN 'PUBLIC' ELSE holder::regrole::text END
            );
        END LOOP;
    END LOOP;
END
$$;
