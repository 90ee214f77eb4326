-- Owned by Telemetry: exporters that this program asks itself. What became of the last scrape stands with it; last_error is null after a good one.
CREATE TABLE telemetry_scrapes (
    id TEXT PRIMARY KEY,
    site_id TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    url TEXT NOT NULL,
    interval_seconds BIGINT NOT NULL,
    is_enabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_success_at BIGINT,
    last_samples BIGINT,
    last_error_at BIGINT,
    last_error TEXT
);
CREATE UNIQUE INDEX telemetry_scrapes_by_site ON telemetry_scrapes (site_id, url);
