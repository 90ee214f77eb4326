-- Owned by Telemetry: a request's samples are packed when they come. The server tried to pack them again, row by row.
ALTER TABLE telemetry_inbox ALTER COLUMN body SET STORAGE EXTERNAL;
