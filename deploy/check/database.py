"""deploy/database.sql on a real PostgreSQL, with roles and databases as Cloud SQL makes them, and then the services' own migrations.

Cloud SQL's documentation, "About PostgreSQL users": the user postgres and all users made by its API are members of cloudsqlsuperuser, with CREATEROLE,
CREATEDB and LOGIN; none is a superuser. The databases that its API makes belong to cloudsqlsuperuser.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

AS_CLOUD_SQL_DOES = """
CREATE ROLE cloudsqlsuperuser CREATEROLE CREATEDB;
CREATE ROLE postgres LOGIN CREATEROLE CREATEDB IN ROLE cloudsqlsuperuser;
CREATE ROLE votes LOGIN CREATEROLE CREATEDB IN ROLE cloudsqlsuperuser;
CREATE ROLE admin LOGIN CREATEROLE CREATEDB IN ROLE cloudsqlsuperuser;
CREATE DATABASE votes OWNER cloudsqlsuperuser;
CREATE DATABASE admin OWNER cloudsqlsuperuser;
"""

# User, database, statement, and what PostgreSQL must refuse it with; nothing: it must do it.
TRIALS = [
    ("votes", "admin", "SELECT 1", "permission denied for database"),
    ("admin", "votes", "SELECT 1", "permission denied for database"),
    ("votes", "votes", "CREATE ROLE intruder", "permission denied to create role"),
    ("admin", "admin", "CREATE DATABASE hoard", "permission denied to create database"),
    ("votes", "votes", "SET ROLE cloudsqlsuperuser", "permission denied to set role"),
    ("admin", "admin", "DELETE FROM audit_attempts", "permission denied for table"),
    ("postgres", "votes", "SELECT 1", None),
]


class Fault(Exception):
    """What is wrong, and where."""


class Server:
    """A server of its own, on a unix socket in a folder that goes with it."""

    def __init__(self, programs):
        self.programs = programs
        # PostgreSQL refuses to run as root.
        self.prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self.folder = tempfile.mkdtemp(prefix="callgate-database-")
        if self.prefix:
            shutil.chown(self.folder, "postgres")

    def __enter__(self):
        data = f"{self.folder}/data"
        self.run("initdb", "--pgdata", data, "--username", "cloudsqladmin", "--auth", "trust", "--no-sync", "--encoding", "UTF8")
        options = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off"
        self.run("pg_ctl", "start", "-w", "-D", data, "-o", options, "-l", f"{self.folder}/log")
        return self

    def __exit__(self, *_):
        self.run("pg_ctl", "stop", "-m", "immediate", "-D", f"{self.folder}/data")
        shutil.rmtree(self.folder)

    def run(self, program, *arguments):
        command = [*self.prefix, f"{self.programs}/{program}", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/")
        if done.returncode:
            raise Fault(f"{program}: {done.stderr.strip()}")

    def psql(self, user, database, text):
        """What it says, and whether it did it."""
        command = [f"{self.programs}/psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", user, "-d", database, "-f", "-"]
        done = subprocess.run(command, input=text, capture_output=True, text=True)
        return done.returncode == 0, (done.stdout + done.stderr).strip()

    def must(self, user, database, text, what):
        done, said = self.psql(user, database, text)
        if not done:
            raise Fault(f"{what}: {said}")
        return said


def check(root):
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        raise Fault("PostgreSQL's server programs are not in /usr/lib/postgresql")
    script = (root / "deploy/database.sql").read_text()
    with Server(programs[-1].parent) as server:
        server.must("cloudsqladmin", "postgres", AS_CLOUD_SQL_DOES, "roles as Cloud SQL makes them")
        for time in ("first", "second"):
            said = server.must("postgres", "postgres", script, f"database.sql, the {time} time")
            if "WARNING" in said:
                raise Fault(f"database.sql, the {time} time: {said}")
        for service in ("votes", "admin"):
            for migration in sorted((root / f"services/{service}/migrations/postgres").glob("*.sql")):
                server.must(service, service, migration.read_text(), f"{migration.name} of {service}")
        for user, database, statement, refusal in TRIALS:
            done, said = server.psql(user, database, statement)
            if done != (refusal is None) or (refusal and refusal not in said):
                raise Fault(f"database.sql: {user} in {database}: `{statement}` {'was done' if done else said}")
    return f"PostgreSQL {programs[-1].parts[-3]}: run twice, migrations as each user, {len(TRIALS)} trials of what each may do"


if __name__ == "__main__":
    try:
        print(check(Path(sys.argv[1])))
    except Fault as fault:
        sys.exit(str(fault))
