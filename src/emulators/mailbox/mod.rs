//! Caught letters, readable in a browser.
