-- Owned by Telemetry: nodes whose samples come by the unsigned ways. A node that was set back keeps its row: through_second is where the last batch made of its samples ends.
CREATE TABLE telemetry_ingest_nodes (
    node_id TEXT PRIMARY KEY,
    is_on BIGINT NOT NULL,
    step_seconds BIGINT NOT NULL,
    through_second BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

-- What arrived and is in no batch yet: for each request one row a window of time, packed.
CREATE TABLE telemetry_inbox (
    id TEXT PRIMARY KEY,
    provider_id TEXT NOT NULL,
    window_start BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    source TEXT NOT NULL,
    samples BIGINT NOT NULL,
    body BYTEA NOT NULL
);
CREATE INDEX telemetry_inbox_by_window ON telemetry_inbox (provider_id, window_start, received_at);
