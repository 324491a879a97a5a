-- Requests that the server makes itself: a revision failed in use and is to be repaired.
ALTER TABLE requests ADD COLUMN repairs TEXT;
ALTER TABLE requests ADD COLUMN repairs_revision INTEGER;
CREATE INDEX requests_by_repair ON requests (repairs) WHERE repairs IS NOT NULL;
