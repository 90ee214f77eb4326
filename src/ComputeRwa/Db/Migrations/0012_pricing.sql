-- Owned by Pricing.
CREATE TABLE quotes (
    id TEXT PRIMARY KEY,
    gpu_model TEXT NOT NULL,
    region TEXT NOT NULL,
    price TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    source TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX quotes_by_model ON quotes (gpu_model, region, id);
