-- What an order is found by: folded words, so that a search by the beginning of a word is one walk of an index and
-- knows no difference of case, look-alike letters or leading zeros. Rewritten with the order (src/domain/orders/words.rs).
CREATE TABLE order_words (
    order_id TEXT NOT NULL REFERENCES orders (id),
    kind TEXT NOT NULL CHECK (kind IN ('number', 'name', 'phone', 'mail', 'inn', 'sum', 'paper')),
    word TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, word, order_id)
);
CREATE INDEX order_words_by_order ON order_words (order_id);
CREATE INDEX attempts_by_provider_ref ON attempts (provider_ref);
CREATE INDEX refunds_by_provider_ref ON refunds (provider_ref);
