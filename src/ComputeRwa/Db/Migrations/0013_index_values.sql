-- Owned by Pricing: what the GPU price index of an epoch was, written once.
CREATE TABLE index_values (
    id TEXT PRIMARY KEY,
    gpu_model TEXT NOT NULL,
    region TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    value TEXT NOT NULL,
    source TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX index_values_by_epoch ON index_values (gpu_model, region, epoch);
