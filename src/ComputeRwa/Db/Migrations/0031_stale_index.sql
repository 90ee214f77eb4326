-- Owned by Settlement. 1 where an indexed lease was settled at its floor because the index had no value of the epoch.
ALTER TABLE metering_records ADD COLUMN index_stale BIGINT NOT NULL DEFAULT 0;
