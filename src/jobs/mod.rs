//! Floor 5: time in: the worker loop, handlers of outbox messages, periodic jobs.
