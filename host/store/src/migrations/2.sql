-- Which hosts the owner lets a feature call.
CREATE TABLE grants (
  feature TEXT    NOT NULL,
  host    TEXT    NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (feature, host)
) STRICT, WITHOUT ROWID;
