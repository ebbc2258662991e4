//! A YooKassa API v3 on loopback.
