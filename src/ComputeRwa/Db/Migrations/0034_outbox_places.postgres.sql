-- Who queues a command no longer waits for everybody who has queued one and not committed yet.
CREATE SEQUENCE outbox_places;
SELECT setval('outbox_places', value + 1, false) FROM outbox_sequence;
DROP TABLE outbox_sequence;
