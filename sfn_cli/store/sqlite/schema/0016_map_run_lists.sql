-- Lists of a Map Run's children in their order: without this index, each page reads and sorts all of them.
-- It replaces one of the same rows, the children alone. Measured: 0.2 s for a store of 700 MB without children,
-- 0.3 s and 2 MB for 100,000 children, whose pages then take 0.2 ms instead of 180.

DROP INDEX execution_by_map_run;
CREATE INDEX execution_by_map_run ON execution (map_run, started_at DESC, id DESC) WHERE map_run IS NOT NULL;
