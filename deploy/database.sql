-- Makes each service's user the owner of its own database, and no more than that. Run once by the user `postgres`, after Terraform has made
-- databases and users, and before the services start: `deploy/deploy.sh database`. To run it again does no harm.
--
-- Cloud SQL makes every user a member of cloudsqlsuperuser, who may make databases and roles, and may connect to every database: with it, whoever
-- breaks into votes could change the audit of admin.

\set ON_ERROR_STOP on

ALTER ROLE votes NOCREATEROLE NOCREATEDB;
ALTER ROLE admin NOCREATEROLE NOCREATEDB;
-- Asked first, since to take what is not there is a warning.
SELECT format('REVOKE cloudsqlsuperuser FROM %I', member.rolname)
  FROM pg_auth_members
  JOIN pg_roles AS member ON member.oid = pg_auth_members.member
  JOIN pg_roles AS granted ON granted.oid = pg_auth_members.roleid
 WHERE granted.rolname = 'cloudsqlsuperuser' AND member.rolname IN ('votes', 'admin')
\gexec

-- To give a database away one must be a member of whom it is given to, for that long.
GRANT votes, admin TO CURRENT_USER;
ALTER DATABASE votes OWNER TO votes;
ALTER DATABASE admin OWNER TO admin;
-- Every role may connect to every database unless told otherwise.
REVOKE CONNECT, TEMPORARY ON DATABASE votes, admin FROM PUBLIC;
GRANT CONNECT ON DATABASE votes, admin TO cloudsqlsuperuser;
REVOKE votes, admin FROM CURRENT_USER;

-- What is now so.
SELECT rolname AS "user", rolcreaterole AS "may make roles", rolcreatedb AS "may make databases",
       pg_has_role(oid, 'cloudsqlsuperuser', 'MEMBER') AS "administrator",
       has_database_privilege(oid, 'votes', 'CONNECT') AS "reaches votes",
       has_database_privilege(oid, 'admin', 'CONNECT') AS "reaches admin"
  FROM pg_roles WHERE rolname IN ('votes', 'admin') ORDER BY 1;
