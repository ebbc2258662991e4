//! receipts_flow
