-- A revision may have several versions: publishing it again with another description creates one.
-- The tables are rebuilt because SQLite cannot drop the constraint UNIQUE (state_machine, revision).

CREATE TABLE route_before AS SELECT * FROM route;
DROP TABLE route;
CREATE TABLE version_before AS SELECT * FROM version;
DROP TABLE version;

CREATE TABLE version (
    id             INTEGER PRIMARY KEY,
    state_machine  INTEGER NOT NULL REFERENCES state_machine (id) ON DELETE CASCADE,
    number         INTEGER NOT NULL,
    revision       INTEGER NOT NULL REFERENCES revision (id),
    description    TEXT    NOT NULL,
    created_at     INTEGER NOT NULL,
    UNIQUE (state_machine, number),
    UNIQUE (state_machine, revision, description)
);
INSERT INTO version (id, state_machine, number, revision, description, created_at)
SELECT id, state_machine, number, revision, description, created_at FROM version_before;
DROP TABLE version_before;

CREATE TABLE route (
    alias     INTEGER NOT NULL REFERENCES alias (id) ON DELETE CASCADE,
    position  INTEGER NOT NULL,
    version   INTEGER NOT NULL REFERENCES version (id),
    weight    INTEGER NOT NULL,                -- percent
    PRIMARY KEY (alias, position)
) WITHOUT ROWID;
CREATE INDEX route_by_version ON route (version);
INSERT INTO route (alias, position, version, weight)
SELECT alias, position, version, weight FROM route_before;
DROP TABLE route_before;
