-- Connections, which authorise HTTP tasks: what each adds to a request, with its secrets, and the token it got for them.

CREATE TABLE connection (
    id                  INTEGER PRIMARY KEY,
    arn                 TEXT    NOT NULL UNIQUE,
    stem                TEXT    NOT NULL UNIQUE,     -- the ARN without the id at its end: one for each name
    name                TEXT    NOT NULL,
    description         TEXT,
    state               TEXT    NOT NULL,
    authorization_type  TEXT    NOT NULL,
    auth_parameters     TEXT    NOT NULL,
    created_at          INTEGER NOT NULL,
    modified_at         INTEGER NOT NULL,
    authorized_at       INTEGER NOT NULL,
    token               TEXT,
    token_expires_at    INTEGER
);
