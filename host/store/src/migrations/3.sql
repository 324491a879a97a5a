-- What the owner lets a feature use where that is not the default: name to value. And whether its revision is pinned.
ALTER TABLE features ADD COLUMN limits_json TEXT NOT NULL DEFAULT '{}';
ALTER TABLE features ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
