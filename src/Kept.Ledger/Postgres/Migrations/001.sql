-- The same tables as in SQLite. Integers are all bigint; texts compare by their bytes; what is packed or hashed already is not compressed again.
CREATE TABLE ledger (
  one bigint PRIMARY KEY CHECK (one = 1),
  id bytea NOT NULL,                -- the ledger's own ULID, the writer of its entries
  epoch bigint NOT NULL,            -- of the newest writer; each write locks this row and asks for it
  sealed bigint NOT NULL,           -- the last hot segment whose looks are in blocks
  expired bigint NOT NULL,          -- looks before this instant may be gone; a first moment of a UTC day
  house text COLLATE "C" NOT NULL DEFAULT ''
);

CREATE TABLE entry (
  seq bigint PRIMARY KEY,
  kind text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  header bytea NOT NULL,            -- canonical JSON, hashed as it is
  body bytea,
  hash bytea NOT NULL               -- SHA-256(0x00 || header)
);
CREATE INDEX entry_kind ON entry (kind, seq);
-- An index holds no row of more than 2,704 bytes. Longer subjects are found without it.
CREATE INDEX entry_subject ON entry (subject, seq) WHERE subject <> '' AND length(subject) <= 500;

CREATE TABLE name (
  name text COLLATE "C" PRIMARY KEY,
  id bytea NOT NULL
);

CREATE TABLE series (
  id bigint PRIMARY KEY,
  promise bytea NOT NULL,
  check_name text COLLATE "C" NOT NULL,
  place text COLLATE "C" NOT NULL,
  hash bytea NOT NULL               -- SHA-256 of the other columns
);
CREATE UNIQUE INDEX series_key ON series (promise, md5(check_name), md5(place));

-- One partition for each month (UTC) in which a block ends; made by the sealing that needs it. There is no default partition, which would have to be searched each time.
CREATE TABLE block (
  id bigint NOT NULL,
  entry bigint NOT NULL,            -- the entry that seals it
  series bigint NOT NULL,
  first bigint NOT NULL,            -- slot of its oldest look
  last bigint NOT NULL,             -- slot of its newest
  looks bigint NOT NULL,
  hash bytea NOT NULL,              -- SHA-256 of data
  data bytea                        -- NULL once retention removed it
) PARTITION BY RANGE (last);
ALTER TABLE block ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE INDEX block_id ON block (id);
CREATE INDEX block_series ON block (series, last);

-- Of each series the newest few: removed by count and not by age, so there is nothing to partition by.
CREATE TABLE evidence (
  series bigint NOT NULL,
  slot bigint NOT NULL,
  hash bytea NOT NULL,              -- of series, slot and body; the block that was sealed with it commits to it
  body bytea NOT NULL,
  PRIMARY KEY (series, slot)
);

CREATE TABLE day (
  series bigint NOT NULL,
  day bigint NOT NULL,              -- its first moment
  good bigint NOT NULL,
  bad bigint NOT NULL,
  gap bigint NOT NULL,
  not_in_force bigint NOT NULL,
  PRIMARY KEY (series, day)
);

CREATE TABLE cache (
  key text COLLATE "C" PRIMARY KEY,
  hash bytea NOT NULL,              -- SHA-256 of value: a damaged value is none
  value bytea NOT NULL
);
