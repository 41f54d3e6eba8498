-- One table is the whole log. A stream is known by its origin, the position of its first event: an integer
-- that nobody has to hand out, and that keeps the index of a new stream at the end of its tree.
CREATE TABLE events (
  position    INTEGER PRIMARY KEY,  -- 1, 2, 3, … in the order of commit, without a gap
  origin      INTEGER NOT NULL,
  revision    INTEGER NOT NULL,     -- 0, 1, 2, … within the stream, without a gap
  stream      TEXT NOT NULL,        -- <category>-<id>
  kind        TEXT NOT NULL,        -- the name of the stored form
  id          BLOB NOT NULL,        -- UUID, 16 bytes; not unique: see the store's idempotency
  recorded_at INTEGER NOT NULL,     -- microseconds since 1970 UTC
  data        BLOB NOT NULL,
  metadata    BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX revisions ON events (origin, revision);
CREATE UNIQUE INDEX streams ON events (stream) WHERE revision = 0;

CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
BEGIN SELECT raise(ABORT, 'a stored event is never changed'); END;

CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
BEGIN SELECT raise(ABORT, 'a stored event is never deleted'); END;

-- For people: sqlite3 <file> "SELECT * FROM log WHERE stream = 'coverage-12345'"
CREATE VIEW log AS
SELECT
  position,
  stream,
  revision,
  kind,
  strftime('%Y-%m-%dT%H:%M:%S', recorded_at / 1000000, 'unixepoch')
    || printf('.%06dZ', recorded_at % 1000000) AS recorded_at,
  CAST(data AS TEXT) AS data,
  CAST(metadata AS TEXT) AS metadata,
  lower(substr(hex(id), 1, 8) || '-' || substr(hex(id), 9, 4) || '-' || substr(hex(id), 13, 4) || '-'
    || substr(hex(id), 17, 4) || '-' || substr(hex(id), 21)) AS id
FROM events;
