-- By how much the virtual clocks of executions have jumped: the rest of their time has passed on the wall clock too.

-- A jump is stored with the first events after it: one that a worker did not live to use has not happened.
CREATE TABLE clock_jump (
    execution   INTEGER NOT NULL REFERENCES execution (id),
    jumped_at   INTEGER NOT NULL,              -- by the execution's own clock, as is the next
    jumped_to   INTEGER NOT NULL,
    PRIMARY KEY (execution, jumped_at)
) WITHOUT ROWID;
