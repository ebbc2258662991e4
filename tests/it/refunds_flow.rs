//! refunds_flow
