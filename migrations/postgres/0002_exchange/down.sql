DROP TABLE exchange_given;
DROP TABLE exchange_outgoing;
DROP TABLE exchange_marks;
DROP TABLE exchange_verdicts;
DROP TABLE exchange_chunks;
DROP TABLE exchange_files;
DROP TABLE exchange_sessions;
