-- The exchange with an untouched 1C (CommerceML): its sessions, what was uploaded in them, what became of each document.

-- A session lives in the database, so that any process can answer the next request of it.
CREATE TABLE exchange_sessions (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    sessid_hash TEXT,
    created_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL
);
CREATE INDEX exchange_sessions_by_use ON exchange_sessions (last_seen_at);

-- A file of a session; `parent_id` is the archive that a file came in.
CREATE TABLE exchange_files (
    id TEXT NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL,
    parent_id TEXT REFERENCES exchange_files (id),
    name TEXT NOT NULL,
    size BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('receiving', 'ready', 'running', 'done', 'failed')),
    documents BIGINT NOT NULL DEFAULT 0,
    handled BIGINT NOT NULL DEFAULT 0,
    bad BIGINT NOT NULL DEFAULT 0,
    message TEXT NOT NULL DEFAULT '',
    received_at TIMESTAMP NOT NULL,
    touched_at TIMESTAMP NOT NULL
);
CREATE INDEX exchange_files_by_session ON exchange_files (session_id, name);
CREATE INDEX exchange_files_waiting ON exchange_files (touched_at) WHERE state IN ('ready', 'running');

-- The bytes as they came, in pieces; base64, since the two databases share no type for bytes.
CREATE TABLE exchange_chunks (
    file_id TEXT NOT NULL REFERENCES exchange_files (id),
    start BIGINT NOT NULL,
    size BIGINT NOT NULL,
    bytes TEXT NOT NULL,
    PRIMARY KEY (file_id, start)
);

-- What became of each document of a file.
CREATE TABLE exchange_verdicts (
    file_id TEXT NOT NULL REFERENCES exchange_files (id),
    position BIGINT NOT NULL,
    document_id TEXT NOT NULL,
    number TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('created', 'revised', 'unchanged', 'money', 'orphan', 'older', 'ignored', 'bad')),
    message TEXT NOT NULL,
    order_id TEXT REFERENCES orders (id),
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (file_id, position)
);
CREATE INDEX exchange_verdicts_bad ON exchange_verdicts (at) WHERE outcome = 'bad';

-- When the file was made (1C's local time) that last told of a document: an older one changes nothing.
CREATE TABLE exchange_marks (
    document_id TEXT NOT NULL PRIMARY KEY,
    generated_at TIMESTAMP NOT NULL
);

-- Orders on their way to 1C: the picture that 1C has confirmed, and whether an order is held back by hand.
CREATE TABLE exchange_outgoing (
    order_id TEXT NOT NULL PRIMARY KEY REFERENCES orders (id),
    picture TEXT,
    sent_at TIMESTAMP,
    held BOOLEAN NOT NULL
);

-- What the last `query` of a session gave; `success` confirms exactly this.
CREATE TABLE exchange_given (
    session_id TEXT NOT NULL,
    order_id TEXT NOT NULL REFERENCES orders (id),
    picture TEXT NOT NULL,
    given_at TIMESTAMP NOT NULL,
    PRIMARY KEY (session_id, order_id)
);
