CREATE TABLE IF NOT EXISTS topics (
    topic TEXT NOT NULL PRIMARY KEY,
    -- Messages that are not settled: counted here, so that a bound costs no count.
    depth INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Whoever consumes a topic, as long as it says so in time.
CREATE TABLE IF NOT EXISTS consumers (
    -- AUTOINCREMENT: an id is never used again, so that what is late hits nobody else.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    -- Messages that it has.
    holds INTEGER NOT NULL DEFAULT 0,
    -- Milliseconds of the Unix epoch; later than that it is lost.
    until INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS messages (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    -- Who has it; 0 for nobody.
    consumer INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    id BLOB NOT NULL,
    -- Milliseconds of the Unix epoch.
    published_at INTEGER NOT NULL,
    traceparent TEXT,
    body BLOB NOT NULL
) STRICT;

-- Ends with the sequence, as all indices do: a topic's messages in order.
CREATE INDEX IF NOT EXISTS messages_by_topic ON messages (topic);

CREATE TABLE IF NOT EXISTS dead_letters (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- The handler's own word.
    detail TEXT NOT NULL,
    tries INTEGER NOT NULL,
    died_at INTEGER NOT NULL,
    id BLOB NOT NULL,
    published_at INTEGER NOT NULL,
    traceparent TEXT,
    body BLOB NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS dead_letters_by_topic ON dead_letters (topic);

-- Which layout this is, now that it is whole. One that a later version has made is not touched.
PRAGMA user_version = 1;
