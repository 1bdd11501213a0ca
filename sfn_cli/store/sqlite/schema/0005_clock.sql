-- By which clock an execution runs: NULL for the wall's, 'virtual', or how many times faster.

ALTER TABLE execution ADD COLUMN clock TEXT;
