//! A 1C that sends orders, fetches the feed and acknowledges.
