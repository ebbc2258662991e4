-- Vocabulary (ARCHITECTURE.md, "Tables"): ids are UUIDv7 text, money is kopecks and quantity thousandths in INTEGER, an instant is
-- UTC text `YYYY-MM-DD HH:MM:SS[.fraction]` that sorts as time, a choice is text with a CHECK. Facts refuse UPDATE and DELETE.

-- Who sells ---------------------------------------------------------------------------------------------------------

CREATE TABLE sellers (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    inn TEXT NOT NULL UNIQUE,
    kpp TEXT,
    ogrn TEXT,
    address TEXT,
    tax_system INTEGER,
    is_default INTEGER NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX sellers_one_default ON sellers (is_default) WHERE is_default;

CREATE TABLE stores (
    code TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    address TEXT,
    hours TEXT,
    phone TEXT
) STRICT;

-- Orders ------------------------------------------------------------------------------------------------------------

CREATE TABLE orders (
    id TEXT NOT NULL PRIMARY KEY,
    source TEXT NOT NULL CHECK (source IN ('onec', 'shop')),
    number TEXT NOT NULL,
    ordered_on TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
    state TEXT NOT NULL CHECK (state IN ('open', 'cancelled', 'closed')),
    revision INTEGER NOT NULL CHECK (revision >= 1),
    version INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    seller_id TEXT NOT NULL REFERENCES sellers (id),
    store_code TEXT REFERENCES stores (code),
    manager_key TEXT,
    buyer_kind TEXT NOT NULL CHECK (buyer_kind IN ('person', 'company')),
    buyer_name TEXT NOT NULL,
    buyer_inn TEXT,
    buyer_kpp TEXT,
    buyer_phone TEXT,
    buyer_email TEXT,
    delivery TEXT NOT NULL CHECK (delivery IN ('delivery', 'pickup')),
    currency TEXT NOT NULL,
    total INTEGER NOT NULL CHECK (total >= 0),
    vat_total INTEGER NOT NULL,
    lines_differ INTEGER NOT NULL,
    allow_parts INTEGER NOT NULL,
    pay_until TEXT,
    deferred_until TEXT,
    onec_settled_total INTEGER NOT NULL DEFAULT 0,
    reopened INTEGER NOT NULL DEFAULT 0,
    pilot INTEGER NOT NULL DEFAULT 0,
    changed_from INTEGER,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX orders_by_day ON orders (ordered_on DESC, id DESC);
CREATE INDEX orders_by_number ON orders (number);
CREATE INDEX orders_by_inn ON orders (buyer_inn);

CREATE TABLE order_keys (
    kind TEXT NOT NULL CHECK (kind IN ('shop_id', 'onec_guid', 'site_number', 'onec_number')),
    value TEXT NOT NULL,
    year INTEGER NOT NULL DEFAULT 0,
    order_id TEXT NOT NULL REFERENCES orders (id),
    PRIMARY KEY (kind, value, year)
) STRICT;
CREATE INDEX order_keys_by_order ON order_keys (order_id);

CREATE TABLE order_lines (
    order_id TEXT NOT NULL REFERENCES orders (id),
    revision INTEGER NOT NULL,
    line INTEGER NOT NULL,
    name TEXT NOT NULL,
    article TEXT,
    unit TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    price INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    vat_rate TEXT NOT NULL,
    vat_amount INTEGER NOT NULL,
    PRIMARY KEY (order_id, revision, line)
) STRICT;

CREATE TABLE order_balances (
    order_id TEXT NOT NULL PRIMARY KEY REFERENCES orders (id),
    total INTEGER NOT NULL,
    paid INTEGER NOT NULL,
    refunding INTEGER NOT NULL,
    due INTEGER NOT NULL,
    payment_state TEXT NOT NULL CHECK (payment_state IN ('unpaid', 'partly_paid', 'paid', 'overpaid')),
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX order_balances_by_state ON order_balances (payment_state, order_id);

-- What an order is found by: folded words, so that a search by the beginning of a word is one walk of an index and
-- knows no difference of case, look-alike letters or leading zeros. Rewritten with the order (src/domain/orders/words.rs).
CREATE TABLE order_words (
    order_id TEXT NOT NULL REFERENCES orders (id),
    kind TEXT NOT NULL CHECK (kind IN ('number', 'name', 'phone', 'mail', 'inn', 'sum', 'paper')),
    word TEXT NOT NULL,
    PRIMARY KEY (kind, word, order_id)
) STRICT;
CREATE INDEX order_words_by_order ON order_words (order_id);

CREATE TABLE pay_links (
    id TEXT NOT NULL PRIMARY KEY,
    order_id TEXT NOT NULL REFERENCES orders (id),
    key_id INTEGER NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    revoked_at TEXT
) STRICT;
CREATE INDEX pay_links_by_order ON pay_links (order_id);

CREATE TABLE link_events (
    link_id TEXT NOT NULL REFERENCES pay_links (id),
    kind TEXT NOT NULL CHECK (kind IN ('sent', 'opened', 'method_chosen')),
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (link_id, kind)
) STRICT;

-- Processes ---------------------------------------------------------------------------------------------------------

CREATE TABLE attempts (
    id TEXT NOT NULL PRIMARY KEY,
    order_id TEXT NOT NULL REFERENCES orders (id),
    order_revision INTEGER NOT NULL,
    account TEXT NOT NULL,
    method TEXT NOT NULL CHECK (method IN ('card', 'sbp')),
    amount INTEGER NOT NULL CHECK (amount > 0),
    mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
    state TEXT NOT NULL CHECK (state IN ('created', 'waiting', 'authorized', 'unknown', 'superseded', 'review', 'succeeded', 'failed', 'cancelled', 'expired')),
    request TEXT NOT NULL,
    provider_ref TEXT,
    confirmation_url TEXT,
    decline TEXT,
    review_reason TEXT,
    reported TEXT,
    details TEXT,
    browser TEXT,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    next_check_at TEXT,
    checks INTEGER NOT NULL DEFAULT 0,
    finished_at TEXT,
    UNIQUE (account, provider_ref)
) STRICT;
CREATE UNIQUE INDEX attempts_one_live ON attempts (order_id) WHERE state IN ('created', 'waiting', 'authorized', 'unknown');
CREATE INDEX attempts_by_order ON attempts (order_id);
CREATE INDEX attempts_by_provider_ref ON attempts (provider_ref);
CREATE INDEX attempts_to_check ON attempts (next_check_at) WHERE next_check_at IS NOT NULL;

CREATE TABLE refund_requests (
    id TEXT NOT NULL PRIMARY KEY,
    order_id TEXT NOT NULL REFERENCES orders (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    reason TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'approved', 'declined', 'done', 'failed')),
    asked_by TEXT NOT NULL,
    decided_by TEXT,
    created_at TEXT NOT NULL,
    decided_at TEXT
) STRICT;
CREATE INDEX refund_requests_by_order ON refund_requests (order_id);

CREATE TABLE refunds (
    id TEXT NOT NULL PRIMARY KEY,
    request_id TEXT REFERENCES refund_requests (id),
    document_id TEXT NOT NULL,
    order_id TEXT NOT NULL REFERENCES orders (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL CHECK (state IN ('asked', 'approved', 'running', 'unknown', 'done', 'failed')),
    account TEXT,
    provider_ref TEXT,
    message TEXT,
    created_at TEXT NOT NULL,
    next_check_at TEXT,
    checks INTEGER NOT NULL DEFAULT 0,
    finished_at TEXT,
    UNIQUE (account, provider_ref)
) STRICT;
CREATE INDEX refunds_by_order ON refunds (order_id);
CREATE INDEX refunds_by_provider_ref ON refunds (provider_ref);
CREATE INDEX refunds_by_document ON refunds (document_id);
CREATE INDEX refunds_to_check ON refunds (next_check_at) WHERE next_check_at IS NOT NULL;

CREATE TABLE receipts (
    id TEXT NOT NULL PRIMARY KEY,
    order_id TEXT NOT NULL REFERENCES orders (id),
    attempt_id TEXT REFERENCES attempts (id),
    refund_id TEXT REFERENCES refunds (id),
    kind TEXT NOT NULL CHECK (kind IN ('sale', 'refund', 'closing')),
    state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'registered', 'failed')),
    amount INTEGER NOT NULL,
    content TEXT NOT NULL,
    message TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (attempt_id, kind),
    UNIQUE (refund_id, kind)
) STRICT;
CREATE INDEX receipts_by_order ON receipts (order_id);

CREATE TABLE notifications_in (
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    event_key TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    provider_ref TEXT NOT NULL,
    raw TEXT NOT NULL,
    sender TEXT NOT NULL,
    received_at TEXT NOT NULL,
    handled_at TEXT,
    result TEXT,
    UNIQUE (account, event_key)
) STRICT;
CREATE INDEX notifications_waiting ON notifications_in (received_at) WHERE handled_at IS NULL;

-- Facts -------------------------------------------------------------------------------------------------------------

CREATE TABLE onec_documents (
    guid TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('card', 'sbp', 'bank', 'cash', 'onec')),
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    number TEXT NOT NULL,
    dated_on TEXT NOT NULL,
    posted INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    account TEXT,
    incoming_number TEXT,
    payer_inn TEXT,
    content_hash TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('confirms', 'covers', 'own', 'undecided', 'void')),
    covers_id TEXT,
    version INTEGER NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX onec_documents_by_cover ON onec_documents (covers_id);
CREATE INDEX onec_documents_undecided ON onec_documents (updated_at) WHERE role = 'undecided';

CREATE TABLE onec_document_rows (
    guid TEXT NOT NULL REFERENCES onec_documents (guid),
    version INTEGER NOT NULL,
    line INTEGER NOT NULL,
    order_key TEXT NOT NULL,
    order_id TEXT REFERENCES orders (id),
    amount INTEGER NOT NULL,
    PRIMARY KEY (guid, version, line)
) STRICT;
CREATE INDEX onec_document_rows_by_order ON onec_document_rows (order_id);

CREATE TABLE money_documents (
    id TEXT NOT NULL PRIMARY KEY,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    kind TEXT NOT NULL CHECK (kind IN ('card', 'sbp', 'bank', 'cash', 'onec')),
    amount INTEGER NOT NULL CHECK (amount > 0),
    seller_id TEXT NOT NULL REFERENCES sellers (id),
    mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
    received_at TEXT NOT NULL,
    paid_on TEXT NOT NULL,
    fee INTEGER,
    attempt_id TEXT UNIQUE REFERENCES attempts (id),
    refund_id TEXT UNIQUE REFERENCES refunds (id),
    bank_line_id TEXT UNIQUE,
    staff_entry_id TEXT UNIQUE,
    onec_guid TEXT REFERENCES onec_documents (guid),
    onec_version INTEGER,
    UNIQUE (onec_guid, onec_version),
    CONSTRAINT money_documents_one_source CHECK (
        (CASE WHEN attempt_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN refund_id IS NULL THEN 0 ELSE 1 END)
        + (CASE WHEN bank_line_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN staff_entry_id IS NULL THEN 0 ELSE 1 END)
        + (CASE WHEN onec_guid IS NULL THEN 0 ELSE 1 END) = 1
    )
) STRICT;
CREATE INDEX money_documents_by_day ON money_documents (paid_on, id);

-- Locked while a document's money is moved; facts themselves are never updated.
CREATE TABLE document_locks (
    document_id TEXT NOT NULL PRIMARY KEY REFERENCES money_documents (id),
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE allocations (
    id TEXT NOT NULL PRIMARY KEY,
    document_id TEXT NOT NULL REFERENCES money_documents (id),
    order_id TEXT NOT NULL REFERENCES orders (id),
    amount INTEGER NOT NULL CHECK (amount <> 0),
    reason TEXT NOT NULL,
    undoes_id TEXT UNIQUE REFERENCES allocations (id),
    recorded_by TEXT NOT NULL,
    recorded_at TEXT NOT NULL
) STRICT;
CREATE INDEX allocations_by_order ON allocations (order_id);
CREATE INDEX allocations_by_document ON allocations (document_id);

CREATE TABLE journal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    action TEXT NOT NULL,
    details TEXT NOT NULL
) STRICT;
CREATE INDEX journal_by_subject ON journal (subject_kind, subject_id, seq);

CREATE TABLE journal_seals (
    seq INTEGER NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL,
    sealed_at TEXT NOT NULL
) STRICT;

-- Delivery to 1C ----------------------------------------------------------------------------------------------------

CREATE TABLE exports (
    document_id TEXT NOT NULL PRIMARY KEY REFERENCES money_documents (id),
    road TEXT NOT NULL CHECK (road IN ('service', 'odata', 'manual', 'stock')),
    revision INTEGER NOT NULL CHECK (revision >= 1),
    accepted_revision INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'accepted', 'unposted', 'rejected')),
    onec_ref TEXT,
    onec_number TEXT,
    onec_date TEXT,
    posted INTEGER NOT NULL DEFAULT 0,
    message TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    sent_at TEXT
) STRICT;
CREATE INDEX exports_pending ON exports (created_at, document_id) WHERE state <> 'accepted';

CREATE TABLE exchange_log (
    id TEXT NOT NULL PRIMARY KEY,
    road TEXT NOT NULL,
    at TEXT NOT NULL,
    request TEXT NOT NULL,
    body TEXT NOT NULL,
    status INTEGER NOT NULL,
    answer TEXT NOT NULL,
    verdict TEXT NOT NULL
) STRICT;
CREATE INDEX exchange_log_by_time ON exchange_log (at);

-- Plumbing ----------------------------------------------------------------------------------------------------------

CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    topic TEXT NOT NULL,
    dedupe_key TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ready', 'leased', 'done', 'dead')),
    attempts INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    available_at TEXT NOT NULL,
    leased_by TEXT,
    lease_until TEXT,
    last_error TEXT,
    needs TEXT,
    finished_at TEXT,
    UNIQUE (topic, dedupe_key)
) STRICT;
CREATE INDEX outbox_ready ON outbox (available_at, id) WHERE state = 'ready';
CREATE INDEX outbox_leased ON outbox (lease_until) WHERE state = 'leased';

CREATE TABLE alerts (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
    message TEXT NOT NULL,
    order_id TEXT REFERENCES orders (id),
    opened_at TEXT NOT NULL,
    muted_until TEXT,
    closed_at TEXT
) STRICT;
CREATE UNIQUE INDEX alerts_one_open ON alerts (kind, subject) WHERE closed_at IS NULL;
CREATE INDEX alerts_by_time ON alerts (opened_at);

CREATE TABLE staff (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('manager', 'accountant', 'chief_accountant', 'technician', 'head', 'admin')),
    password_hash TEXT NOT NULL,
    totp_secret TEXT,
    totp_step INTEGER NOT NULL DEFAULT 0,
    recovery_codes TEXT NOT NULL DEFAULT '[]',
    active INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    last_login_at TEXT
) STRICT;

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    csrf_hash TEXT NOT NULL,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    stage TEXT NOT NULL CHECK (stage IN ('code', 'enrol', 'full')),
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    created_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    ended_at TEXT
) STRICT;
CREATE INDEX sessions_by_staff ON sessions (staff_id);

CREATE TABLE login_misses (
    key TEXT NOT NULL PRIMARY KEY,
    misses INTEGER NOT NULL,
    last_at TEXT NOT NULL,
    blocked_until TEXT
) STRICT;

CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;

-- Facts never change ------------------------------------------------------------------------------------------------

CREATE TRIGGER money_documents_refuse_update BEFORE UPDATE ON money_documents BEGIN SELECT RAISE(ABORT, 'facts are append-only: money_documents'); END;
CREATE TRIGGER money_documents_refuse_delete BEFORE DELETE ON money_documents BEGIN SELECT RAISE(ABORT, 'facts are append-only: money_documents'); END;
CREATE TRIGGER allocations_refuse_update BEFORE UPDATE ON allocations BEGIN SELECT RAISE(ABORT, 'facts are append-only: allocations'); END;
CREATE TRIGGER allocations_refuse_delete BEFORE DELETE ON allocations BEGIN SELECT RAISE(ABORT, 'facts are append-only: allocations'); END;
CREATE TRIGGER journal_refuse_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'facts are append-only: journal'); END;
CREATE TRIGGER journal_refuse_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'facts are append-only: journal'); END;
CREATE TRIGGER journal_seals_refuse_update BEFORE UPDATE ON journal_seals BEGIN SELECT RAISE(ABORT, 'facts are append-only: journal_seals'); END;
CREATE TRIGGER journal_seals_refuse_delete BEFORE DELETE ON journal_seals BEGIN SELECT RAISE(ABORT, 'facts are append-only: journal_seals'); END;
CREATE TRIGGER onec_document_rows_refuse_update BEFORE UPDATE ON onec_document_rows BEGIN SELECT RAISE(ABORT, 'facts are append-only: onec_document_rows'); END;
CREATE TRIGGER onec_document_rows_refuse_delete BEFORE DELETE ON onec_document_rows BEGIN SELECT RAISE(ABORT, 'facts are append-only: onec_document_rows'); END;
CREATE TRIGGER order_lines_refuse_update BEFORE UPDATE ON order_lines BEGIN SELECT RAISE(ABORT, 'facts are append-only: order_lines'); END;
CREATE TRIGGER order_lines_refuse_delete BEFORE DELETE ON order_lines BEGIN SELECT RAISE(ABORT, 'facts are append-only: order_lines'); END;
