-- Owned by Telemetry: what a site's meters show, written once. register_wh counts up; a lower one than before is a meter that began anew.
CREATE TABLE site_meter_readings (
    site_id TEXT NOT NULL,
    meter TEXT NOT NULL,
    at_second BIGINT NOT NULL,
    register_wh BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (site_id, meter, at_second)
);
