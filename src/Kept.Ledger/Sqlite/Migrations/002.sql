-- Looks at rest, and what is told from them.
CREATE TABLE block (
  id INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL,          -- the entry that seals it
  series INTEGER NOT NULL,
  first INTEGER NOT NULL,          -- slot of its oldest look
  last INTEGER NOT NULL,           -- slot of its newest
  looks INTEGER NOT NULL,
  hash BLOB NOT NULL,              -- SHA-256 of data
  data BLOB                        -- NULL once retention removed it
) STRICT;
CREATE INDEX block_series ON block (series, last);

CREATE TABLE evidence (
  series INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  hash BLOB NOT NULL,              -- of series, slot and body; the block that was sealed with it commits to it
  body BLOB NOT NULL,
  PRIMARY KEY (series, slot)
) STRICT;

CREATE TABLE day (
  series INTEGER NOT NULL,
  day INTEGER NOT NULL,            -- its first moment
  good INTEGER NOT NULL,
  bad INTEGER NOT NULL,
  gap INTEGER NOT NULL,
  not_in_force INTEGER NOT NULL,
  PRIMARY KEY (series, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE cache (
  key TEXT PRIMARY KEY,
  hash BLOB NOT NULL,              -- SHA-256 of value: a damaged value is none
  value BLOB NOT NULL
) STRICT;
