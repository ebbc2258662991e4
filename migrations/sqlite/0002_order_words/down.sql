DROP INDEX refunds_by_provider_ref;
DROP INDEX attempts_by_provider_ref;
DROP TABLE order_words;
