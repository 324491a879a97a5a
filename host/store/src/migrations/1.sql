-- Times are integer milliseconds UTC. Columns that end in _json hold JSON whose shape is a type of the model.
CREATE TABLE requests (
  number      INTEGER PRIMARY KEY,
  id          TEXT    NOT NULL UNIQUE,
  title       TEXT    NOT NULL,
  details     TEXT    NOT NULL,
  state       TEXT    NOT NULL,
  votes       INTEGER NOT NULL CHECK (votes >= 0),
  author      TEXT    NOT NULL,
  hidden      INTEGER NOT NULL DEFAULT 0,
  feature     TEXT,
  reason      TEXT,
  recipe      TEXT,
  merged_into TEXT REFERENCES requests (id),
  run         TEXT,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  starts_at   INTEGER
) STRICT;
CREATE INDEX requests_by_state ON requests (state, votes DESC, number);
CREATE INDEX requests_by_author ON requests (author, state);
CREATE INDEX requests_by_feature ON requests (feature) WHERE feature IS NOT NULL;

CREATE TABLE votes (
  request TEXT    NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
  voter   TEXT    NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (request, voter)
) STRICT, WITHOUT ROWID;
CREATE INDEX votes_by_voter ON votes (voter);

CREATE VIRTUAL TABLE request_words USING fts5 (
  title, details, content = 'requests', content_rowid = 'number', tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE TRIGGER requests_words_insert AFTER INSERT ON requests BEGIN
  INSERT INTO request_words (rowid, title, details) VALUES (new.number, new.title, new.details);
END;
CREATE TRIGGER requests_words_delete AFTER DELETE ON requests BEGIN
  INSERT INTO request_words (request_words, rowid, title, details) VALUES ('delete', old.number, old.title, old.details);
END;
CREATE TRIGGER requests_words_update AFTER UPDATE OF title, details ON requests BEGIN
  INSERT INTO request_words (request_words, rowid, title, details) VALUES ('delete', old.number, old.title, old.details);
  INSERT INTO request_words (rowid, title, details) VALUES (new.number, new.title, new.details);
END;

CREATE TABLE runs (
  number       INTEGER PRIMARY KEY,
  id           TEXT    NOT NULL UNIQUE,
  kind         TEXT    NOT NULL,
  cause_json   TEXT    NOT NULL,
  request      TEXT REFERENCES requests (id),
  feature      TEXT,
  title        TEXT    NOT NULL,
  state        TEXT    NOT NULL,
  plan         TEXT,
  contract     TEXT,
  provenance   TEXT    NOT NULL,
  author       TEXT,
  findings_json TEXT   NOT NULL DEFAULT '[]',
  failure      TEXT,
  failure_code TEXT,
  usage_json   TEXT    NOT NULL DEFAULT '{"calls":0,"input_tokens":0,"output_tokens":0,"millis":0}',
  revision     INTEGER,
  artifact     TEXT,
  started_at   INTEGER NOT NULL,
  ended_at     INTEGER
) STRICT;
CREATE INDEX runs_by_state ON runs (state, number);
CREATE INDEX runs_by_feature ON runs (feature, number);
CREATE INDEX runs_by_request ON runs (request, number);

CREATE TABLE run_stages (
  run        TEXT    NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  place      INTEGER NOT NULL,
  stage      TEXT    NOT NULL,
  outcome    TEXT    NOT NULL,
  attempt    INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  millis     INTEGER,
  PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_stages_by_stage ON run_stages (stage, outcome, started_at);

-- The source that a run works on, until it has become a revision: what a restart takes up again, and what a
-- candidate shows to the owner.
CREATE TABLE drafts (
  run        TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
  draft_json TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE revisions (
  feature           TEXT    NOT NULL,
  revision          INTEGER NOT NULL,
  source            TEXT    NOT NULL,
  commit_id         TEXT    NOT NULL,
  run               TEXT    NOT NULL,
  request           TEXT,
  origin_json       TEXT    NOT NULL,
  message           TEXT    NOT NULL,
  presentation_json TEXT    NOT NULL,
  routes_json       TEXT    NOT NULL,
  mounted           INTEGER NOT NULL,
  created_at        INTEGER NOT NULL,
  PRIMARY KEY (feature, revision)
) STRICT, WITHOUT ROWID;
CREATE INDEX revisions_by_run ON revisions (run);

CREATE TABLE features (
  number     INTEGER PRIMARY KEY,
  slug       TEXT    NOT NULL UNIQUE,
  state      TEXT    NOT NULL,
  reason     TEXT,
  revision   INTEGER NOT NULL,
  artifact   TEXT,
  tier       TEXT    NOT NULL,
  request    TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  FOREIGN KEY (slug, revision) REFERENCES revisions (feature, revision)
) STRICT;

-- One row for each build: the key holds source, SDK, lock, rustc, flags and tier.
CREATE TABLE artifacts (
  key        TEXT    PRIMARY KEY,
  hash       TEXT    NOT NULL,
  feature    TEXT    NOT NULL,
  revision   INTEGER NOT NULL,
  tier       TEXT    NOT NULL,
  bytes      INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  FOREIGN KEY (feature, revision) REFERENCES revisions (feature, revision) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX artifacts_by_revision ON artifacts (feature, revision);
CREATE INDEX artifacts_by_hash ON artifacts (hash);

-- Sources that these gates have refused: a watcher does not try them again.
CREATE TABLE rejections (
  feature TEXT    NOT NULL,
  source  TEXT    NOT NULL,
  gates   TEXT    NOT NULL,
  run     TEXT    NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (feature, source, gates)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  at        INTEGER NOT NULL,
  kind      TEXT    NOT NULL,
  body_json TEXT    NOT NULL
) STRICT;
CREATE INDEX events_by_time ON events (at);

CREATE TABLE settings (
  key        TEXT PRIMARY KEY,
  value_json TEXT NOT NULL
) STRICT, WITHOUT ROWID;
