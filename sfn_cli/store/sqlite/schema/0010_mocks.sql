-- What answers an execution's tasks instead of integrations: NULL, or the row of its mocks, which many may share.

CREATE TABLE mocks (
    id    INTEGER PRIMARY KEY,
    body  TEXT NOT NULL UNIQUE                 -- JSON (sfn_cli/interpreter/mocks.py)
);

ALTER TABLE execution ADD COLUMN mocks INTEGER REFERENCES mocks (id);
