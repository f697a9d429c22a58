-- The chain of entries, and the names that it gave ids to. Columns beside header and body repeat the header, for searching; the header's bytes are the truth.
CREATE TABLE ledger (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id BLOB NOT NULL,                -- the ledger's own ULID, the writer of its entries
  epoch INTEGER NOT NULL,          -- of the newest writer
  sealed INTEGER NOT NULL,         -- the last hot segment whose looks are in blocks
  expired INTEGER NOT NULL         -- looks before this instant may be gone; a first moment of a UTC day
) STRICT;

CREATE TABLE entry (
  seq INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  header BLOB NOT NULL,            -- canonical JSON, hashed as it is
  body BLOB,
  hash BLOB NOT NULL               -- SHA-256(0x00 || header)
) STRICT;
CREATE INDEX entry_kind ON entry (kind, seq);
CREATE INDEX entry_subject ON entry (subject, seq) WHERE subject <> '';

CREATE TABLE name (
  name TEXT PRIMARY KEY,
  id BLOB NOT NULL
) STRICT;

CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  promise BLOB NOT NULL,
  check_name TEXT NOT NULL,
  place TEXT NOT NULL,
  hash BLOB NOT NULL,              -- SHA-256 of the other columns
  UNIQUE (promise, check_name, place)
) STRICT;
