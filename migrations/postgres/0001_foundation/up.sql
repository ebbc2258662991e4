-- Vocabulary (ARCHITECTURE.md, "Tables"): ids are UUIDv7 text, money is kopecks and quantity thousandths in BIGINT, an instant is
-- UTC with microseconds, a choice is text with a CHECK. Facts refuse UPDATE and DELETE.

-- Who sells ---------------------------------------------------------------------------------------------------------

CREATE TABLE sellers (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    inn TEXT NOT NULL UNIQUE,
    kpp TEXT,
    ogrn TEXT,
    address TEXT,
    tax_system BIGINT,
    is_default BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX sellers_one_default ON sellers (is_default) WHERE is_default;

CREATE TABLE stores (
    code TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    address TEXT,
    hours TEXT,
    phone TEXT
);

-- Orders ------------------------------------------------------------------------------------------------------------

CREATE TABLE orders (
    id TEXT NOT NULL PRIMARY KEY,
    source TEXT NOT NULL CHECK (source IN ('onec', 'shop')),
    number TEXT NOT NULL,
    ordered_on DATE NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
    state TEXT NOT NULL CHECK (state IN ('open', 'cancelled', 'closed')),
    revision BIGINT NOT NULL CHECK (revision >= 1),
    version BIGINT NOT NULL,
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
    total BIGINT NOT NULL CHECK (total >= 0),
    vat_total BIGINT NOT NULL,
    lines_differ BOOLEAN NOT NULL,
    allow_parts BOOLEAN NOT NULL,
    pay_until TIMESTAMP,
    deferred_until DATE,
    onec_settled_total BIGINT NOT NULL DEFAULT 0,
    reopened BOOLEAN NOT NULL DEFAULT FALSE,
    pilot BOOLEAN NOT NULL DEFAULT FALSE,
    changed_from BIGINT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX orders_by_day ON orders (ordered_on DESC, id DESC);
CREATE INDEX orders_by_number ON orders (number);
CREATE INDEX orders_by_inn ON orders (buyer_inn);

CREATE TABLE order_keys (
    kind TEXT NOT NULL CHECK (kind IN ('shop_id', 'onec_guid', 'site_number', 'onec_number')),
    value TEXT NOT NULL,
    year BIGINT NOT NULL DEFAULT 0,
    order_id TEXT NOT NULL REFERENCES orders (id),
    PRIMARY KEY (kind, value, year)
);
CREATE INDEX order_keys_by_order ON order_keys (order_id);

CREATE TABLE order_lines (
    order_id TEXT NOT NULL REFERENCES orders (id),
    revision BIGINT NOT NULL,
    line BIGINT NOT NULL,
    name TEXT NOT NULL,
    article TEXT,
    unit TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    price BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    vat_rate TEXT NOT NULL,
    vat_amount BIGINT NOT NULL,
    PRIMARY KEY (order_id, revision, line)
);

CREATE TABLE order_balances (
    order_id TEXT NOT NULL PRIMARY KEY REFERENCES orders (id),
    total BIGINT NOT NULL,
    paid BIGINT NOT NULL,
    refunding BIGINT NOT NULL,
    due BIGINT NOT NULL,
    payment_state TEXT NOT NULL CHECK (payment_state IN ('unpaid', 'partly_paid', 'paid', 'overpaid')),
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX order_balances_by_state ON order_balances (payment_state, order_id);

-- What an order is found by: folded words, so that a search by the beginning of a word is one walk of an index and
-- knows no difference of case, look-alike letters or leading zeros. Rewritten with the order (src/domain/orders/words.rs).
CREATE TABLE order_words (
    order_id TEXT NOT NULL REFERENCES orders (id),
    kind TEXT NOT NULL CHECK (kind IN ('number', 'name', 'phone', 'mail', 'inn', 'sum', 'paper')),
    word TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, word, order_id)
);
CREATE INDEX order_words_by_order ON order_words (order_id);

CREATE TABLE pay_links (
    id TEXT NOT NULL PRIMARY KEY,
    order_id TEXT NOT NULL REFERENCES orders (id),
    key_id BIGINT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP
);
CREATE INDEX pay_links_by_order ON pay_links (order_id);

CREATE TABLE link_events (
    link_id TEXT NOT NULL REFERENCES pay_links (id),
    kind TEXT NOT NULL CHECK (kind IN ('sent', 'opened', 'method_chosen')),
    first_at TIMESTAMP NOT NULL,
    last_at TIMESTAMP NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (link_id, kind)
);

-- Processes ---------------------------------------------------------------------------------------------------------

CREATE TABLE attempts (
    id TEXT NOT NULL PRIMARY KEY,
    order_id TEXT NOT NULL REFERENCES orders (id),
    order_revision BIGINT NOT NULL,
    account TEXT NOT NULL,
    method TEXT NOT NULL CHECK (method IN ('card', 'sbp')),
    amount BIGINT NOT NULL CHECK (amount > 0),
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
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    next_check_at TIMESTAMP,
    checks BIGINT NOT NULL DEFAULT 0,
    finished_at TIMESTAMP,
    UNIQUE (account, provider_ref)
);
CREATE UNIQUE INDEX attempts_one_live ON attempts (order_id) WHERE state IN ('created', 'waiting', 'authorized', 'unknown');
CREATE INDEX attempts_by_order ON attempts (order_id);
CREATE INDEX attempts_by_provider_ref ON attempts (provider_ref);
CREATE INDEX attempts_to_check ON attempts (next_check_at) WHERE next_check_at IS NOT NULL;

CREATE TABLE refund_requests (
    id TEXT NOT NULL PRIMARY KEY,
    order_id TEXT NOT NULL REFERENCES orders (id),
    amount BIGINT NOT NULL CHECK (amount > 0),
    reason TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'approved', 'declined', 'done', 'failed')),
    asked_by TEXT NOT NULL,
    decided_by TEXT,
    created_at TIMESTAMP NOT NULL,
    decided_at TIMESTAMP
);
CREATE INDEX refund_requests_by_order ON refund_requests (order_id);

CREATE TABLE refunds (
    id TEXT NOT NULL PRIMARY KEY,
    request_id TEXT REFERENCES refund_requests (id),
    document_id TEXT NOT NULL,
    order_id TEXT NOT NULL REFERENCES orders (id),
    amount BIGINT NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL CHECK (state IN ('asked', 'approved', 'running', 'unknown', 'done', 'failed')),
    account TEXT,
    provider_ref TEXT,
    message TEXT,
    created_at TIMESTAMP NOT NULL,
    next_check_at TIMESTAMP,
    checks BIGINT NOT NULL DEFAULT 0,
    finished_at TIMESTAMP,
    UNIQUE (account, provider_ref)
);
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
    amount BIGINT NOT NULL,
    content TEXT NOT NULL,
    message TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (attempt_id, kind),
    UNIQUE (refund_id, kind)
);
CREATE INDEX receipts_by_order ON receipts (order_id);

CREATE TABLE notifications_in (
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    event_key TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    provider_ref TEXT NOT NULL,
    raw TEXT NOT NULL,
    sender TEXT NOT NULL,
    received_at TIMESTAMP NOT NULL,
    handled_at TIMESTAMP,
    result TEXT,
    UNIQUE (account, event_key)
);
CREATE INDEX notifications_waiting ON notifications_in (received_at) WHERE handled_at IS NULL;

-- Facts -------------------------------------------------------------------------------------------------------------

CREATE TABLE onec_documents (
    guid TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('card', 'sbp', 'bank', 'cash', 'onec')),
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    number TEXT NOT NULL,
    dated_on DATE NOT NULL,
    posted BOOLEAN NOT NULL,
    deleted BOOLEAN NOT NULL,
    amount BIGINT NOT NULL,
    account TEXT,
    incoming_number TEXT,
    payer_inn TEXT,
    content_hash TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('confirms', 'covers', 'own', 'undecided', 'void')),
    covers_id TEXT,
    version BIGINT NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX onec_documents_by_cover ON onec_documents (covers_id);
CREATE INDEX onec_documents_undecided ON onec_documents (updated_at) WHERE role = 'undecided';

CREATE TABLE onec_document_rows (
    guid TEXT NOT NULL REFERENCES onec_documents (guid),
    version BIGINT NOT NULL,
    line BIGINT NOT NULL,
    order_key TEXT NOT NULL,
    order_id TEXT REFERENCES orders (id),
    amount BIGINT NOT NULL,
    PRIMARY KEY (guid, version, line)
);
CREATE INDEX onec_document_rows_by_order ON onec_document_rows (order_id);

CREATE TABLE money_documents (
    id TEXT NOT NULL PRIMARY KEY,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    kind TEXT NOT NULL CHECK (kind IN ('card', 'sbp', 'bank', 'cash', 'onec')),
    amount BIGINT NOT NULL CHECK (amount > 0),
    seller_id TEXT NOT NULL REFERENCES sellers (id),
    mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
    received_at TIMESTAMP NOT NULL,
    paid_on DATE NOT NULL,
    fee BIGINT,
    attempt_id TEXT UNIQUE REFERENCES attempts (id),
    refund_id TEXT UNIQUE REFERENCES refunds (id),
    bank_line_id TEXT UNIQUE,
    staff_entry_id TEXT UNIQUE,
    onec_guid TEXT REFERENCES onec_documents (guid),
    onec_version BIGINT,
    UNIQUE (onec_guid, onec_version),
    CONSTRAINT money_documents_one_source CHECK (
        (CASE WHEN attempt_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN refund_id IS NULL THEN 0 ELSE 1 END)
        + (CASE WHEN bank_line_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN staff_entry_id IS NULL THEN 0 ELSE 1 END)
        + (CASE WHEN onec_guid IS NULL THEN 0 ELSE 1 END) = 1
    )
);
CREATE INDEX money_documents_by_day ON money_documents (paid_on, id);

-- Locked while a document's money is moved; facts themselves are never updated.
CREATE TABLE document_locks (
    document_id TEXT NOT NULL PRIMARY KEY REFERENCES money_documents (id),
    version BIGINT NOT NULL
);

CREATE TABLE allocations (
    id TEXT NOT NULL PRIMARY KEY,
    document_id TEXT NOT NULL REFERENCES money_documents (id),
    order_id TEXT NOT NULL REFERENCES orders (id),
    amount BIGINT NOT NULL CHECK (amount <> 0),
    reason TEXT NOT NULL,
    undoes_id TEXT UNIQUE REFERENCES allocations (id),
    recorded_by TEXT NOT NULL,
    recorded_at TIMESTAMP NOT NULL
);
CREATE INDEX allocations_by_order ON allocations (order_id);
CREATE INDEX allocations_by_document ON allocations (document_id);

CREATE TABLE journal (
    seq BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    at TIMESTAMP NOT NULL,
    actor TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    action TEXT NOT NULL,
    details TEXT NOT NULL
);
CREATE INDEX journal_by_subject ON journal (subject_kind, subject_id, seq);

CREATE TABLE journal_seals (
    seq BIGINT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL,
    sealed_at TIMESTAMP NOT NULL
);

-- Delivery to 1C ----------------------------------------------------------------------------------------------------

CREATE TABLE exports (
    document_id TEXT NOT NULL PRIMARY KEY REFERENCES money_documents (id),
    road TEXT NOT NULL CHECK (road IN ('service', 'odata', 'manual', 'stock')),
    revision BIGINT NOT NULL CHECK (revision >= 1),
    accepted_revision BIGINT NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'accepted', 'unposted', 'rejected')),
    onec_ref TEXT,
    onec_number TEXT,
    onec_date DATE,
    posted BOOLEAN NOT NULL DEFAULT FALSE,
    message TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    sent_at TIMESTAMP
);
CREATE INDEX exports_pending ON exports (created_at, document_id) WHERE state <> 'accepted';

CREATE TABLE exchange_log (
    id TEXT NOT NULL PRIMARY KEY,
    road TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    request TEXT NOT NULL,
    body TEXT NOT NULL,
    status BIGINT NOT NULL,
    answer TEXT NOT NULL,
    verdict TEXT NOT NULL
);
CREATE INDEX exchange_log_by_time ON exchange_log (at);

-- Plumbing ----------------------------------------------------------------------------------------------------------

CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    topic TEXT NOT NULL,
    dedupe_key TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ready', 'leased', 'done', 'dead')),
    attempts BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    available_at TIMESTAMP NOT NULL,
    leased_by TEXT,
    lease_until TIMESTAMP,
    last_error TEXT,
    needs TEXT,
    finished_at TIMESTAMP,
    UNIQUE (topic, dedupe_key)
);
CREATE INDEX outbox_ready ON outbox (available_at, id) WHERE state = 'ready';
CREATE INDEX outbox_leased ON outbox (lease_until) WHERE state = 'leased';

CREATE TABLE alerts (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
    message TEXT NOT NULL,
    order_id TEXT REFERENCES orders (id),
    opened_at TIMESTAMP NOT NULL,
    muted_until TIMESTAMP,
    closed_at TIMESTAMP
);
CREATE UNIQUE INDEX alerts_one_open ON alerts (kind, subject) WHERE closed_at IS NULL;
CREATE INDEX alerts_by_time ON alerts (opened_at);

CREATE TABLE staff (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('manager', 'accountant', 'chief_accountant', 'technician', 'head', 'admin')),
    password_hash TEXT NOT NULL,
    totp_secret TEXT,
    totp_step BIGINT NOT NULL DEFAULT 0,
    recovery_codes TEXT NOT NULL DEFAULT '[]',
    active BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    last_login_at TIMESTAMP
);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    csrf_hash TEXT NOT NULL,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    stage TEXT NOT NULL CHECK (stage IN ('code', 'enrol', 'full')),
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);
CREATE INDEX sessions_by_staff ON sessions (staff_id);

CREATE TABLE login_misses (
    key TEXT NOT NULL PRIMARY KEY,
    misses BIGINT NOT NULL,
    last_at TIMESTAMP NOT NULL,
    blocked_until TIMESTAMP
);

CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

-- Facts never change ------------------------------------------------------------------------------------------------

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'facts are append-only: % on %', TG_OP, TG_TABLE_NAME;
END
$$;
CREATE TRIGGER money_documents_are_facts BEFORE UPDATE OR DELETE ON money_documents FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER money_documents_are_kept BEFORE TRUNCATE ON money_documents FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER allocations_are_facts BEFORE UPDATE OR DELETE ON allocations FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER allocations_are_kept BEFORE TRUNCATE ON allocations FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journal_are_facts BEFORE UPDATE OR DELETE ON journal FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journal_are_kept BEFORE TRUNCATE ON journal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journal_seals_are_facts BEFORE UPDATE OR DELETE ON journal_seals FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journal_seals_are_kept BEFORE TRUNCATE ON journal_seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER onec_document_rows_are_facts BEFORE UPDATE OR DELETE ON onec_document_rows FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER onec_document_rows_are_kept BEFORE TRUNCATE ON onec_document_rows FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_lines_are_facts BEFORE UPDATE OR DELETE ON order_lines FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_lines_are_kept BEFORE TRUNCATE ON order_lines FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
