-- A deleted machine's row stays until its executions are removed.
ALTER TABLE state_machine ADD COLUMN deleted_at INTEGER;  -- NULL: not deleted, or by an earlier version

-- How many executions were removed with their machines: row ids that were read before may be others now. One row.
CREATE TABLE removal (
    executions  INTEGER NOT NULL
);
INSERT INTO removal (executions) VALUES (0);
